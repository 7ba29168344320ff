"""Cases 34 to 36, 39 to 42 and 44: hours are billed once, what is billed stays, and a credit mirrors it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.accounts import receivables
from billing.credit_notes import composing, remaining
from billing.credit_notes.composing import CreditWhole, NotCreditable
from billing.models import Charge, Fate, Invoice, InvoiceKind, Line, Release, VatRate
from billing.month import drafting, issuing
from groupement.kernel.periods import Month
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import (
    RELEASED,
    VOIDED,
    at_end_of,
    bill,
    credit,
    credit_all,
    days,
    free,
    invoice,
    of_sums,
    placed,
    waiting,
    worked,
)
from tests.unguarded import unguarded
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

JUNE, JULY, AUGUST, SEPTEMBER = (Month(2026, month) for month in (6, 7, 8, 9))


def drafts(month):
    """What a draft of the month would bill."""
    return drafting.draft(month, by=None, at=at_end_of(month)).invoices.filter(status="draft")


def test_case_34_each_hour_is_billed_once():
    """3 h and 2 h at 20, billed one after the other, then 4 h: 60, 40 and 80, not 100 nor 180 in one."""
    assignment = placed("20.00")
    nets = []
    for supplement, (day, minutes) in enumerate([(1, 180), (2, 120), (3, 240)]):
        worked(assignment, {day: minutes}, month=JUNE, supplement=supplement)
        nets.append(bill(JUNE.shift(supplement)).net)
    assert nets == [Decimal("60.00"), Decimal("40.00"), Decimal("80.00")]
    assert sum(nets) == Decimal("180.00")
    assert not drafts(SEPTEMBER).exists()


def test_case_35_freed_hours_and_new_ones_are_billed_together():
    """June 4.5 h and July 3.5 h billed; the 3.5 h credited and 1 h added: 4.5 h, not 9."""
    assignment = placed("20.00")
    worked(assignment, {8: 270}, month=JUNE)
    worked(assignment, {6: 210}, month=JULY)
    of = bill(JULY)
    assert of.minutes == 480
    july = next(row.line for row in remaining.remainder_of(of).lines if row.minutes == 210)
    note = credit(of, CreditWhole(july, RELEASED), at=at_end_of(JULY))
    assert (note.minutes, waiting()) == (210, 210)
    worked(assignment, {31: 60}, month=JULY, supplement=1)
    again = bill(AUGUST)
    assert (again.minutes, again.net, waiting()) == (270, Decimal("90.00"), 0)


def test_case_36_partly_credited_hours_join_the_next_invoice():
    """20 h billed, 11 h credited, 5 h more: 16 h, not 25."""
    assignment = placed("20.00")
    worked(assignment, {1: 600, 2: 600}, month=JUNE)
    of = bill(JUNE)
    credit(of, days(of.lines.get(), {1: 600, 2: 60}), at=at_end_of(JUNE))
    worked(assignment, {1: 300}, month=JULY)
    assert bill(JULY).minutes == 16 * 60


def test_case_39_one_member_s_bill_leaves_the_other_s_hours_alone():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee(members=[aloen, sonam])
    for member in (aloen, sonam):
        worked(world.assignment(maelle, member, hourly_price=Decimal("20.00")), {2: 600})
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    of = issuing.issue(run.invoices.get(member=aloen), by=None, at=NOW)
    assert run.invoices.get(member=sonam).minutes == 600
    credit_all(of, VOIDED)
    (left,) = drafts(NOVEMBER)
    assert (left.member, left.minutes, left.net) == (sonam, 600, Decimal("200.00"))


def test_case_40_what_is_billed_stays_billed():
    """10 and 3 h at 200 are 610; a billed line does not become 20, and a new price is that of later months."""
    assignment = placed("200.00")
    free(assignment.member, "10.00")
    worked(assignment, {2: 180})
    of = bill()
    assert of.net == Decimal("610.00")
    ten = of.lines.get(net=Decimal("10.00"))
    for rows in (Line.objects.filter(pk=ten.pk), Charge.objects.filter(line=ten)):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(unit_price=Decimal("20.00"), net=Decimal("20.00"))
    note = credit(of, CreditWhole(ten, VOIDED))
    free(assignment.member, "20.00")
    of.refresh_from_db()
    assert (of.net, note.net, bill(NOVEMBER.next).net) == tuple(map(Decimal, ("610.00", "10.00", "20.00")))


def test_case_41_full_credit_mirrors_the_vat():
    """7 612.50 at 19 % bears 1 446.38, and so does its credit, in positive amounts, whatever the rate of today."""
    VatRate.objects.filter(regime="S20").delete()
    rate = VatRate.objects.create(
        regime="S20", rate=Decimal("19.00"), starts_on=world.YEAR_START, source="essai"
    )
    of = of_sums(("7612.50", "S20"))
    with unguarded():
        VatRate.objects.filter(pk=rate.pk).update(rate=Decimal("20.00"))
    note = credit_all(of)
    assert (of.vat, note.vat) == (Decimal("1446.38"), Decimal("1446.38"))
    assert (note.kind, note.total - of.total) == (InvoiceKind.CREDIT_NOTE, 0)
    assert note.snapshot["vat"] == of.snapshot["vat"]
    assert note.snapshot["lines"][0]["vat_label"] == "19\u00a0%"


def test_a_credit_mirrors_a_rate_of_zero():
    """100.00 invoiced at 0 % bears no VAT; credited when the rate is 20 % again, it bears none either."""
    VatRate.objects.filter(regime="S20").update(ends_before=NOVEMBER.first)
    zero = VatRate.objects.create(regime="S20", rate="0.00", starts_on=NOVEMBER.first, source="essai")
    of = of_sums(("100.00", "S20"), ("50.00", "E261B"))
    with unguarded():
        VatRate.objects.filter(pk=zero.pk).update(rate=Decimal("20.00"))
    note = credit_all(of)
    assert (of.vat, of.total, note.vat, note.total) == tuple(map(Decimal, ("0", "150", "0", "150")))
    assert [(row["vat_label"], row["exempt"]) for row in of.snapshot["lines"]] == [
        ("0\u00a0%", False),
        ("exonéré", True),
    ]
    assert [(row["label"], row["base"]) for row in of.snapshot["vat"]] == [("0\u00a0% et exonéré", "150.00")]


@pytest.mark.parametrize(
    "parts", [("0.01", "7612.49"), ("2537.50", "2537.50", "2537.50"), ("3806.25", "0.03")]
)
def test_case_41_parts_sum_to_the_cent(parts):
    of = of_sums(("7612.50", "S20"))
    notes = [credit(of, composing.CreditAmount(of.lines.get(), Decimal(net))) for net in parts]
    if not remaining.remainder_of(of).is_fully_credited:
        notes.append(credit_all(of))
    assert sum(note.vat for note in notes) == of.vat == Decimal("1522.50")
    assert sum(note.total for note in notes) == of.total


def test_case_42_full_credit_closes_both_papers():
    """240.00: invoice and credit note owe nothing to each other, the credit has the next number, and none is reused."""
    of = of_sums(("200.00", "S20"))
    note = credit_all(of)
    assert (of.total, of.number, note.number) == (Decimal("240.00"), "F-2026-0001", "F-2026-0002")
    assert note.snapshot["corrects"] == [{"number": "F-2026-0001", "issued_on": "2026-12-03"}]
    found = receivables.with_dues(Invoice.objects.order_by("pk"))
    assert [(row.due, row.left) for row in found] == [(0, 0), (0, 0)]
    assert not receivables.unsettled(of.member_id).exists()
    with pytest.raises(NotCreditable, match="déjà créditée en entier"):
        credit_all(of)
    assert of_sums(("1.00", "S20")).number == "F-2026-0003"


def test_case_44_two_prices_in_a_month_are_two_lines():
    """20.00 to 15 June and 21.00 from the 16th: 200.00 and 210.00; a price of 1 July alters nothing in June."""
    assignment = placed("20.00")
    assignment.terms.update(ends_before=date(2026, 6, 16))
    for price, starts_on, ends_before in (
        ("21.00", date(2026, 6, 16), date(2026, 7, 1)),
        ("25.00", date(2026, 7, 1), None),
    ):
        assignment.terms.create(
            starts_on=starts_on,
            ends_before=ends_before,
            weekly_pattern=[420, 0, 0, 0, 0, 0, 0],
            price_method="hourly",
            hourly_price=price,
        )
    worked(assignment, {10: 600, 20: 600}, month=JUNE)
    of = bill(JUNE)
    nets = of.lines.order_by("position").values_list("net", flat=True)
    assert (list(nets), of.net) == ([Decimal("200.00"), Decimal("210.00")], Decimal("410.00"))
    later = of.lines.get(net=Decimal("210.00"))
    credit(of, CreditWhole(later, RELEASED), at=at_end_of(JUNE))
    assert set(Release.objects.values_list("entry__day", "fate")) == {(date(2026, 6, 20), Fate.RELEASED)}
    again = bill(JULY)
    assert (again.minutes, again.net) == (600, Decimal("210.00"))


def test_hours_credited_then_billed_again_can_be_credited_again():
    of = invoice({2: 420, 3: 420})
    credit(of, days(of.lines.get(), {2: 420}))
    again = bill(NOVEMBER.next)
    assert again.minutes == 420
    with pytest.raises(NotCreditable, match="tout est déjà crédité"):
        credit(of, days(of.lines.get(), {2: 60}), at=at_end_of(NOVEMBER.next))
    credit(again, days(again.lines.get(), {2: 60}), at=at_end_of(NOVEMBER.next))
    assert (remaining.remainder_of(again).lines[0].minutes, waiting()) == (360, 60)


def test_sum_and_share_of_cost_released_whole_are_billed_again_once():
    (aloen,) = scene.hosts(1)
    released = free(aloen, "100.00")
    of = scene.issued([aloen]).invoices.get()
    share = of.lines.get(charge__kind="cost_share")
    sum_of = of.lines.get(charge=released)
    credit(of, CreditWhole(share, RELEASED), CreditWhole(sum_of, RELEASED))
    again = bill(NOVEMBER.next)
    assert set(again.lines.values_list("net", "charge__rebills")) == {
        (share.net, share.charge.pk),
        (sum_of.net, released.pk),
    }
    with pytest.raises(NotCreditable, match="déjà créditée en entier"):
        credit(of, CreditWhole(share, RELEASED), at=at_end_of(NOVEMBER.next))
    assert not drafts(NOVEMBER.shift(2)).exists()


def test_sum_given_up_is_never_billed_again():
    (aloen,) = scene.hosts(1)
    free(aloen, "100.00")
    credit_all(scene.issued([aloen]).invoices.get(), VOIDED)
    assert not drafts(NOVEMBER.next).exists()
