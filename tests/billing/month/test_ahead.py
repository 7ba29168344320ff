"""A month issued before its end asks first; a date that numbers reached ahead of time leaves a way out."""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.documents import rendering
from billing.models import Invoice
from billing.month import ahead, drafting, issuing
from tests import world
from tests.billing import owing
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
RUN = reverse("billing:run", args=[NOVEMBER])
ISSUE = reverse("billing:issue", args=[NOVEMBER])
SATURDAY, LAST = date(2026, 11, 28), date(2026, 11, 30)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "enqueue", lambda _: None)


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def worked_to_the_last_day() -> None:
    """Maëlle at Aloen: 7 h on the 5th, approved; Yann, 7 h on the 30th, written ahead."""
    world.group()
    aloen = world.member("Aloen")
    placed = world.assignment(world.employee(members=[aloen]), aloen, hourly_price=Decimal("20.00"))
    world.timesheet(placed, {date(2026, 11, 5): 420})
    other = world.assignment(world.employee("Yann", "Bihan", members=[aloen]), aloen)
    world.timesheet(other, {LAST: 420}, status="draft")


@pytest.mark.parametrize(
    ("on", "found"), [(SATURDAY, (2, 420)), (date(2026, 11, 29), (1, 420)), (LAST, None)]
)
def test_what_of_a_month_is_to_come(on: date, found: tuple[int, int] | None) -> None:
    worked_to_the_last_day()
    to_come = ahead.days_to_come(NOVEMBER, on)
    assert (to_come and ((NOVEMBER.before - on).days - 1, to_come.minutes)) == found
    if to_come:
        assert f"{found[0]}\u00a0jour" in to_come.sentence
        assert "7\u00a0h déjà pointées" in to_come.sentence


def test_a_month_goes_out_before_its_end_only_when_somebody_says_so(login, monkeypatch) -> None:
    saturday = world.at(SATURDAY)
    with monkeypatch.context() as early:  # the cast approves in December otherwise
        early.setattr(world, "at", lambda *_: saturday)
        worked_to_the_last_day()
    finance = login(world.finance())
    monkeypatch.setattr(timezone, "now", lambda: saturday)
    drafting.draft(NOVEMBER, by=None, at=saturday)
    asked = words(finance.get(f"{RUN}?confirmer=emission"))
    assert "2 jours restent à venir, avec 7 h déjà pointées" in asked
    assert "Émettre novembre 2026 avant sa fin" in asked
    answer = finance.post(ISSUE, follow=True)
    assert "Cochez la case" in words(answer)
    assert list(Invoice.objects.values_list("status", flat=True)) == ["draft"]
    finance.post(ISSUE, {"tot": "1"})
    assert list(Invoice.objects.values_list("status", flat=True)) == ["issued"]


def test_who_says_nothing_issues_no_month_before_its_end(monkeypatch) -> None:
    """Whoever calls the acts: a month with days to come goes out when somebody said so, and never by default."""
    saturday = world.at(SATURDAY)
    monkeypatch.setattr(world, "at", lambda *_: saturday)
    worked_to_the_last_day()
    run = drafting.draft(NOVEMBER, by=None, at=saturday)
    for act in (lambda: issuing.issue_run(run, by=None, at=saturday), lambda: one_by_one(saturday)):
        with pytest.raises(ahead.MonthNotOver):
            act()
    assert Invoice.objects.get().status == "draft"
    assert one_by_one(saturday, accepts_early=True).status == "issued"


def one_by_one(at: Any, **how: Any) -> Invoice:
    return issuing.issue(Invoice.objects.get(), by=None, at=at, **how)


def test_on_its_last_day_and_later_nothing_is_asked(login) -> None:
    worked_to_the_last_day()
    drafting.draft(NOVEMBER, by=None, at=NOW)
    finance = login(world.finance())
    assert "avant sa fin" not in words(finance.get(f"{RUN}?confirmer=emission"))
    finance.post(ISSUE)
    assert Invoice.objects.get().status == "issued"


def test_a_date_reached_ahead_is_proposed_and_taken(login) -> None:
    """An invoice is dated of 3 January where today is 3 December, by a clock that was wrong: number 2 follows it."""
    worked_to_the_last_day()
    wrong = date(2026, 12, 28)
    owing.invoice(world.member("Sonam"), issued_on=wrong)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    done = issuing.issue_run(run, by=None, at=NOW)
    assert "28/12/2026" in done.failed[0][1]
    with pytest.raises(ahead.NotTheDateReached):
        issuing.issue_run(run, by=None, at=NOW, issued_on=date(2026, 12, 20))
    finance = login(world.finance())
    assert "Dater ces factures du 28 décembre 2026" in words(finance.get(f"{RUN}?confirmer=emission"))
    finance.post(ISSUE, {"date": "2026-12-28"})
    made = Invoice.objects.get(run=run)
    assert (made.number, made.issued_on, made.issued_at) == ("F-2026-0002", wrong, NOW)
    assert made.snapshot["issued_on"] == "2026-12-28"
