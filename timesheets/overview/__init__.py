"""The coordinator’s month, for reading only: who works for whom, what to approve, what blocks, how far it is."""

from timesheets.overview import funnel
from timesheets.overview.blockers import Blocker, BlockerKind, blockers
from timesheets.overview.choosing import Choice, View
from timesheets.overview.days import Day, days_of
from timesheets.overview.history import Event, event_of, history, reply, verdict
from timesheets.overview.matrix import STATES, Cell, Matrix, Row, StateTotal, month_matrix, state_totals
from timesheets.overview.progress import Stage, billed_months, stages
from timesheets.overview.reading import ORDER, Line, MonthReading, fingerprint, read, title, to_approve

__all__ = [
    "ORDER",
    "STATES",
    "Blocker",
    "BlockerKind",
    "Cell",
    "Choice",
    "Day",
    "Event",
    "Line",
    "Matrix",
    "MonthReading",
    "Row",
    "Stage",
    "StateTotal",
    "View",
    "billed_months",
    "blockers",
    "days_of",
    "event_of",
    "fingerprint",
    "funnel",
    "history",
    "month_matrix",
    "read",
    "reply",
    "stages",
    "state_totals",
    "title",
    "to_approve",
    "verdict",
]
