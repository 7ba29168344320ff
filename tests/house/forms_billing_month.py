"""Valid postings to the pages of the monthly close, of costs, of prices and quotes, and of the year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from billing.costs import payroll_file, payroll_import
from billing.documents import rendering, vat
from billing.models import Invoice, PriceIndex, ProvisionEntry, Quote, TrueUp
from billing.month import drafting
from billing.prices import offering
from billing.prices.forms.simulator import EXAMPLE, SimulatorForm
from billing.prices.simulator import simulate
from billing.true_ups import preparing
from employees.models import Assignment
from tests import world
from tests.billing.costs import books
from tests.house.form import Filled, Form
from tests.house.forms_billing_accounts import issued, unprinted
from tests.house.house import House
from tests.house.posting import upload
from tests.world import NOVEMBER, NOW, OCTOBER

OF_NOVEMBER = {"month": NOVEMBER}


def draft(_house: House, _role: str) -> Filled:
    return Filled(OF_NOVEMBER)


def drafted(house: House, _role: str) -> Filled:
    drafting.draft(NOVEMBER, by=house.users["finance"], at=NOW)
    return Filled(OF_NOVEMBER)


def retry(house: House, _role: str) -> Filled:
    unprinted(house)
    return Filled(OF_NOVEMBER)


MONTH = {
    "billing:draft": Form(draft),
    "billing:discard": Form(drafted),
    "billing:issue": Form(drafted),
    "billing:retry": Form(retry),
}

PAYROLL = "paie.csv"
# As an office writes it, with titles of its own: a number, a name, and what was paid.
OFFICE = ("N°", "Salarié", "Base", "URSSAF")
MEANINGS = ("number", "last_name", "gross_pay", "employer_contributions")


def payroll_of(house: House) -> bytes:
    """The month of Maëlle, under titles that are known."""
    line = f"{house.maelle.payroll_number};;;;2200,00;880,00;;;"
    return books.csv_file(line)


def office_payroll_of(house: House) -> bytes:
    """The same under titles that nobody knows."""
    return books.csv_file(
        f"{house.maelle.payroll_number};{house.maelle.last_name};2200,00;880,00", titles=";".join(OFFICE)
    )


def waiting(data: bytes) -> dict[str, Any]:
    """The session of somebody whose payroll file waits for its import."""
    return {"payroll_import": {"token": upload(data), "name": PAYROLL, "month": str(NOVEMBER)}}


def import_costs(house: House, _role: str) -> Filled:
    file = SimpleUploadedFile(PAYROLL, payroll_of(house), "text/csv")
    return Filled(fields={"month": str(NOVEMBER), "file": file})


def waits_for_its_import(answer: Any) -> bool:
    """Nothing is written yet: the file is previewed."""
    return "payroll_import" in answer.client.session


def cost_columns(_house: House, _role: str) -> Filled:
    return Filled(fields={f"column_{place}": meaning for place, meaning in enumerate(MEANINGS)})


def cost_confirm(house: House, _role: str) -> Filled:
    sheet = payroll_file.read_payroll(payroll_of(house), file_name=PAYROLL, month=NOVEMBER)
    return Filled(fields={"digest": payroll_import.preview_payroll(sheet).digest})


def cost_estimate(_house: House, _role: str) -> Filled:
    how = {"estimate-basis": "contract", "estimate-rate": "40,00"}
    return Filled(fields={"month": str(NOVEMBER), **how})


def cost_settle_provision(house: House, _role: str) -> Filled:
    """Aloen holds a provision, and hosts nobody any more."""
    ProvisionEntry.objects.create(
        employee=house.maelle,
        member=house.aloen,
        month=OCTOBER,
        kind="set_aside",
        amount=Decimal("196.00"),
        noted_at=NOW,
    )
    Assignment.objects.filter(member=house.aloen).update(ends_before=NOVEMBER.before)
    return Filled({"pk": house.aloen.pk})


COSTS = {
    "billing:import_costs": Form(import_costs, writes=False, is_page=True, shows=waits_for_its_import),
    "billing:cost_columns": Form(
        cost_columns, session=lambda house, _role: waiting(office_payroll_of(house))
    ),
    "billing:cost_confirm": Form(cost_confirm, session=lambda house, _role: waiting(payroll_of(house))),
    "billing:cost_estimate": Form(cost_estimate),
    "billing:cost_settle_provision": Form(cost_settle_provision),
}

NEW_YEAR = date(2027, 1, 1)
LAST_DAY = date(2027, 1, 31)
SIMULATED = urlencode({**EXAMPLE, "s1_nom": "Aloen"})


def change_price(house: House, _role: str) -> Filled:
    """The second of two steps: what was shown is agreed on."""
    return Filled(
        {"pk": house.placed.pk},
        {
            "etape": "accord",
            "starts_on": NEW_YEAR.isoformat(),
            "price_method": "hourly",
            "hourly_price": "24,00",
            "vat_regime": "S20",
            "absence_rule": "worked_hours",
        },
    )


def revise_price(house: House, _role: str) -> Filled:
    """The price follows an index, of which a value was published since."""
    for month, value in ((OCTOBER, "105.2"), (NOVEMBER, "107.9")):
        PriceIndex.objects.create(code="ICHT", month=month, value=Decimal(value))
    house.placed.terms.update(index_code="ICHT", index_base=Decimal("105.2"))
    typed = {"etape": "accord", "month": str(NOVEMBER), "starts_on": NEW_YEAR.isoformat()}
    return Filled({"pk": house.placed.pk}, typed)


def make_quote(_house: House, _role: str) -> Filled:
    offered = {"row": "0", "method": "hourly", "job": "comptable", "valid_until": LAST_DAY.isoformat()}
    return Filled(fields={"simulation": SIMULATED, **offered})


def send_month(house: House, _role: str) -> Filled:
    """Invoices whose PDF is there."""
    printed(house)
    return Filled({"month": NOVEMBER})


def send_invoice(house: House, _role: str) -> Filled:
    return Filled({"pk": printed(house).pk})


def printed(house: House) -> Invoice:
    """The invoice of Aloen for November, with its PDF."""
    made = issued(house)
    for invoice in Invoice.objects.filter(status="issued").values_list("pk", flat=True):
        rendering.render(invoice, at=NOW)
    return made


def offered(house: House) -> Quote:
    """A quote to Aloen."""
    form, by = SimulatorForm(QueryDict(SIMULATED)), house.users["finance"]
    assert form.is_valid(), form.errors
    assert by is not None
    simulation = simulate(form.simulation_input(), rates=vat.rates(NOW.date()))
    offer = offering.Offer(simulation, 0, "hourly", "comptable", LAST_DAY, house.aloen, address=SIMULATED)
    return offering.write(offer, by=by, at=NOW)


def send_quote(house: House, _role: str) -> Filled:
    return Filled({"pk": offered(house).pk})


def accept_quote(house: House, _role: str) -> Filled:
    """A quote to Aloen becomes the price of its assignment."""
    quote = offered(house)
    typed = {"etape": "accord", "assignment": house.placed.pk, "starts_on": NEW_YEAR.isoformat()}
    return Filled({"pk": quote.pk}, typed)


PRICES = {
    "billing:change_price": Form(change_price),
    "billing:revise_price": Form(revise_price),
    "billing:make_quote": Form(make_quote),
    "billing:accept_quote": Form(accept_quote),
    "billing:send_month": Form(send_month),
    "billing:send_invoice": Form(send_invoice),
    "billing:send_quote": Form(send_quote),
}


def closed(house: House) -> None:
    """November has its cost and its invoice: it can be trued up."""
    world.cost(house.maelle)
    issued(house)


def prepared(house: House) -> TrueUp:
    closed(house)
    scope = preparing.scope_of(NOVEMBER, NOVEMBER, employees=[house.maelle], members=[house.aloen])
    return preparing.prepare(scope, key="hours", by=house.users["finance"], at=NOW)


def prepare_true_up(house: House, _role: str) -> Filled:
    closed(house)
    return Filled(fields={"du": str(NOVEMBER), "au": str(NOVEMBER), "cle": "hours", "libelle": "Novembre"})


def true_up(house: House, _role: str) -> Filled:
    return Filled({"pk": prepared(house).pk})


def note_reserve(_house: House, _role: str) -> Filled:
    return Filled(fields={"booked_on": "2026-12-01", "amount": "5000,00", "label": "Dotation 2026"})


YEAR = {
    "billing:prepare_true_up": Form(prepare_true_up),
    "billing:issue_true_up": Form(true_up),
    "billing:discard_true_up": Form(true_up),
    "billing:note_reserve": Form(note_reserve),
}

FORMS = MONTH | COSTS | PRICES | YEAR
