"""Drafts of a month: what is taken in, what waits and why, and the same figures however often they are made."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import (
    BillingRun,
    Charge,
    Invoice,
    InvoicedTimesheet,
    Line,
    RunProblem,
    RunStatus,
    Settlement,
)
from billing.month import drafting, issuing, reconciling
from billing.month.drafting import NotDraftable
from employees.models import Terms
from tests import world
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db

LATER = world.at(date(2027, 1, 4))


@pytest.fixture(autouse=True)
def group():
    return world.group()


def draft(month=NOVEMBER, at=NOW) -> BillingRun:
    return drafting.draft(month, by=None, at=at)


def issue(run: BillingRun, at=NOW) -> list[Invoice]:
    done = issuing.issue_run(run, by=None, at=at)
    assert done.failed == []
    return done.issued


def nets(run: BillingRun) -> dict[str, list[str]]:
    """The nets of the run's lines by member."""
    lines = (
        Line.objects.filter(invoice__run=run)
        .select_related("invoice__member")
        .order_by("invoice", "position")
    )
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.invoice.member.short_name, []).append(str(line.net))
    return found


def problems(run: BillingRun) -> list[tuple[str, bool]]:
    return list(run.problems.order_by("pk").values_list("code", "is_blocking"))


def balance(run: BillingRun) -> tuple[str, str, str]:
    run = BillingRun.objects.get(pk=run.pk)
    return str(run.employer_cost), str(run.charged), str(run.reserve)


def at_cost(employee, member, **terms):
    return world.assignment(employee, member, price_method="actual", management_rate=Decimal("5"), **terms)


def shared_month(month=NOVEMBER):
    """The actual cost of the domain notes: 70 h and 30 h, a cost of 2,800 and 5 % of fees."""
    maelle, a, b = world.employee(), world.member("Aloen"), world.member("Sonam")
    world.timesheet(at_cost(maelle, a), world.hours(month, 70), month=month)
    second = world.timesheet(at_cost(maelle, b), world.hours(month, 30), month=month)
    world.timesheet(maelle, {month.first: 600}, month=month, kind="meeting")
    world.cost(maelle, month=month)
    return maelle, second


def test_actual_cost_is_shared_with_its_fees() -> None:
    shared_month()
    run = draft()
    assert nets(run) == {"Aloen": ["1960.00", "98.00"], "Sonam": ["840.00", "42.00"]}
    assert balance(run) == ("2800.00", "2800.00", "0.00")
    invoices = run.invoices.order_by("pk").values_list("net", "vat", "total", "minutes")
    assert list(invoices) == [
        (Decimal("2058.00"), Decimal("411.60"), Decimal("2469.60"), 4200),
        (Decimal("882.00"), Decimal("176.40"), Decimal("1058.40"), 1800),
    ]
    reconciliation = reconciling.reconcile(run)
    assert (
        reconciliation.employer_cost,
        reconciliation.charged,
        reconciliation.reserve,
        reconciliation.fees,
        reconciliation.invoiced,
    ) == tuple(Decimal(sum_) for sum_ in ("2800.00", "2800.00", "0.00", "140.00", "2940.00"))


def test_lines_say_who_what_and_when_and_no_wage() -> None:
    shared_month()
    lines = Line.objects.filter(invoice__run=draft(), invoice__member__short_name="Aloen").order_by(
        "position"
    )
    assert [(line.label, line.detail.replace("\u00a0", " ")) for line in lines] == [
        (
            "Mise à disposition de Maëlle Kerbrat, comptable",
            "MAD-2026-001, novembre 2026, part du coût réel, 70,00 h",
        ),
        (
            "Frais de gestion, Maëlle Kerbrat, comptable",
            "MAD-2026-001, novembre 2026, 5 % de 1\u202f960,00 €",
        ),
    ]


def test_drafting_again_gives_the_same() -> None:
    maelle, _ = shared_month()
    world.timesheet(world.assignment(maelle, world.member("OnCIMé")), world.hours(NOVEMBER, "12.75"))

    def state() -> list[object]:
        run = BillingRun.objects.get()
        charges = run.charges.order_by("member", "line__position")
        figures = ("member", "kind", "minutes", "quantity", "unit_price", "net", "service_month", "figures")
        tables = (Invoice, Line, Charge, InvoicedTimesheet, Settlement, RunProblem)
        return [
            nets(run),
            balance(run),
            *charges.values_list(*figures),
            [model.objects.count() for model in tables],
        ]

    draft()
    first = state()
    run = draft()
    assert state() == first
    assert list(run.steps.order_by("pk").values_list("source", "target")) == [
        ("open", "drafted"),
        ("drafted", "drafted"),
    ]


def test_case_44_change_of_price_in_the_month_makes_two_lines() -> None:
    june = type(NOVEMBER)(2026, 6)
    placed = world.assignment(world.employee(), world.member(), hourly_price=Decimal("20.00"))
    placed.terms.update(ends_before=date(2026, 6, 16))
    for starts_on, ends_before, price in [
        (date(2026, 6, 16), date(2026, 7, 1), "21.00"),
        (date(2026, 7, 1), None, "30.00"),
    ]:
        Terms.objects.create(
            assignment=placed,
            starts_on=starts_on,
            ends_before=ends_before,
            weekly_pattern=list(world.WEEK),
            price_method="hourly",
            hourly_price=Decimal(price),
        )
    world.timesheet(placed, {date(2026, 6, 10): 600, date(2026, 6, 20): 600}, month=june)
    run = draft(june)
    assert nets(run) == {"Aloen": ["200.00", "210.00"]}
    details = [line.detail.replace("\u00a0", " ") for line in Line.objects.order_by("position")]
    assert details == [
        "MAD-2026-001, du 1er au 15 juin 2026, 10,00 h à 20,00 €",
        "MAD-2026-001, du 16 au 30 juin 2026, 10,00 h à 21,00 €",
    ]


def test_new_terms_at_the_same_price_stay_one_line() -> None:
    placed = world.assignment(world.employee(), world.member(), hourly_price=Decimal("100.00"))
    placed.terms.update(ends_before=date(2026, 11, 16))
    Terms.objects.create(
        assignment=placed,
        starts_on=date(2026, 11, 16),
        weekly_pattern=list(world.WEEK),
        price_method="hourly",
        hourly_price=Decimal("100.00"),
    )
    world.timesheet(placed, {date(2026, 11, 2): 25, date(2026, 11, 20): 25})
    assert nets(draft()) == {"Aloen": ["83.00"]}  # not 42.00 + 42.00


def test_case_34_each_hour_is_billed_once() -> None:
    placed = world.assignment(world.employee(), world.member(), hourly_price=Decimal("20.00"))
    world.timesheet(placed, {date(2026, 10, 1): 180}, month=OCTOBER)
    first = issue(draft(OCTOBER))
    world.timesheet(placed, {date(2026, 10, 2): 120}, month=OCTOBER, supplement=1)
    second = issue(draft(NOVEMBER))
    world.timesheet(placed, {date(2026, 11, 3): 240})
    third = issue(draft(DECEMBER, at=LATER), at=LATER)
    assert [str(invoice.net) for invoice in first + second + third] == ["60.00", "40.00", "80.00"]
    assert second[0].snapshot["period_label"] == "octobre 2026"
    assert second[0].snapshot["lines"][0]["detail"].replace("\u00a0", " ") == (
        "MAD-2026-001, octobre 2026, 2,00 h à 20,00 €, complément n° 1"
    )


def test_case_39_billing_one_member_leaves_the_other_its_hours() -> None:
    maelle, a, b = world.employee(), world.member("Aloen"), world.member("Sonam")
    world.timesheet(world.assignment(maelle, a), world.hours(NOVEMBER, 10))
    other = world.timesheet(world.assignment(maelle, b), world.hours(NOVEMBER, 10))
    run = draft()
    issuing.issue(run.invoices.get(member=a), by=None, at=NOW)
    other.refresh_from_db()
    assert other.billed_at is None
    assert nets(draft()) == {"Aloen": ["224.40"], "Sonam": ["224.40"]}
    assert BillingRun.objects.get().status == RunStatus.DRAFTED


def test_shares_wait_until_every_hour_is_approved_and_others_go_on() -> None:
    maelle, a, b = world.employee(), world.member("Aloen"), world.member("Sonam")
    youenn = world.employee("Youenn", "Talec")
    world.timesheet(at_cost(maelle, a), world.hours(NOVEMBER, 70))
    late = world.timesheet(at_cost(maelle, b), world.hours(NOVEMBER, 30), status="submitted")
    world.timesheet(world.assignment(youenn, b), world.hours(NOVEMBER, 10))
    world.cost(maelle)
    world.cost(youenn, gross="200.00", contributions="24.40")
    run = draft()
    assert nets(run) == {"Sonam": ["224.40"]}
    assert problems(run) == [("timesheets_not_approved", True), ("over_commitment", False)]
    assert run.problems.get(is_blocking=True).message.replace("\u00a0", " ") == (
        "Maëlle Kerbrat : le coût de novembre 2026 ne peut pas être réparti. À faire approuver d’abord : "
        "heures chez Sonam."
    )
    assert balance(run) == ("224.40", "224.40", "0.00")
    issue(run)
    late.move("confirmed", kind="confirm", by=None, at=NOW, confirmed_at=NOW)
    late.move("approved", kind="approve", by=None, at=NOW, approved_at=NOW)
    later = draft(DECEMBER, at=LATER)
    assert nets(later) == {"Aloen": ["1960.00", "98.00"], "Sonam": ["840.00", "42.00"]}
    assert balance(later) == ("2800.00", "2800.00", "0.00")


def test_missing_cost_holds_up_shares_but_no_agreed_price() -> None:
    maelle, a, b = world.employee(), world.member("Aloen"), world.member("Sonam")
    youenn = world.employee("Youenn", "Talec")
    world.timesheet(at_cost(maelle, a), world.hours(NOVEMBER, 70))
    world.timesheet(world.assignment(youenn, b), world.hours(NOVEMBER, 10))
    run = draft()
    assert nets(run) == {"Sonam": ["224.40"]}
    assert problems(run) == [("cost_missing", True), ("over_commitment", False), ("cost_missing", False)]
    assert balance(run) == ("0.00", "224.40", "-224.40")
    world.cost(maelle)
    world.cost(youenn)
    assert balance(draft()) == ("5600.00", "3024.40", "2575.60")


def test_hours_without_terms_wait_whole() -> None:
    placed = world.assignment(world.employee(), world.member(), terms_from=date(2026, 11, 10))
    world.timesheet(placed, {date(2026, 11, 9): 60, date(2026, 11, 10): 60})
    world.cost(placed.employee)
    run = draft()
    assert (nets(run), problems(run)) == ({}, [("terms_missing", True)])
    assert run.problems.get().message.replace("\u00a0", " ") == (
        "MAD-2026-001, Maëlle Kerbrat chez Aloen : des heures sans conditions, jours de novembre 2026 : 9. "
        "Complétez les conditions."
    )


def test_late_approval_is_told_and_joins_the_next_month() -> None:
    placed = world.assignment(world.employee(), world.member())
    sheet = world.timesheet(placed, world.hours(NOVEMBER, 10), status="confirmed")
    world.cost(placed.employee)
    run = draft()
    assert (nets(run), problems(run)) == ({}, [("hours_not_approved", False)])
    sheet.move("approved", kind="approve", by=None, at=NOW, approved_at=NOW)
    assert nets(draft(DECEMBER, at=LATER)) == {"Aloen": ["224.40"]}


def test_late_hours_of_a_shared_month_wait_for_the_true_up() -> None:
    _, second = shared_month()
    issue(draft())
    world.timesheet(second.assignment, world.hours(NOVEMBER, 5), supplement=1)
    run = draft(DECEMBER, at=LATER)
    assert nets(run) == {}
    assert ("cost_already_shared", False) in problems(run)


def test_flat_amount_is_charged_once_a_month() -> None:
    placed = world.assignment(
        world.employee(),
        world.member(),
        starts_on=date(2026, 11, 16),
        price_method="flat",
        flat_amount=Decimal("900.00"),
    )
    world.timesheet(placed, {date(2026, 11, 17): 420})
    world.cost(placed.employee)
    run = draft()
    assert nets(run) == {"Aloen": ["450.00"]}
    assert Line.objects.get().detail.replace("\u00a0", " ") == (
        "MAD-2026-001, du 16 au 30 novembre 2026, forfait mensuel de 900,00 €, 15 jours sur 30"
    )
    assert balance(run) == ("2800.00", "450.00", "2350.00")
    issue(run)
    world.timesheet(placed, month=DECEMBER)
    assert nets(draft(DECEMBER, at=LATER)) == {"Aloen": ["900.00"]}


def test_exempt_lines_need_an_attestation_for_each_day() -> None:
    sonam = world.member("Sonam")
    maelle = world.employee()
    world.timesheet(at_cost(maelle, sonam, vat_regime="E261B"), world.hours(NOVEMBER, 10))
    world.cost(maelle)
    world.attestation(sonam, ends_before=date(2026, 11, 30))
    run = draft()
    assert nets(run) == {"Sonam": ["2800.00", "140.00"]}
    assert problems(run) == [("vat_attestation_missing", True)]
    world.attestation(sonam, starts_on=date(2026, 11, 30))
    run = draft()
    assert problems(run) == []
    assert (run.invoices.get().vat, run.invoices.get().total) == (Decimal("0.00"), Decimal("2940.00"))


def test_last_twelve_months_bear_absences() -> None:
    maelle, a, b = world.employee(), world.member("Aloen"), world.member("Sonam")
    first, second = (at_cost(maelle, host, absence_rule="last_12_months") for host in (a, b))
    world.timesheet(first, world.hours(OCTOBER, 10), month=OCTOBER)
    world.timesheet(second, world.hours(OCTOBER, 30), month=OCTOBER)
    world.cost(maelle, month=OCTOBER)
    issue(draft(OCTOBER))
    world.timesheet(first, world.hours(NOVEMBER, 20))
    world.timesheet(second, world.hours(NOVEMBER, 20))
    world.timesheet(maelle, world.hours(NOVEMBER, 40), kind="leave")
    world.cost(maelle, gross="800.00", contributions="0.00")
    assert nets(draft()) == {"Aloen": ["300.00", "15.00"], "Sonam": ["500.00", "25.00"]}


def test_discard_gives_the_month_back() -> None:
    shared_month()
    run = drafting.discard(draft(), by=None, at=NOW)
    assert (run.status, run.drafted_at, run.employer_cost) == (RunStatus.OPEN, None, None)
    assert [model.objects.count() for model in (Invoice, Line, Charge, InvoicedTimesheet, Settlement)] == [
        0
    ] * 5
    with pytest.raises(NotDraftable, match="Il n’y a pas de brouillons pour novembre 2026."):
        drafting.discard(run, by=None, at=NOW)


def test_issued_month_is_neither_drafted_again_nor_discarded() -> None:
    shared_month()
    run = draft()
    issue(run)
    with pytest.raises(NotDraftable, match="Les factures de novembre 2026 sont émises."):
        draft()
    with pytest.raises(NotDraftable, match="les brouillons restent"):
        drafting.discard(run, by=None, at=NOW)


def test_month_to_come_is_refused() -> None:
    with pytest.raises(NotDraftable, match="Le mois de janvier 2027 n’a pas commencé."):
        draft(DECEMBER.next)
    assert not BillingRun.objects.exists()


@pytest.mark.parametrize("size", [1, 4])
def test_queries_do_not_grow_with_the_month(size: int) -> None:
    members = [world.member(f"M{n}") for n in range(size)]
    for n in range(size):
        someone = world.employee(f"E{n}", f"N{n}", with_account=False)
        for host in members:
            world.timesheet(at_cost(someone, host, absence_rule="last_12_months"), world.hours(NOVEMBER, 7))
        world.timesheet(someone, {date(2026, 11, 4): 60}, kind="training")
        world.cost(someone)
    draft()
    with CaptureQueriesContext(connection) as captured:
        draft()
    assert len(captured) == 58
