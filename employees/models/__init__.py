"""Who works, and where: employees, their contracts, and the assignments that place them at members."""

from employees.models.assignment import (
    TERMS_REGIMES,
    Assignment,
    HoursEntry,
    MemberUse,
    PriceMethod,
    Terms,
    VatRegime,
)
from employees.models.employee import (
    SPREAD_SCHEMES,
    Contract,
    ContractMember,
    ContractTerms,
    Employee,
    TimeScheme,
)
from employees.models.limits import WorkingTimeLimits
from employees.models.merge import EmployeeMerge
from employees.models.planning import Absence, AbsenceKind, CalendarFeed, FeedTopic, PlannedDay
from members.models import AbsenceRule

__all__ = [
    "SPREAD_SCHEMES",
    "TERMS_REGIMES",
    "Absence",
    "AbsenceKind",
    "AbsenceRule",
    "Assignment",
    "CalendarFeed",
    "Contract",
    "ContractMember",
    "ContractTerms",
    "Employee",
    "EmployeeMerge",
    "FeedTopic",
    "HoursEntry",
    "MemberUse",
    "PlannedDay",
    "PriceMethod",
    "Terms",
    "TimeScheme",
    "VatRegime",
    "WorkingTimeLimits",
]
