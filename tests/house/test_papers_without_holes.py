"""Every kind of paper that the site makes is refused with a hole, and the field that holds it is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from billing.accounts import statement_of_account
from billing.documents import letters
from billing.grants import reports, tagging
from billing.liability import exposure
from billing.models import LetterKind
from billing.month import drafting, issuing
from employees.models import Employee
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.printable import HoleInPaper
from members.models import Member
from tests import world
from tests.billing import scene
from tests.billing.grants import granted
from tests.papers import written
from tests.world import NOVEMBER, NOW
from timesheets import freezing
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 3)


def _renamed() -> Member:
    Member.objects.filter(short_name="Aloen").update(legal_name="Aloen 😀")
    return Member.objects.get(short_name="Aloen")


def an_invoice() -> None:
    scene.drafted(scene.hosts(1))
    _renamed()
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    ((_, sentence),) = issuing.issue_run(run, by=None, at=NOW).failed
    raise HoleInPaper(sentence)


def a_letter(kind: LetterKind) -> Callable[[], None]:
    def write() -> None:
        world.group()
        content = {"lines": [{"label": "Atelier"}, {"label": "Atelier 😀"}]}
        letters.write(kind, member=world.member(), subject="x", content=content, at=NOW)

    return write


def a_statement_of_account() -> None:
    world.group()
    world.member("Aloen")
    member = _renamed()
    statement = statement_of_account.account_statement(member, first=NOVEMBER.first, last=TODAY)
    position = statement_of_account.account_position(member, on=TODAY)
    statement_of_account.statement_pdf(member, statement, position, at=NOW)


def a_statement_of_liability() -> None:
    scene.worked(scene.hosts(2))
    _renamed()
    exposure.pdf(exposure.state(on=TODAY, debt=Decimal(1000)), at=NOW)


def a_report_to_a_funder() -> None:
    world.group()
    person = world.employee(members=[world.member()])
    world.cost(person, gross="2200.00", contributions="800.00")
    entries = granted.worked(person, Member.objects.get(), "10")
    line, by = granted.grant(), world.finance()
    tagging.tag(line, granted.whole(entries), action="Animation 😀", by=by, at=NOW)
    reports.lock(line, first=NOVEMBER, last=NOVEMBER, by=by, at=NOW)


def a_signed_timesheet() -> None:
    (host,) = scene.hosts(1)
    placed = world.assignment(world.employee(members=[host]), host)
    world.timesheet(placed, world.hours(NOVEMBER, 7), status="draft")
    Entry.objects.update(note="Lapins 😀")
    sheets = Timesheet.objects.filter(assignment__isnull=False).select_related(
        "employee", "assignment__member"
    )
    freezing.sign(list(sheets), at=NOW)


def an_agreement() -> None:
    world.group()
    world.member("Aloen")
    written.agreement(_renamed(), world.coordinator())


# Each template of a paper with what makes one, and the words that name the field.
PAPERS: dict[str, tuple[Callable[[], None], str]] = {
    "invoice.html": (an_invoice, "raison sociale, adhérent"),
    "account.html": (a_statement_of_account, "raison sociale, adhérent"),
    "liability.html": (a_statement_of_liability, "raison sociale, adhérent 1"),
    "funding.html": (a_report_to_a_funder, "action, heures, ligne 1"),
    "timesheet.html": (a_signed_timesheet, "note, heures du 02/11/2026"),
    "paper.html": (an_agreement, "raison sociale de l’adhérent"),
    **{f"letters/{kind.value}.html": (a_letter(kind), "désignation, ligne 2") for kind in LetterKind},
}


@pytest.mark.parametrize("template", PAPERS)
def test_a_paper_with_a_hole_is_refused_and_its_field_named(template: str) -> None:
    make, field = PAPERS[template]
    with pytest.raises(Refusal) as refused:
        make()
    assert isinstance(refused.value, HoleInPaper)
    assert f"😀 ({field})" in refused.value.message
    assert Employee.objects.count() < 3


def test_every_template_of_a_paper_is_tried() -> None:
    """Templates that others include are parts of theirs."""
    folder = settings.BASE_DIR / "templates" / "paper"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.html")}
    included = {
        name
        for path in folder.rglob("*.html")
        for name in re.findall(r'(?:include|extends) "paper/([^"]+)"', path.read_text())
    }
    assert found - included == PAPERS.keys()
