"""Credit notes: what is left to credit of an invoice, the credit note composed and issued."""
