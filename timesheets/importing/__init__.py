"""Hours from a file: read, rehearsed line by line, then taken in whole or not at all."""

from timesheets.importing.layouts import COLUMNS, DESCRIBED
from timesheets.importing.rehearsing import MOST_LISTED, Share, Trial, rehearse
from timesheets.importing.reporting import report, sample_csv, sample_workbook
from timesheets.importing.rows import Fault
from timesheets.importing.scope import AT_GROUP, LEFT_OUT, NO_PLACE, Choices, known_member, may_import
from timesheets.importing.uploads import Gone, fetch, forget, keep, sweep
from timesheets.importing.writing import BadHours, Taken, take_in

__all__ = [
    "AT_GROUP",
    "COLUMNS",
    "DESCRIBED",
    "LEFT_OUT",
    "MOST_LISTED",
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
    "known_member",
    "may_import",
    "rehearse",
    "report",
    "sample_csv",
    "sample_workbook",
    "sweep",
    "take_in",
]
