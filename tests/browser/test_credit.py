"""A day billed wrongly, in a browser: credited, seen before it is issued, billed again by the next run."""

import re

import pytest
from playwright.sync_api import expect

from billing.models import Invoice
from tests import world
from tests.billing.credit_notes.issued import bill, placed, waiting, worked
from tests.world import NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "La journée du 6 octobre était une réunion du groupement."


@pytest.fixture
def billed():
    """Aloen's October: 7 h, 7 h and 5 h at 22.44."""
    assignment = placed("22.44")
    worked(assignment, {5: 420, 6: 420, 7: 300}, month=OCTOBER)
    return bill(OCTOBER)


def test_a_partial_credit_and_its_hours_billed_again(billed, enter, site, worker):
    page = enter(world.finance())
    page.goto(f"{site.url}/facturation/factures/{billed.pk}/")
    page.get_by_role("link", name="Faire un avoir").click()
    page.get_by_label("Une partie").check()
    page.get_by_role("checkbox", name=re.compile("mardi 6 octobre")).check()
    page.get_by_label("Heures à créditer, mercredi 7 octobre").fill("2h30")
    page.get_by_label("Les facturer de nouveau").check()
    page.get_by_label("Motif").fill(REASON)
    page.get_by_role("button", name="Voir l’avoir avant de l’émettre").click()

    main = page.get_by_role("main")
    expect(main).to_contain_text("heures des 6 et 7 octobre 2026, à facturer de nouveau")
    expect(main).to_contain_text("255,82")  # 9.5 h at 22.44 is 213.18, and 42.64 of VAT
    assert Invoice.objects.count() == 1
    page.get_by_role("button", name="Modifier").click()
    expect(page.get_by_label("Heures à créditer, mercredi 7 octobre")).to_have_value("2h30")
    page.get_by_role("button", name="Voir l’avoir avant de l’émettre").click()
    page.get_by_role("button", name="Émettre l’avoir").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Avoir F-2026-")
    expect(main).to_contain_text(REASON)
    note = Invoice.objects.get(kind="credit_note")
    assert (str(note.total), note.minutes, waiting()) == ("255.82", 570, 570)
    page.get_by_role("link", name=billed.number).first.click()
    expect(main).to_contain_text("Créditée en partie")
    expect(main).to_contain_text(note.number)

    bill_again(page, site)
    again = Invoice.objects.exclude(pk__in=[billed.pk, note.pk]).get()
    assert (again.minutes, again.net, waiting()) == (570, note.net, 0)
    page.goto(f"{site.url}/facturation/factures/{note.pk}/")
    page.get_by_text("Les heures créditées").click()
    expect(main).to_contain_text(f"facturées de nouveau, {again.number}")


def bill_again(page, site):
    """The month after, by the pages: try, read, issue."""
    page.goto(f"{site.url}/facturation/{NOVEMBER}/")
    page.get_by_role("button", name="Faire un essai").click()
    page.get_by_role("link", name="Émettre").first.click()
    dialog = page.get_by_role("dialog")
    for box in dialog.get_by_role("checkbox").all():  # what is asked depends on today's date
        box.check()
    dialog.get_by_role("button", name="Émettre").click()
    expect(page.get_by_role("main")).to_contain_text("1 sur 1", timeout=60_000)
