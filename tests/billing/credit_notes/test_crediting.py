"""The act: what may be credited, how much of it, what the document prints, and what it settles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from billing.accounts import payments, receivables
from billing.credit_notes import crediting, remaining
from billing.credit_notes.composing import (
    CreditAmount,
    CreditHours,
    CreditQuantity,
    CreditWhole,
    NotCreditable,
)
from billing.credit_notes.crediting import RemainderChanged
from billing.documents.numbering import NumberTooEarly
from billing.models import Invoice, InvoiceKind, Line, Release, Rendering
from tests import world
from tests.billing.credit_notes.issued import (
    REASON,
    RELEASED,
    VOIDED,
    bill,
    credit,
    credit_all,
    days,
    free,
    invoice,
    line,
    of_sums,
    placed,
    printed,
    waiting,
    worked,
)
from tests.world import NOW
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db


def total(of: Invoice) -> tuple[Decimal, Decimal, Decimal]:
    return of.net, of.vat, of.total


def test_whole_invoice_is_mirrored_to_the_cent() -> None:
    of = invoice({2: 420, 3: 425}, "22.44")
    note = credit_all(of, RELEASED)
    assert (note.kind, note.corrects, note.run, note.member) == (InvoiceKind.CREDIT_NOTE, of, None, of.member)
    assert (note.number, note.service_month, note.minutes) == ("F-2026-0002", of.service_month, 845)
    assert total(note) == total(of)
    assert printed(note) == printed(of) == [("14.08", "HUR", "22.44", "315.96")]
    assert note.snapshot["corrects"] == [{"number": "F-2026-0001", "issued_on": "2026-12-03"}]
    assert note.snapshot["reason"] == REASON
    assert (note.issued_on, note.due_on) == (date(2026, 12, 3), date(2026, 12, 3))
    assert Rendering.objects.filter(invoice=note, status="pending").count() == 1
    assert waiting() == 845


def test_timesheets_stay_sealed() -> None:
    credit_all(invoice({2: 420}), RELEASED)
    assert Timesheet.objects.get().billed_at == NOW


def test_part_names_its_days_and_what_becomes_of_them() -> None:
    of = invoice({2: 420, 3: 420, 4: 300})
    note = credit(of, days(line(of), {3: 420, 4: 60}))
    assert printed(note) == [("8.00", "HUR", "20.00", "160.00")]
    assert note.snapshot["lines"][0]["detail"] == "heures des 3 et 4 novembre 2026, à facturer de nouveau"
    assert note.snapshot["lines"][0]["label"] == of.snapshot["lines"][0]["label"]
    assert set(Release.objects.values_list("entry__day__day", "minutes", "fate")) == {
        (3, 420, RELEASED),
        (4, 60, RELEASED),
    }
    rows = remaining.remainder_of(of).lines[0]
    assert (rows.quantity, rows.net, rows.minutes) == (Decimal("11.00"), Decimal("220.00"), 660)
    assert [(entry.day.day, entry.billed, entry.left) for entry in rows.entries] == [
        (2, 420, 420),
        (3, 420, 0),
        (4, 300, 240),
    ]


def test_last_part_takes_what_is_left_to_the_cent() -> None:
    """Half an hour at 32.25 is 16.13; a quarter is 8.06, so that the other quarter is 8.07 and no product."""
    of = invoice({2: 15, 3: 15}, "32.25")
    first, last = credit(of, days(line(of), {2: 15})), credit(of, days(line(of), {3: 15}))
    assert printed(first) == [("0.25", "HUR", "32.25", "8.06")]
    assert printed(last) == [("1.00", "C62", "8.07", "8.07")]
    assert [a + b for a, b in zip(total(first), total(last), strict=True)] == list(total(of))
    assert remaining.remainder_of(of).is_fully_credited


def test_rounded_parts_never_come_to_more_than_the_line() -> None:
    """Six times 1 minute are 0.10 h, not 0.12 h: five of them 0.08 h, and the last is worth the rest."""
    of = invoice(dict.fromkeys(range(2, 8), 1))
    notes = [credit(of, days(line(of), {day: 1})) for day in range(2, 7)]
    assert (of.net, sum(note.net for note in notes)) == (Decimal("2.00"), Decimal("1.60"))
    assert credit_all(of).net == Decimal("0.40")


def test_same_thing_is_not_credited_twice() -> None:
    of = invoice({2: 420, 3: 420})
    credit(of, days(line(of), {2: 420}))
    with pytest.raises(NotCreditable) as refused:
        credit(of, days(line(of), {2: 60}))
    assert refused.value.message == "02/11/2026\u00a0: tout est déjà crédité, 1\u00a0h sont demandées."
    credit_all(of)
    with pytest.raises(NotCreditable, match="déjà créditée en entier"):
        credit_all(of)
    with pytest.raises(NotCreditable, match="déjà créditée en entier"):
        credit(of, CreditWhole(line(of)))
    assert Invoice.objects.filter(corrects=of).count() == 2


def test_no_more_hours_than_are_left() -> None:
    of = invoice({2: 420, 3: 420})
    with pytest.raises(NotCreditable, match="il reste 7\u00a0h à créditer, 8\u00a0h sont demandées"):
        credit(of, days(line(of), {2: 480}))
    stranger = CreditHours(line(of), {0: 60})
    with pytest.raises(NotCreditable, match="n’est pas de la ligne"):
        credit(of, stranger)
    with pytest.raises(NotCreditable, match="plus de zéro"):
        credit(of, days(line(of), {2: 0}))


def test_postgresql_refuses_what_passes_by_the_act() -> None:
    of = invoice({2: 420})
    credit(of, days(line(of), {2: 400}))
    release = Release.objects.get()
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        Release.objects.update(minutes=1)
    note = Invoice.objects.create(
        kind="credit_note",
        corrects=of,
        reason=REASON,
        member=of.member,
        service_month=of.service_month,
        drafted_at=NOW,
    )
    facts = {
        "invoice": note,
        "position": 1,
        "label": "x",
        "unit": "HUR",
        "unit_price": 20,
        "vat_regime": "S20",
    }
    with pytest.raises(IntegrityError, match="a line is not credited beyond itself"), transaction.atomic():
        Line.objects.create(**facts, quantity=1, net=20, credits=line(of))
    more = Line.objects.create(**facts, quantity=Decimal("0.33"), net=Decimal("6.60"), credits=line(of))
    with pytest.raises(IntegrityError, match="an hour is credited once"), transaction.atomic():
        Release.objects.create(
            line=more, credited=release.credited, entry=release.entry, minutes=21, fate=VOIDED
        )


def test_draft_and_credit_note_are_not_credited() -> None:
    of = invoice({2: 420})
    note = credit(of, days(line(of), {2: 60}))
    with pytest.raises(NotCreditable, match="Un avoir ne se crédite pas"):
        credit(note, CreditWhole(line(note)))
    draft = Invoice.objects.create(member=of.member, service_month=of.service_month, drafted_at=NOW)
    with pytest.raises(NotCreditable, match="Un brouillon ne se crédite pas"):
        credit(draft, CreditWhole(line(of)))


def test_credit_says_why_and_what() -> None:
    of = invoice({2: 420})
    with pytest.raises(NotCreditable) as refused:
        credit(of, CreditWhole(line(of)), reason="  ")
    assert refused.value.field == "reason"
    with pytest.raises(NotCreditable, match="300 caractères"):
        credit(of, CreditWhole(line(of)), reason="x" * 301)
    assert credit(of, days(line(of), {2: 60}), reason="x" * 300).reason == "x" * 300
    with pytest.raises(NotCreditable, match="au moins une ligne"):
        credit(of)
    with pytest.raises(NotCreditable, match="une seule fois"):
        credit(of, CreditWhole(line(of)), CreditWhole(line(of)))
    assert Invoice.objects.count() == 2


def test_date_before_the_invoice_or_the_last_number_is_refused() -> None:
    of = invoice({2: 420})
    with pytest.raises(NotCreditable, match="pas daté d’avant sa facture"):
        credit(of, CreditWhole(line(of)), at=world.at(date(2026, 12, 2)))
    credit(of, days(line(of), {2: 60}), at=world.at(date(2026, 12, 20)))
    with pytest.raises(NumberTooEarly, match="20/12/2026"):
        credit(of, days(line(of), {2: 60}), at=world.at(date(2026, 12, 10)))
    assert (remaining.remainder_of(of).lines[0].minutes, Invoice.objects.count()) == (360, 2)


def test_credit_notes_may_have_numbers_of_their_own() -> None:
    of = invoice({2: 420})
    world.group().__class__.objects.update(credit_prefix="AV")
    assert credit(of, CreditWhole(line(of))).number == "AV-2026-0001"


def test_credit_settles_what_is_due_and_the_rest_stays_usable() -> None:
    of = invoice({2: 420, 3: 300})
    payments.record_payment(
        of.member,
        amount=Decimal("200.00"),
        received_on=NOW.date(),
        method="transfer",
        allocations=[(of, Decimal("200.00"))],
        by=None,
        at=NOW,
    )
    note = credit_all(of)
    found = receivables.with_dues(Invoice.objects.order_by("pk"))
    assert [(row.due, row.left) for row in found] == [(0, 0), (0, Decimal("200.00"))]
    assert receivables.unused_credits() == {of.member_id: Decimal("200.00")}
    assert note.total == Decimal("288.00")


def test_sum_in_parts_then_its_rest() -> None:
    of = of_sums(("100.00", "S20"))
    notes = [credit(of, CreditAmount(line(of), Decimal(net))) for net in ("40.00", "40.00")]
    notes.append(credit(of, CreditWhole(line(of))))
    assert [printed(note) for note in notes] == [
        [("1.00", "C62", "40.00", "40.00")],
        [("1.00", "C62", "40.00", "40.00")],
        [("1.00", "C62", "20.00", "20.00")],
    ]
    assert sum(note.total for note in notes) == of.total


def test_sum_beyond_what_is_left_is_refused() -> None:
    of = of_sums(("100.00", "S20"))
    credit(of, CreditAmount(line(of), Decimal("99.50")))
    with pytest.raises(NotCreditable) as refused:
        credit(of, CreditAmount(line(of), Decimal("0.51")))
    assert refused.value.message == (
        "Il reste 0,50\u00a0€ HT à créditer sur «\u00a0Atelier 1\u00a0»\u00a0: 0,51\u00a0€ sont demandés."
    )
    with pytest.raises(NotCreditable, match="plus de zéro"):
        credit(of, CreditAmount(line(of), Decimal("-1.00")))


def test_quantity_in_the_unit_of_the_line() -> None:
    assignment = placed()
    free(assignment.member, "0.50", quantity="120", unit="KMT")
    of = bill()
    note = credit(of, CreditQuantity(line(of), Decimal("20")))
    assert printed(note) == [("20.00", "KMT", "0.50", "10.00")]
    with pytest.raises(NotCreditable, match="Il reste 100,00 à créditer"):
        credit(of, CreditQuantity(line(of), Decimal("100.01")))
    assert printed(credit(of, CreditQuantity(line(of), Decimal("100")))) == [
        ("100.00", "KMT", "0.50", "50.00")
    ]


def test_way_of_crediting_fits_the_line() -> None:
    of = invoice({2: 420})
    with pytest.raises(NotCreditable, match="se crédite par journées"):
        credit(of, CreditAmount(line(of), Decimal("1.00")))
    with pytest.raises(NotCreditable, match="par un montant, pas par une quantité"):
        credit(of, CreditQuantity(line(of), Decimal(1)))


def test_sum_has_no_hours() -> None:
    of = of_sums(("100.00", "S20"))
    with pytest.raises(NotCreditable, match="ne se compte pas en heures pointées"):
        credit(of, CreditHours(line(of), {0: 60}))


def test_sum_comes_back_only_whole() -> None:
    assignment = placed()
    charge = free(assignment.member, "100.00")
    of = bill()
    note = credit(of, CreditWhole(line(of), RELEASED))
    charge.refresh_from_db()
    assert (note.total, charge.released_at) == (of.total, NOW)


def test_sum_credited_in_part_or_voided_stays_billed() -> None:
    assignment = placed()
    charges = [free(assignment.member, "100.00"), free(assignment.member, "50.00")]
    of = bill()
    first, second = of.lines.order_by("position")
    credit(of, CreditAmount(first, Decimal("30.00")), CreditWhole(second, VOIDED))
    with pytest.raises(NotCreditable, match="ne peut pas revenir à la facturation en partie"):
        credit(of, CreditWhole(first, RELEASED))
    credit_all(of, RELEASED)
    for charge in charges:
        charge.refresh_from_db()
    assert [charge.released_at for charge in charges] == [None, None]
    assert remaining.remainder_of(of).is_fully_credited


def test_what_is_no_longer_as_it_was_seen_is_refused() -> None:
    of = invoice({2: 420, 3: 420})
    seen = remaining.remainder_of(of).total
    asked = [days(line(of), {2: 60})]
    crediting.issue_credit_note(of, lines=asked, reason=REASON, by=None, at=NOW, expected=seen)
    with pytest.raises(RemainderChanged, match="il en reste 312,00\u00a0€ et non 336,00\u00a0€"):
        crediting.issue_credit_note(of, lines=asked, reason=REASON, by=None, at=NOW, expected=seen)


def test_preview_is_what_is_issued_and_writes_nothing() -> None:
    of = invoice({2: 415, 3: 420}, "22.44")
    asked = [days(line(of), {2: 35})]
    seen = crediting.preview_credit_note(of, lines=asked, at=NOW)
    assert (Invoice.objects.count(), Release.objects.count()) == (1, 0)
    note = credit(of, *asked)
    assert (seen.net, seen.vat_total, seen.total, seen.minutes) == (*total(note), note.minutes)
    assert [line.detail for line in seen.lines] == [row["detail"] for row in note.snapshot["lines"]]


def two_prices() -> Invoice:
    """Ten hours at 20 euros, and from the sixteenth on ten at 21."""
    assignment = placed("20.00")
    assignment.terms.update(ends_before=date(2026, 11, 16))
    assignment.terms.create(
        starts_on=date(2026, 11, 16),
        weekly_pattern=[420, 0, 0, 0, 0, 0, 0],
        price_method="hourly",
        hourly_price="21.00",
    )
    worked(assignment, {10: 600, 20: 600})
    return bill()


def test_two_prices_in_a_month_are_two_lines_with_their_own_days() -> None:
    of = two_prices()
    assert [[entry.day.day for entry in row.entries] for row in remaining.remainder_of(of).lines] == [
        [10],
        [20],
    ]
    note = credit(of, days(of.lines.get(position=2), {20: 300}))
    assert printed(note) == [("5.00", "HUR", "21.00", "105.00")]


def test_a_credit_across_two_prices_takes_each_hour_at_its_own() -> None:
    of = two_prices()
    dear, cheap = of.lines.get(position=2), of.lines.get(position=1)
    note = credit(of, days(dear, {20: 180}), days(cheap, {10: 300}))
    assert sorted(printed(note)) == [("3.00", "HUR", "21.00", "63.00"), ("5.00", "HUR", "20.00", "100.00")]
    assert {
        row.line.pk: (row.minutes, row.quantity, row.net) for row in remaining.remainder_of(of).lines
    } == {
        cheap.pk: (300, Decimal("5.00"), Decimal("100.00")),
        dear.pk: (420, Decimal("7.00"), Decimal("147.00")),
    }
    with pytest.raises(NotCreditable, match="300|5"):
        credit(of, days(cheap, {10: 301}))
    rest = credit_all(of)
    assert sorted(printed(rest)) == [("5.00", "HUR", "20.00", "100.00"), ("7.00", "HUR", "21.00", "147.00")]
    assert note.total + rest.total == of.total


def test_what_is_left_takes_the_same_queries_whatever_the_size(django_assert_num_queries) -> None:
    small = invoice({2: 420})
    with django_assert_num_queries(6):
        remaining.remainder_of(small)
    someone = world.employee("Youenn", "Talec", members=[small.member])
    worked(world.assignment(someone, small.member), dict.fromkeys(range(2, 7), 420), month=world.OCTOBER)
    worked(placed_again(small), dict.fromkeys(range(5, 10), 420), month=world.OCTOBER)
    large = bill(world.DECEMBER)
    credit(large, days(large.lines.first(), {5: 60}), at=world.at(date(2027, 1, 4)))
    with django_assert_num_queries(6):
        assert len(remaining.remainder_of(large).lines) == 2


def placed_again(of: Invoice):
    return Timesheet.objects.filter(assignment__member=of.member).first().assignment
