"""Every sum on a page adds up before the reader's eyes: what is printed of a month is parsed and added."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest.mock import ANY

import pytest
from django.urls import reverse

from billing.accounts import payments
from billing.models import BillingRun, Invoice, ReserveEntry
from billing.month import drafting, issuing
from billing.true_ups import issuing as true_up_issuing
from tests import world
from tests.billing import printed, scene
from tests.billing.credit_notes import issued as crediting
from tests.billing.printed import ZERO, facts, named
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db

RUN = reverse("billing:run", args=[NOVEMBER])
RUNS = reverse("billing:runs")
RESERVE = reverse("billing:reserve")
YEAR = reverse("billing:year")


@pytest.fixture
def month():
    """November of three people at three members, at cost and by the hour, with expenses and dues; October before."""
    hosts = scene.hosts(3)
    aloen, sonam, optimism = Invoice._meta.get_field("member").related_model.objects.by_name()
    maelle = world.employee(members=hosts)
    scene.issued(hosts, month=OCTOBER, person=maelle)
    scene.worked(hosts, person=maelle)
    yann = world.employee("Yann", "Le Goff", members=hosts)
    world.timesheet(world.assignment(yann, aloen, hourly_price=Decimal("23.45")), world.hours(NOVEMBER, 28))
    ana = world.employee("Ana", "Le Bris", members=hosts)
    world.timesheet(
        world.assignment(ana, sonam, price_method="flat", flat_amount=Decimal("700.01"), hourly_price=None),
        world.hours(NOVEMBER, 7),
    )
    world.cost(yann, gross="333.33", contributions="111.11")
    crediting.free(optimism, "20.10")
    crediting.free(sonam, "15.00", regime="O")
    return period.issue(NOVEMBER)


def pages(client):
    """Every page of the month, with what does not add up on it."""
    addresses = [RUN, RUNS, RESERVE, YEAR, reverse("billing:invoices")]
    addresses += [f"{RUN}?facture={row.pk}" for row in Invoice.objects.filter(run__month=NOVEMBER)]
    addresses += [reverse("billing:invoice", args=[row.pk]) for row in Invoice.objects.all()]
    addresses += [
        reverse("billing:account", args=[pk]) for pk in {row.member_id for row in Invoice.objects.all()}
    ]
    addresses += [f"{reverse('billing:costs')}?mois={NOVEMBER}"]
    addresses += [f"{reverse('billing:true_up_preview')}?du={NOVEMBER}&au={NOVEMBER}&reserve=garde"]
    texts = {address: client.get(address).content.decode() for address in addresses}
    found = {address: faults for address, text in texts.items() if (faults := printed.faults(text))}
    for invoice in Invoice.objects.all():
        address = reverse("billing:invoice", args=[invoice.pk])
        if faults := invoice_faults(texts[address]):
            found[address] = faults
    if faults := month_faults(texts):
        found["between pages"] = faults
    return texts, found


def unequal(**figures):
    """Names of two figures that should be one, with both; ``left__is__right`` names nothing else."""
    return [f"{name}: {left} is not {right}" for name, (left, right) in figures.items() if left != right]


def invoice_faults(text):
    """Lines multiply and add to the net, rates to the VAT, both to the total; credit notes and payments to the rest."""
    lines, rates, shown = named(text, "Lignes"), named(text, "Ventilation"), facts(text)
    found = [
        f"{q} × {price} beside {net}"
        for q, price, net in zip(
            lines.column("Quantité"),
            lines.column("Prix unitaire HT"),
            lines.column("Montant HT"),
            strict=True,
        )
        if round(q * price, 2) != net
    ]
    found += unequal(
        net=(sum(lines.column("Montant HT")), shown["Total HT"]),
        base=(sum(rates.column("Base HT")), shown["Total HT"]),
        vat=(sum(rates.column("TVA")), shown["TVA"]),
        total=(shown["Total HT"] + shown["TVA"], shown["Total TTC"]),
    )
    left = shown.get("Reste à régler", shown.get("Reste à utiliser"))
    if left is not None:
        settled = [
            value for label, value in shown.items() if label.startswith(("Avoir ", "Règlement,", "Règle "))
        ]
        found += unequal(left=(shown["Total TTC"] - sum(settled, ZERO), left))
    return found


def month_faults(texts):
    """The same figure on two pages is one; the ledger's balances run; the equation is one."""
    run, reserve = texts[RUN], texts[RESERVE]
    shown, ladder, table = facts(run), named(run, "Du coût"), named(run, "Factures par adhérent")
    ledger = named(reserve, "Mouvements")
    moves, balances = ledger.column("Montant"), ledger.column("Solde")
    now = ladder.titles[-1]
    cost, received, charged = ladder.column(now)[:3]
    borne = next(value for label, value in shown.items() if "la réserve" in label)
    months = named(texts[RUNS], "Clôture")
    return unequal(
        cost=(next(value for label, value in shown.items() if label.startswith("Coût employeur")), cost),
        charged=(shown["Refacturé aux adhérents, hors frais de gestion"], charged),
        reserve=(abs(received), borne),
        invoices=(ladder.column(ladder.titles[1])[-1], table.total("HT")),
        listed=(ladder.column(now)[-1], months.column("HT")[0]),
        listed_total=(
            table.total("Net TTC" if "Net TTC" in table.titles else "TTC"),
            months.column("TTC")[0],
        ),
        balance=(facts(reserve)["Solde"], balances[0]),
        year=(facts(texts[YEAR])["Solde"], balances[0]),
        running=(
            balances,
            [before + move for before, move in zip([*balances[1:], ZERO], moves, strict=True)],
        ),
        people=(named(run, "Coût employeur, réserve").total("Réserve"), received),
        of_month=(sum(_moves_of_november(ledger), ZERO), received if _is_issued() else ANY),
    )


def _is_issued():
    """Whether the ledger has all that the month's page has: a supplement that is a draft is on the page only."""
    return not BillingRun.objects.filter(month=NOVEMBER).exclude(status="issued").exists()


def _moves_of_november(ledger):
    """Closes and supplements of November, and credit notes on their invoices; not the entry of a true-up."""
    numbers = Invoice.objects.filter(run__month=NOVEMBER).values_list("number", flat=True)
    for row, amount in zip(ledger.rows, ledger.column("Montant"), strict=True):
        label = printed.words(row[0]).partition("La réserve")[0]
        is_close = "novembre 2026" in label and "Régularisation" not in label
        is_note = label.startswith("Avoir") and any(f" sur {number}," in label for number in numbers)
        if is_close or is_note:
            yield amount


def test_what_the_pages_of_a_month_print_adds_up_at_each_step(login, month):
    client = login(world.finance())
    wrong = {}

    def read_pages(step):
        texts, found = pages(client)
        wrong.update({f"{step}: {address}": faults for address, faults in found.items()})
        return texts

    text = read_pages("issued, a cost missing")[RUN]
    assert "Le compte n’est pas complet" in text
    assert "Frais, cotisations et autres sommes" in text

    at_aloen = Invoice.objects.get(run=month, member__short_name="Aloen")
    shares = at_aloen.lines.filter(charge__kind="cost_share")
    crediting.credit(at_aloen, crediting.composing.CreditAmount(shares[0], Decimal("100.00")))
    crediting.credit(
        at_aloen, crediting.days(at_aloen.lines.get(charge__kind="worked_hours"), {2: 60}, crediting.VOIDED)
    )
    read_pages("credited in part")

    ana = world.Employee.objects.get(first_name="Ana")
    world.cost(ana, gross="500.00", contributions="99.99")
    read_pages("a late cost")
    drafting.draft(NOVEMBER, by=None, at=NOW)
    read_pages("a supplement drafted")
    issuing.issue_run(BillingRun.objects.get(month=NOVEMBER, supplement=1), by=None, at=NOW)
    assert "Le compte est bon" in read_pages("the supplement issued")[RUN]

    payments.record_payment(
        member=at_aloen.member,
        received_on=date(2026, 12, 3),
        amount=Decimal("50.00"),
        method="transfer",
        by=None,
        at=NOW,
    )
    read_pages("paid in part")
    true_up = period.prepared(first=NOVEMBER, last=NOVEMBER)
    wrong.update(true_up_faults(client, true_up))
    true_up_issuing.issue(true_up, by=None, at=NOW)
    read_pages("trued up")
    wrong.update(true_up_faults(client, true_up))
    assert ReserveEntry.objects.exists()
    assert wrong == {}


def true_up_faults(client, true_up):
    """Of each member the parts of its people; the difference of the page is that of the year's list."""
    text = client.get(reverse("billing:true_up", args=[true_up.pk])).content.decode()
    table = named(text, "Part du coût réel")
    found = printed.faults(text)
    for title in ("Heures", "Part réelle", "Facturé", "Différence"):
        whole, parts = ZERO, ZERO
        for kind, figure in zip([*table.kinds, "end"], [*table.column(title), ZERO], strict=True):
            if "is-part" in kind:
                parts += figure
                continue
            found += unequal(**{f"people, {title}": (whole, parts)})
            whole, parts = figure, ZERO
    year = named(client.get(YEAR).content.decode(), "Régularisations")
    found += unequal(
        difference=(facts(text)["Différence HT"], table.total("Différence")),
        year=(year.column("Différence HT")[0], facts(text)["Différence HT"]),
    )
    return {f"true-up {true_up.status}": found} if found else {}


def test_what_does_not_add_up_is_seen():
    page = """<html lang="fr"><table><caption>Sommes</caption><thead><tr><th>Adhérent</th><th>HT</th><th>TVA</th>
    <th>TTC</th></tr></thead><tbody><tr><th>Aloen</th><td>1 000,00</td><td>200,00</td><td>{total}</td></tr>
    <tr><th>Sonam</th><td>\u221210,00</td><td>0,00</td><td>\u221210,00</td></tr></tbody><tfoot><tr><th>Total</th><td>{net}</td>
    <td>200,00</td><td>1 190,00</td></tr></tfoot></table><table><caption>Échelle</caption><thead><tr><th>Somme</th>
    <th>HT</th></tr></thead><tbody><tr><th>Coût</th><td>10,00</td></tr><tr data-sum><th>=</th><td>{sum}</td></tr>
    </tbody></table></html>"""
    right = {"total": "1 200,00", "net": "990,00", "sum": "10,00"}
    assert printed.faults(page.format(**right)) == []
    assert printed.faults(page.format(**right | {"total": "1 200,01"})) == [
        "Sommes, TTC: 1190.01 above 1190.00",
        "Sommes, Aloen: 1000.00 + 200.00 beside 1200.01",
    ]
    assert printed.faults(page.format(**right | {"net": "990,01"})) == ["Sommes, HT: 990.00 above 990.01"]
    assert printed.faults(page.format(**right | {"sum": "10,01"})) == ["Échelle, HT: 10.00 above 10.01 (=)"]
