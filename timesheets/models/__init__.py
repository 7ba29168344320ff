"""What was done: an employee's month on one assignment, or at the group, and its entries day by day."""

from timesheets.models.entry import ABSENCES, ASSIGNMENT_KINDS, GROUP_KINDS, Entry, Kind
from timesheets.models.findings import Acknowledgement
from timesheets.models.signed import SignedSheet
from timesheets.models.timesheet import Remark, Timesheet, TimesheetStatus, TimesheetStep

__all__ = [
    "ABSENCES",
    "ASSIGNMENT_KINDS",
    "GROUP_KINDS",
    "Acknowledgement",
    "Entry",
    "Kind",
    "Remark",
    "SignedSheet",
    "Timesheet",
    "TimesheetStatus",
    "TimesheetStep",
]
