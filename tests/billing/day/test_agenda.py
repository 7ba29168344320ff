"""What finance’s day says: each thing to do with its sum, in the order of haste; nothing that is done."""

from __future__ import annotations

import html
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from billing.accounts import payments
from billing.charges import expenses
from billing.charges.expenses import ExpenseClaim
from billing.day.agenda import Agenda, agenda
from billing.month import drafting, issuing
from tests import world
from tests.billing import owing, scene
from tests.billing.bank.statements import imported, line
from tests.billing.charges.receipt_files import PDF
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY = reverse("billing:day")


def listed(found: Agenda) -> list[tuple[str, str]]:
    """What is to do, with its sum."""
    plain = [task.title.replace("\u00a0", " ") for task in found.to_do]
    return [(title, str(task.sum)) for title, task in zip(plain, found.to_do, strict=True)]


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def test_a_group_without_anything_has_nothing_to_do(login) -> None:
    world.group()
    found = agenda(TODAY)
    assert (found.to_do, found.balances, found.work.month) == ([], [], NOVEMBER)
    page = words(login(world.finance()).get(DAY))
    assert "Rien ne vous attend." in page
    assert "Aucune facture n’est échue." in page


def test_all_that_awaits_has_its_sum(login) -> None:
    """Late: 240.00 and 100.00, and a rest of 2.00 of 50.00; the bank brings 77.00; a credit of 12.00; a toner."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    owing.invoice(aloen, "240.00", days=1)
    owing.invoice(sonam, "100.00", days=10)
    rest = owing.invoice(sonam, "50.00", days=10)
    owing.invoice(aloen, "30.00", days=90)
    for amount, member, settled in (("48.00", sonam, [(rest, Decimal(48))]), ("12.00", aloen, [])):
        payments.record_payment(
            member,
            amount=Decimal(amount),
            received_on=TODAY,
            method="cheque",
            allocations=settled,
            by=None,
            at=NOW,
        )
    imported(line("77.00", "VIR INCONNU", on=date(2026, 12, 2)), line("-5.00", "FRAIS", on=date(2026, 12, 2)))
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen, hourly_price=Decimal("20.00"))
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    bought = ExpenseClaim("purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=PDF)
    expenses.claim(placed, bought, by=world.user("Quelqu’un"), at=NOW)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    found = agenda(TODAY)
    assert listed(found) == [
        ("Relancer 2 factures échues", "340.00"),
        ("Abandonner 1 reste minime", "2.00"),
        ("Rapprocher 2 opérations de banque", "77.00"),
        ("Relire et émettre 1 brouillon", "168.00"),
        ("Saisir le coût de 1 personne", "None"),
        ("Répondre à 1 note de frais", "31.20"),
        ("Imputer ou rembourser ce qui reste en crédit", "12.00"),
    ]
    assert [(row.member, row.due, row.overdue) for row in found.balances] == [
        (aloen, Decimal("270.00"), Decimal("240.00")),
        (sonam, Decimal("102.00"), Decimal("102.00")),
    ]
    assert (found.due, found.overdue) == (Decimal("372.00"), Decimal("342.00"))
    page = words(login(world.finance()).get(DAY))
    assert "7 choses à faire" in page
    assert "372,00 € dont 342,00 € en retard" in page
    issuing.issue_run(run, by=None, at=NOW)
    assert agenda(TODAY).work.month == NOVEMBER.next


def test_a_cost_that_came_after_the_issue_waits_for_a_supplement(login) -> None:
    """October is issued with Maëlle's cost; Yann's comes in December: finance reads it until a supplement counts it."""
    (aloen,) = scene.hosts(1)
    scene.issued([aloen])
    yann = world.employee("Yann", "Bihan", members=[aloen])
    world.timesheet(world.assignment(yann, aloen, hourly_price=Decimal("20.00")), world.hours(NOVEMBER, 7))
    world.cost(yann, gross="900.00", contributions="100.00")
    title = "Compter 1 coût arrivé après l’émission"
    assert (title, "1000.00") in listed(agenda(TODAY))
    page = words(login(world.finance()).get(DAY))
    assert "Yann Bihan (novembre 2026). Un complément du mois le prend." in page
    issuing.issue_run(drafting.draft(NOVEMBER, by=None, at=NOW), by=None, at=NOW)
    assert title not in dict(listed(agenda(TODAY)))


def test_finance_lands_here_and_nobody_else_reads_it(login) -> None:
    world.group()
    scene.hosts(1)
    assert login(world.finance()).get("/", follow=True).request["PATH_INFO"] == DAY
    assert login(world.coordinator()).get(DAY).status_code == 403
