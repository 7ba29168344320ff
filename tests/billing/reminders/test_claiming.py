"""Interest and the 40 € become charges: when paid or at the last level, and never twice for the same days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.charge_kinds import ChargeKind
from billing.charges import recording
from billing.models import Charge, Invoice, Series
from billing.reminders import claiming, disputing
from members.models import Group, RuleCode
from tests import world
from tests.billing import owing
from tests.billing.reminders import scene
from tests.billing.reminders.scene import day, moment

pytestmark = pytest.mark.django_db

JANUARY = date(2027, 1, 1)


@pytest.fixture
def aloen():
    scene.levels()
    return world.member("Aloen")


def claim(*invoices, at=None):
    return claiming.charge_interest(invoices, by=None, at=at or moment(31))


def amounts(charges):
    return [(charge.kind, charge.net) for charge in charges]


def test_what_was_paid_late_is_claimed_to_the_day_of_payment(aloen):
    invoice = scene.late(aloen, "1000.00")
    scene.pay(invoice, "400.00", on=day(11))
    scene.pay(invoice, "600.00", on=day(21))
    interest, indemnity = claim(invoice)
    # 10 days × 1 000.00 + 10 days × 600.00 = 16 000 euro-days × 12.15 / 36 500 = 5.326…
    assert amounts([interest, indemnity]) == [
        (ChargeKind.LATE_INTEREST, Decimal("5.33")),
        (ChargeKind.INDEMNITY, Decimal("40.00")),
    ]
    assert interest.label == "Pénalités de retard, facture F-2026-0001"
    assert interest.detail == (
        "Du 02/12/2026 au 21/12/2026, 12,15\u00a0% par an sur ce qui restait dû chaque jour (C. com., article "
        "L441-10, II)"
    )
    assert interest.late_invoice == invoice
    assert interest.figures == {
        "number": "F-2026-0001",
        "first": "2026-12-02",
        "last": "2026-12-21",
        "rate": "12.15",
        "claimed_before": "0.00",
        "stretches": [
            {"first": "2026-12-02", "last": "2026-12-11", "due": "1000.00"},
            {"first": "2026-12-12", "last": "2026-12-21", "due": "600.00"},
        ],
    }
    for charge in (interest, indemnity):
        assert (charge.vat_regime, charge.is_standing, charge.run) == ("O", True, None)


def test_nothing_is_claimed_twice(aloen):
    invoice = scene.late(aloen)
    scene.pay(invoice, on=day(21))
    claim(invoice)
    with pytest.raises(claiming.LatenessNotClaimable, match="déjà réclamé"):
        claim(invoice, at=world.at(date(2027, 2, 1)))
    assert Charge.objects.count() == 2


def test_at_the_last_level_the_days_since_the_last_claim_follow(aloen):
    invoice = scene.late(aloen, "1000.00")
    with pytest.raises(claiming.LatenessNotClaimable, match="ni payée ni au dernier niveau"):
        claim(invoice, at=moment(30))
    scene.remind_to_the_last()
    first = claim(invoice)
    # 30 days: 9.986… → 9.99; 62 days: 20.638… → 20.64, less 9.99.
    assert amounts(first)[0] == (ChargeKind.LATE_INTEREST, Decimal("9.99"))
    scene.pay(invoice, on=date(2027, 2, 1))
    (second,) = claim(invoice, at=world.at(date(2027, 2, 3)))
    assert (second.net, second.figures["first"], second.figures["last"]) == (
        Decimal("10.65"),
        "2027-01-01",
        "2027-02-01",
    )
    assert second.figures["claimed_before"] == "9.99"


def test_the_rate_is_the_one_that_the_invoice_printed(aloen):
    invoice = scene.late(aloen, "1000.00")
    scene.pay(invoice, on=day(31))
    Group.objects.update(recovery_indemnity=Decimal("99.00"))
    world.rule(
        RuleCode.LATE_PENALTY_RATE, rate=Decimal("30.00"), starts_on=invoice.issued_on + timedelta(days=1)
    )
    assert amounts(claim(invoice)) == [
        (ChargeKind.LATE_INTEREST, Decimal("9.99")),
        (ChargeKind.INDEMNITY, Decimal("40.00")),
    ]


def test_an_invoice_issued_before_rates_were_kept_follows_the_rule_of_its_day(aloen):
    world.rule(RuleCode.LATE_PENALTY_RATE, rate=Decimal("24.30"))
    invoice = scene.late(aloen, "1000.00")
    paper = {**invoice.snapshot, "payment": {"terms": ""}}
    old = Invoice(**{
        field.attname: getattr(invoice, field.attname)
        for field in Invoice._meta.concrete_fields
        if field.attname not in {"id", "snapshot", "number", "sequence"}
    }, snapshot=paper, number="F-2026-0900", sequence=invoice.sequence + 1)  # fmt: skip
    old.save()
    Series.objects.filter(pk=old.series_id).update(last_sequence=old.sequence)
    scene.pay(old, on=day(31))
    assert amounts(claim(old))[0] == (ChargeKind.LATE_INTEREST, Decimal("19.97"))


def test_what_a_credit_note_took_off_its_own_invoice_was_never_owed(aloen):
    from billing.accounts import allocating

    invoice = scene.late(aloen, "1000.00")
    note = owing.credit_note(invoice, "400.00", issued_on=day(20))
    allocating.apply_credit(note, by=None, at=moment(20))
    scene.pay(invoice, "600.00", on=day(31))
    # 30 days × 600.00 × 12.15 / 36 500 = 5.991…
    assert amounts(claim(invoice))[0] == (ChargeKind.LATE_INTEREST, Decimal("5.99"))


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("in time", "n’a pas de retard"),
        ("contested", "est contestée depuis le 5 décembre 2026"),
        ("dues", "ce n’est pas le prix d’un service"),
        ("credit note", "ne porte ni pénalités ni indemnité"),
    ],
)
def test_what_may_not_be_claimed_is_refused_with_the_reason(aloen, case, sentence):
    invoice = scene.late(aloen, is_out_of_scope=case == "dues")
    scene.pay(invoice, on=day(1) if case == "in time" else day(21))
    if case == "contested":
        disputing.open_dispute(invoice, reason="Prix", by=None, at=moment(5))
    if case == "credit note":
        invoice = owing.credit_note(invoice, "10.00", issued_on=day(2))
    with pytest.raises(claiming.LatenessNotClaimable, match=sentence):
        claim(invoice)
    assert not Charge.objects.exists()


def test_one_fault_holds_all_back(aloen):
    late, in_time = scene.late(aloen), scene.late(aloen)
    scene.pay(in_time, on=day(1))
    scene.pay(late, on=day(21))
    with pytest.raises(claiming.LatenessNotClaimable, match=in_time.number):
        claim(late, in_time)
    assert not Charge.objects.exists()
    with pytest.raises(claiming.LatenessNotClaimable, match="Cochez"):
        claim()


def test_a_claim_taken_back_may_be_made_again(aloen):
    invoice = scene.late(aloen)
    scene.pay(invoice, on=day(21))
    for charge in claim(invoice):
        recording.withdraw_charge(charge, by=None, at=world.NOW)
    assert len(claim(invoice)) == 2


def test_postgresql_refuses_the_same_days_and_a_second_indemnity(aloen):
    invoice = scene.late(aloen)
    scene.pay(invoice, on=day(21))
    for charge, constraint in zip(
        claim(invoice),
        ("interest_is_claimed_once_from_a_day", "an_invoice_bears_one_indemnity"),
        strict=True,
    ):
        charge.pk = None
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            charge.save()


@pytest.mark.parametrize("change", [{"late_invoice": None}, {"kind": ChargeKind.FREE}])
def test_postgresql_wants_the_late_invoice_of_both_and_of_nothing_else(aloen, change):
    invoice = scene.late(aloen)
    scene.pay(invoice, on=day(21))
    claims = Charge.objects.filter(pk__in=[charge.pk for charge in claim(invoice)])
    assert set(claims.values_list("late_invoice", flat=True)) == {invoice.pk}
    with (
        pytest.raises(IntegrityError, match="interest_and_indemnity_name_the_late_invoice"),
        transaction.atomic(),
    ):
        claims.update(**change)


def test_what_may_be_claimed_is_offered_and_nothing_else(aloen):
    paid, unpaid, contested, in_time, long_ago = (scene.late(aloen) for _ in range(5))
    dues = scene.late(aloen, is_out_of_scope=True)
    for invoice in (paid, contested, long_ago, dues):
        scene.pay(invoice, on=day(21))
    scene.pay(in_time, on=day(1))
    disputing.open_dispute(contested, reason="Prix", by=None, at=moment(22))

    def offered(on):
        return [late.invoice.number for late in claiming.claimable(on)]

    assert offered(day(31)) == [paid.number, long_ago.number]
    scene.remind_to_the_last()
    assert offered(day(31)) == [paid.number, unpaid.number, long_ago.number]
    claim(paid)
    assert offered(day(31)) == [unpaid.number, long_ago.number]
    claim(unpaid)
    assert offered(day(31)) == [long_ago.number]
    assert offered(JANUARY) == [unpaid.number, long_ago.number]
    assert offered(date(2027, 12, 31)) == [unpaid.number]


@pytest.mark.parametrize("count", [1, 3])
def test_offering_takes_the_same_queries(aloen, count, django_assert_num_queries):
    for number in range(count):
        scene.pay(scene.late(world.member(f"Membre {number}")), on=day(21))
    with django_assert_num_queries(5):
        assert len(claiming.claimable(day(31))) == count


def test_what_was_claimed_is_on_the_next_invoices_outside_vat(aloen):
    from billing.month import drafting
    from groupement.kernel.periods import Month

    invoice = scene.late(aloen, "1000.00")
    scene.pay(invoice, on=day(31))
    claim(invoice)
    run = drafting.draft(Month(2026, 12), by=None, at=world.at(date(2027, 1, 4)))
    (draft,) = run.invoices.all()
    assert (draft.is_out_of_scope, draft.net, draft.vat) == (True, Decimal("49.99"), Decimal("0.00"))
    assert sorted(draft.lines.values_list("label", "vat_regime")) == [
        ("Indemnité forfaitaire de recouvrement, facture F-2026-0001", "O"),
        ("Pénalités de retard, facture F-2026-0001", "O"),
    ]
