"""Months open by themselves, on their first day and for everybody; what was missed too, and what is late is told."""

from datetime import date, timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings

from groupement.kernel.periods import Month
from members.models import MailKind
from tests import world
from tests.timesheets.reminding.scene import letter
from tests.together import meet
from timesheets import opening, tasks
from timesheets.models import Timesheet
from timesheets.overview import blockers, month_sheets
from timesheets.reminding import sending

FIRST = world.at(date(2026, 12, 1), 0, 5)
OCTOBER, NOVEMBER, DECEMBER = world.OCTOBER, world.NOVEMBER, world.DECEMBER
JANUARY, FEBRUARY, MARCH = Month(2027, 1), Month(2027, 2), Month(2027, 3)


def opened(month):
    rows = Timesheet.objects.filter(month=month)
    return sorted(
        f"{each.employee.first_name} {each.assignment.member if each.assignment else 'au groupement'}"
        for each in rows.select_related("employee", "assignment__member")
    )


@pytest.fixture
def placed(db):
    world.group()
    return world.assignment(world.employee("Maëlle"), world.member("Aloen"))


def test_a_month_opens_by_itself_on_its_first_day_and_once(placed, monkeypatch):
    """Red without the task: nobody opened December, and nobody was reminded of it."""
    world.employee("Youenn")
    monkeypatch.setattr("django.utils.timezone.now", lambda: FIRST - timedelta(minutes=10))
    tasks.open_months()
    assert (len(opened(NOVEMBER)), opened(DECEMBER)) == (3, [])
    monkeypatch.setattr("django.utils.timezone.now", lambda: FIRST)
    for _ in range(2):
        tasks.open_months()
        assert opened(DECEMBER) == ["Maëlle Aloen", "Maëlle au groupement", "Youenn au groupement"]
    scheduled = settings.CELERY_BEAT_SCHEDULE["open months"]
    assert scheduled["task"] == tasks.open_months.name
    assert scheduled["schedule"] == crontab(minute=5)  # of each hour, the first of the month included


@pytest.mark.django_db(transaction=True)
def test_the_task_that_arrives_twice_at_once_makes_each_timesheet_once():
    world.group()
    world.assignment(world.employee("Maëlle"), world.member("Aloen"))
    met = meet(*(lambda: opening.open_due_months(at=FIRST) for _ in range(2)))
    met.assert_both_done()
    assert opened(DECEMBER) == ["Maëlle Aloen", "Maëlle au groupement"]


def test_an_assignment_that_begins_later_is_open_on_its_first_day(placed):
    opening.open_due_months(at=FIRST)
    world.assignment(placed.employee, world.member("Sonam"), starts_on=date(2026, 12, 14))
    assert opening.open_due_months(at=world.at(date(2026, 12, 14), 0, 5)) == {DECEMBER: 1}
    assert "Maëlle Sonam" in opened(DECEMBER)


def test_what_a_worker_that_was_down_missed_is_opened_but_nothing_before_the_group_s_first_month(placed):
    assert opening.open_due_months(at=world.at(date(2026, 11, 3))) == {NOVEMBER: 2}
    assert opened(OCTOBER) == []
    assert opening.open_due_months(at=world.at(date(2027, 1, 4))) == {DECEMBER: 2, JANUARY: 2}
    assert opening.open_due_months(at=world.at(date(2027, 4, 9))).keys() == {FEBRUARY, MARCH, Month(2027, 4)}


def test_a_month_filled_ahead_by_one_person_is_not_taken_for_opened(placed):
    world.timesheet(placed, {DECEMBER.first: 420}, month=DECEMBER, status="draft")
    youenn = world.assignment(world.employee("Youenn"), placed.member)
    assert opening.open_due_months(at=FIRST) == {DECEMBER: 3}
    assert f"{youenn.employee.first_name} Aloen" in opened(DECEMBER)


def test_the_page_says_when_what_is_missing_opens():
    on = date(2026, 11, 28)
    assert opening.how_it_opens(DECEMBER, on) == "De lui-même, le mois s’ouvre le 1er décembre 2026."
    assert opening.how_it_opens(world.OCTOBER.shift(-1), on).endswith("dans l’heure.")
    assert (
        opening.how_it_opens(world.OCTOBER.shift(-2), on)
        == "Un mois aussi ancien ne s’ouvre pas de lui-même."
    )


def test_a_month_in_which_nobody_entered_anything_is_late_for_all_who_have_to_act(placed):
    """It was nobody's before: there was no draft to remind of, and the list said that hours could not be entered."""
    solene = world.coordinator()
    opening.open_due_months(at=world.at(date(2026, 11, 1), 0, 5))
    opening.open_due_months(at=FIRST)
    morning = world.at(date(2026, 12, 3), 7, 30)
    assert sending.send_digests(morning) == 2
    own, theirs = (
        letter(placed.employee.user, MailKind.HOURS_REMINDER),
        letter(solene, MailKind.APPROVE_DIGEST),
    )
    assert "- Aloen, novembre 2026\u00a0: en retard, rien n’y est saisi\n" in own.text
    assert "- Absences et groupement, novembre 2026\u00a0: à soumettre\n" in own.text
    assert theirs.subject == "1\u00a0relevé en retard où rien n’est saisi, à relancer"
    found = blockers.blockers(month_sheets.read_month(NOVEMBER, on=morning.date()))
    placed_ones = [(each.title, each.label) for each in found if each.timesheet.assignment_id]
    assert placed_ones == [("Aucune heure saisie chez Aloen", "Ouvrir ses heures")]
