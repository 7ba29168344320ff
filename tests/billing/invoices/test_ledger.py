"""The ledger: recorded sums join the next draft, what is released comes back, what is outside VAT goes alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.charge_kinds import ChargeKind
from billing.charges import recording
from billing.charges.recording import ChargeNotRecordable, ChargeNotWithdrawable
from billing.models import BillingRun, Charge, EmployerCost, Invoice, Line, RunProblem, VatRate
from billing.month import drafting, issuing
from employees.models import AbsenceRule
from members.models import Group
from tests import world
from tests.billing import scene
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db

LATER = world.at(date(2027, 1, 4))


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


def record(
    member, *, regime="S20", kind=ChargeKind.FREE, price="30.00", month=NOVEMBER, label="Reprographie"
):
    return recording.record_charge(
        member,
        kind=kind,
        label=label,
        quantity=Decimal("2.00"),
        unit="C62",
        unit_price=Decimal(price),
        vat_regime=regime,
        service_month=month,
        by=None,
        at=NOW,
    )


def draft(month=NOVEMBER, at=NOW) -> BillingRun:
    return drafting.draft(month, by=None, at=at)


def figures_of(run: BillingRun) -> list[tuple[str, bool, str, str, str]]:
    """Member, whether outside VAT, net, VAT, total of each invoice."""
    return [
        (row.member.short_name, row.is_out_of_scope, str(row.net), str(row.vat), str(row.total))
        for row in run.invoices.select_related("member").order_by("pk")
    ]


def test_a_recorded_sum_joins_the_next_draft_and_stays_when_it_is_thrown_away(aloen):
    charge = record(aloen)
    run = draft()
    assert figures_of(run) == [("Aloen", False, "60.00", "12.00", "72.00")]
    charge.refresh_from_db()
    assert (charge.run_id, charge.line.label) == (run.pk, "Reprographie")
    drafting.discard(run, by=None, at=NOW)
    charge.refresh_from_db()
    assert (charge.run_id, charge.line_id) == (None, None)
    assert figures_of(draft()) == figures_of(draft()) == [("Aloen", False, "60.00", "12.00", "72.00")]


def test_a_sum_of_a_month_to_come_waits_for_it(aloen):
    record(aloen, month=DECEMBER)
    assert figures_of(draft()) == []
    assert figures_of(draft(DECEMBER, LATER)) == [("Aloen", False, "60.00", "12.00", "72.00")]


def test_dues_go_on_an_invoice_of_their_own(aloen):
    world.timesheet(world.assignment(world.employee(), aloen), world.hours(NOVEMBER, 7))
    record(aloen, kind=ChargeKind.DUES, regime="O", price="75.00", label="Cotisation 2026")
    run = draft()
    assert figures_of(run) == [
        ("Aloen", False, "157.08", "31.42", "188.50"),
        ("Aloen", True, "150.00", "0.00", "150.00"),
    ]
    done = issuing.issue_run(run, by=None, at=NOW)
    assert [(row.number, row.snapshot["mentions"]) for row in done.issued] == [
        ("F-2026-0001", []),
        ("F-2026-0002", ["Somme hors du champ d’application de la TVA"]),
    ]


def test_what_comes_after_the_invoice_waits_for_the_next_run(aloen):
    run = draft_of_hours(aloen)
    sonam = world.member("Sonam")
    record(sonam)
    run = draft()
    issuing.issue(run.invoices.get(member=aloen), by=None, at=NOW)
    late = record(aloen)
    assert figures_of(draft())[1:] == [("Sonam", False, "60.00", "12.00", "72.00")]
    late.refresh_from_db()
    assert late.line_id is None
    record(aloen, kind=ChargeKind.DUES, regime="O", label="Cotisation")
    assert ("Aloen", True, "60.00", "0.00", "60.00") in figures_of(draft())


def draft_of_hours(member):
    world.timesheet(world.assignment(world.employee(), member), world.hours(NOVEMBER, 7))
    return draft()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": ChargeKind.WORKED_HOURS}, "calculées par la clôture"),
        ({"label": "  "}, "Indiquez la désignation"),
        ({"price": "0.00"}, "supérieur à zéro"),
        ({"price": "-5.00"}, "passe par un avoir"),
    ],
)
def test_what_cannot_be_owed_is_refused(aloen, facts, sentence):
    with pytest.raises(ChargeNotRecordable, match=sentence):
        record(aloen, **facts)
    assert not Charge.objects.exists()


def test_a_sum_is_withdrawn_until_a_draft_or_an_invoice_holds_it(aloen):
    charge = record(aloen)
    run = draft()
    with pytest.raises(ChargeNotWithdrawable, match="dans un brouillon"):
        recording.withdraw_charge(charge, by=None, at=NOW)
    issuing.issue_run(run, by=None, at=NOW)
    with pytest.raises(ChargeNotWithdrawable, match="F-2026-0001"):
        recording.withdraw_charge(charge, by=None, at=NOW)
    other = record(aloen)
    recording.withdraw_charge(other, by=None, at=NOW)
    assert not Charge.objects.filter(pk=other.pk).exists()


def test_a_released_sum_comes_back_once_with_the_words_of_its_first_line(aloen):
    run = scene.drafted([aloen], price_method="flat", flat_amount=Decimal("1575.00"))
    issuing.issue_run(run, by=None, at=NOW)
    flat = Charge.objects.get(kind=ChargeKind.FLAT_AMOUNT)
    assert Charge.objects.filter(pk=flat.pk).update(released_at=NOW) == 1
    again = draft(DECEMBER, LATER)
    draft(DECEMBER, LATER)
    line = Line.objects.get(invoice__run=again, charge__rebills=flat)
    assert (line.label, line.detail, line.net) == (flat.line.label, flat.line.detail, Decimal("1575.00"))
    with pytest.raises(IntegrityError, match="a_released_charge_is_billed_again_once"), transaction.atomic():
        Charge.objects.create(
            rebills=flat, member=aloen, service_month=NOVEMBER, kind=flat.kind, quantity=1, unit="MON",
            unit_price=1575, net=1575, vat_regime="S20", is_standing=True, recorded_at=NOW,
        )  # fmt: skip


def test_a_billed_charge_takes_its_release_and_nothing_else(aloen):
    issuing.issue_run(scene.drafted([aloen]), by=None, at=NOW)
    share = Charge.objects.get(kind=ChargeKind.COST_SHARE)
    for change in ({"net": 1}, {"released_at": NOW, "net": 1}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Charge.objects.filter(pk=share.pk).update(**change)
    Charge.objects.filter(pk=share.pk).update(released_at=NOW)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Charge.objects.filter(pk=share.pk).update(released_at=None)


def test_a_group_in_franchise_charges_no_vat(aloen):
    Group.objects.update(vat_franchise=True)
    record(aloen)
    world.timesheet(world.assignment(world.employee(), aloen), world.hours(NOVEMBER, 7))
    (invoice,) = issuing.issue_run(draft(), by=None, at=NOW).issued
    assert (invoice.net, invoice.vat) == (Decimal("217.08"), 0)
    assert invoice.snapshot["mentions"] == ["TVA non applicable, article 293 B du CGI"]
    assert {line["vat_label"] for line in invoice.snapshot["lines"]} == {"franchise"}


def test_the_rate_is_that_of_the_month_of_service(aloen):
    VatRate.objects.filter(regime="S20").update(ends_before=date(2026, 11, 1))
    VatRate.objects.create(regime="S20", starts_on=date(2026, 11, 1), rate="21.00", source="essai")
    record(aloen, month=OCTOBER)
    record(aloen)
    (invoice,) = issuing.issue_run(draft(), by=None, at=NOW).issued
    assert [(row["rate"], row["base"], row["amount"]) for row in invoice.snapshot["vat"]] == [
        ("21.00", "60.00", "12.60"),
        ("20.00", "60.00", "12.00"),
    ]


def test_a_minimum_is_charged_once_and_late_hours_fill_it(aloen):
    placed = world.assignment(world.employee(), aloen, monthly_minimum_minutes=600)
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    run = draft()
    assert figures_of(run) == [("Aloen", False, "224.40", "44.88", "269.28")]  # 7 h and 3 h more
    issuing.issue_run(run, by=None, at=NOW)
    world.timesheet(placed, {date(2026, 11, 30): 300}, supplement=1)
    later = draft(DECEMBER, LATER)
    lines = Line.objects.filter(invoice__run=later, charge__service_month=NOVEMBER)
    assert [(str(line.quantity), str(line.net)) for line in lines] == [
        ("2.00", "44.88")
    ]  # 5 h, 3 of them paid


def test_absences_of_one_kind_may_stay_with_the_group(aloen):
    maelle = world.employee(members=[aloen])
    world.assignment(maelle, aloen, price_method="actual", absence_rules={"sickness": AbsenceRule.RESERVE})
    world.timesheet(maelle.assignments.get(), world.hours(NOVEMBER, 70))
    world.timesheet(maelle, {date(2026, 11, 27): 420, date(2026, 11, 30): 420}, kind="sickness")
    world.cost(maelle, gross="2000.00", contributions="800.00")
    run = draft()
    assert (str(run.charged), str(run.reserve)) == ("2333.33", "466.67")


def problems(run):
    return {row.code: row.message.replace("\u00a0", " ") for row in RunProblem.objects.filter(run=run)}


def test_what_is_unusual_is_listed_and_holds_nothing_back(aloen):
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen, weekly_pattern=(420, 0, 0, 0, 0, 0, 0))
    world.timesheet(placed, world.hours(NOVEMBER, 40))  # five Mondays make 35 h
    world.cost(maelle)
    EmployerCost.objects.filter(employee=maelle).update(is_estimate=True)
    run = draft()
    found = problems(run)
    assert set(found) == {"over_commitment", "cost_estimated"}
    assert "40,00 h approuvées en novembre 2026, pour 35,00 h convenues" in found["over_commitment"]
    assert not RunProblem.objects.filter(run=run, is_blocking=True).exists()
    assert len(issuing.issue_run(run, by=None, at=NOW).issued) == 1


def test_an_empty_month_and_a_cost_without_hours_are_told(aloen):
    maelle = world.employee(members=[aloen])
    world.timesheet(world.assignment(maelle, aloen), {})
    world.cost(maelle)
    assert set(problems(draft())) == {"no_hours", "cost_without_hours"}


def test_an_attestation_that_expires_in_the_month_is_told_by_its_day(aloen):
    world.attestation(aloen, ends_before=date(2026, 11, 15))
    placed = world.assignment(world.employee(), aloen, vat_regime="E261B", is_trued_up=True)
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    run = draft()
    assert problems(run)["vat_attestation_missing"].startswith(
        "Aloen : l’attestation de TVA s’arrête le 14/11/2026, avant la fin des prestations de novembre 2026"
    )
    assert Invoice.objects.get(run=run).status == "draft"
    assert issuing.issue_run(run, by=None, at=NOW).issued == []
