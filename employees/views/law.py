"""What the law would say of the plan shown, for the coordination, before anything happens."""

from __future__ import annotations

from dataclasses import dataclass

from employees.calendar import Calendar
from employees.models import Employee
from employees.views.look import Look
from employees.worktime_rules import Finding, Rule, Severity
from employees.worktime_rules.planned import planned_findings

TONES = {
    Severity.BLOCK: "danger",
    Severity.ERROR: "danger",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}
GRAVITY = list(TONES)


@dataclass(frozen=True)
class Saying:
    """One finding about one person’s plan."""

    employee: Employee
    finding: Finding

    @property
    def tone(self) -> str:
        return TONES[Severity(self.finding.severity)]


def say(look: Look, shown: Calendar) -> list[Saying]:
    """The findings about the people of the calendar, the gravest first; a day too long is told among the clashes."""
    people = {row.employee.pk: row.employee for row in shown.rows if row.employee}
    people |= {
        place.assignment.employee_id: place.assignment.employee
        for row in shown.rows
        for cell in row.cells
        for place in cell.places
    }
    told = {(clash.employee.pk, clash.first) for clash in shown.clashes if clash.article == "L3121-18"}
    found = planned_findings(look.span.first, look.span.before, set(people))
    sayings = [
        Saying(people[pk], finding)
        for pk, findings in found.items()
        for finding in findings
        if finding.rule != Rule.DAILY or (pk, finding.day) not in told
    ]
    return sorted(sayings, key=_gravest_first)


def _gravest_first(saying: Saying) -> tuple[int, int, str, int]:
    finding = saying.finding
    return (
        GRAVITY.index(Severity(finding.severity)),
        finding.day.toordinal(),
        saying.employee.full_name,
        saying.employee.pk,
    )
