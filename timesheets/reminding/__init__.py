"""Who is told what by mail: in the morning what waits, at once what was contested, and when the coordination asks."""

from timesheets.reminding.digests import write_morning
from timesheets.reminding.nudging import NobodyToRemind, NotInCharge, remind, reminded_on
from timesheets.reminding.telling import tell_confirmed_tacitly, tell_contested, tell_returned

__all__ = [
    "NobodyToRemind",
    "NotInCharge",
    "remind",
    "reminded_on",
    "tell_confirmed_tacitly",
    "tell_contested",
    "tell_returned",
    "write_morning",
]
