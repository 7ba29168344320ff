"""What is owed: payroll cost, charges, invoices and credit notes, payments, reminders, true-ups, grants."""

from billing.models import rule as _rule  # noqa: F401 - what invoices ask of the rules of the group
from billing.models.bank import BankLayout, BankOperation, BankStatement, OperationStatus
from billing.models.charge import Charge
from billing.models.cost import (
    NEGATIVE,
    ActualCost,
    CarriedCost,
    CostKind,
    EmployerCost,
    PayrollImport,
    PayrollLayout,
    ProvisionEntry,
    ProvisionKind,
    ReserveEntry,
)
from billing.models.dispatch import Dispatch
from billing.models.dunning import Dispute, DunningLevel, Reminder
from billing.models.expense import DuesYear, Expense, ExpenseKind, ExpenseScale, ExpenseState
from billing.models.funding import FundedCost, FundedHours, FundingLine, FundingReport
from billing.models.hours import Fate, InvoicedTimesheet, Release
from billing.models.invoice import Invoice, InvoiceKind, InvoiceStatus, InvoiceStep, Line, Unit
from billing.models.paper import Document, Letter, LetterKind, Rendering, RenderingStatus
from billing.models.payment import Allocation, AllocationSource, Payment, PaymentMethod
from billing.models.proof import Proof
from billing.models.quote import PriceIndex, Quote
from billing.models.refund import Refund
from billing.models.run import BillingRun, BillingRunStep, RunProblem, RunStatus, Settlement
from billing.models.series import Series
from billing.models.trial import PriceTrial
from billing.models.true_up import SettledMonth, TrueUp, TrueUpKey, TrueUpShare, TrueUpStatus, TrueUpStep
from billing.models.vat import LegalMention, VatRate

__all__ = [
    "NEGATIVE",
    "ActualCost",
    "Allocation",
    "AllocationSource",
    "BankLayout",
    "BankOperation",
    "BankStatement",
    "BillingRun",
    "BillingRunStep",
    "CarriedCost",
    "Charge",
    "CostKind",
    "Dispatch",
    "Dispute",
    "Document",
    "DuesYear",
    "DunningLevel",
    "EmployerCost",
    "Expense",
    "ExpenseKind",
    "ExpenseScale",
    "ExpenseState",
    "Fate",
    "FundedCost",
    "FundedHours",
    "FundingLine",
    "FundingReport",
    "Invoice",
    "InvoiceKind",
    "InvoiceStatus",
    "InvoiceStep",
    "InvoicedTimesheet",
    "LegalMention",
    "Letter",
    "LetterKind",
    "Line",
    "OperationStatus",
    "Payment",
    "PaymentMethod",
    "PayrollImport",
    "PayrollLayout",
    "PriceIndex",
    "PriceTrial",
    "Proof",
    "ProvisionEntry",
    "ProvisionKind",
    "Quote",
    "Refund",
    "Release",
    "Reminder",
    "Rendering",
    "RenderingStatus",
    "ReserveEntry",
    "RunProblem",
    "RunStatus",
    "Series",
    "SettledMonth",
    "Settlement",
    "TrueUp",
    "TrueUpKey",
    "TrueUpShare",
    "TrueUpStatus",
    "TrueUpStep",
    "Unit",
    "VatRate",
]
