"""Which invoice calls for which letter on which day: in order, not too often, never what is paid or contested."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.accounts import allocating, payments
from billing.models import DunningLevel
from billing.reminders import choosing, disputing
from tests import world
from tests.billing import owing
from tests.billing.reminders import scene
from tests.billing.reminders.scene import day, due_letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def aloen():
    scene.levels()
    return world.member("Aloen")


def test_a_level_is_called_for_after_its_days_and_not_before(aloen):
    invoice = scene.late(aloen)
    assert due_letters(day(1)) == []
    assert due_letters(day(5)) == []
    assert due_letters(day(6)) == [("Aloen", 1, [invoice.number])]
    assert due_letters(date(2027, 3, 1)) == [("Aloen", 1, [invoice.number])]


def test_levels_come_in_order_and_none_comes_again(aloen):
    scene.late(aloen)
    seen = []
    for number in range(60):
        on = day(1) + timedelta(days=number)
        for _, rank, _ in due_letters(on):
            seen.append((rank, (on - scene.DUE).days))
        if due_letters(on):
            scene.send(on)
    assert seen == [(1, 5), (2, 15), (3, 30)]


def test_a_late_start_leaves_time_between_two_letters(aloen):
    scene.late(aloen)
    scene.send(date(2027, 1, 20))
    assert due_letters(date(2027, 1, 26)) == []
    assert [rank for _, rank, _ in due_letters(date(2027, 1, 27))] == [2]


def test_a_level_put_in_before_is_not_gone_back_to(aloen):
    invoice = scene.late(aloen)
    DunningLevel.objects.filter(rank=1).update(is_active=False)
    scene.send(day(16))
    DunningLevel.objects.update(is_active=True)
    assert due_letters(date(2027, 1, 30)) == [("Aloen", 3, [invoice.number])]


def test_one_letter_holds_all_the_invoices_of_a_member_and_level(aloen):
    sonam = world.member("Sonam")
    first, second = scene.late(aloen), scene.late(aloen, "240.00")
    other = scene.late(sonam)
    scene.send(day(6))
    third = scene.late(aloen, "12.00", issued_on=day(2))
    on = date(2027, 1, 6)
    assert due_letters(on) == [
        ("Aloen", 2, [first.number, second.number]),
        ("Aloen", 1, [third.number]),
        ("Sonam", 2, [other.number]),
    ]


def test_what_is_paid_is_not_reminded(aloen):
    invoice = scene.late(aloen)
    assert due_letters(day(6)) == [("Aloen", 1, [invoice.number])]
    scene.pay(invoice, on=day(4))
    assert due_letters(day(6)) == []


def test_what_is_paid_in_part_is_reminded_for_the_rest(aloen):
    invoice = scene.late(aloen)
    scene.pay(invoice, "994.99", on=day(4))
    (letter,) = choosing.due_reminders(day(6))
    assert letter.due == Decimal("5.01")


def test_what_is_contested_is_not_reminded_until_that_is_settled(aloen):
    invoice = scene.late(aloen)
    assert due_letters(day(6)) == [("Aloen", 1, [invoice.number])]
    dispute = disputing.open_dispute(invoice, reason="Deux jours en trop", by=None, at=scene.moment(4))
    assert due_letters(day(6)) == []
    (waiting,) = choosing.reminders_of_day(day(6)).not_reminded
    assert (waiting.label, waiting.reason) == (
        "Contestée",
        "Depuis le 4 décembre 2026\u00a0: Deux jours en trop",
    )
    disputing.close_dispute(dispute, outcome="Les heures sont justes", by=None, at=scene.moment(5))
    assert due_letters(day(6)) == [("Aloen", 1, [invoice.number])]


def test_money_at_hand_covers_the_oldest_and_holds_their_letters(aloen):
    first = scene.late(aloen, "100.00")
    second = scene.late(aloen, "100.00", issued_on=day(2, 11))
    assert due_letters(day(8)) == [("Aloen", 1, [first.number, second.number])]
    scene.pay(first, "150.00", on=day(3), allocated=False)
    assert due_letters(day(8)) == [("Aloen", 1, [second.number])]
    (waiting,) = choosing.reminders_of_day(day(8)).not_reminded
    assert (waiting.late.invoice.number, waiting.label) == (first.number, "Couverte")
    assert "100,00\u00a0€ sont chez nous sans être imputés" in waiting.reason


def test_money_at_hand_that_equals_the_debt_covers_it_and_a_cent_less_does_not(aloen):
    first = scene.late(aloen, "100.00")
    second = scene.late(aloen, "80.00", issued_on=day(2, 11))
    scene.pay(first, "99.99", on=day(3), allocated=False)
    assert due_letters(day(8)) == [("Aloen", 1, [first.number, second.number])]
    scene.pay(first, "0.01", on=day(3), allocated=False)
    assert due_letters(day(8)) == [("Aloen", 1, [second.number])]
    scene.pay(first, "79.99", on=day(3), allocated=False)
    assert due_letters(day(8)) == [("Aloen", 1, [second.number])]
    scene.pay(first, "0.01", on=day(3), allocated=False)
    assert due_letters(day(8)) == []
    assert [row.label for row in choosing.reminders_of_day(day(8)).not_reminded] == ["Couverte", "Couverte"]


def test_an_unused_credit_note_covers_too(aloen):
    paid, late = scene.late(aloen, "100.00"), scene.late(aloen, "80.00")
    scene.pay(paid, on=day(1))
    assert due_letters(day(6)) == [("Aloen", 1, [late.number])]
    owing.credit_note(paid, "100.00", issued_on=day(2))
    assert due_letters(day(6)) == []


def test_a_credit_note_or_a_small_remainder_given_up_ends_the_reminders(aloen):
    credited, almost = scene.late(aloen, "100.00"), scene.late(aloen, "50.00")
    scene.pay(almost, "48.00", on=day(2))
    assert due_letters(day(6)) == [("Aloen", 1, [credited.number])]
    note = owing.credit_note(credited, "100.00", issued_on=day(3))
    allocating.apply_credit(note, by=None, at=scene.moment(3))
    allocating.write_off(almost, reason="Frais de virement", by=None, at=scene.moment(3))
    assert due_letters(day(6)) == []


def test_a_payment_that_the_bank_took_back_is_due_again(aloen):
    invoice = scene.late(aloen)
    payment = scene.pay(invoice, on=day(2))
    assert due_letters(day(6)) == []
    payments.reverse_payment(payment, on=day(5), reason="Chèque impayé", by=None, at=scene.moment(5))
    assert due_letters(day(6)) == [("Aloen", 1, [invoice.number])]


def test_what_waits_says_why(aloen):
    scene.late(aloen)

    def why(on):
        return [(waiting.label, waiting.reason) for waiting in choosing.reminders_of_day(on).not_reminded]

    assert why(day(3)) == [("Attend", "Rappel de paiement\u00a0: le 6 décembre 2026.")]
    scene.send(day(6))
    assert why(day(6)) == [
        ("Attend", "Rappel de paiement du 6 décembre 2026. Relance\u00a0: le 16 décembre 2026.")
    ]
    scene.send(day(16))
    scene.send(day(31))
    assert why(day(31)) == [("Dernier niveau", "Mise en demeure du 31 décembre 2026.")]


def test_without_levels_nothing_leaves_and_that_is_said():
    world.group()
    scene.late(world.member())
    assert [waiting.label for waiting in choosing.reminders_of_day(day(20)).not_reminded] == ["Sans niveau"]


@pytest.mark.parametrize("count", [1, 3])
def test_choosing_takes_the_same_queries(aloen, count, django_assert_num_queries):
    for number in range(count):
        invoice = scene.late(world.member(f"Membre {number}"))
        scene.pay(invoice, "10.00", on=day(2))
    with django_assert_num_queries(11):
        assert len(choosing.due_reminders(day(6))) == count
