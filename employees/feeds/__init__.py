"""Calendars that people’s own programs read: secret addresses, and what stands behind them."""

from employees.feeds.opening import (
    NotYourCalendar,
    calendars,
    find,
    live_feeds,
    may_read,
    open_feed,
    revoke,
)
from employees.feeds.writing import write

__all__ = [
    "NotYourCalendar",
    "calendars",
    "find",
    "live_feeds",
    "may_read",
    "open_feed",
    "revoke",
    "write",
]
