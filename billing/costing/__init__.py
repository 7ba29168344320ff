"""What employees cost: payroll files taken in, estimates until they come, differences carried into open months."""

from billing.closing import is_closed
from billing.costing.carrying import Difference, carry, differences
from billing.costing.columns import AMOUNTS, MEANINGS, BadColumns, Layout, guess, recognise, remember
from billing.costing.estimating import Basis, Estimates, NotEstimable, estimable, estimate, usual_rate
from billing.costing.payroll_file import BadPayroll, PayrollSheet, read_payroll
from billing.costing.payroll_tax import PayrollTax, payroll_tax, scale_of
from billing.costing.rehearsing import NotImportable, Trial, rehearse
from billing.costing.spreadsheet import Table, read_table
from billing.costing.taking_in import import_payroll

__all__ = [
    "AMOUNTS",
    "MEANINGS",
    "BadColumns",
    "BadPayroll",
    "Basis",
    "Difference",
    "Estimates",
    "Layout",
    "NotEstimable",
    "NotImportable",
    "PayrollSheet",
    "PayrollTax",
    "Table",
    "Trial",
    "carry",
    "differences",
    "estimable",
    "estimate",
    "guess",
    "import_payroll",
    "is_closed",
    "payroll_tax",
    "read_payroll",
    "read_table",
    "recognise",
    "rehearse",
    "remember",
    "scale_of",
    "usual_rate",
]
