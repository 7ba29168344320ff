"""Hours and expenses tagged to grants: each minute and cent once, approved only, inside the line's days."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.charges import expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import tagging
from billing.models import FundedCost, FundedHours
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing.grants.granted import grant, whole, worked
from tests.world import NOVEMBER, NOW
from timesheets import approval
from timesheets.approval import NotApprovable
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db
OUTSIDE = (
    "Youenn Talec, 2 novembre 2026 : ce jour est hors de la période de COOPTER, du 3 novembre 2026 au "
    "31 décembre 2028."
)


@pytest.fixture
def finance():
    return world.finance()


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


def put(line, wanted, finance, action="Animation"):
    return tagging.tag(line, wanted, action=action, by=finance, at=NOW)


def faults(line, wanted, finance, **facts):
    before = list(FundedHours.objects.order_by("pk").values_list("pk", "minutes"))
    with pytest.raises(tagging.NotTaggable) as caught:
        put(line, wanted, finance, **facts)
    assert list(FundedHours.objects.order_by("pk").values_list("pk", "minutes")) == before
    return [error.replace("\u00a0", " ") for error in caught.value.errors] or caught.value.message


def held():
    return list(
        FundedHours.objects.order_by("pk").values_list(
            "line__code", "action", "month", "entry__day", "minutes"
        )
    )


def test_hours_go_to_a_line_under_an_action(aloen, maelle, finance):
    entries = worked(maelle, aloen)
    assert [entry.minutes for entry in entries] == [420, 180]
    put(grant(), {entries[0].pk: 420, entries[1].pk: 60}, finance, action="  Animation   du réseau ")
    assert held() == [
        ("COOPTER", "Animation du réseau", NOVEMBER, date(2026, 11, 2), 420),
        ("COOPTER", "Animation du réseau", NOVEMBER, date(2026, 11, 3), 60),
    ]


def test_more_of_the_same_is_added_up(aloen, maelle, finance):
    (entry,), line = worked(maelle, aloen, "7"), grant()
    put(line, {entry.pk: 60}, finance)
    (row,) = put(line, {entry.pk: 30}, finance)
    assert row.minutes == 90
    put(line, {entry.pk: 330}, finance, action="Étude")
    assert [minutes for *_, minutes in held()] == [90, 330]


def test_an_hour_is_funded_once_and_the_sentence_names_the_other_line(aloen, maelle, finance):
    entries = worked(maelle, aloen)
    put(grant("COOPTER"), {entries[0].pk: 300}, finance)
    sentence = faults(grant("REGION"), whole(entries), finance)
    assert sentence == [
        "Maëlle Kerbrat, 2 novembre 2026 : 7 h demandées, il en reste 2 h, COOPTER finance déjà le reste."
    ]
    put(grant("LEADER"), {entries[0].pk: 120}, finance)


@pytest.mark.parametrize("action", ["Animation", "Étude"])
def test_what_a_line_funds_already_counts_against_itself(aloen, maelle, finance, action):
    (entry,), line = worked(maelle, aloen, "7"), grant()
    put(line, {entry.pk: 300}, finance)
    assert faults(line, {entry.pk: 121}, finance, action=action) == [
        "Maëlle Kerbrat, 2 novembre 2026 : 2 h 01 demandées, il en reste 2 h, COOPTER finance déjà le reste."
    ]
    put(line, {entry.pk: 119}, finance, action=action)
    put(line, {entry.pk: 1}, finance, action=action)
    assert sum(minutes for *_, minutes in held()) == 420


def test_postgresql_refuses_to_fund_an_hour_twice(aloen, maelle, finance):
    (entry,), line = worked(maelle, aloen, "7"), grant()
    (row,) = put(line, {entry.pk: 420}, finance)
    facts = {"entry": entry, "month": NOVEMBER, "action": "Étude", "tagged_at": NOW}
    with pytest.raises(IntegrityError, match="funded once"), transaction.atomic():
        FundedHours.objects.create(line=grant("REGION"), minutes=1, **facts)
    with pytest.raises(IntegrityError, match="funded once"), transaction.atomic():
        FundedHours.objects.filter(pk=row.pk).update(minutes=421)
    with pytest.raises(IntegrityError, match="of its month"), transaction.atomic():
        FundedHours.objects.filter(pk=row.pk).update(month=NOVEMBER.next)


def test_only_approved_time_in_the_days_of_the_line_is_funded(aloen, maelle, finance):
    (drafted,) = worked(maelle, aloen, "7", status="draft")
    sheet = world.timesheet(maelle, {date(2026, 11, 9): 420}, kind="leave")
    absent, line = sheet.entries.get(), grant(starts_on=date(2026, 11, 3))
    (early,) = worked(world.employee("Youenn", "Talec"), aloen, "7")
    sentence = faults(line, {drafted.pk: 420, absent.pk: 420, early.pk: 420, 999_999: 60}, finance)
    assert sentence == [
        "Maëlle Kerbrat, 2 novembre 2026 : ces heures ne sont pas approuvées.",
        "Maëlle Kerbrat, 9 novembre 2026 : une absence ne se finance pas.",
        OUTSIDE,
        "Un pointage n’existe plus. Rechargez la page.",
    ]
    with pytest.raises(IntegrityError, match="approved"), transaction.atomic():
        FundedHours.objects.create(
            line=line, entry=drafted, month=NOVEMBER, action="Étude", minutes=1, tagged_at=NOW
        )


def test_an_action_is_named_and_something_is_chosen(aloen, maelle, finance):
    (entry,), line = worked(maelle, aloen, "7"), grant()
    assert "Nommez l’action" in faults(line, {entry.pk: 60}, finance, action=" ")
    assert "plus de 120 caractères" in faults(line, {entry.pk: 60}, finance, action="x" * 121)
    assert "Choisissez au moins un jour" in faults(line, {}, finance)
    assert faults(line, {entry.pk: 0}, finance) == [
        "Maëlle Kerbrat, 2 novembre 2026 : indiquez des heures, ou décochez ce jour."
    ]


def test_candidates_say_what_is_left_and_who_has_the_rest(aloen, maelle, finance):
    entries, line = worked(maelle, aloen), grant()
    sonam = world.member("Sonam")
    worked(world.employee("Youenn", "Talec"), sonam, "7")
    world.timesheet(maelle, {date(2026, 11, 9): 420}, kind="training")
    put(line, {entries[0].pk: 300}, finance)

    def found(**facts):
        search = tagging.HourSearch(NOVEMBER, **facts)
        return [
            (each.entry.day.day, each.left, each.funded) for each in tagging.taggable_entries(line, search)
        ]

    mine = [(2, 120, (("COOPTER", 300),)), (3, 180, ()), (9, 420, ())]
    assert found() == [*mine, (2, 420, ())]
    assert found(person=maelle) == mine
    assert found(member=aloen) == mine[:2]
    assert found(person=maelle, first=date(2026, 11, 3), last=date(2026, 11, 8)) == mine[1:2]


def test_funded_hours_are_not_reopened_until_they_are_taken_off(aloen, maelle, finance):
    (entry,), line, solene = worked(maelle, aloen, "7"), grant(), world.coordinator()
    put(line, {entry.pk: 60}, finance)
    sheet = Timesheet.objects.get()
    with pytest.raises(NotApprovable, match="affectées au financement COOPTER"):
        approval.reopen(sheet, by=solene, at=NOW, note="à corriger")
    assert tagging.untag(line, person=maelle.pk, month=NOVEMBER, action="Animation", by=None, at=NOW) == 60
    approval.reopen(sheet, by=solene, at=NOW, note="à corriger")
    assert sheet.status == "draft"


@pytest.fixture
def bought(aloen, maelle, finance):
    """An accepted expense of 90 euros."""
    placed = world.assignment(maelle, aloen)
    wanted = ExpenseClaim("meal", date(2026, 11, 12), "Repas des partenaires", amount=Decimal("90.00"))
    made = expenses.claim(placed, wanted, by=maelle.user, at=NOW)
    expense_decisions.accept(made, by=finance, at=NOW)
    made.refresh_from_db()
    return made


def test_an_expense_is_funded_once(bought, finance):
    line, other = grant(), grant("REGION")

    def pay(to, amount, action="Animation"):
        return tagging.tag_expense(
            to, bought, amount=Decimal(amount), action=action, by=finance, at=NOW
        ).amount

    assert (pay(line, "40.00"), pay(line, "10.00"), pay(other, "30.00")) == (
        Decimal("40.00"),
        Decimal("50.00"),
        Decimal("30.00"),
    )
    (left,) = tagging.free_expenses(line)
    assert left.left == Decimal("10.00")
    with pytest.raises(tagging.NotTaggable, match="le reste est déjà sur COOPTER, REGION"):
        pay(other, "10.01")
    with pytest.raises(tagging.NotTaggable, match="supérieur à zéro"):
        pay(other, "0.00")
    with pytest.raises(IntegrityError, match="funded once"), transaction.atomic():
        FundedCost.objects.filter(line=other).update(amount=Decimal("40.01"))
    with pytest.raises(Refusal, match="affectée au financement COOPTER"):
        expense_decisions.reopen(bought, by=finance, at=NOW)
    for cost in FundedCost.objects.order_by("pk"):
        tagging.untag_expense(cost, by=None, at=NOW)
    expense_decisions.reopen(bought, by=finance, at=NOW)
    with pytest.raises(tagging.NotTaggable, match="Seule une dépense acceptée"):
        pay(line, "1.00")


@pytest.mark.parametrize("action", ["Animation", "Étude"])
def test_what_a_line_funds_of_an_expense_counts_against_itself(bought, finance, action):
    line = grant()

    def pay(amount, action):
        return tagging.tag_expense(
            line, bought, amount=Decimal(amount), action=action, by=finance, at=NOW
        ).amount

    pay("40.00", "Animation")
    with pytest.raises(tagging.NotTaggable, match="Il reste 50,00.€ à financer.*déjà sur COOPTER"):
        pay("50.01", action)
    pay("49.99", action)
    assert pay("0.01", action) == Decimal("90.00" if action == "Animation" else "50.00")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(-10, 500)), max_size=8))
def test_whatever_is_asked_no_minute_is_funded_twice(wishes):
    with transaction.atomic():
        world.group()
        host = world.member("Aloen")
        finance = world.finance()
        (entry,) = worked(world.employee(members=[host]), host, "7")
        lines = {code: grant(code) for code in "AB"}
        free = 420
        for code, minutes in wishes:
            try:
                put(lines[code], {entry.pk: minutes}, finance)
                assert 0 < minutes <= free
                free -= minutes
            except tagging.NotTaggable:
                assert not 0 < minutes <= free
        assert sum(FundedHours.objects.values_list("minutes", flat=True)) == 420 - free
        transaction.set_rollback(True)
