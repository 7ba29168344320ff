"""Issuing: what is checked first, what the snapshot holds, what is sealed, and what one failure leaves alone."""

from __future__ import annotations

import base64
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.documents import numbering, snapshot
from billing.models import (
    BillingRun,
    EmployerCost,
    Invoice,
    InvoiceStatus,
    Line,
    Rendering,
    RunStatus,
    Series,
)
from billing.month import drafting, issuing
from billing.month.issuing import Outdated
from billing.month.sealing import DraftNotIssuable
from employees.models import Terms
from members.models import Member, VatAttestation
from tests import world
from tests.billing import scene
from tests.billing.charges.receipt_files import picture
from tests.unguarded import unguarded
from tests.world import DECEMBER, NOVEMBER, NOW
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

EXEMPTION = "Exonération de TVA – article 261 B du CGI"


def draft(month=NOVEMBER, at=NOW) -> BillingRun:
    return drafting.draft(month, by=None, at=at)


def issue_all(run: BillingRun, at=NOW) -> issuing.IssuedRun:
    return issuing.issue_run(run, by=None, at=at)


def hourly(member: Member, hours: str, **terms):
    """One more person at ``member``, by the hour, with approved hours and a cost."""
    rank = Timesheet.objects.count()
    someone = world.employee(f"Prénom{rank}", f"Nom{rank}")
    placed = world.assignment(someone, member, **terms)
    world.timesheet(placed, world.hours(NOVEMBER, hours))
    world.cost(someone)
    return placed


def test_run_is_issued_in_the_order_of_names() -> None:
    run = scene.drafted(scene.hosts(3))
    finance = world.finance()
    done = issuing.issue_run(run, by=finance, at=NOW)
    assert [(invoice.number, invoice.member.short_name) for invoice in done.issued] == [
        ("F-2026-0001", "Aloen"),
        ("F-2026-0002", "Optim’ism"),
        ("F-2026-0003", "Sonam"),
    ]
    assert done.failed == []
    run.refresh_from_db()
    assert (run.status, run.issued_at) == (RunStatus.ISSUED, NOW)
    assert Rendering.objects.filter(status="pending", queued_at=NOW).count() == 3
    first = Invoice.objects.get(number="F-2026-0001")
    assert (first.issued_on, first.due_on) == (date(2026, 12, 3), date(2027, 1, 2))
    assert list(first.steps.values_list("source", "target", "by", "at")) == [
        ("draft", "issued", finance.pk, NOW)
    ]


def test_case_10_mixed_regimes_on_one_invoice() -> None:
    world.group()
    sonam = world.member("Sonam")
    world.attestation(sonam)
    hourly(sonam, "35.25")
    hourly(sonam, "12.75")
    flat = {
        "price_method": "flat",
        "flat_amount": Decimal("150.00"),
        "is_trued_up": True,
        "vat_regime": "E261B",
    }
    hourly(sonam, "1", **flat)
    (invoice,) = issue_all(draft()).issued
    copied = invoice.snapshot
    assert [(line["net"], line["vat_rate"], line["exempt"]) for line in copied["lines"]] == [
        ("791.01", "20.00", False),
        ("286.11", "20.00", False),
        ("150.00", "0.00", True),
    ]
    assert [(row["rate"], row["base"], row["amount"]) for row in copied["vat"]] == [
        ("20.00", "1077.12", "215.42"),
        ("0.00", "150.00", "0.00"),
    ]
    assert (copied["net"], copied["vat_total"], copied["total"]) == ("1227.12", "215.42", "1442.54")
    assert copied["mentions"] == [EXEMPTION]


def test_case_11_taxed_and_exempt_member() -> None:
    world.group()
    taxed, exempt = world.member("Aloen"), world.member("Sonam")
    world.attestation(exempt)
    hourly(taxed, "10")
    hourly(exempt, "10", vat_regime="E261B", is_trued_up=True)
    issued = issue_all(draft()).issued
    assert [(str(invoice.total), invoice.snapshot["mentions"]) for invoice in issued] == [
        ("269.28", []),
        ("224.40", [EXEMPTION]),
    ]
    assert [[row["label"] for row in invoice.snapshot["vat"]] for invoice in issued] == [
        ["20\u00a0%"],
        ["exonéré"],
    ]


def test_snapshot_names_both_parties_and_everyone_who_checked_the_hours() -> None:
    world.group(logo=None)
    aloen = world.member(
        billing_street="BP 12", billing_postal_code="56101", billing_city="Lorient", order_reference="C-7"
    )
    by = world.coordinator()
    placed = world.assignment(world.employee(), aloen)
    world.timesheet(placed, {date(2026, 11, 2): 450}, by=by)
    (invoice,) = issue_all(draft()).issued
    copied = invoice.snapshot
    assert set(copied) == {
        "number", "kind", "issued_on", "due_on", "period_label", "seller", "buyer", "lines", "vat", "net",
        "vat_total", "total", "mentions", "payment", "why", "annex",
    }  # fmt: skip
    assert (copied["number"], copied["kind"], copied["period_label"]) == (
        "F-2026-0001",
        "invoice",
        "novembre 2026",
    )
    assert (copied["seller"]["name"], copied["seller"]["rna"]) == ("La Ronde", "W561000001")
    assert copied["buyer"] == {
        "legal_name": "Aloen (structure de démonstration)",
        "legal_form": "association loi 1901",
        "street": "1 rue du Port",
        "postal_code": "56100",
        "city": "Lorient",
        "siren": aloen.siren,
        "vat_number": aloen.vat_number,
        "order_reference": "C-7",
        "billing": {"name": "", "street": "BP 12", "postal_code": "56101", "city": "Lorient"},
    }
    assert copied["payment"]["reference"] == "F-2026-0001"
    assert copied["annex"] == [
        {
            "employee": "Maëlle Kerbrat",
            "job": "comptable",
            "reference": "MAD-2026-001",
            "period_label": "novembre 2026",
            "minutes": 450,
            "approved_by": "Solène Rivoal",
            "approved_on": "2026-12-02",
            "confirmed_by": "Solène Rivoal",
            "confirmed_on": "2026-12-01",
            "tacit": False,
            "days": [{"day": "2026-11-02", "weekday": "lundi", "minutes": 450, "label": ""}],
        }
    ]


def test_case_65_what_changes_after_issue_changes_no_invoice() -> None:
    run = scene.issued(scene.hosts(1))
    before = run.invoices.get().snapshot
    Member.objects.update(legal_name="Autre nom", street="2 rue du Port", vat_number="")
    with unguarded():
        Terms.objects.update(management_rate=Decimal("9.00"))
    assert run.invoices.get().snapshot == before


def test_hours_behind_an_invoice_are_sealed_those_at_the_group_too() -> None:
    run = scene.drafted(scene.hosts(2))
    assert not Timesheet.objects.exclude(billed_at=None).exists()
    first, second = run.invoices.order_by("member__short_name")
    issuing.issue(first, by=None, at=NOW)
    sealed = Timesheet.objects.filter(billed_at=NOW)
    assert set(sealed.values_list("assignment__member__short_name", flat=True)) == {"Aloen", None}
    run.refresh_from_db()
    assert run.status == RunStatus.DRAFTED
    issuing.issue(second, by=None, at=NOW)
    run.refresh_from_db()
    assert (run.status, sealed.count()) == (RunStatus.ISSUED, 3)


def reopen(run: BillingRun) -> None:
    sheet = Timesheet.objects.filter(assignment__member__short_name="Aloen").get()
    gone = {"submitted_at": None, "confirmed_at": None, "approved_at": None, "returned_at": NOW}
    sheet.move("draft", kind="reopen", by=None, at=NOW, **gone)


def more_hours(run: BillingRun) -> None:
    reopen(run)
    sheet = Timesheet.objects.get(status="draft")
    sheet.entries.update(minutes=421)
    Timesheet.objects.update(returned_at=None)
    sheet.refresh_from_db()
    world.advance(sheet, "approved")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(reopen, "Les heures ou le prix de Maëlle Kerbrat ont changé", id="hours reopened"),
        pytest.param(more_hours, "Les heures ou le prix de Maëlle Kerbrat ont changé", id="hours changed"),
        pytest.param(
            lambda run: Terms.objects.update(management_rate=7), "Les heures ou le prix de Maëlle Kerbrat", id="price"
        ),
        pytest.param(
            lambda run: Line.objects.filter(position=2).update(net=1, unit_price=1),
            "Les lignes du brouillon ne font plus son total",
            id="line",
        ),
        pytest.param(
            lambda run: Line.objects.create(
                invoice=run.invoices.first(), position=9, label="x", quantity=1, unit="C62", unit_price=0, net=0,
                vat_regime="S20",
            ),
            "une ligne que rien n’explique",
            id="line that nothing explains",
        ),
    ],
)  # fmt: skip
def test_outdated_draft_is_not_issued(change, message: str) -> None:
    run = scene.drafted(scene.hosts(1))
    change(run)
    done = issue_all(run)
    assert done.issued == []
    assert [member.short_name for member, _ in done.failed] == ["Aloen"]
    assert message in done.failed[0][1]
    assert done.failed[0][1].endswith("Refaites les brouillons.")
    assert (run.invoices.get().status, Series.objects.count()) == (InvoiceStatus.DRAFT, 0)


def test_other_costs_hold_up_the_whole_run() -> None:
    run = scene.drafted(scene.hosts(2))
    EmployerCost.objects.filter(kind="gross_pay").update(amount=Decimal("2650.00"))
    with pytest.raises(Outdated, match="Les coûts employeur ont changé depuis les brouillons"):
        issue_all(run)
    assert not Invoice.objects.exclude(number=None).exists()
    assert len(issue_all(draft()).issued) == 2


def test_hours_approved_after_the_draft_wait_for_the_next_run() -> None:
    world.group()
    aloen = world.member()
    hourly(aloen, "10")
    run = draft()
    late = hourly(aloen, "5")
    (invoice,) = issue_all(run).issued
    assert str(invoice.net) == "224.40"
    (later,) = issue_all(draft(DECEMBER, at=world.at(date(2027, 1, 4))), at=world.at(date(2027, 1, 4))).issued
    assert [line["net"] for line in later.snapshot["lines"]] == ["112.20"]
    assert later.timesheets.get().timesheet.assignment == late


def test_expired_attestation_keeps_one_invoice_a_draft() -> None:
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    world.attestation(sonam)
    hourly(aloen, "10")
    hourly(sonam, "10", vat_regime="E261B", is_trued_up=True)
    run = draft()
    VatAttestation.objects.all().delete()
    done = issue_all(run)
    assert [invoice.number for invoice in done.issued] == ["F-2026-0001"]
    assert [member for member, _ in done.failed] == [sonam]
    assert "pas d’attestation de TVA valable pour novembre 2026" in done.failed[0][1]
    world.attestation(sonam)
    assert [invoice.number for invoice in issue_all(run).issued] == ["F-2026-0002"]


def test_one_failure_leaves_the_others_alone(monkeypatch) -> None:
    run = scene.drafted(scene.hosts(3))
    next_numbers = numbering.next_numbers
    taken: list[list[int]] = []

    def fail_at_the_second(kinds, **facts):
        numbers = next_numbers(kinds, **facts)
        taken.append([number.sequence for number in numbers])
        if len(numbers) > 1 or len(taken) == 3:
            raise RuntimeError("the power went")
        return numbers

    monkeypatch.setattr(numbering, "next_numbers", fail_at_the_second)
    done = issue_all(run)
    assert [invoice.number for invoice in done.issued] == ["F-2026-0001", "F-2026-0002"]
    assert [member.short_name for member, _ in done.failed] == ["Optim’ism"]
    # The block was given back whole; then each is tried by itself.
    assert taken == [[1, 2, 3], [1], [2], [2]]
    run.refresh_from_db()
    assert run.status == RunStatus.DRAFTED
    assert Timesheet.objects.filter(assignment__member__short_name="Optim’ism", billed_at=None).count() == 1
    assert [invoice.number for invoice in issue_all(run).issued] == ["F-2026-0003"]


def test_numbers_of_a_run_are_one_block_whatever_its_size() -> None:
    hosts, asked = scene.hosts(3), []
    person = world.employee(members=hosts)
    for month, size in ((world.OCTOBER, 1), (NOVEMBER, 3)):
        run = scene.drafted(hosts[:size], month=month, person=person)
        with CaptureQueriesContext(connection) as queries:
            done = issue_all(run)
        asked.append(len(queries))
        assert len(done.issued) == size
        assert [step.target for invoice in done.issued for step in invoice.steps.all()] == ["issued"] * size
    assert Series.objects.get().last_sequence == 4
    assert asked[1] <= asked[0], asked


def test_redrafting_a_part_issued_run_keeps_what_is_issued() -> None:
    run = scene.drafted(scene.hosts(2))
    first, second = run.invoices.order_by("member__short_name")
    issuing.issue(first, by=None, at=NOW)
    kept = run.invoices.get(pk=first.pk).snapshot
    before = str(second.net), *scene_balance(run)
    again = draft()
    assert again.invoices.get(pk=first.pk).snapshot == kept
    redrafted = again.invoices.get(status=InvoiceStatus.DRAFT)
    assert (str(redrafted.net), *scene_balance(run)) == before
    issuing.issue(redrafted, by=None, at=NOW)
    assert BillingRun.objects.get().status == RunStatus.ISSUED


def scene_balance(run: BillingRun) -> tuple[str, str, str]:
    run.refresh_from_db()
    return str(run.employer_cost), str(run.charged), str(run.reserve)


def test_what_is_issued_is_not_issued_again() -> None:
    run = scene.issued(scene.hosts(1))
    with pytest.raises(DraftNotIssuable, match="n’a pas de brouillons à émettre"):
        issuing.issue(run.invoices.get(), by=None, at=NOW)
    with pytest.raises(DraftNotIssuable, match="n’a pas de brouillons à émettre"):
        issue_all(run)
    assert Series.objects.get().last_sequence == 1


def test_month_without_drafts_has_nothing_to_issue() -> None:
    world.group()
    with pytest.raises(DraftNotIssuable, match="Il n’y a aucun brouillon à émettre pour novembre 2026."):
        issue_all(draft())


def test_case_62_date_before_the_last_number_is_refused() -> None:
    scene.issued(scene.hosts(1))
    placed = world.assignment(world.employee("Youenn", "Talec"), world.member("Sonam"))
    world.timesheet(placed, world.hours(world.OCTOBER, 7), month=world.OCTOBER)
    early = world.at(date(2026, 11, 20))
    done = issue_all(draft(world.OCTOBER, at=early), at=early)
    assert done.failed[0][1].replace("\u00a0", " ") == (
        "La dernière facture est datée du 03/12/2026 : les numéros suivent l’ordre des dates. "
        "La date la plus proche possible est le 03/12/2026."
    )
    assert Series.objects.get().last_sequence == 1


def test_logo_travels_inside_the_snapshot(settings) -> None:
    group = world.group()
    group.logo = world.kept_file(picture("PNG"), "logo")
    group.save()
    (invoice,) = scene.issued(scene.hosts(1)).invoices.all()
    drawn = base64.b64encode(picture("PNG")).decode()
    assert invoice.snapshot["seller"]["logo"] == f"data:image/png;base64,{drawn}"


def test_copies_take_a_fixed_number_of_queries(django_assert_num_queries) -> None:
    run = scene.drafted(scene.hosts(3))
    invoices = list(run.invoices.select_related("member"))
    for count in (1, 3):
        with django_assert_num_queries(9):
            copier = snapshot.prepare(invoices[:count], issued_on=date(2026, 12, 3))
            assert [copier.copy(invoice)["net"] for invoice in invoices[:count]]
