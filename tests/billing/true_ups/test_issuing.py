"""A true-up from its preparation to its papers: worked figures, late hours, the reserve, what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from billing.models import (
    Charge,
    EmployerCost,
    Invoice,
    InvoicedTimesheet,
    Letter,
    ReserveEntry,
    SettledMonth,
    TrueUp,
    TrueUpShare,
)
from billing.month import drafting
from billing.true_ups import issuing, preparing, previewing
from billing.true_ups.issuing import TrueUpNotIssuable
from billing.true_ups.preparing import NotPreparable
from members.models import Member
from tests import world
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW, OCTOBER
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

DETAIL = (
    "de juin à novembre 2026, 720,00\u00a0h, part du coût réel 19\u202f848,65\u00a0€, "
    "déjà facturé 19\u202f008,00\u00a0€"
)


def issue(true_up):
    return issuing.issue(true_up, by=None, at=NOW)


def test_the_shortfall_of_the_worked_year_is_invoiced():
    period.half_year("40800.00")
    true_up = period.prepared()
    assert period.shares(true_up) == [
        ("Aloen", "19848.65", "19008.00", "840.65"),
        ("Optim’ism", "7994.59", "7656.00", "338.59"),
        ("Sonam", "12956.76", "12408.00", "548.76"),
    ]
    made = issue(true_up)
    assert [(row.kind, row.member.short_name, str(row.net), str(row.total)) for row in made] == [
        ("invoice", "Aloen", "840.65", "1008.78"),
        ("invoice", "Optim’ism", "338.59", "406.31"),
        ("invoice", "Sonam", "548.76", "658.51"),
    ]
    copied = made[0].snapshot
    assert copied["period_label"] == "juin à novembre 2026"
    assert copied["reason"] == "Régularisation au coût réel de juin à novembre 2026"
    numbers = Invoice.objects.filter(member__short_name="Aloen", true_up=None).order_by("sequence")
    assert copied["corrects"] == [
        {"number": number, "issued_on": "2026-12-03"} for number in numbers.values_list("number", flat=True)
    ]
    assert len(copied["corrects"]) == 6
    assert [(line["label"], line["detail"], line["quantity"], line["net"]) for line in copied["lines"]] == [
        (
            "Régularisation, Maëlle Kerbrat, comptable",
            DETAIL,
            "1.00",
            "840.65",
        )
    ]


def test_the_surplus_of_the_worked_year_is_credited():
    period.half_year("38000.00")
    made = issue(period.prepared())
    assert [(row.kind, row.member.short_name, str(row.net)) for row in made] == [
        ("credit_note", "Aloen", "521.51"),
        ("credit_note", "Optim’ism", "210.06"),
        ("credit_note", "Sonam", "340.43"),
    ]
    assert len(made[0].snapshot["corrects"]) == 6
    charges = Charge.objects.filter(kind="true_up").order_by("net")
    assert [str(charge.net) for charge in charges] == ["-521.51", "-340.43", "-210.06"]
    assert not Charge.objects.waiting().exists()


def test_it_writes_a_letter_to_each_member_with_its_own_figures_only():
    period.half_year()
    true_up = period.prepared()
    issue(true_up)
    true_up.refresh_from_db()
    sonam = Member.objects.get(short_name="Sonam")
    letter = Letter.objects.get(pk=true_up.figures["letters"][str(sonam.pk)])
    assert (letter.kind, letter.member) == ("true_up", sonam)
    expected = letter.content
    assert [(row["employee"], row["minutes"], row["amount"]) for row in expected["rows"]] == [
        ("Maëlle Kerbrat", 470 * 60, "548.76")
    ]
    assert (expected["actual"], expected["invoiced"], expected["amount"]) == (
        "12956.76",
        "12408.00",
        "548.76",
    )
    assert len(expected["invoices"]) == 6
    text = str(expected)
    assert "Sonam" in text
    for hidden in ("Aloen", "40800", "6800", "840.65", "19848.65"):
        assert hidden not in text


def test_after_it_the_reserve_bears_nothing_of_these_months():
    period.half_year("40800.00")
    true_up = period.prepared()
    assert true_up.figures["reserve_before"] == "1728.00"
    assert true_up.figures["reserve_after"] == "0.00"
    issue(true_up)
    entry = ReserveEntry.objects.get()
    assert (str(entry.amount), entry.booked_on) == ("1728.00", date(2026, 12, 3))


def test_every_month_is_settled_once():
    period.half_year()
    issue(period.prepared())
    assert SettledMonth.objects.count() == 6 * 3
    with pytest.raises(NotPreparable) as refused:
        period.prepared(first=NOVEMBER)
    assert refused.value.errors == [
        "Maëlle Kerbrat (novembre 2026)\u00a0: déjà régularisé. Choisissez une autre période, ou d’autres personnes."
    ]


def test_two_drafts_of_one_period_are_not_both_issued():
    period.half_year()
    first, second = period.prepared(), period.prepared()
    issue(first)
    with pytest.raises(TrueUpNotIssuable) as refused:
        issue(second)
    assert "déjà régularisé" in refused.value.errors[0]
    assert TrueUp.objects.get(pk=second.pk).status == "draft"


def test_preparing_again_replaces_what_was_prepared():
    period.half_year()
    true_up = period.prepared()
    again = preparing.prepare(period.scope(), key="equal", true_up=true_up, by=None, at=NOW)
    assert again.pk == true_up.pk
    assert [row[1] for row in period.shares(again)] == ["13600.00"] * 3
    assert TrueUpShare.objects.count() == 3
    preparing.discard(again, by=None, at=NOW)
    assert TrueUp.objects.count() == TrueUpShare.objects.count() == 0


def test_what_changed_since_is_not_issued():
    period.half_year()
    true_up = period.prepared()
    placed = Timesheet.objects.filter(assignment__member__short_name="Aloen").first().assignment
    world.timesheet(placed, {date(2026, 11, 30): 60}, supplement=1)
    with pytest.raises(TrueUpNotIssuable, match="ont changé depuis la préparation"):
        issue(true_up)
    assert Invoice.objects.filter(true_up=true_up).count() == SettledMonth.objects.count() == 0


def test_an_issued_true_up_never_changes():
    period.half_year()
    true_up = period.prepared()
    issue(true_up)
    with pytest.raises(TrueUpNotIssuable, match="déjà émise"):
        issue(true_up)
    with pytest.raises(NotPreparable, match="elle ne change plus"):
        preparing.discard(true_up, by=None, at=NOW)
    for rows, change in ((TrueUp.objects, {"label": "autre"}), (TrueUpShare.objects, {"minutes": 1})):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_late_hours_of_a_shared_cost_weigh_and_are_held_by_the_invoice():
    _, sheet = period.late_hours()
    november = {"first": NOVEMBER, "last": NOVEMBER}
    run = drafting.draft(world.DECEMBER, by=None, at=NOW)
    assert run.problems.filter(code="cost_already_shared").count() == 1
    drafting.discard(run, by=None, at=NOW)
    true_up = period.prepared(**november)
    # 3 637.92 at 6 %: 14 hours of 21 at Aloen, 7 at Sonam; half each was invoiced.
    assert period.shares(true_up) == [
        ("Aloen", "2570.80", "1928.10", "642.70"),
        ("Sonam", "1285.40", "1928.10", "-642.70"),
    ]
    owed, back = issue(true_up)
    assert (owed.kind, back.kind, owed.minutes) == ("invoice", "credit_note", 420)
    assert InvoicedTimesheet.objects.get(timesheet=sheet).invoice == owed
    sheet.refresh_from_db()
    assert sheet.billed_at == NOW
    assert [row["period_label"] for row in owed.snapshot["annex"]] == ["novembre 2026, complément n°\u00a01"]
    again = drafting.draft(world.DECEMBER, by=None, at=NOW)
    assert not again.problems.filter(code="cost_already_shared").exists()


def test_what_absences_leave_to_the_reserve_stays_with_it():
    maelle, _ = period.late_hours(absence_rule="reserve")
    world.timesheet(maelle, {date(2026, 11, 27): 420}, kind="leave", supplement=1)
    november = {"first": NOVEMBER, "last": NOVEMBER}
    # Seven hours of twenty-eight were leave: a quarter of 3 637.92.
    assert period.prepared(**november).figures["kept"] == "909.48"
    shared = period.prepared(**november, keeps_reserve=False)
    assert shared.figures["kept"] == "0.00"
    assert shared.figures["actual"] == "3856.20"


def test_members_not_settled_keep_what_they_were_invoiced():
    period.half_year("40800.00")
    aloen = Member.objects.filter(short_name="Aloen")
    true_up = period.prepared(members=aloen)
    assert period.shares(true_up) == [("Aloen", "19848.65", "19008.00", "840.65")]
    # What the two others should have borne more stays with the reserve.
    assert true_up.figures["reserve_after"] == "887.35"
    assert "Gardent ce qui leur a été facturé\u00a0: Optim’ism et Sonam" in true_up.figures["remarks"][-1]


def test_both_signs_are_set_off_within_a_vat_regime_only():
    aloen, _ = members = period.scene.hosts(2)
    world.attestation(aloen)
    people = {}
    for name, regime, price in (("Ana", "S20", "10.00"), ("Bo", "S20", "50.00"), ("Cy", "E261B", "90.00")):
        person = world.employee(name, "Le Bris", members=members)
        terms = {"hourly_price": Decimal(price), "vat_regime": regime, "is_trued_up": True}
        world.timesheet(world.assignment(person, aloen, **terms), world.hours(OCTOBER, 10), month=OCTOBER)
        world.cost(person, month=OCTOBER, gross="400.00", contributions="0.00")
        people[name] = person
    period.issue(OCTOBER)
    made = issue(period.prepared(first=OCTOBER, last=OCTOBER))
    # Ana owes 300, Bo gets 100 back: 200 owed at 20 %. Cy gets 500 back, exempt.
    assert [(row.kind, str(row.net), str(row.vat)) for row in made] == [
        ("invoice", "200.00", "40.00"),
        ("credit_note", "500.00", "0.00"),
    ]
    assert [(line["quantity"], line["net"]) for line in made[0].snapshot["lines"]] == [
        ("1.00", "300.00"),
        ("-1.00", "-100.00"),
    ]
    assert made[1].snapshot["mentions"] == ["Exonération de TVA – article 261 B du CGI"]


@pytest.mark.parametrize(
    ("choices", "sentence", "field"),
    [
        ({"first": NOVEMBER, "last": OCTOBER}, "se termine avant de commencer", "last_month"),
        ({"employees": []}, "Choisissez au moins une personne.", "employees"),
        ({"members": []}, "Choisissez au moins un adhérent.", "members"),
        ({"management": Decimal("-1")}, "ne sont pas négatifs", "management"),
    ],
)
def test_choices_that_make_no_period_are_refused(choices, sentence, field):
    period.half_year(is_issued=False)
    with pytest.raises(NotPreparable, match=sentence) as refused:
        period.scope(**choices)
    assert refused.value.field == field


def errors(**choices):
    with pytest.raises(NotPreparable) as refused:
        period.prepared(**choices)
    return refused.value.errors


def test_without_any_cost_there_is_nothing_to_settle():
    period.half_year(is_issued=False)
    EmployerCost.objects.all().delete()
    assert errors() == ["Aucun coût employeur n’est connu sur cette période. Importez d’abord la paie."]


def test_every_obstacle_is_told():
    maelle = period.half_year(is_issued=False)
    EmployerCost.objects.filter(month=NOVEMBER).delete()
    world.timesheet(maelle, {date(2026, 10, 1): 60}, month=OCTOBER, kind="training", status="submitted")
    assert errors(first=OCTOBER) == [
        "Maëlle Kerbrat (novembre 2026)\u00a0: coût employeur inconnu. Importez d’abord la paie.",
        "Maëlle Kerbrat (octobre 2026)\u00a0: heures à approuver d’abord.",
        "Maëlle Kerbrat (octobre 2026)\u00a0: coût qu’aucune clôture émise ne reprend. Faites d’abord la clôture.",
    ]


@pytest.mark.parametrize(
    ("gross", "obstacle"),
    [
        ("0.00", []),
        (
            "0.01",
            ["Ana Le Bris (novembre 2026)\u00a0: coût arrivé après l’émission, qu’aucune clôture ne compte."],
        ),
    ],
)
def test_a_month_that_cost_nothing_needs_no_close(gross, obstacle):
    period.half_year()
    world.cost(world.employee("Ana", "Le Bris"), gross=gross, contributions="0.00")
    shown = previewing.preview(period.scope(first=NOVEMBER))
    closes = [sentence for sentence in shown.obstacles if "clôture" in sentence]
    assert [sentence.partition(" Faites d’abord")[0] for sentence in closes] == obstacle


def test_sums_on_a_draft_wait_for_their_close():
    period.half_year(is_issued=False)
    period.issue(OCTOBER)
    drafting.draft(NOVEMBER, by=None, at=NOW)
    assert errors(first=NOVEMBER)[0] == (
        "Maëlle Kerbrat (novembre 2026)\u00a0: des sommes attendent d’être facturées. Émettez d’abord la clôture, ou "
        "abandonnez ses brouillons."
    )


def test_what_is_credited_is_not_invoiced_any_more():
    from billing.credit_notes import crediting, remaining
    from billing.models import Fate

    period.half_year()
    invoice = Invoice.objects.get(member__short_name="Aloen", service_month=NOVEMBER)
    crediting.issue_credit_note(
        invoice,
        lines=crediting.whole_invoice(remaining.remainder_of(invoice), Fate.VOIDED),
        reason="Geste",
        by=None,
        at=NOW,
    )
    # 600 h are left: 600/1480 of the cost, less 600 × 26.40. The 120 h given up are nobody's (test_given_up).
    assert period.shares(period.prepared())[0] == ("Aloen", "16540.54", "15840.00", "700.54")


def test_once_settled_the_same_key_finds_nothing_left():
    period.half_year()
    issue(period.prepared())
    shown = previewing.preview(period.scope())
    assert [str(row.amounts[0][1]) for row in shown.rows] == ["0.00", "0.00", "0.00"]
    assert "déjà régularisé" in shown.obstacles[0]


def test_a_person_of_one_member_under_two_regimes_is_split_as_it_was_invoiced():
    (aloen,) = period.scene.hosts(1)
    world.attestation(aloen, ends_before=date(2026, 11, 1))
    person = world.employee(members=[aloen])
    exempt = {"hourly_price": Decimal("30.00"), "is_trued_up": True, "vat_regime": "E261B"}
    placed = world.assignment(person, aloen, **exempt)
    terms = placed.terms.get()
    terms.ends_before = date(2026, 11, 1)
    terms.save()
    taxed = {"price_method": "hourly", "hourly_price": Decimal("10.00"), "weekly_pattern": [420] + [0] * 6}
    placed.terms.create(starts_on=date(2026, 11, 1), is_trued_up=True, **taxed)
    for month in (OCTOBER, NOVEMBER):
        world.timesheet(placed, world.hours(month, 10), month=month)
        world.cost(person, month=month, gross="300.00", contributions="0.00")
        period.issue(month)
    true_up = period.prepared(first=OCTOBER, last=NOVEMBER)
    (made,) = issue(true_up)
    # 400 invoiced, 300 of it exempt; 200 owed: three quarters exempt.
    assert [(line["net"], line["vat_regime"]) for line in made.snapshot["lines"]] == [
        ("150.00", "E261B"),
        ("50.00", "S20"),
    ]
    assert (str(made.net), str(made.vat)) == ("200.00", "10.00")
    assert "dont 150,00\u00a0€ sous ce régime de TVA" in made.snapshot["lines"][0]["detail"]
    assert true_up.shares.get().line.invoice == made


def test_credited_hours_that_are_to_be_billed_again_come_first():
    from billing.credit_notes import crediting, remaining
    from billing.models import Fate

    period.half_year()
    invoice = Invoice.objects.get(member__short_name="Aloen", service_month=OCTOBER)
    whole = crediting.whole_invoice(remaining.remainder_of(invoice), Fate.RELEASED)
    crediting.issue_credit_note(invoice, lines=whole, reason="Erreur", by=None, at=NOW)
    (sentence,) = errors()
    assert sentence.startswith("Maëlle Kerbrat (octobre 2026)\u00a0: des sommes attendent d’être facturées.")
