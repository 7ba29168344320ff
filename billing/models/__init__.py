"""What is owed: payroll cost, charges, invoices and their lines, numbers, files, and the monthly run."""

from billing.models.charge import Charge, ChargeKind
from billing.models.cost import CostKind, EmployerCost, PayrollImport
from billing.models.invoice import (
    Invoice,
    InvoicedTimesheet,
    InvoiceKind,
    InvoiceStatus,
    InvoiceStep,
    LegalMention,
    Line,
    Series,
    Unit,
)
from billing.models.paper import Document, Rendering, RenderingStatus
from billing.models.run import BillingRun, BillingRunStep, RunProblem, RunStatus, Settlement

__all__ = [
    "BillingRun",
    "BillingRunStep",
    "Charge",
    "ChargeKind",
    "CostKind",
    "Document",
    "EmployerCost",
    "Invoice",
    "InvoiceKind",
    "InvoiceStatus",
    "InvoiceStep",
    "InvoicedTimesheet",
    "LegalMention",
    "Line",
    "PayrollImport",
    "Rendering",
    "RenderingStatus",
    "RunProblem",
    "RunStatus",
    "Series",
    "Settlement",
    "Unit",
]
