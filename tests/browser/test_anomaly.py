"""A month whose trial finds what is missing: each thing is cured by its own action, then the month is issued."""

from datetime import date

import pytest
from playwright.sync_api import expect

from billing.models import Invoice, RunProblem
from tests import world
from tests.world import OCTOBER

pytestmark = pytest.mark.django_db(transaction=True)

RUN = f"/facturation/{OCTOBER}/"
PAYROLL = (
    "matricule;nom;prénom;mois;brut;cotisations patronales\nM001;Kerbrat;Maëlle;2026-10;2350,00;893,00\n"
)


@pytest.fixture
def gael():
    """Finance and admin in one: Aloen pays by the hour, Sonam a share of the cost, exempt, its attestation expired."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam", is_taxable_person=False)
    world.attestation(sonam, ends_before=date(2026, 10, 15))
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    at_aloen = world.assignment(maelle, aloen, weekly_pattern=(420, 0, 0, 0, 0, 0, 0))
    at_sonam = world.assignment(
        maelle, sonam, weekly_pattern=(0, 420, 0, 0, 0, 0, 0), price_method="actual", vat_regime="E261B"
    )
    world.timesheet(at_aloen, world.hours(OCTOBER, 35), month=OCTOBER)  # four Mondays make 28 h
    world.timesheet(at_sonam, world.hours(OCTOBER, 28), month=OCTOBER)
    return world.user("Gaël Perrot", is_finance=True, is_admin=True)


def test_what_the_trial_finds_is_cured_and_the_month_is_issued(gael, enter, site, worker, tmp_path):
    page = enter(gael)
    page.goto(f"{site.url}{RUN}")
    page.get_by_role("button", name="Faire un essai").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Un coût manque")
    expect(main).to_contain_text("35,00 h approuvées en octobre 2026, pour 28,00 h convenues")
    assert not Invoice.objects.filter(number__isnull=False).exists()  # nothing is numbered by a trial

    page.get_by_role("link", name="Importer la paie").first.click()
    file = tmp_path / "paie.csv"
    file.write_bytes(PAYROLL.encode("cp1252"))
    page.locator("input[type=file]").set_input_files(str(file))
    page.locator("#id_month").fill(str(OCTOBER))
    page.get_by_role("button", name="Relire le fichier").click()
    page.get_by_role("button", name="Importer la paie").click()

    page.goto(f"{site.url}{RUN}")
    page.get_by_role("button", name="Refaire l’essai").click()
    expect(main).to_contain_text("Le compte est bon")
    expect(main).not_to_contain_text("Un coût manque")
    expect(main).to_contain_text("s’arrête le 14/10/2026")

    page.get_by_role("link", name="Enregistrer l’attestation").click()
    ends = page.locator("input[name=vat_attestations-0-ends_before]")
    ends.fill("01/01/2027")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.goto(f"{site.url}{RUN}")
    page.get_by_role("button", name="Refaire l’essai").click()
    expect(main).not_to_contain_text("attestation")
    assert not RunProblem.objects.filter(is_blocking=True).exists()

    page.get_by_role("link", name="Émettre les 2 factures").click()
    page.get_by_role("dialog").get_by_role("button", name="Émettre les 2 factures").click()
    expect(main).to_contain_text("2 sur 2 prêts", timeout=60_000)
    numbers = Invoice.objects.order_by("number").values_list("number", "member__short_name")
    assert list(numbers) == [("F-2026-0001", "Aloen"), ("F-2026-0002", "Sonam")]
