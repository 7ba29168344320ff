"""Django admin for people: their records and what they agreed on, and the merging of two records."""

from employees.admin import records

__all__ = ["records"]
