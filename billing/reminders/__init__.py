"""Reminders of what is overdue, interest and disputes."""
