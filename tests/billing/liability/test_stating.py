"""The statement on each key, the debt, the reserve: its ledger, its balance, how far it covers."""

from datetime import date
from decimal import Decimal

import pytest

from billing.liability import exposure, reserve
from billing.liability.exposure import NotStatable
from billing.liability.reserve import MovementNotRecordable
from billing.models import Invoice
from members.models import Member, RuleCode
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 3)


def state(**asked):
    return exposure.state(on=TODAY, **asked)


def shares(statement):
    return [(row.member.short_name, str(row.share.amount), str(row.more)) for row in statement.rows]


@pytest.fixture
def worked():
    """720, 480 and 300 hours at three members; a fourth one, admitted, used none."""
    hosts = scene.hosts(3)
    world.member("Talus")
    maelle = world.employee(members=hosts)
    for host, hours in zip(hosts, (72, 48, 30), strict=True):
        world.timesheet(world.assignment(maelle, host), world.hours(NOVEMBER, hours))
    world.cost(maelle, gross="2640.00", contributions="997.92")
    return maelle


def test_the_statement_follows_the_hours(worked):
    statement = state(debt=Decimal("12000.00"))
    assert shares(statement) == [
        ("Aloen", "5760.00", "0.00"),
        ("Optim’ism", "2400.00", "0.00"),
        ("Sonam", "3840.00", "0.00"),
        ("Talus", "0.00", "0.00"),
    ]
    assert [str(row.worst) for row in statement.rows] == ["2710.59", "2215.38", "3544.62", "0.00"]
    assert statement.rows[0].worst_member.short_name == "Sonam"


def test_a_default_is_shared_again_among_the_others(worked):
    gone = Member.objects.get(short_name="Optim’ism")
    statement = state(debt=Decimal("12000.00"), defaulting=gone.pk)
    assert statement.defaulting == gone
    assert [more for _, _, more in shares(statement)] == ["1440.00", "0.00", "960.00", "0.00"]


def test_without_a_debt_the_last_months_cost_is_the_debt(worked):
    statement = state()
    assert (str(statement.debt), statement.debt_month) == ("3637.92", NOVEMBER)


@pytest.mark.parametrize("debt", ["0", "-1", "100000000"])
def test_a_debt_is_above_zero(worked, debt):
    with pytest.raises(NotStatable):
        state(debt=Decimal(debt))


@pytest.mark.parametrize(
    ("key", "amounts"),
    [
        ("equal", ["3000.00", "3000.00", "3000.00", "3000.00"]),
        ("wage_bill", ["5759.99", "2399.99", "3840.02", "0.00"]),
    ],
)
def test_other_keys_of_the_statutes(worked, key, amounts):
    world.rule(RuleCode.LIABILITY_KEY, key=key)
    assert [amount for _, amount, _ in shares(state(debt=Decimal("12000.00")))] == amounts


def test_the_key_of_invoices_takes_credit_notes_off():
    scene.issued(scene.hosts(2))
    world.rule(RuleCode.LIABILITY_KEY, key="invoiced")
    assert [amount for _, amount, _ in shares(state(debt=Decimal("100.00")))] == ["50.00", "50.00"]
    from billing.credit_notes import crediting, remaining
    from billing.models import Fate

    invoice = Invoice.objects.get(member__short_name="Sonam")
    crediting.issue_credit_note(
        invoice,
        lines=crediting.whole_invoice(remaining.remainder_of(invoice), Fate.VOIDED),
        reason="Geste",
        by=None,
        at=NOW,
    )
    assert [amount for _, amount, _ in shares(state(debt=Decimal("100.00")))] == ["100.00", "0.00"]


def test_only_the_months_of_the_key_weigh(worked):
    world.rule(RuleCode.LIABILITY_KEY, months=1)
    assert state(debt=Decimal("10.00")).base == 150 * 60
    later = exposure.state(on=date(2027, 1, 5), debt=Decimal("10.00"))
    assert (later.base, later.rows) == (0, [])


def test_the_reserve_is_what_was_put_in_less_what_closes_took(worked):
    reserve.record_movement(
        booked_on=TODAY, amount=Decimal("5000.00"), label="Dotation 2026", by=None, at=NOW
    )
    scene.issuing.issue_run(scene.drafting.draft(NOVEMBER, by=None, at=NOW), by=None, at=NOW)
    # 150 hours at 22.44 are 3 366.00 of a cost of 3 637.92.
    assert reserve.balance() == Decimal("4728.08")
    assert [(row.label, str(row.amount), str(row.balance)) for row in reserve.ledger()] == [
        ("Dotation 2026", "5000.00", "4728.08"),
        ("Clôture de novembre 2026", "-271.92", "-271.92"),
    ]
    statement = state(debt=Decimal("12000.00"))
    assert (str(statement.covered), str(statement.uncovered)) == ("4728.08", "7271.92")
    assert str(statement.covered_percent) == "39.40"
    assert (str(statement.cap.percent_of_gross), str(statement.cap.amount)) == ("52.80", "10000.00")
    assert statement.cap.set_aside == Decimal("5000.00")


@pytest.mark.parametrize(
    ("facts", "sentence", "field"),
    [
        ({"booked_on": date(2026, 12, 4)}, "à venir", "booked_on"),
        ({"amount": Decimal("0.00")}, "Indiquez un montant", "amount"),
        ({"amount": Decimal("100000000.00")}, "trop grand", "amount"),
        ({"label": "  "}, "ce qui fait ce mouvement", "label"),
    ],
)
def test_what_is_no_movement_is_refused(facts, sentence, field):
    put = {"booked_on": TODAY, "amount": Decimal("1.00"), "label": "x"} | facts
    with pytest.raises(MovementNotRecordable, match=sentence) as refused:
        reserve.record_movement(**put, by=None, at=NOW)
    assert refused.value.field == field


def test_percents_are_told_without_any_amount(worked):
    assert sorted(map(str, exposure.percents(on=TODAY).values())) == [
        "0.00",
        "20.00",
        "32.00",
        "48.00",
    ]
