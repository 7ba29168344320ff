"""Grants: hours and costs tagged to a funding line, each once; what they come to; locked reports and their files."""

from billing.funding.finding import MOST_CANDIDATES, Candidate, Search, candidates, free_expenses
from billing.funding.locking import NotLockable, lock
from billing.funding.printing import as_csv, as_pdf, as_workbook, file_name
from billing.funding.reckoning import HourRow, Reckoning, SpentRow, reckon
from billing.funding.tagging import NotTaggable, tag, tag_expense, untag, untag_expense

__all__ = [
    "MOST_CANDIDATES",
    "Candidate",
    "HourRow",
    "NotLockable",
    "NotTaggable",
    "Reckoning",
    "Search",
    "SpentRow",
    "as_csv",
    "as_pdf",
    "as_workbook",
    "candidates",
    "file_name",
    "free_expenses",
    "lock",
    "reckon",
    "tag",
    "tag_expense",
    "untag",
    "untag_expense",
]
