"""Reminders of overdue invoices, late interest and disputes."""
