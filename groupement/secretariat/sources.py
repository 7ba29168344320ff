"""Which apps have duties: the one place that names them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from billing.contributing import duties as of_money
from employees.contributing import duties as of_employment
from members.contributing import duties as of_members
from members.duties import Due
from members.models import Group
from timesheets.contributing import duties as of_hours


@dataclass(frozen=True)
class Asked:
    """Which duties are asked for: those of [first, before), done or not, and those due before that are still open."""

    first: date
    before: date
    group: Group
    on: date


DUTIES: tuple[Callable[[Asked], list[Due]], ...] = (
    lambda asked: of_members.due(asked.first, asked.before),
    lambda asked: of_employment.due(asked.first, asked.before, asked.group.holiday_zone),
    lambda asked: of_hours.due(asked.first, asked.before, asked.group, asked.on),
    lambda asked: of_money.due(asked.first, asked.before, asked.group),
)
