"""The pages of invoices: the list, one of them with its settlement, reminders and credit notes."""
