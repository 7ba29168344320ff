"""What billing asks of people."""

from billing.forms.credit import CreditForm
from billing.forms.dunning import DisputeForm, OutcomeForm
from billing.forms.month import InvoiceFilter, PayrollUpload

__all__ = ["CreditForm", "DisputeForm", "InvoiceFilter", "OutcomeForm", "PayrollUpload"]
