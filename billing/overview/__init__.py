"""What the pages of billing show, read and never written: the months, one run, its costs, why each price."""

from billing.overview.costs import CostRow, cost_rows, cost_sums, latest_month
from billing.overview.prices import Part, Reason, reasons
from billing.overview.run import (
    MonthState,
    Papers,
    Readiness,
    Row,
    Sums,
    issuable,
    months,
    papers,
    problems,
    readiness,
    rows,
    sums,
)

__all__ = [
    "CostRow",
    "MonthState",
    "Papers",
    "Part",
    "Readiness",
    "Reason",
    "Row",
    "Sums",
    "cost_rows",
    "cost_sums",
    "issuable",
    "latest_month",
    "months",
    "papers",
    "problems",
    "readiness",
    "reasons",
    "rows",
    "sums",
]
