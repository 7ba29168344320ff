"""Joint liability (C. trav. L1253-8): who would pay what of the group's debts; and the reserve."""

from billing.liability.chart import Chart, draw
from billing.liability.reserve import Cap, Movement, NotNotable, balance, cap, ledger, note
from billing.liability.sharing import Exposure, default_of, expose
from billing.liability.stating import NotStatable, Statement, key_label, percents, printed, state

__all__ = [
    "Cap",
    "Chart",
    "Exposure",
    "Movement",
    "NotNotable",
    "NotStatable",
    "Statement",
    "balance",
    "cap",
    "default_of",
    "draw",
    "expose",
    "key_label",
    "ledger",
    "note",
    "percents",
    "printed",
    "state",
]
