"""Secrets in addresses (invitations, calendars, links of mails), masked before a line of a log is written."""

from __future__ import annotations

import logging
import re

MASK = "…"
# A part of an address as long as our shortest secret and of its letters; names of pages and files are shorter words.
LONG = re.compile(r"(?<=/)[A-Za-z0-9_:.%~+=-]{20,}(?=[/?#\s\"']|$)")
WORDS = re.compile(r"^[a-z]+([-.][a-z0-9]{1,12})*$")
# What follows "?" may hold one as well: ?next=/invitation/…
IN_QUERY = re.compile(r"(?<=%2F)[A-Za-z0-9_-]{20,}(?=%2F|&|\s|\"|$)", re.IGNORECASE)


def mask(text: str) -> str:
    """The text with each secret of an address replaced by a sign."""
    masked = LONG.sub(lambda found: found[0] if WORDS.match(found[0]) else _masked(found[0]), text)
    return IN_QUERY.sub(MASK, masked)


def _masked(secret: str) -> str:
    return f"{MASK}.ics" if secret.endswith(".ics") else MASK


class MaskSecrets(logging.Filter):
    """For handlers of logs: Django writes the address of each page that is not there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line; it is always kept."""
        record.msg, record.args = mask(record.getMessage()), ()
        return True
