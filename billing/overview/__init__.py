"""What the pages of billing show, read and never written: the months, one run, its costs, why each price."""

from billing.overview.costs import CostRow, CostTable, cost_months, cost_table, latest_month
from billing.overview.credits import Credits, Hour, Origin, credits_of, origin_of
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
    "CostTable",
    "Credits",
    "Hour",
    "MonthState",
    "Origin",
    "Papers",
    "Part",
    "Readiness",
    "Reason",
    "Row",
    "Sums",
    "cost_months",
    "cost_table",
    "credits_of",
    "issuable",
    "latest_month",
    "months",
    "origin_of",
    "papers",
    "problems",
    "readiness",
    "reasons",
    "rows",
    "sums",
]
