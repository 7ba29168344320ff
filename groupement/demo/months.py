"""What happened in the demonstration's three months: two closed, one open; what differs from the plan is listed."""

from dataclasses import dataclass
from datetime import date

from groupement.kernel.periods import Month

AUGUST, SEPTEMBER, OCTOBER = Month(2026, 8), Month(2026, 9), Month(2026, 10)
CLOSED = (AUGUST, SEPTEMBER)
OPEN = OCTOBER


@dataclass(frozen=True)
class AbsentDays:
    """Days that were not worked at members: the planned minutes go to the group's timesheet, under ``kind``."""

    payroll_number: str
    first: date
    last: date
    kind: str


@dataclass(frozen=True)
class ChangedMinutes:
    """A day on an assignment whose minutes differ from the plan; with clock times where they matter."""

    reference: str
    day: date
    minutes: int
    started: str = ""
    ended: str = ""


AWAY = (
    AbsentDays("LR003", date(2026, 8, 3), date(2026, 8, 7), "leave"),
    AbsentDays("LR001", date(2026, 8, 10), date(2026, 8, 14), "leave"),
    AbsentDays("LR002", date(2026, 8, 17), date(2026, 8, 21), "leave"),
    AbsentDays("LR002", date(2026, 9, 17), date(2026, 9, 17), "training"),
    AbsentDays("LR003", date(2026, 9, 8), date(2026, 9, 9), "sickness"),
    AbsentDays("LR001", date(2026, 10, 29), date(2026, 10, 30), "leave"),
)
CHANGED = (
    ChangedMinutes("MAD-2026-001", date(2026, 8, 31), 450),
    ChangedMinutes("MAD-2026-007", date(2026, 9, 14), 390),
    ChangedMinutes("MAD-2026-012", date(2026, 9, 22), 510),
    ChangedMinutes("MAD-2026-006", date(2026, 9, 25), 255),
    ChangedMinutes("MAD-2026-002", date(2026, 10, 13), 540),
    ChangedMinutes("MAD-2026-011", date(2026, 10, 26), 300),
    # A daily rest of 10 h 15 between two members: an evening concert, then an early start (C. trav. L3131-1).
    ChangedMinutes("MAD-2026-015", date(2026, 10, 20), 225, "19:00", "22:45"),
    ChangedMinutes("MAD-2026-013", date(2026, 10, 21), 420, "09:00", "17:00"),
)
# The one timesheet of September that its member left unanswered: it lapsed, and is marked so.
LAPSED = "MAD-2026-009"
# How far each assignment's October has come: draft, submitted, confirmed, approved, or contested.
PROGRESS = {
    "MAD-2026-001": "confirmed",
    "MAD-2026-002": "confirmed",
    "MAD-2026-003": "confirmed",
    "MAD-2026-004": "approved",
    "MAD-2026-005": "confirmed",
    "MAD-2026-006": "approved",
    "MAD-2026-007": "submitted",
    "MAD-2026-008": "contested",
    "MAD-2026-009": "submitted",
    "MAD-2026-010": "submitted",
    "MAD-2026-011": "confirmed",
    "MAD-2026-012": "submitted",
    "MAD-2026-013": "approved",
    "MAD-2026-014": "approved",
    "MAD-2026-015": "draft",
}
UNFINISHED = {"MAD-2026-015": date(2026, 10, 24)}  # hours are typed up to that day only
CONTESTED = (
    "MAD-2026-008",
    date(2026, 10, 20),
    "Youenn est parti à 15 h 30 ce jour-là pour une réunion à Aloen : nous comptons 5 h 30 chez nous, pas 7 h.",
    330,
)
# The payroll office's files, month by month: number, gross pay, employer contributions, other costs.
PAYROLL = {
    AUGUST: (
        ("LR001", "2350.00", "893.00", "86.40"),
        ("LR002", "1640.00", "508.40", "64.20"),
        ("LR003", "2480.00", "967.20", "86.40"),
    ),
    SEPTEMBER: (
        ("LR001", "2350.00", "893.00", "86.40"),
        ("LR002", "1640.00", "508.40", "214.20"),
        ("LR003", "2411.37", "940.43", "86.40"),
    ),
}
