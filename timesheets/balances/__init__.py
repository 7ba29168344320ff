"""Balances, for reading only: planned, worked, approved, billed over a year, against contract and commitment."""

from timesheets.balances.arithmetic import (
    Stretch,
    Target,
    average_share,
    contract_minutes,
    leave_entitlement,
    open_days,
    yearly_target,
)
from timesheets.balances.burndown import BurnDown, burn_down, together
from timesheets.balances.chart import Chart, draw
from timesheets.balances.leave import Leave, leave
from timesheets.balances.part_time import PartTime, part_time
from timesheets.balances.person import detail
from timesheets.balances.reading import Roster, at_member, everybody, roster
from timesheets.balances.year import Detail, Figures, MemberYear, PersonYear, Placement, by_member

__all__ = [
    "BurnDown",
    "Chart",
    "Detail",
    "Figures",
    "Leave",
    "MemberYear",
    "PartTime",
    "PersonYear",
    "Placement",
    "Roster",
    "Stretch",
    "Target",
    "at_member",
    "average_share",
    "burn_down",
    "by_member",
    "contract_minutes",
    "detail",
    "draw",
    "everybody",
    "leave",
    "leave_entitlement",
    "open_days",
    "part_time",
    "roster",
    "together",
    "yearly_target",
]
