"""The run's steps and what blocks it: no step is ticked above what is left of it, no name stands for another month."""

from __future__ import annotations

import pytest

from billing.models import BillingRun, RunProblem, RunStatus
from billing.month import wording
from billing.month.overview import Readiness
from billing.month.problem_links import problem_notices
from billing.month.views import steps
from employees.models import Employee
from members.models import User
from tests.world import NOVEMBER, NOW, OCTOBER

WHOLE = {"sheets": 3, "drafts": 0, "submitted": 0, "approved": 3, "minutes": 600, "people": 2, "costed": 2}


def run(status: str, supplement: int = 0) -> BillingRun:
    return BillingRun(month=OCTOBER, status=status, supplement=supplement, issued_at=NOW)


def bar(the_run: BillingRun | None, blocking: int = 0, **readiness: int) -> dict[str, str]:
    found = steps(the_run, Readiness(**WHOLE | readiness), [], blocking)
    return {
        step["label"]: f"{'✓ ' * step['done']}{'> ' * step['current']}{step['note']}".replace("\u00a0", " ")
        for step in found
    }


@pytest.mark.parametrize(
    ("the_run", "first", "current"),
    [
        (None, "> 2 relevés à saisir", "Heures"),
        (run(RunStatus.DRAFTED), "> 2 relevés à saisir", "Heures"),
        # What comes late holds neither a supplement nor an issued month: it is not done all the same.
        (run(RunStatus.DRAFTED, 1), "2 relevés à saisir", "Brouillons"),
        (run(RunStatus.ISSUED), "2 relevés à saisir", None),
    ],
)
def test_a_step_with_something_left_is_not_ticked(the_run, first, current) -> None:
    found = bar(the_run, drafts=2, approved=1)
    assert (found["Heures"], found["Approbation"]) == (first, "1 sur 3")
    assert [label for label, words in found.items() if "> " in words] == ([current] if current else [])


def test_a_whole_month_that_is_issued_is_ticked_to_the_end() -> None:
    assert bar(run(RunStatus.ISSUED)) == {
        "Heures": "✓ 10 h",
        "Visa des adhérents": "✓ reçus",
        "Approbation": "✓ 3 relevés",
        "Coûts": "✓ 2 sur 2 personnes",
        "Brouillons": "✓ 0 facture",
        "Émission": "✓ 03/12/2026",
        "PDF": "✓ 0 sur 0",
    }
    assert bar(run(RunStatus.ISSUED), blocking=2)["Brouillons"] == "2 points à régler"


def test_what_is_told_once_of_several_is_of_one_month() -> None:
    """Two people without a cost in two months: two sentences of two names, each of its own month."""
    people = [
        Employee(pk=n, first_name=first, last_name="Le Bris") for n, first in enumerate(("Ana", "Yann"), 1)
    ]
    lacking = [
        wording.cost_is_missing(person, month, is_blocking=True)
        for person in people
        for month in (OCTOBER, NOVEMBER)
    ]
    problems = [RunProblem(code=each.code, message=each.message) for each in lacking]
    then = "ses parts attendent. Importez le fichier de paie."
    notices = problem_notices(NOVEMBER, problems, Readiness(**WHOLE), User())
    assert [(each.title, each.text.replace("\u00a0", " ")) for each in notices] == [
        (
            "Un coût manque (2)",
            f"Ana Le Bris et Yann Le Bris : aucun coût employeur pour {month}, {then}",
        )
        for month in ("octobre 2026", "novembre 2026")
    ]
