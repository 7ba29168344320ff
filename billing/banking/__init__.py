"""Banking: statements of the bank read and taken in, their operations matched with what members owe."""

from billing.banking.formats import read_statement
from billing.banking.layouts import COLUMNS, UnknownTitles, guess
from billing.banking.reading import LARGEST_FILE, BadStatement, Operation, Statement
from billing.banking.taking_in import NotAMapping, NotImportable, Taken, Twins, remember, take_in

__all__ = [
    "COLUMNS",
    "LARGEST_FILE",
    "BadStatement",
    "NotAMapping",
    "NotImportable",
    "Operation",
    "Statement",
    "Taken",
    "Twins",
    "UnknownTitles",
    "guess",
    "read_statement",
    "remember",
    "take_in",
]
