"""Hours out, as CSV or workbook, within the scope of who asks: numbers that sum exactly, text that stays text."""

from timesheets.exporting.files import as_csv, as_workbook, file_name
from timesheets.exporting.selecting import Filter, Wanted

__all__ = ["Filter", "Wanted", "as_csv", "as_workbook", "file_name"]
