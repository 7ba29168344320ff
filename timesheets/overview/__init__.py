"""The coordinator’s month, for reading only: who works for whom, what to approve, what blocks, how far it is."""

from timesheets.overview.blockers import Blocker, BlockerKind, blockers
from timesheets.overview.days import Day, days_of
from timesheets.overview.history import Event, event_of, history, reply, verdict
from timesheets.overview.matrix import Cell, Matrix, Row, StateTotal, month_matrix
from timesheets.overview.progress import Stage, billed_months, stages
from timesheets.overview.reading import ORDER, Line, MonthReading, read, title, to_approve

__all__ = [
    "ORDER",
    "Blocker",
    "BlockerKind",
    "Cell",
    "Day",
    "Event",
    "Line",
    "Matrix",
    "MonthReading",
    "Row",
    "Stage",
    "StateTotal",
    "billed_months",
    "blockers",
    "days_of",
    "event_of",
    "history",
    "month_matrix",
    "read",
    "reply",
    "stages",
    "title",
    "to_approve",
    "verdict",
]
