"""Days counted by months, what belonging owes and by when, and acts on duties: done, taken back, given, repeated."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupement.secretariat import reading
from members import duties, filing, fulfilling
from members.contributing.duties import due
from members.duties import months_after
from members.models import Declaration, Duty, Group, Membership
from tests import world
from tests.billing.charges.receipt_files import PDF

db = pytest.mark.django_db
TODAY = world.NOW.date()
YEAR = (date(2026, 1, 1), date(2027, 1, 2))
LEAP_DAYS = st.dates(date(2019, 1, 1), date(2033, 12, 31))


@given(LEAP_DAYS, st.integers(0, 60))
def test_months_later_is_the_day_of_that_number_or_the_last(day, months):
    found = months_after(day, months)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    assert found == date(year, month + 1, min(day.day, last))


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_ends_of_months_by_hand(day, months, found):
    assert months_after(day, months) == found


def keys(first=YEAR[0], before=YEAR[1]):
    return {each.key: each for each in due(first, before)}


def declare(**facts):
    held = Membership.objects.order_by("pk").first()
    days = {"event_on": date(2026, 5, 4), "due_on": date(2026, 6, 4)}
    return Declaration.objects.create(membership=held, subject="Adhésion d’Aloen", **{**days, **facts})


@db
def test_a_declaration_is_due_until_it_is_sent():
    world.member()
    row = declare()
    found = keys()[f"declaration:{row.pk}"]
    assert (found.due_on, found.done_on, found.article) == (
        date(2026, 6, 4),
        None,
        "C. trav. L1253-6, D1253-3, D1253-6",
    )
    assert f"declaration:{row.pk}" in keys(first=date(2026, 7, 1)), "open ones stay, however old"
    Declaration.objects.update(sent_on=date(2026, 6, 1))
    assert keys()[f"declaration:{row.pk}"].done_on == date(2026, 6, 1)
    assert keys(first=date(2026, 7, 1)) == {}


@db
def test_an_attestation_that_ends_is_due_the_day_before():
    held = world.attestation(world.member())
    found = keys()[f"attestation:{held.pk}"]
    assert (found.due_on, found.done_on) == (date(2026, 12, 31), None)
    assert keys(before=date(2026, 12, 31)) == {}
    world.attestation(held.member, starts_on=date(2027, 1, 1), ends_before=date(2028, 1, 1))
    assert keys()[f"attestation:{held.pk}"].done_on == date(2027, 1, 1), "the next one is signed"


@db
def test_who_leaves_needs_no_further_attestation():
    held = world.attestation(world.member())
    facts = {"status": "left", "notice_on": TODAY, "ends_before": date(2027, 1, 1)}
    Membership.objects.update(**facts)
    assert keys() == {}
    Membership.objects.update(ends_before=date(2027, 1, 2))
    assert list(keys()) == [f"attestation:{held.pk}"], "a member for one day more"


@pytest.fixture
def solene(db):
    world.group()
    return world.coordinator()


def shown(user, key):
    found = reading.find(user, [], Group.objects.get(), key, on=TODAY)
    assert found is not None, key
    return found.due


def by(user):
    return {"by": user, "at": world.NOW}


def add(user, **facts):
    return fulfilling.add(**{"title": "Assurance", "due_on": TODAY, **facts}, **by(user))


def test_a_declaration_is_done_in_its_own_record(solene):
    world.member()
    row = declare()
    key = f"declaration:{row.pk}"
    done = fulfilling.fulfil(
        shown(solene, key), on=TODAY, note="RAR-2026-7", data=PDF, file_name="ar.pdf", **by(solene)
    )
    row.refresh_from_db()
    assert (row.sent_on, row.letter_reference) == (TODAY, "RAR-2026-7")
    with filing.open_file(done.proof) as kept:
        assert kept.read() == PDF
    fulfilling.reopen(shown(solene, key), **by(solene))
    row.refresh_from_db()
    assert (row.sent_on, row.letter_reference) == (None, "")
    steps = list(done.events.order_by("pgh_id").values_list("done_on", flat=True))
    assert steps == [None, TODAY, None], "the journal keeps that it was said"


def test_a_declaration_that_was_sent_before_is_taken_back_too(solene):
    world.member()
    row = declare(sent_on=date(2026, 6, 1))
    fulfilling.reopen(shown(solene, f"declaration:{row.pk}"), **by(solene))
    row.refresh_from_db()
    assert row.sent_on is None


def test_a_declaration_that_was_emptied_elsewhere_is_declared_again(solene):
    world.member()
    row = declare()
    key = f"declaration:{row.pk}"
    fulfilling.fulfil(shown(solene, key), on=TODAY - timedelta(days=1), note="A", **by(solene))
    Declaration.objects.update(sent_on=None, letter_reference="")
    seen = shown(solene, key)
    assert seen.done_on is None
    done = fulfilling.fulfil(seen, on=TODAY, note="B", **by(solene))
    row.refresh_from_db()
    assert (row.sent_on, row.letter_reference, done.done_on, done.note) == (TODAY, "B", TODAY, "B")
    with pytest.raises(fulfilling.StaleRow):
        fulfilling.fulfil(seen, on=TODAY, note="C", **by(solene))


def test_what_comes_again_comes_once_and_at_ends_of_months(solene):
    first = add(solene, due_on=date(2026, 10, 31), every_months=1)
    key = first.key
    days = []
    for _ in range(5):
        due_now = shown(solene, key)
        days.append(due_now.due_on)
        fulfilling.fulfil(due_now, on=TODAY, **by(solene))
        key = Duty.objects.exclude(done_on__isnull=False).get().key
    assert days == [
        date(2026, 10, 31),
        date(2026, 11, 30),
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 2, 28),
    ]
    fulfilling.reopen(shown(solene, first.key), **by(solene))
    fulfilling.fulfil(shown(solene, first.key), on=TODAY, **by(solene))
    assert Duty.objects.count() == 6, "done once more, it makes no other"


def test_nobody_says_twice_that_it_is_done(solene):
    row = add(solene)
    seen = shown(solene, row.key)
    fulfilling.fulfil(seen, on=TODAY, **by(solene))
    with pytest.raises(fulfilling.StaleRow):
        fulfilling.fulfil(seen, on=TODAY - timedelta(days=1), **by(solene))
    row.refresh_from_db()
    assert row.done_on == TODAY
    fulfilling.reopen(shown(solene, row.key), **by(solene))
    with pytest.raises(fulfilling.StaleRow):
        fulfilling.reopen(seen, **by(solene))


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"title": "   "}, "title", "quelques mots"),
        ({"title": "x" * 161}, "title", "160"),
        ({"topic": "autre"}, "topic", "liste"),
        ({"role": "member"}, "role", "coordination"),
        ({"every_months": 0}, "every_months", "120"),
        ({"every_months": 121}, "every_months", "120"),
        ({"due_on": date(2126, 1, 1)}, "due_on", "Dix ans"),
        ({"note": "x" * 201}, "note", "200"),
    ],
)
def test_a_bad_duty_is_refused_with_a_sentence(solene, facts, field, words):
    with pytest.raises(fulfilling.BadDuty) as refused:
        add(solene, **facts)
    assert refused.value.field == field
    assert words in refused.value.message
    assert not Duty.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": date(1926, 1, 1)}, "on"),
        ({"note": "x" * 201}, "note"),
        ({"data": b"<html><script>", "file_name": "preuve.pdf"}, "proof"),
        ({"data": b"", "file_name": "vide.pdf"}, "proof"),
    ],
)
def test_a_bad_proof_or_day_is_refused_and_nothing_is_said(solene, facts, field):
    row = add(solene)
    with pytest.raises(fulfilling.Refusal) as refused:
        fulfilling.fulfil(shown(solene, row.key), **{"on": TODAY, **facts}, **by(solene))
    assert refused.value.field == field
    row.refresh_from_db()
    assert (row.done_on, row.proof) == (None, None)


def test_finance_settles_its_own_and_what_is_given_to_it(solene):
    gael = world.finance()
    own, other = add(solene, role="finance"), add(solene, title="Assemblée")
    fulfilling.fulfil(shown(gael, own.key), on=TODAY, **by(gael))
    assert reading.find(gael, [], Group.objects.get(), other.key, on=TODAY) is None
    with pytest.raises(fulfilling.NotYourDuty):
        fulfilling.fulfil(fulfilling.own_due(other), on=TODAY, **by(gael))
    fulfilling.give(shown(solene, other.key), gael, **by(solene))
    fulfilling.fulfil(shown(gael, other.key), on=TODAY, **by(gael))
    with pytest.raises(fulfilling.NotYourDuty):
        fulfilling.give(fulfilling.own_due(other), None, **by(gael))


def test_finance_adds_duties_of_finance_only(solene):
    assert add(world.finance(), role="coordinator").role == "finance"


def test_others_add_nothing_and_own_nothing(solene):
    nolwenn = world.staff(world.member())
    with pytest.raises(fulfilling.NotYourDuty):
        add(nolwenn)
    row = add(solene)
    with pytest.raises(fulfilling.BadDuty):
        fulfilling.give(shown(solene, row.key), nolwenn, **by(solene))
    # Even written past the acts, an owner who runs nothing settles nothing.
    Duty.objects.update(owner=nolwenn)
    assert not duties.may_settle(nolwenn, fulfilling.own_due(row), nolwenn.pk)
