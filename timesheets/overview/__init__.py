"""The coordinator’s month, for reading only: who works for whom, what to approve, what blocks, how far it is."""

from timesheets.overview.blockers import Blocker, BlockerKind, blockers
from timesheets.overview.matrix import Cell, Matrix, Row, StateTotal, month_matrix
from timesheets.overview.progress import Stage, stages
from timesheets.overview.reading import Line, MonthReading, read, to_approve

__all__ = [
    "Blocker",
    "BlockerKind",
    "Cell",
    "Line",
    "Matrix",
    "MonthReading",
    "Row",
    "Stage",
    "StateTotal",
    "blockers",
    "month_matrix",
    "read",
    "stages",
    "to_approve",
]
