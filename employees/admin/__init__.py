"""Django admin for who works, and where: people, contracts, assignments, plans, addresses, limits of working time."""

from employees.admin import limits, people, placing, plans

__all__ = ["limits", "people", "placing", "plans"]
