"""The month grid: its lines from the database, its weeks for the page, and what was typed into it."""

from timesheets.grid.gesture import Gesture
from timesheets.grid.lines import Grid, Line
from timesheets.grid.loading import load
from timesheets.grid.typed import Typed, read, seal
from timesheets.grid.weeks import CHOICES, Week, lay_out

__all__ = ["CHOICES", "Gesture", "Grid", "Line", "Typed", "Week", "lay_out", "load", "read", "seal"]
