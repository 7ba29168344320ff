"""Rules of the group: one a code and a day, changed from a day on, never under what was done by them."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.periods import covers
from members import rule_codes, rules, ruling
from members.models import BEGINNING, Group, GroupRule, RuleCode, RuleOrigin
from members.rule_codes import KINDS
from members.standing import StandsOnIt
from tests import world
from tests.billing import owing

NEW_YEAR = date(2027, 1, 1)
TERMS = {"days": 45, "basis": "invoice_date", "reason": ""}
DAY_AFTER = "4 décembre 2026"
PENALTY = {"rate": Decimal("15.00"), "legal_rate": Decimal("4.92"), "reason": ""}


@pytest.fixture
def solene(db):
    world.group()
    return world.coordinator()


def refused(deed, *args, kind=Refusal, **facts):
    """The sentence of the refusal of ``kind``; nothing is written."""
    with pytest.raises(kind) as refusal, transaction.atomic():
        deed(*args, **facts)
    return refusal.value.message


def set_rule(code, value, *, by, starts_on=NEW_YEAR, **facts):
    return ruling.set_rule(code, value, starts_on=starts_on, by=by, at=world.NOW, **facts)


def test_a_group_that_has_noted_nothing_has_the_values_to_begin_with(db):
    world.group()
    of_day = rules.on(NEW_YEAR)
    found = (of_day.confirmation_days, of_day.payment_days, of_day.payment_basis, of_day.late_penalty_rate)
    assert found == (5, 30, "invoice_date", Decimal("12.15"))
    assert (of_day.liability_key, of_day.liability_months) == ("hours", 12)
    assert of_day[RuleCode.PAYMENT_TERMS].pk is None


def test_every_value_to_begin_with_is_one_that_may_be_set():
    assert KINDS.keys() == set(RuleCode)
    assert {code: kind.keep(kind.read(kind.default)) for code, kind in KINDS.items()} == {
        code: kind.default for code, kind in KINDS.items()
    }


def test_a_rule_holds_from_its_day_and_the_one_before_until_then(solene):
    made = set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=solene, source="Conseil du 1er décembre")
    before, after = rules.on(NEW_YEAR - timedelta(days=1)), rules.on(NEW_YEAR)
    assert (before.payment_days, after.payment_days) == (30, 45)
    noted = after[RuleCode.PAYMENT_TERMS]
    assert (noted.pk, noted.since) == (made.pk, "depuis le 1er janvier 2027")
    assert noted.sentence == "règle du groupement depuis le 1er janvier 2027, Conseil du 1er décembre"
    assert before[RuleCode.PAYMENT_TERMS].since == "depuis l’origine"
    assert (made.noted_by, made.noted_at, made.origin) == (solene, world.NOW, RuleOrigin.ADMIN)


def test_a_rule_between_two_ends_where_the_next_begins(solene):
    set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=solene, starts_on=date(2027, 6, 1))
    set_rule(RuleCode.PAYMENT_TERMS, {**TERMS, "days": 15}, by=solene)
    spans = GroupRule.objects.kept().values_list("starts_on", "ends_before", "value__days")
    assert list(spans) == [
        (BEGINNING, NEW_YEAR, 30),
        (NEW_YEAR, date(2027, 6, 1), 15),
        (date(2027, 6, 1), None, 45),
    ]


def test_two_rules_of_one_day_are_refused(solene):
    set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=solene)
    again = {**TERMS, "days": 15}
    sentence = refused(set_rule, RuleCode.PAYMENT_TERMS, again, by=solene, kind=ruling.WrongFirstDay)
    assert sentence == (
        "Une règle commence déjà le 1er janvier 2027\u00a0: retirez-la d’abord, ou choisissez un autre jour."
    )
    same = refused(set_rule, RuleCode.PAYMENT_TERMS, TERMS, by=solene, starts_on=date(2027, 3, 1))
    assert same == "C’est déjà la règle ce jour-là\u00a0: il n’y a rien à changer."


def test_only_coordination_and_administration_set_rules(solene):
    for person in (world.finance(), world.user("Erwan Le Bris")):
        sentence = refused(set_rule, RuleCode.PAYMENT_TERMS, TERMS, by=person, kind=ruling.MayNotSetRules)
        assert sentence == "Les règles du groupement se changent par la coordination ou l’administration."
    assert set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=world.user("Malo Kervella", is_admin=True)).pk


UNLAWFUL = [
    (RuleCode.PAYMENT_TERMS, {**TERMS, "days": 60}, "dans les 45\u00a0jours"),
    (RuleCode.PAYMENT_TERMS, {**TERMS, "days": 30, "basis": "end_then_days"}, "dans les 45\u00a0jours"),
    (
        RuleCode.PAYMENT_TERMS,
        {**TERMS, "days": 46, "basis": "days_then_end", "reason": "x"},
        "soixante jours",
    ),
    (RuleCode.PAYMENT_TERMS, {**TERMS, "days": 61, "reason": "x"}, "Jours\u00a0: entre 0 et 60."),
    (RuleCode.PAYMENT_TERMS, {**TERMS, "basis": "x"}, "Choisissez dans la liste."),
    (RuleCode.LATE_PENALTY_RATE, {**PENALTY, "rate": Decimal(1)}, "soit 14,76\u00a0%"),
    (RuleCode.CONFIRMATION_DAYS, {"days": 400}, "entre 0 et 365"),
    (RuleCode.LIABILITY_KEY, {"key": "hours", "months": 0}, "entre 1 et 60"),
    (
        RuleCode.RESERVED,
        {"assembly": ["liability_key"], "board": ["liability_key"]},
        "À l’assemblée ou au conseil, pas aux deux\u00a0: clé de la responsabilité solidaire.",
    ),
]


@pytest.mark.parametrize(("code", "value", "words"), UNLAWFUL)
def test_an_unlawful_value_is_refused_in_a_sentence(solene, code, value, words):
    assert words in refused(set_rule, code, value, by=solene, kind=rule_codes.BadValue)
    assert not GroupRule.objects.exists()


def test_the_accountants_word_allows_what_the_law_leaves_to_it(solene):
    set_rule(RuleCode.PAYMENT_TERMS, {**TERMS, "days": 60, "reason": "Accord du cabinet"}, by=solene)
    low = {**PENALTY, "rate": Decimal(1), "reason": "Accord du cabinet"}
    set_rule(RuleCode.LATE_PENALTY_RATE, low, by=solene)
    assert (rules.on(NEW_YEAR).payment_days, rules.on(NEW_YEAR).late_penalty_rate) == (60, Decimal("1.00"))


class TestReserved:
    @pytest.fixture(autouse=True)
    def reserved(self, solene):
        world.rule(RuleCode.RESERVED, assembly=["payment_terms"])

    def test_a_reserved_rule_asks_for_its_decision(self, solene):
        sentence = refused(set_rule, RuleCode.PAYMENT_TERMS, TERMS, by=solene, kind=ruling.Undecided)
        assert sentence == (
            "Seule une décision (assemblée) change cette règle\u00a0: cochez «\u00a0C’est une décision\u00a0», et "
            "dites laquelle."
        )
        unnamed = refused(set_rule, RuleCode.PAYMENT_TERMS, TERMS, by=solene, is_decided=True)
        assert unnamed.startswith("Dites de quelle décision il s’agit")
        made = set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=solene, is_decided=True, source="AG du 12/05/2026")
        assert (made.origin, made.source) == (RuleOrigin.DECISION, "AG du 12/05/2026")
        assert refused(ruling.withdraw_rule, made, by=solene, at=world.NOW) == (
            "Une décision l’a fixée\u00a0: une autre décision la remplace, à partir d’un jour."
        )
        set_rule(RuleCode.CONFIRMATION_DAYS, {"days": 3}, by=solene)

    def test_postgresql_says_it_too(self, solene):
        by_hand = {"starts_on": NEW_YEAR, "noted_at": world.NOW + timedelta(days=365)}
        with pytest.raises(IntegrityError, match="only a decision"), transaction.atomic():
            GroupRule.objects.create(code="payment_terms", value=TERMS, **by_hand)
        GroupRule.objects.create(code="confirmation_days", value={"days": 3}, **by_hand)


class TestUnderInvoices:
    """One was issued on 3 December: terms and penalty change from the 4th on."""

    DAY = date(2026, 12, 3)

    @pytest.fixture(autouse=True)
    def issued(self, solene):
        return owing.invoice(world.member(), "100.00", issued_on=self.DAY)

    @pytest.mark.parametrize(
        ("code", "value"), [(RuleCode.PAYMENT_TERMS, TERMS), (RuleCode.LATE_PENALTY_RATE, PENALTY)]
    )
    def test_what_an_invoice_prints_changes_after_it(self, solene, issued, code, value):
        with pytest.raises(StandsOnIt) as refusal:
            set_rule(code, value, by=solene, starts_on=self.DAY)
        assert (refusal.value.field, refusal.value.errors) == (
            "starts_on",
            [
                f"{issued.number}, du 3 décembre 2026, porte cette règle\u00a0: elle change au plus tôt le {DAY_AFTER}."
            ],
        )
        assert not GroupRule.objects.exists()
        made = set_rule(code, value, by=solene, starts_on=self.DAY + timedelta(days=1))
        assert rules.on(self.DAY)[code].value == KINDS[code].read(KINDS[code].default)
        assert ruling.withdraw_rule(made, by=solene, at=world.NOW).withdrawn_by == solene
        assert [row.ends_before for row in GroupRule.objects.kept()] == [None]

    def test_postgresql_keeps_those_days(self, solene):
        set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=solene)
        held = GroupRule.objects.kept().filter(starts_on=BEGINNING)
        later = GroupRule.objects.kept().filter(starts_on=NEW_YEAR)
        for change in (
            lambda: held.update(ends_before=self.DAY),
            lambda: held.update(withdrawn_at=world.NOW),
        ):
            with pytest.raises(IntegrityError, match="what something issued stands on"), transaction.atomic():
                change()
        assert later.update(withdrawn_at=world.NOW) == 1


def test_a_delay_changes_after_the_last_hours_that_were_handed_over(solene):
    placed = world.assignment(world.employee(), world.member())
    sheet = world.timesheet(placed, {}, status="draft")
    handed_at = world.at(date(2026, 12, 2), 23, 30)
    sheet.move("submitted", kind="submit", by=solene, at=handed_at, submitted_at=handed_at)
    with pytest.raises(StandsOnIt) as refusal:
        set_rule(RuleCode.CONFIRMATION_DAYS, {"days": 3}, by=solene, starts_on=date(2026, 12, 1))
    assert refusal.value.errors == [
        "Des heures ont été soumises le 02/12/2026 avec ce délai\u00a0: il change au plus tôt le 03/12/2026."
    ]
    set_rule(RuleCode.CONFIRMATION_DAYS, {"days": 3}, by=solene, starts_on=date(2026, 12, 3))
    # The key of liability is read on the day of its statement: nothing stands on it.
    set_rule(RuleCode.LIABILITY_KEY, {"key": "equal", "months": 12}, by=solene, starts_on=date(2026, 12, 1))


class TestWithdrawing:
    def test_the_rule_before_holds_again_and_what_was_withdrawn_stays_readable(self, solene):
        first = set_rule(RuleCode.PAYMENT_TERMS, TERMS, by=solene)
        second = set_rule(
            RuleCode.PAYMENT_TERMS, {**TERMS, "days": 15}, by=solene, starts_on=date(2027, 2, 1)
        )
        ruling.withdraw_rule(first, by=solene, at=world.NOW)
        assert [(row.value["days"], row.ends_before) for row in GroupRule.objects.kept()] == [
            (30, date(2027, 2, 1)),
            (15, None),
        ]
        assert GroupRule.objects.get(pk=first.pk).withdrawn_by == solene
        assert refused(ruling.withdraw_rule, first, by=solene, at=world.NOW, kind=StaleRow) == (
            "Quelqu’un vient de la retirer\u00a0: rechargez la page."
        )
        # Its day is free again.
        set_rule(RuleCode.PAYMENT_TERMS, {**TERMS, "days": 20}, by=solene)
        assert rules.on(date(2027, 1, 31)).payment_days == 20
        assert rules.on(second.starts_on).payment_days == 15

    def test_what_a_group_begins_with_is_followed_not_withdrawn(self, solene):
        initial = world.rule(RuleCode.PAYMENT_TERMS, days=20)
        assert refused(ruling.withdraw_rule, initial, by=solene, at=world.NOW) == (
            "Aucune règle ne la précède\u00a0: notez-en une autre à partir d’un jour."
        )
        assert refused(
            ruling.withdraw_rule, initial, by=world.finance(), at=world.NOW, kind=ruling.MayNotSetRules
        )


def test_the_row_of_the_group_brings_its_rules_without_a_query(solene):
    world.rule(RuleCode.PAYMENT_TERMS, days=20)
    group = Group.objects.get()
    with CaptureQueriesContext(connection) as asked:
        book = rules.of(group)
        found = [book.on(day).payment_days for day in (BEGINNING, NEW_YEAR)]
    assert (found, len(asked)) == ([20, 20], 0)
    with CaptureQueriesContext(connection) as asked:
        assert rules.on(NEW_YEAR).payment_days == 20
    assert len(asked) == 1


FIRST_DAYS = st.integers(min_value=0, max_value=40).map(lambda n: NEW_YEAR + timedelta(days=n))
CUTS = st.lists(st.tuples(FIRST_DAYS, st.integers(0, 45)), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(cuts=CUTS)
def test_a_day_has_one_rule_in_whatever_order_they_are_set(solene, cuts):
    """Every day reads the last first day before it; a day without a rule, or with two, would not."""
    point = transaction.savepoint()
    noted: dict[date, int] = {}
    for starts_on, length in cuts:
        with suppress(ruling.WrongFirstDay):
            set_rule(RuleCode.PAYMENT_TERMS, {**TERMS, "days": length}, by=solene, starts_on=starts_on)
            noted[starts_on] = length
    book = rules.read()
    wrong = [
        day
        for day in (NEW_YEAR + timedelta(days=n) for n in range(-1, 42))
        if book.on(day).payment_days
        != next((noted[each] for each in sorted(noted, reverse=True) if each <= day), 30)
        or len([each for each in book.noted[RuleCode.PAYMENT_TERMS] if holds(each, day)]) != bool(noted)
    ]
    transaction.savepoint_rollback(point)
    assert wrong == []


def holds(rule, day):
    return covers(rule.starts_on, rule.ends_before, day)
