"""A bank's file read, CAMT.053 or CSV: pure, from bytes to a statement or to sentences that say what is wrong."""

from billing.banking.reading.formats import read_statement
from billing.banking.reading.layouts import COLUMNS, Layout, UnknownTitles, digest, guess
from billing.banking.reading.statement import CAMT, CSV, LARGEST_FILE, BadStatement, Operation, Statement

__all__ = [
    "CAMT",
    "COLUMNS",
    "CSV",
    "LARGEST_FILE",
    "BadStatement",
    "Layout",
    "Operation",
    "Statement",
    "UnknownTitles",
    "digest",
    "guess",
    "read_statement",
]
