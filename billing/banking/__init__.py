"""Banking: statements of the bank read and taken in, their operations matched with what members owe."""

from billing.banking.reading import COLUMNS, LARGEST_FILE, BadStatement, UnknownTitles, guess, read_statement
from billing.banking.taking_in import NotAMapping, NotImportable, Taken, Twins, remember, take_in

__all__ = [
    "COLUMNS",
    "LARGEST_FILE",
    "BadStatement",
    "NotAMapping",
    "NotImportable",
    "Taken",
    "Twins",
    "UnknownTitles",
    "guess",
    "read_statement",
    "remember",
    "take_in",
]
