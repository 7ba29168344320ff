"""The month grid: its lines from the database, its weeks and days for the page, and what was typed into them."""

from timesheets.grid.conflicts import tell_who
from timesheets.grid.gesture import Gesture
from timesheets.grid.lines import Grid, Line
from timesheets.grid.loading import load
from timesheets.grid.oneday import DayTyped, Spot, open_day, read_day, seal_day
from timesheets.grid.past import TooLate, pack, remember, unpack
from timesheets.grid.typed import Typed, read, seal
from timesheets.grid.weeks import CHOICES, Week, lay_out

__all__ = [
    "CHOICES",
    "DayTyped",
    "Gesture",
    "Grid",
    "Line",
    "Spot",
    "TooLate",
    "Typed",
    "Week",
    "lay_out",
    "load",
    "open_day",
    "pack",
    "read",
    "read_day",
    "remember",
    "seal",
    "seal_day",
    "tell_who",
    "unpack",
]
