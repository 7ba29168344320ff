"""Where numbers have reached a date ahead of today, credit notes and true-ups are dated of it: the one way out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.credit_notes import crediting, remaining, replacing
from billing.documents import rendering
from billing.documents.numbering import NumberTooEarly
from billing.models import Fate, Invoice
from billing.month import ahead, drafting
from billing.month.issuing import issue_run
from billing.true_ups import issuing as true_ups
from members.models import Group
from tests import world
from tests.billing import owing
from tests.billing.credit_notes.issued import REASON, invoice, placed, worked
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
REACHED = date(2026, 12, 28)
OTHER = date(2026, 12, 20)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "enqueue", lambda _: None)


def credit(of: Invoice, **how: Any) -> Invoice:
    lines = crediting.whole_invoice(remaining.remainder_of(of), Fate.VOIDED)
    return crediting.issue_credit_note(of, lines=lines, reason=REASON, by=None, at=NOW, **how)


@pytest.mark.parametrize("prefix", ["", "A"])
def test_a_credit_note_on_an_invoice_dated_ahead_bears_its_date(prefix: str) -> None:
    """An invoice of 28 December, by a wrong clock, where today is the 3rd: with numbers of their own or shared ones."""
    worked(placed(), {2: 420})
    Group.objects.update(credit_prefix=prefix)
    owing.invoice(world.member("Sonam"), issued_on=REACHED)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    (wrong,) = issue_run(run, by=None, at=NOW, issued_on=REACHED).issued
    with pytest.raises(crediting.NotCreditable):
        credit(wrong)
    with pytest.raises((ahead.NotTheDateReached, crediting.NotCreditable)):
        credit(wrong, issued_on=OTHER)
    note = credit(wrong, issued_on=REACHED)
    assert (note.issued_on, note.issued_at, note.snapshot["issued_on"]) == (REACHED, NOW, "2026-12-28")


def test_a_credit_note_follows_an_invoice_of_somebody_else_dated_ahead(login) -> None:
    of = invoice({2: 420})
    owing.invoice(world.member("Sonam"), issued_on=REACHED)
    with pytest.raises(NumberTooEarly):
        credit(of)
    finance, address = login(world.finance()), reverse("billing:credit", args=[of.pk])
    chosen = {"extent": "whole", "fate": "voided", "reason": REASON}
    preview = finance.post(address, {**chosen, "etape": "apercu"})
    assert "Dater cet avoir du 28 décembre 2026" in preview.content.decode()
    sent = {**chosen, "etape": "emettre", "seen": str(of.total)}
    assert finance.post(address, sent).status_code == 422
    finance.post(address, {**sent, "date": "2026-12-28"})
    assert Invoice.objects.get(corrects=of).issued_on == REACHED


def test_an_invoice_is_replaced_by_a_credit_note_of_the_date_reached(login) -> None:
    of = invoice({2: 420})
    owing.invoice(world.member("Sonam"), issued_on=REACHED)
    finance, address = login(world.finance()), reverse("billing:credit_and_replace", args=[of.pk])
    assert "Dater l’avoir du 28 décembre 2026" in finance.get(address).content.decode()
    (price,) = replacing.invoiced_prices_of(of)
    sent = {"reason": REASON, "seen": str(of.total), f"tva-{price.terms.pk}": "S20"}
    sent[f"prix-{price.terms.pk}"] = "21,00"
    finance.post(address, {**sent, "date": "2026-12-28"})
    assert Invoice.objects.get(corrects=of).issued_on == REACHED
    draft = Invoice.objects.get(status="draft")
    assert draft.net == Decimal("147.00")
    assert issue_run(draft.run, by=None, at=NOW, issued_on=REACHED).failed == []


def test_a_true_up_is_dated_of_the_date_reached(login) -> None:
    period.half_year("40800.00")
    owing.invoice(world.member("Autre"), issued_on=REACHED)
    true_up = period.prepared()
    with pytest.raises(NumberTooEarly):
        true_ups.issue(true_up, by=None, at=NOW)
    with pytest.raises(ahead.NotTheDateReached):
        true_ups.issue(true_up, by=None, at=NOW, issued_on=OTHER)
    finance = login(world.finance())
    page = finance.get(reverse("billing:true_up", args=[true_up.pk]) + "?confirmer=emission")
    assert "Dater ces documents du 28 décembre 2026" in page.content.decode()
    finance.post(reverse("billing:issue_true_up", args=[true_up.pk]), {"date": "2026-12-28"})
    made = Invoice.objects.filter(true_up=true_up)
    assert set(made.values_list("issued_on", "status")) == {(REACHED, "issued")}
    assert (made.count(), NOVEMBER.year) == (3, 2026)
