"""What the member leaves unanswered: confirmed when the delay is over, marked as such, once, and told."""

from datetime import date, timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings

from members.models import Group, Mail
from tests import world
from timesheets import confirming, tasks
from timesheets.models import Timesheet
from timesheets.sheet import days

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 11, 19)
SUBMITTED = date(2026, 12, 1)
DUE = SUBMITTED + timedelta(days=5)
LATE = world.at(DUE + timedelta(days=1), 5, 30)


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee("Youenn", "Talec"), world.member("Book Hémisphères"))


def waiting(place, *, since=SUBMITTED, hour=9, **facts):
    sheet = world.timesheet(place, {THURSDAY: 420}, status="draft", **facts)
    moment = world.at(since, hour)
    sheet.move("submitted", kind="submit", by=sheet.employee.user, at=moment, submitted_at=moment)
    return sheet


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


def lapse(on):
    return confirming.confirm_tacitly(on=on, at=LATE)


def test_after_the_last_day_the_hours_are_confirmed_and_marked(placed):
    sheet = waiting(placed)
    assert lapse(DUE) == []  # the member has until the end of that day
    assert stored(sheet).status == "submitted"
    assert lapse(DUE + timedelta(days=1)) == [sheet]
    after = stored(sheet)
    assert (after.status, after.confirmed_at, after.is_confirmed_tacitly) == ("confirmed", LATE, True)
    event = days.history(after)[0]
    assert (event.label, event.by, event.at) == ("Visé tacitement", None, LATE)
    assert event.note == "Sans réponse jusqu’au dimanche 6 décembre, délai de 5 jours."


def test_a_second_run_finds_nothing(placed):
    sheet = waiting(placed)
    assert len(lapse(DUE + timedelta(days=1))) == 1
    assert lapse(DUE + timedelta(days=9)) == []
    assert sheet.steps.count() == 2


@pytest.mark.parametrize(("hour", "lapses"), [(23, False), (1, True)])
def test_the_delay_counts_the_days_of_paris(placed, hour, lapses):
    """Half past midnight in Paris is still the day before in UTC."""
    since = SUBMITTED if hour == 23 else SUBMITTED - timedelta(days=1)
    waiting(placed, since=since, hour=hour)
    assert bool(lapse(DUE)) == lapses


def test_the_group_s_own_delay_counts(placed):
    Group.objects.update(confirmation_days=1)
    sheet = waiting(placed)
    assert lapse(SUBMITTED + timedelta(days=1)) == []
    assert lapse(SUBMITTED + timedelta(days=2)) == [sheet]
    assert days.history(sheet)[0].note.endswith("délai de 1 jour.")


def test_without_tacit_confirmation_hours_wait(placed):
    Group.objects.update(has_tacit_confirmation=False)
    sheet = waiting(placed)
    assert lapse(date(2027, 6, 1)) == []
    assert stored(sheet).status == "submitted"


def test_only_what_waits_for_a_member_lapses(placed):
    at_group = waiting(placed.employee, kind="leave")
    states = ("draft", "confirmed", "approved")
    others = [
        world.timesheet(placed, {THURSDAY: 420}, status=state, supplement=rank)
        for rank, state in enumerate(states)
    ]
    before = list(Timesheet.objects.order_by("pk").values_list())
    assert lapse(date(2027, 6, 1)) == []
    assert list(Timesheet.objects.order_by("pk").values_list()) == before
    assert len(before) == len([at_group, *others])


def test_what_was_recalled_meanwhile_is_left_alone(placed, monkeypatch):
    """Between listing and locking the person took the hours back and handed them in anew: the delay begins again."""
    first, second = waiting(placed), waiting(placed, supplement=1)
    lapsed = confirming._confirm_one_tacitly

    def recalled_first(late, pk, group, at):
        if pk == first.pk and stored(first).submitted_at < LATE:
            first.move("draft", kind="recall", by=placed.employee.user, at=LATE, submitted_at=None)
            first.move("submitted", kind="submit", by=None, at=LATE, submitted_at=LATE)
        return lapsed(late, pk, group, at)

    monkeypatch.setattr(confirming, "_confirm_one_tacitly", recalled_first)
    assert lapse(DUE + timedelta(days=1)) == [second]
    assert stored(first).status == "submitted"


def test_the_task_confirms_and_tells_once(placed):
    claire = world.staff(placed.member, "Claire Danno")
    sheet = waiting(placed, since=date(2026, 1, 5))
    tasks.confirm_tacitly()
    tasks.confirm_tacitly()
    assert stored(sheet).is_confirmed_tacitly
    assert list(Mail.objects.values_list("to", flat=True)) == [claire.pk]


def test_the_task_runs_each_morning_before_the_reminders():
    entry = settings.CELERY_BEAT_SCHEDULE["confirm tacitly"]
    assert (entry["task"], entry["schedule"]) == (tasks.confirm_tacitly.name, crontab(hour=5, minute=30))
    assert settings.CELERY_TIMEZONE == settings.TIME_ZONE == "Europe/Paris"
