"""Django admin for who works, and where: employees, contracts, assignments with their terms, plans, addresses."""

from employees.admin import people, placing, plans

__all__ = ["people", "placing", "plans"]
