"""What an actual cost differs by from an invoiced estimate goes to who bore that month, whoever works in the next."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.costs import carried_over, estimates
from billing.credit_notes.composing import CreditWhole
from billing.models import CarriedCost, Charge, EmployerCost, Fate, Invoice, Line, Settlement
from billing.month import drafting, issuing, pricing
from billing.month.cost_differences import BorneShare, CarriedDifference
from members.models import Group
from tests import world
from tests.billing.costs import books
from tests.billing.credit_notes.issued import credit
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

LATER = world.at(DECEMBER.before)
JANUARY = DECEMBER.next


def shares(*nets: str, rate: str = "0") -> list[BorneShare]:
    return [BorneShare(n, n, n, Decimal(net), Decimal(rate), "S20") for n, net in enumerate(nets, 1)]


def difference(
    amount: str, *nets: str, reserve: str = "0", month=OCTOBER, rate: str = "0"
) -> CarriedDifference:
    return CarriedDifference(month, Decimal(amount), shares(*nets, rate=rate), Decimal(reserve))


@pytest.mark.parametrize(
    ("carried", "parts"),
    [
        (difference("100.00", "1960.00", "840.00"), ["70.00", "30.00"]),
        (difference("-140.00", "1960.00", "840.00"), ["-98.00", "-42.00"]),
        # The reserve bore a half: 50.00 stay with it.
        (difference("100.00", "980.00", "420.00", reserve="1400.00"), ["35.00", "15.00"]),
        # Cents that do not divide, either way.
        (difference("0.01", "100.00", "100.00", "100.00"), ["0.01", "0.00", "0.00"]),
        (difference("-1.00", "100.00", "100.00", "100.00"), ["-0.34", "-0.33", "-0.33"]),
        # All was the reserve's.
        (difference("100.00", reserve="2800.00"), []),
        (difference("100.00", "0.00"), ["0.00"]),
    ],
)
def test_a_difference_is_shared_like_the_month_it_is_of(carried, parts) -> None:
    assert [str(part) for part in carried.parts] == parts


def test_differences_of_two_months_are_one_sum_and_its_fee() -> None:
    two = [
        difference("100.00", "70.00", "30.00", rate="5"),
        difference("-20.00", "50.00", "50.00", rate="5", month=OCTOBER.previous),
    ]
    priced = pricing.price_differences(two, NOVEMBER)
    assert [(each.kind, str(each.quantity), str(each.unit_price), str(each.net)) for each in priced] == [
        ("cost_difference", "1.00", "60.00", "60.00"),
        ("management_fee", "1.00", "3.00", "3.00"),
        ("cost_difference", "1.00", "20.00", "20.00"),
        ("management_fee", "1.00", "1.00", "1.00"),
    ]
    assert priced[0].figures == {"months": {"2026-09": "-10.00", "2026-10": "70.00"}}
    assert (
        pricing.price_differences([difference("10.00", "1.00"), difference("-10.00", "1.00")], NOVEMBER) == []
    )


db = pytest.mark.django_db


def at(employee, name: str, **terms):
    prices = {"price_method": "actual", "management_rate": Decimal("5.00"), **terms}
    return world.assignment(employee, world.member(name), **prices)


def hours(placed, month, count: str) -> None:
    world.timesheet(placed, world.hours(month, count), month=month)


def issue(month) -> None:
    run = drafting.draft(month, by=None, at=LATER)
    done = issuing.issue_run(run, by=None, at=LATER)
    assert not done.failed


@pytest.fixture
def october():
    """October invoiced on an estimate of 2 800.00: 70 h at Aloen, 30 h at Sonam, 5 % of management."""
    world.group()
    maelle = world.employee(gross_monthly_pay="2000.00")
    aloen, sonam = at(maelle, "Aloen"), at(maelle, "Sonam")
    hours(aloen, OCTOBER, "70")
    hours(sonam, OCTOBER, "30")
    estimates.estimate(OCTOBER, basis="contract", rate=Decimal("40.00"), by=None, at=NOW)
    issue(OCTOBER)
    return maelle, aloen, sonam


def november(october, *, gross: str, at_aloen="0", at_sonam="100", own="1000,00"):
    """November worked, its payroll of ``own`` euros, and October's actual cost of ``gross`` and 800.00."""
    maelle, aloen, sonam = october
    hours(aloen, NOVEMBER, at_aloen)
    hours(sonam, NOVEMBER, at_sonam)
    books.take(books.line(maelle, own, "0"), month=NOVEMBER)
    books.take(books.line(maelle, gross, "800,00"), month=OCTOBER)
    return drafting.draft(NOVEMBER, by=None, at=LATER)


def charged(run) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in Charge.objects.filter(run=run).select_related("member").order_by("line__position", "pk"):
        found.setdefault(row.member.short_name, []).append((row.kind, str(row.net)))
    return found


@db
def test_an_actual_cost_corrected_after_its_invoices_reaches_who_bore_it() -> None:
    """2 800.00 of payroll invoiced, 2 900.01 after its correction: 70.01 and 30.00, with 5 % of management."""
    world.group()
    maelle = world.employee(gross_monthly_pay="2000.00")
    aloen, sonam = at(maelle, "Aloen"), at(maelle, "Sonam")
    hours(aloen, OCTOBER, "70")
    hours(sonam, OCTOBER, "30")
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    issue(OCTOBER)
    run = november((maelle, aloen, sonam), gross="2100,01")
    assert charged(run) == {
        "Aloen": [("cost_difference", "70.01"), ("management_fee", "3.50")],
        "Sonam": [
            ("cost_share", "1000.00"),
            ("management_fee", "50.00"),
            ("cost_difference", "30.00"),
            ("management_fee", "1.50"),
        ],
    }
    issue(NOVEMBER)
    billed = Charge.objects.filter(kind__in=["cost_share", "cost_difference"]).aggregate(sum=Sum("net"))
    assert billed["sum"] == Decimal("3900.01")
    assert Settlement.objects.aggregate(sum=Sum("reserve"))["sum"] == 0


@db
def test_a_month_that_cost_more_is_paid_by_who_bore_it(october) -> None:
    """100.00 more: 70.00 are Aloen's, which has nobody in November; Sonam pays November, and 30.00."""
    run = november(october, gross="2100,00")
    assert charged(run) == {
        "Aloen": [("cost_difference", "70.00"), ("management_fee", "3.50")],
        "Sonam": [
            ("cost_share", "1000.00"),
            ("management_fee", "50.00"),
            ("cost_difference", "30.00"),
            ("management_fee", "1.50"),
        ],
    }
    settled = run.settlements.get()
    assert (settled.employer_cost, settled.charged, settled.reserve) == (
        Decimal("1100.00"),
        Decimal("1100.00"),
        Decimal("0.00"),
    )
    line = Line.objects.get(charge__kind="cost_difference", invoice__member__short_name="Aloen")
    assert (line.label, line.detail.replace("\u00a0", " ")) == (
        "Mise à disposition de Maëlle Kerbrat, comptable",
        "MAD-2026-001, novembre 2026, écart entre le coût facturé et la paie d’octobre 2026",
    )
    again = drafting.draft(NOVEMBER, by=None, at=LATER)
    assert charged(again)["Aloen"] == [("cost_difference", "70.00"), ("management_fee", "3.50")]
    issue(NOVEMBER)
    assert Invoice.objects.filter(run__month=NOVEMBER, status="issued").count() == 2
    # Nothing of it comes back.
    hours(october[2], DECEMBER, "10")
    hours(october[1], DECEMBER, "0")
    books.take(books.line(october[0], "500,00", "0"), month=DECEMBER)
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    assert charged(run) == {"Sonam": [("cost_share", "500.00"), ("management_fee", "25.00")]}


@db
def test_a_month_that_cost_less_is_given_back_to_who_bore_it(october) -> None:
    """140.00 less: 98.00 and 42.00 off the invoices of November, which halves bear 1 000.00."""
    run = november(october, gross="1860,00", at_aloen="50", at_sonam="50")
    assert charged(run) == {
        name: [
            ("cost_share", "500.00"),
            ("management_fee", "25.00"),
            ("cost_difference", back),
            ("management_fee", fee),
        ]
        for name, back, fee in (("Aloen", "-98.00", "-4.90"), ("Sonam", "-42.00", "-2.10"))
    }
    assert (run.employer_cost, run.charged, run.reserve) == (
        Decimal("860.00"),
        Decimal("860.00"),
        Decimal("0.00"),
    )
    issue(NOVEMBER)
    invoice = Invoice.objects.get(run=run, member__short_name="Aloen")
    assert invoice.net == Decimal("422.10")
    back = invoice.snapshot["lines"][2]
    assert (back["quantity"], back["unit_price"], back["net"]) == ("-1.00", "98.00", "-98.00")


@db
def test_what_no_invoice_can_take_is_said_and_waits_for_a_credit_note(october) -> None:
    """Aloen has nobody in November: its 98.00 cannot be less than nothing. The reserve holds them until it is paid."""
    run = november(october, gross="1860,00")
    assert "Aloen" not in charged(run)
    assert charged(run)["Sonam"][2:] == [("cost_difference", "-42.00"), ("management_fee", "-2.10")]
    assert (run.employer_cost, run.charged, run.reserve) == (
        Decimal("860.00"),
        Decimal("958.00"),
        Decimal("-98.00"),
    )
    problem = run.problems.get(code="difference_due_back")
    assert problem.message.replace("\u00a0", " ") == (
        "Maëlle Kerbrat chez Aloen : écart entre le coût facturé et la paie d’octobre 2026, 98,00 € et 4,90 € de frais "
        "de gestion à rendre, plus que sa facture de novembre 2026. Faites un avoir de cette somme sur la facture de "
        "ce mois-là."
    )
    issue(NOVEMBER)
    assert not Invoice.objects.filter(run=run, member__short_name="Aloen").exists()


@db
def test_another_person_s_hours_at_the_member_take_what_is_due_back(october) -> None:
    """Ana's 140.00 at Aloen are more than the 102.90 due back."""
    ana = world.employee("Ana", "Le Bris")
    aloen = october[1].member
    hours(world.assignment(ana, aloen, hourly_price=Decimal("20.00")), NOVEMBER, "7")
    run = november(october, gross="1860,00")
    assert run.invoices.get(member=aloen).net == Decimal("37.10")
    assert not run.problems.filter(code="difference_due_back").exists()


@db
def test_the_reserve_and_agreed_prices_bear_their_part(october) -> None:
    """Half of October was at an agreed price, and a share was given up for good: both are the reserve's."""
    world_of = Charge.objects.filter(
        kind="cost_share", service_month=OCTOBER, member__short_name="Aloen"
    ).get()
    credit(world_of.line.invoice, CreditWhole(world_of.line, Fate.VOIDED), at=LATER)
    run = november(october, gross="2100,00")
    assert "Aloen" not in charged(run)
    assert ("cost_difference", "30.00") in charged(run)["Sonam"]
    settled = run.settlements.get()
    assert (settled.employer_cost, settled.charged, settled.reserve) == (
        Decimal("1100.00"),
        Decimal("1030.00"),
        Decimal("70.00"),
    )


@db
def test_a_difference_of_a_difference_goes_by_its_own_month(october) -> None:
    """November is an estimate too and carries October's; its own difference is borne by who bore November."""
    maelle, aloen, sonam = october
    hours(aloen, NOVEMBER, "0")
    hours(sonam, NOVEMBER, "100")
    estimates.estimate(NOVEMBER, basis="contract", rate=Decimal("40.00"), by=None, at=NOW)
    books.take(books.line(maelle, "2100,00", "800,00"), month=OCTOBER)
    issue(NOVEMBER)
    hours(aloen, DECEMBER, "100")
    hours(sonam, DECEMBER, "0")
    books.take(books.line(maelle, "1000,00", "0"), month=DECEMBER)
    books.take(books.line(maelle, "2050,00", "800,00"), month=NOVEMBER)
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    assert charged(run) == {
        "Aloen": [("cost_share", "1000.00"), ("management_fee", "50.00")],
        "Sonam": [("cost_difference", "50.00"), ("management_fee", "2.50")],
    }


@db
def test_a_difference_released_by_a_credit_note_is_billed_again_once(october) -> None:
    november(october, gross="2100,00")
    issue(NOVEMBER)
    line = Line.objects.get(charge__kind="cost_difference", invoice__member__short_name="Aloen")
    credit(line.invoice, CreditWhole(line, Fate.RELEASED), at=LATER)
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    assert charged(run) == {"Aloen": [("cost_difference", "70.00")]}
    issue(DECEMBER)
    assert charged(drafting.draft(JANUARY, by=None, at=world.at(JANUARY.before))) == {}


@db
@pytest.mark.parametrize(("of", "net"), [("1.50", "1.50"), ("50.00", "50.00")])
def test_a_fee_is_billed_again_beside_the_other_one(october, of: str, net: str) -> None:
    """Sonam pays 5 % of November's 1 000.00 and of October's 30.00: either fee is credited, and comes again alone."""
    november(october, gross="2100,00")
    issue(NOVEMBER)
    fee = Line.objects.get(
        charge__kind="management_fee", invoice__member__short_name="Sonam", net=Decimal(of)
    )
    credit(fee.invoice, CreditWhole(fee, Fate.RELEASED), at=LATER)
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    assert charged(run) == {"Sonam": [("management_fee", net)]}
    assert Charge.objects.get(run=run).rebills == fee.charge
    issue(DECEMBER)
    assert charged(drafting.draft(JANUARY, by=None, at=world.at(JANUARY.before))) == {}


@db
def test_both_fees_released_are_billed_again_each_once(october) -> None:
    november(october, gross="2100,00")
    issue(NOVEMBER)
    fees = Line.objects.filter(
        charge__kind="management_fee", charge__service_month=NOVEMBER, invoice__member__short_name="Sonam"
    )
    for fee in fees.order_by("net"):
        credit(fee.invoice, CreditWhole(fee, Fate.RELEASED), at=LATER)
    issue(DECEMBER)
    again = Charge.objects.filter(rebills__isnull=False).order_by("net").values_list("net", "rebills__net")
    assert [tuple(map(str, row)) for row in again] == [("1.50", "1.50"), ("50.00", "50.00")]
    assert charged(drafting.draft(JANUARY, by=None, at=world.at(JANUARY.before))) == {}


@db
def test_a_provision_for_leave_has_no_part_in_it(october) -> None:
    """November puts 100.00 aside, all of it by Sonam, which bears all of November; the group nothing."""
    Group.objects.update(leave_method="provision")
    run = november(october, gross="2100,00")
    aside = run.provisions.filter(month=NOVEMBER).values_list("member__short_name", "amount")
    assert list(aside) == [("Sonam", Decimal("100.00"))]


@db
def test_costs_settled_and_charged_are_the_costs_to_the_cent(october) -> None:
    november(october, gross="2033,33", at_aloen="31", at_sonam="47", own="1234,57")
    issue(NOVEMBER)
    costs = EmployerCost.objects.aggregate(sum=Sum("amount"))["sum"]
    work = Charge.objects.filter(kind__in=("cost_share", "cost_difference")).aggregate(sum=Sum("net"))["sum"]
    reserve = Settlement.objects.aggregate(sum=Sum("reserve"))["sum"]
    assert (costs, work, reserve) == (Decimal("4067.90"), Decimal("4067.90"), Decimal("0.00"))


@pytest.fixture
def gone():
    """October's payroll of 2 800.00 invoiced: 70 h at Aloen, 30 h at Sonam, 5 % of management; then Maëlle left."""
    world.group()
    maelle = world.employee(gross_monthly_pay="2000.00")
    aloen, sonam = (at(maelle, name, ends_before=NOVEMBER.first) for name in ("Aloen", "Sonam"))
    hours(aloen, OCTOBER, "70")
    hours(sonam, OCTOBER, "30")
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    issue(OCTOBER)
    return maelle, aloen, sonam


def total_of(run) -> tuple[str, str, str]:
    return str(run.employer_cost), str(run.charged), str(run.reserve)


@db
def test_the_difference_of_who_left_is_billed_once_without_an_hour(gone) -> None:
    """100.01 more, and nobody in November: 70.01 and 30.00 with 5 %, in the next run of the group."""
    books.take(books.line(gone[0], "2100,01", "800,00"), month=OCTOBER)
    assert [str(each.pending) for each in carried_over.differences()] == ["0.00"]
    run = drafting.draft(NOVEMBER, by=None, at=LATER)
    billed = {
        "Aloen": [("cost_difference", "70.01"), ("management_fee", "3.50")],
        "Sonam": [("cost_difference", "30.00"), ("management_fee", "1.50")],
    }
    assert (charged(run), total_of(run)) == (billed, ("100.01", "100.01", "0.00"))
    assert not run.problems.exists()
    assert charged(drafting.draft(NOVEMBER, by=None, at=LATER)) == billed
    issue(NOVEMBER)
    # Once: neither December nor a supplement takes it again; a second correction goes further.
    with pytest.raises(drafting.NotDraftable):
        drafting.draft(NOVEMBER, by=None, at=LATER)
    assert charged(drafting.draft(DECEMBER, by=None, at=world.at(JANUARY.before))) == {}
    books.take(books.line(gone[0], "2090,01", "800,00"), month=OCTOBER)
    with pytest.raises(drafting.NotDraftable):
        drafting.draft(NOVEMBER, by=None, at=LATER)
    later = drafting.draft(DECEMBER, by=None, at=world.at(JANUARY.before))
    assert (charged(later), total_of(later)) == ({}, ("-10.00", "0.00", "-10.00"))
    assert later.problems.filter(code="difference_due_back").count() == 2


@db
def test_a_month_that_cost_less_of_who_left_comes_off_the_members_next_invoices(gone) -> None:
    """140.00 less: 98.00 and 42.00, which other people's hours at both take; counted once."""
    ana = world.employee("Ana", "Le Bris")
    for placed in gone[1:]:
        hours(world.assignment(ana, placed.member, hourly_price=Decimal("20.00")), NOVEMBER, "10")
    books.take(books.line(gone[0], "1860,00", "800,00"), month=OCTOBER)
    run = drafting.draft(NOVEMBER, by=None, at=LATER)
    assert charged(run) == {
        "Aloen": [("cost_difference", "-98.00"), ("management_fee", "-4.90"), ("worked_hours", "200.00")],
        "Sonam": [("cost_difference", "-42.00"), ("management_fee", "-2.10"), ("worked_hours", "200.00")],
    }
    settled = run.settlements.get(employee=gone[0])
    assert (str(settled.employer_cost), str(settled.charged)) == ("-140.00", "-140.00")
    issue(NOVEMBER)
    assert charged(drafting.draft(DECEMBER, by=None, at=world.at(JANUARY.before))) == {}
    assert [str(each.pending) for each in carried_over.differences()] == ["0.00"]


@db
def test_a_correction_after_the_next_month_was_issued_goes_to_the_one_after(gone) -> None:
    ana = world.employee("Ana", "Le Bris")
    hours(world.assignment(ana, gone[1].member, hourly_price=Decimal("20.00")), NOVEMBER, "10")
    issue(NOVEMBER)
    books.take(books.line(gone[0], "2100,00", "800,00"), month=OCTOBER)
    assert [row.into_month for row in CarriedCost.objects.all()] == [DECEMBER]
    run = drafting.draft(DECEMBER, by=None, at=world.at(JANUARY.before))
    assert [kind for kind, _ in charged(run)["Sonam"]] == ["cost_difference", "management_fee"]


@db
def test_two_months_of_who_left_that_come_to_nothing_together_are_both_billed(october) -> None:
    """Aloen bore October alone, Sonam November alone: 50.00 more and 50.00 less are two members' money."""
    maelle, aloen, sonam = october
    hours(aloen, NOVEMBER, "0")
    hours(sonam, NOVEMBER, "10")
    books.take(books.line(maelle, "1000,00", "0"), month=NOVEMBER)
    issue(NOVEMBER)
    type(aloen).objects.filter(employee=maelle).update(ends_before=DECEMBER.first)
    books.take(books.line(maelle, "2050,00", "800,00"), month=OCTOBER)
    books.take(books.line(maelle, "950,00", "0"), month=NOVEMBER)
    moves = CarriedCost.objects.order_by("from_month").values_list("from_month", "into_month", "amount")
    assert list(moves) == [
        (OCTOBER, DECEMBER, Decimal("50.00")),
        (NOVEMBER, JANUARY, Decimal("-50.00")),
    ]


@db
def test_who_leaves_after_the_correction_is_taken_up_by_the_next_draft(october) -> None:
    """Corrected while Maëlle still worked there; then she left, and no other pay came."""
    maelle, aloen, _ = october
    books.take(books.line(maelle, "2100,00", "800,00"), month=OCTOBER)
    assert [str(each.pending) for each in carried_over.differences()] == ["100.00"]
    type(aloen).objects.filter(employee=maelle).update(ends_before=NOVEMBER.first)
    run = drafting.draft(NOVEMBER, by=None, at=LATER)
    assert charged(run)["Aloen"] == [("cost_difference", "70.00"), ("management_fee", "3.50")]
    assert total_of(run) == ("100.00", "100.00", "0.00")
