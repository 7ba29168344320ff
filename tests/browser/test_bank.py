"""The month's money comes in: a statement of the bank is imported, and five invoices are settled by it."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing.accounts import receivables
from billing.models import Invoice, Payment
from billing.month import drafting, issuing
from tests import world
from tests.browser.test_entry import OVERFLOW
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Aloen", "Book", "OnCIMé", "Optim’ism", "Sonam", "SPL Bois")
NOW = world.at(date(2026, 12, 10))


@pytest.fixture
def invoices(monkeypatch):
    """November worked at six members and issued on 3 December: 7 h at a price of its own for each."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    members = [world.member(name) for name in NAMES]
    person = world.employee(members=members)
    for rank, member in enumerate(members):
        placed = world.assignment(person, member, hourly_price=Decimal(20 + rank))
        world.timesheet(placed, world.hours(NOVEMBER, 7))
    world.timesheet(person)
    world.cost(person)
    run = drafting.draft(NOVEMBER, by=None, at=world.NOW)
    issuing.issue_run(run, by=None, at=world.NOW)
    return list(Invoice.objects.select_related("member").order_by("sequence"))


def dues():
    rows = receivables.with_dues(Invoice.objects.all()).order_by("sequence")
    return [row.due for row in rows]


def statement(invoices, path):
    """Four transfers that name their invoice as people write it, one by its payer's name, and the rent."""
    written = [
        invoices[0].number,
        invoices[1].number.replace("-", ""),
        invoices[2].number.replace("-", " ").lower(),
        f"FACTURE{invoices[3].number.replace('-', '')}",
    ]
    lines = [
        f"08/12/2026;VIR SEPA {sentence};;{each.total}"
        for sentence, each in zip(written, invoices, strict=False)
    ]
    lines.append(f"09/12/2026;VIR SEPA SONAM NOVEMBRE;;{invoices[4].total}")
    lines.append("09/12/2026;LOYER DECEMBRE;450,00;")
    text = "\n".join(["Compte;FR7630006000011234567890189", "", "Date;Libellé;Débit;Crédit", *lines, ""])
    path.write_bytes(text.encode("cp1252"))
    return path


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_bank_import_settles_five_invoices(invoices, enter, site, tmp_path, size):
    page = enter(world.finance(), size)
    page.goto(f"{site.url}/facturation/banque/")
    page.get_by_label("Fichier CAMT.053, OFX, CSV ou Excel").set_input_files(
        statement(invoices, tmp_path / "decembre.csv")
    )
    page.get_by_role("button", name="Importer le relevé").click()
    expect(page.locator("#toasts")).to_contain_text("Relevé importé : 6 opérations nouvelles.")
    expect(page.get_by_text("4 opérations sont sûres")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0
    assert Payment.objects.count() == 0

    page.get_by_role("link", name="Les accepter toutes").click()
    page.get_by_role("dialog").get_by_role("button", name="Accepter").click()
    expect(page.locator("#toasts")).to_contain_text("4 opérations rapprochées")
    assert dues() == [0, 0, 0, 0, invoices[4].total, invoices[5].total]

    # The fifth is named by its payer only: a person says so.
    sonam = page.locator(".op").filter(has_text="SONAM NOVEMBRE")
    expect(sonam).to_contain_text("Le libellé nomme l’adhérent.")
    sonam.get_by_role("radio").first.check()
    sonam.get_by_role("button", name="Accepter").click()
    expect(page.locator("#toasts")).to_contain_text("Sonam")
    assert dues() == [0, 0, 0, 0, 0, invoices[5].total]

    page.get_by_role("button", name="La mettre de côté").click()
    expect(page.locator("#toasts")).to_contain_text("1 sortie mise de côté.")
    page.goto(f"{site.url}/facturation/banque/")
    expect(page.get_by_text("Terminé")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0


def test_without_a_script_it_is_the_same(invoices, enter, site, tmp_path):
    page = enter(world.finance(), java_script_enabled=False)
    page.goto(f"{site.url}/facturation/banque/")
    page.get_by_label("Fichier CAMT.053, OFX, CSV ou Excel").set_input_files(
        statement(invoices, tmp_path / "decembre.csv")
    )
    page.get_by_role("button", name="Importer le relevé").click()
    page.get_by_role("link", name="Les accepter toutes").click()
    page.get_by_role("button", name="Accepter", exact=True).last.click()
    expect(page.locator("#toasts")).to_contain_text("4 opérations rapprochées")
    assert dues() == [0, 0, 0, 0, invoices[4].total, invoices[5].total]
