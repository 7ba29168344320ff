"""Joint liability (C. trav. L1253-8): who would pay what of the group's debts; and the reserve."""

from billing.liability.chart import Chart, draw
from billing.liability.reserve import Movement, NotNotable, balance, ledger, note
from billing.liability.sharing import Exposure, default_of, expose
from billing.liability.stating import NotStatable, Statement, percents, printed, state

__all__ = [
    "Chart",
    "Exposure",
    "Movement",
    "NotNotable",
    "NotStatable",
    "Statement",
    "balance",
    "default_of",
    "draw",
    "expose",
    "ledger",
    "note",
    "percents",
    "printed",
    "state",
]
