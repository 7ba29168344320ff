"""What was done: an employee's month on one assignment, or at the group, and its entries day by day."""

from timesheets.models.change import ChangedHours
from timesheets.models.entry import ABSENCES, ASSIGNMENT_KINDS, GROUP_KINDS, Acknowledgement, Entry, Kind
from timesheets.models.hours_layout import HoursLayout
from timesheets.models.signed_sheet import SignedSheet
from timesheets.models.timesheet import (
    BY_PERSON_AND_MEMBER,
    CONFIRMING,
    Remark,
    StepKind,
    Timesheet,
    TimesheetStatus,
    TimesheetStep,
)

__all__ = [
    "ABSENCES",
    "ASSIGNMENT_KINDS",
    "BY_PERSON_AND_MEMBER",
    "CONFIRMING",
    "GROUP_KINDS",
    "Acknowledgement",
    "ChangedHours",
    "Entry",
    "HoursLayout",
    "Kind",
    "Remark",
    "SignedSheet",
    "StepKind",
    "Timesheet",
    "TimesheetStatus",
    "TimesheetStep",
]
