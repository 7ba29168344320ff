"""What billing asks of people."""

from billing.forms.month import InvoiceFilter, PayrollUpload

__all__ = ["InvoiceFilter", "PayrollUpload"]
