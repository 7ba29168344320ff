"""What billing asks of people."""

from billing.forms.cost import PayrollUpload
from billing.forms.credit import CreditForm
from billing.forms.dunning import DisputeForm, OutcomeForm
from billing.forms.month import InvoiceFilter

__all__ = ["CreditForm", "DisputeForm", "InvoiceFilter", "OutcomeForm", "PayrollUpload"]
