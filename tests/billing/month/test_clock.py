"""A clock that is ahead: asked about before anything is issued; where it was believed, the ways out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from billing.credit_notes import crediting, replacing
from billing.documents import numbering
from billing.models import Proof, Series, SeriesEvent
from billing.month import ahead, issuing
from billing.true_ups import issuing as settling
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing import owing, scene
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def proven(days: int) -> None:
    Proof.objects.create(at=NOW - timedelta(days))


@pytest.mark.parametrize(("days", "is_asked"), [((), False), ((10,), False), ((11,), True), ((40, 3), False)])
def test_ten_days_without_a_word_are_asked_about_and_eleven_are_not_let_go(days, is_asked) -> None:
    for each in days:
        proven(each)
    proven(0)  # what was recorded today was recorded by the same clock
    found = ahead.silence(TODAY)
    assert (found is not None) == is_asked
    if found:
        assert "depuis le 22 novembre 2026" in found.sentence.replace("\u00a0", " ")


def test_a_message_of_the_morning_is_a_word_too() -> None:
    proven(30)
    aloen = world.member()
    sheet = world.timesheet(world.assignment(world.employee(members=[aloen]), aloen), {}, status="submitted")
    world.visa_mail(sheet, world.staff(aloen), NOW - timedelta(4))
    assert ahead.last_recorded(TODAY) == TODAY - timedelta(4)


def test_issuing_asks_and_goes_on_once_the_date_is_confirmed(login) -> None:
    run = scene.drafted(scene.hosts())
    proven(12)
    with pytest.raises(ahead.ClockInDoubt, match="3 décembre 2026"):
        issuing.issue_run(run, by=None, at=NOW, accepts_clock=False)
    client = login(world.finance())
    address = reverse("billing:issue", args=[NOVEMBER])
    asked = client.post(address, follow=True).content.decode()
    assert 'name="horloge"' in asked
    assert run.invoices.filter(status="issued").count() == 0
    client.post(address, {"horloge": "1"})
    assert run.invoices.filter(status="issued").count() == 2


@pytest.fixture
def blocked():
    """An invoice dated a month ahead, on 3 January, and one dated 28 December."""
    world.group()
    aloen = world.member()
    owing.invoice(aloen, issued_on=date(2026, 12, 28))
    return aloen


def test_the_page_says_until_when_and_the_ways_out(blocked, login) -> None:
    scene.drafted([blocked])
    client = login(world.finance())
    shown = client.get(f"/facturation/{NOVEMBER}/").content.decode().replace("\u00a0", " ")
    assert "La série est bloquée jusqu’au 28 décembre 2026." in shown
    assert "ouvrir une série de plus" in " ".join(shown.split())


def test_an_admin_opens_a_further_series_and_issuing_goes_on(blocked, login) -> None:
    client = login(world.admin())
    address = reverse("admin:billing_series_add")
    typed = {"kind": "invoice", "prefix": "G", "reason": ""}
    assert "Écrivez pourquoi" in client.post(address, typed).content.decode()
    assert (
        "un jour le même numéro"
        in client.post(address, {**typed, "prefix": "F", "reason": "x"}).content.decode()
    )
    assert client.post(address, {**typed, "reason": "Horloge en avance au 28/12"}).status_code == 302
    made = Series.objects.get(rank=1)
    assert (made.prefix, made.year, made.reason) == ("G", 2026, "Horloge en avance au 28/12")
    assert made.opened_by.is_admin
    assert made.opened_at == NOW
    assert SeriesEvent.objects.filter(pgh_obj=made, pgh_label="insert").exists()

    assert numbering.blocked_until(TODAY) is None
    assert owing.invoice(blocked, issued_on=TODAY).number == "G-2026-0001"
    assert owing.invoice(blocked, issued_on=date(2027, 1, 4)).number == "F-2027-0001"
    assert numbering.gaps() == []
    assert (
        client.post(address, {**typed, "prefix": "H", "reason": "x"}).status_code == 200
    )  # nothing is blocked now


def test_a_series_of_a_later_year_blocks_and_lets_go_as_well(blocked) -> None:
    owing.invoice(blocked, issued_on=date(2027, 2, 1))
    assert numbering.blocked_until(TODAY) == date(2027, 2, 1)
    facts = {"kind": "invoice", "prefix": "G", "reason": "Horloge", "at": NOW}
    with pytest.raises(Refusal, match="administration|administre"):
        numbering.open_series(**facts, by=world.finance())
    numbering.open_series(**facts, by=world.admin())
    assert owing.invoice(blocked, issued_on=TODAY).number == "G-2026-0001"


def test_what_is_not_blocked_is_not_doubled() -> None:
    world.group()
    owing.invoice(world.member(), issued_on=TODAY)
    with pytest.raises(Refusal, match="n’est pas bloquée"):
        numbering.open_series(kind="invoice", prefix="G", reason="x", by=world.admin(), at=NOW)


def test_a_credit_note_a_replacement_and_a_true_up_ask_too(login) -> None:
    run = scene.issued(scene.hosts())
    invoice = run.invoices.order_by("pk")[0]
    proven(12)
    for act, facts in (
        (crediting.issue_credit_note, {"lines": [], "reason": "x"}),
        (replacing.credit_and_replace, {"prices": {}, "reason": "x"}),
        (settling.issue, {}),
    ):
        with pytest.raises(ahead.ClockInDoubt):
            act(invoice, by=None, at=NOW, accepts_clock=False, **facts)
    client = login(world.finance())
    shown = client.get(reverse("billing:credit_and_replace", args=[invoice.pk])).content.decode()
    assert 'name="horloge"' in shown
    whole = {"extent": "whole", "fate": "released", "reason": "Trop d’heures", "etape": "apercu"}
    assert (
        'name="horloge"' in client.post(reverse("billing:credit", args=[invoice.pk]), whole).content.decode()
    )
