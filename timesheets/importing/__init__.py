"""Hours from a file: read, rehearsed line by line, then taken in whole or not at all."""

from timesheets.importing.layouts import COLUMNS
from timesheets.importing.rehearsing import Share, Trial, rehearse
from timesheets.importing.reporting import report, sample_csv, sample_workbook
from timesheets.importing.rows import Fault
from timesheets.importing.scope import AT_GROUP, LEFT_OUT, NO_PLACE, Choices, may_import
from timesheets.importing.uploads import Gone, fetch, forget, keep
from timesheets.importing.writing import BadHours, Taken, take_in

__all__ = [
    "AT_GROUP",
    "COLUMNS",
    "LEFT_OUT",
    "NO_PLACE",
    "BadHours",
    "Choices",
    "Fault",
    "Gone",
    "Share",
    "Taken",
    "Trial",
    "fetch",
    "forget",
    "keep",
    "may_import",
    "rehearse",
    "report",
    "sample_csv",
    "sample_workbook",
    "take_in",
]
