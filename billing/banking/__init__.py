"""Banking: statements of the bank read and taken in, their operations matched with what members owe."""

from billing.banking import matching
from billing.banking.accepting import (
    Accepted,
    NoSuchCandidate,
    NotMatchable,
    accept,
    accept_certain,
    certain,
    settle,
    take_back,
)
from billing.banking.reading import COLUMNS, LARGEST_FILE, BadStatement, UnknownTitles, guess, read_statement
from billing.banking.sorting import (
    NotOpen,
    NotSortable,
    set_aside,
    set_aside_all,
    split,
    split_off,
    unrelated,
)
from billing.banking.taking_in import NotAMapping, NotImportable, Taken, Twins, remember, take_in
from billing.banking.undoing import NotUndoable, undo

__all__ = [
    "COLUMNS",
    "LARGEST_FILE",
    "Accepted",
    "BadStatement",
    "NoSuchCandidate",
    "NotAMapping",
    "NotImportable",
    "NotMatchable",
    "NotOpen",
    "NotSortable",
    "NotUndoable",
    "Taken",
    "Twins",
    "UnknownTitles",
    "accept",
    "accept_certain",
    "certain",
    "guess",
    "matching",
    "read_statement",
    "remember",
    "set_aside",
    "set_aside_all",
    "settle",
    "split",
    "split_off",
    "take_back",
    "take_in",
    "undo",
    "unrelated",
]
