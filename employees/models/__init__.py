"""Who works, and where: employees, their contracts, and the assignments that place them at members."""

from employees.models.assignment import AbsenceRule, Assignment, HoursEntry, PriceMethod, Terms, VatRegime
from employees.models.employee import Contract, ContractMember, ContractTerms, Employee

__all__ = [
    "AbsenceRule",
    "Assignment",
    "Contract",
    "ContractMember",
    "ContractTerms",
    "Employee",
    "HoursEntry",
    "PriceMethod",
    "Terms",
    "VatRegime",
]
