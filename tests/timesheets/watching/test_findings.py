"""The working-time watch over what was entered: merged over members, read in few queries, answered with a note."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from employees.models import ContractTerms, PlannedDay, WorkingTimeLimits
from members.models import Deputy
from tests import world
from timesheets.day_rules import TimedHours
from timesheets.models import Acknowledgement, Entry, Timesheet
from timesheets.watching import findings

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
NOVEMBER = (world.NOVEMBER.first, world.NOVEMBER.before)


@pytest.fixture
def aloen():
    world.group(collective_agreement="ECLAT (1518)")
    return world.member("Aloen")


@pytest.fixture
def sonam(aloen):
    return world.member("Sonam")


@pytest.fixture
def maelle(aloen, sonam):
    return world.employee(members=[aloen, sonam])


def summary(person, *names, days=NOVEMBER):
    """(rule, day, severity, measured) of a person’s findings of these rules."""
    return [
        (seen.finding.rule, seen.finding.day, seen.finding.severity, seen.finding.measured)
        for seen in findings.person_findings(*days, [person.pk])
        if seen.finding.rule in names
    ]


def at_times(sheet, day, start, end, *, pause=0):
    started, ended = time.fromisoformat(start), time.fromisoformat(end)
    whole = TimedHours(None, started, ended, pause)
    for late, part in enumerate(whole._replace(minutes=whole.counted_on(day)).parted(day)):
        if part:
            Entry.objects.create(
                timesheet=sheet,
                day=day + timedelta(days=late),
                minutes=part.minutes,
                started_at=part.start,
                ended_at=part.end,
                break_minutes=part.break_minutes,
                goes_on_from_day_before=bool(late),
            )


def test_a_day_is_counted_over_all_members_drafts_and_supplements(maelle, aloen, sonam):
    placed = world.assignment(maelle, aloen)
    world.timesheet(placed, {MONDAY: 300})
    world.timesheet(placed, {MONDAY: 60}, supplement=1, status="draft")
    world.timesheet(world.assignment(maelle, sonam), {MONDAY: 241}, status="draft")
    assert summary(maelle, "daily") == [("daily", MONDAY, "error", 601)]
    (seen,) = [seen for seen in findings.person_findings(*NOVEMBER) if seen.finding.rule == "daily"]
    assert [(place.name, minutes) for place, minutes in seen.shares[0].places] == [
        ("Aloen", 360),
        ("Sonam", 241),
    ]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("training", True),
        ("meeting", True),
        ("downtime", True),
        ("leave", False),
        ("sickness", False),
        ("holiday", False),
        ("other", False),
    ],
)
def test_training_and_meetings_are_work_absences_are_not(maelle, aloen, kind, counts):
    world.timesheet(world.assignment(maelle, aloen), {MONDAY: 360})
    world.timesheet(maelle, {MONDAY: 300}, kind=kind, status="draft")
    assert summary(maelle, "daily") == ([("daily", MONDAY, "error", 660)] if counts else [])


def test_rest_between_two_members_on_either_side_of_the_month(maelle, aloen, sonam):
    first = world.NOVEMBER.first
    october = world.timesheet(world.assignment(maelle, aloen), month=world.OCTOBER, status="draft")
    at_times(october, date(2026, 10, 31), "14:00", "23:00")
    november = world.timesheet(world.assignment(maelle, sonam), status="draft")
    at_times(november, first, "08:00", "10:00")
    assert summary(maelle, "daily_rest") == [("daily_rest", first, "error", 540)]


def test_a_week_belongs_to_the_month_of_its_monday_and_is_counted_whole(maelle, aloen, sonam):
    """Monday 30 November to Sunday 6 December, over two months and two members."""
    monday = date(2026, 11, 30)
    world.timesheet(world.assignment(maelle, aloen), {monday: 600}, status="draft")
    days = {monday + timedelta(days=n): 600 for n in range(1, 5)}
    world.timesheet(world.assignment(maelle, sonam), days, month=world.DECEMBER, status="draft")
    assert summary(maelle, "weekly") == [("weekly", monday, "error", 3000)]
    assert summary(maelle, "weekly", days=(world.DECEMBER.first, world.DECEMBER.before)) == []


def hours_of_weeks(placed, count, minutes, until):
    """``minutes`` from Monday to Friday, for ``count`` weeks of which that of ``until`` is the last."""
    since = until - timedelta(weeks=count - 1)
    days = [since + timedelta(days=n) for n in range(count * 7 - 2)]
    for month in sorted({world.Month.of(day) for day in days}):
        here = {day: minutes for day in days if day in month and day.weekday() < 5}
        world.timesheet(placed, here, month=month, status="draft")


def test_averages_reach_back_over_the_sums_of_earlier_weeks(maelle, aloen, sonam):
    monday = date(2026, 11, 16)
    hours_of_weeks(world.assignment(maelle, aloen), 12, 300, monday)
    hours_of_weeks(world.assignment(maelle, sonam), 12, 240, monday)
    days = (monday, monday + timedelta(days=7))
    assert summary(maelle, "average", "overtime", days=days) == [
        ("average", monday, "error", 2700),
        ("overtime", monday, "info", 600),
    ]
    # The same figures, however much before is asked for: what was acknowledged stays so.
    assert ("average", monday, "error", 2700) in summary(maelle, "average", days=(date(2026, 6, 1), days[1]))


def test_a_night_into_monday_counts_in_both_weeks_however_long_ago(maelle, aloen):
    sunday = date(2026, 9, 6)
    sheet = world.timesheet(world.assignment(maelle, aloen), month=world.Month(2026, 9), status="draft")
    at_times(sheet, sunday, "22:00", "06:00")
    after = sunday + timedelta(days=1)
    for first in (date(2026, 8, 31), date(2026, 9, 14), world.NOVEMBER.first):
        calendar = findings.read_calendars(first, first + timedelta(days=21))[maelle.pk].calendar
        weeks = {monday: minutes for monday, minutes in calendar.weeks.items() if minutes}
        assert weeks == {sunday - timedelta(days=6): 120, after: 360}


def test_days_of_a_forfait_are_counted_from_the_first_of_january(maelle, aloen):
    ContractTerms.objects.update(time_scheme="day_rate", yearly_days=20)
    hours_of_weeks(world.assignment(maelle, aloen), 4, 420, date(2026, 10, 26))
    hours = world.timesheet(world.assignment(maelle, world.member("Kerouan")), {TUESDAY: 600}, status="draft")
    assert summary(maelle, "day_rate", "daily") == [("day_rate", TUESDAY, "error", 21)]
    assert hours.entries.count() == 1


def test_a_night_is_one_day_of_a_forfait_however_long_ago(maelle, aloen):
    """Twenty nights are twenty days, those that are read as sums too; a day more is told."""
    ContractTerms.objects.update(time_scheme="day_rate", yearly_days=20)
    placed = world.assignment(maelle, aloen)
    months = (world.Month(2026, 9), world.OCTOBER, world.NOVEMBER)
    sheets = {month: world.timesheet(placed, month=month, status="draft") for month in months}
    # Mondays to Wednesdays, and Sundays, whose night goes on in the next week.
    nights = [date(2026, 9, 6) + timedelta(weeks=week, days=n) for week in (0, 1, 2, 4, 5) for n in range(4)]
    for day in nights:
        at_times(sheets[world.Month.of(day)], day, "22:00", "06:00")
    assert summary(maelle, "day_rate") == []
    at_times(sheets[world.NOVEMBER], TUESDAY, "22:00", "06:00")
    assert summary(maelle, "day_rate") == [("day_rate", TUESDAY, "error", 21)]


def test_the_limits_are_those_of_the_agreement(maelle, aloen, sonam):
    WorkingTimeLimits.objects.create(
        starts_on=MONDAY, collective_agreement="ECLAT (1518)", daily_minutes=720, warning_percent=100
    )
    WorkingTimeLimits.objects.create(starts_on=world.YEAR_START, daily_minutes=480)
    first = world.NOVEMBER.first
    world.timesheet(world.assignment(maelle, aloen), {first: 540, MONDAY: 540})
    assert summary(maelle, "daily") == [("daily", first, "error", 540)]


def test_a_day_that_was_changed_late_is_told(maelle, aloen):
    placed = world.assignment(maelle, aloen)
    ContractTerms.objects.update(weekly_minutes=1680)
    PlannedDay.objects.create(assignment=placed, day=TUESDAY, minutes=60, made_at=world.at(MONDAY))
    assert summary(maelle, "notice") == [("notice", TUESDAY, "warning", 0)]


def crowd(count):
    """``count`` people, each at as many members, with a finding each; one in three counts days."""
    world.group()
    members = [world.member(f"Adhérent {number}") for number in range(count)]
    for number in range(count):
        person = world.employee(f"Prénom{number}", "Kerbrat")
        if number == 0:
            ContractTerms.objects.filter(contract__employee=person).update(
                time_scheme="day_rate", yearly_days=218
            )
        for member in members:
            placed = world.assignment(person, member)
            world.timesheet(placed, {MONDAY: 660 // count, TUESDAY: 60}, status="draft")
            PlannedDay.objects.create(assignment=placed, day=TUESDAY, minutes=60, made_at=world.at(MONDAY))
            october = world.timesheet(placed, month=world.OCTOBER, status="draft")
            at_times(october, date(2026, 10, 11), "22:00", "06:00")


@pytest.mark.parametrize("count", [1, 3])
def test_the_watch_takes_eight_queries_however_many_it_watches(count):
    crowd(count)
    with CaptureQueriesContext(connection) as queries:
        found = findings.person_findings(*NOVEMBER)
    assert len({seen.employee.pk for seen in found}) == count
    assert len(queries) == 8


@pytest.fixture
def solene():
    return world.coordinator()


@pytest.fixture
def long_day(maelle, aloen, sonam):
    """Eleven hours over two members, still a draft."""
    world.timesheet(world.assignment(maelle, aloen), {MONDAY: 360}, status="draft")
    return world.timesheet(world.assignment(maelle, sonam), {MONDAY: 300}, status="draft")


def answer(person, measured=660, *, by, note="Repos donné le lendemain.", rule="daily", day=MONDAY):
    return findings.acknowledge(person, rule, day, measured, note=note, by=by, at=world.NOW)


def waiting(month=world.NOVEMBER):
    return [(seen.finding.rule, seen.finding.measured) for seen in findings.open_findings(month)]


def test_an_acknowledged_finding_waits_no_longer_and_keeps_who_when_and_why(maelle, long_day, solene):
    assert waiting() == [("daily", 660)]
    answer(maelle, by=solene)
    assert waiting() == []
    (seen,) = [seen for seen in findings.person_findings(*NOVEMBER) if seen.finding.rule == "daily"]
    assert (seen.acknowledgement.by, seen.acknowledgement.at, seen.acknowledgement.note) == (
        solene,
        world.NOW,
        "Repos donné le lendemain.",
    )


def test_other_figures_are_another_finding(maelle, long_day, solene):
    answer(maelle, by=solene)
    Entry.objects.filter(timesheet=long_day).update(minutes=310)
    assert waiting() == [("daily", 670)]
    with pytest.raises(findings.NotAcknowledged, match="n’existe plus"):
        answer(maelle, 665, by=solene)
    answer(maelle, 670, by=solene)
    assert Acknowledgement.objects.count() == 2


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"note": "  "}, "Écrivez ce que vous en avez fait"),
        ({"rule": "weekly"}, "n’existe plus"),
        ({"day": TUESDAY}, "n’existe plus"),
    ],
)
def test_what_does_not_exist_or_has_no_note_is_not_acknowledged(maelle, long_day, solene, facts, sentence):
    with pytest.raises(findings.NotAcknowledged, match=sentence):
        answer(maelle, by=solene, **facts)
    assert Acknowledgement.objects.count() == 0


def test_a_finding_is_acknowledged_once(maelle, long_day, solene):
    answer(maelle, by=solene)
    with pytest.raises(findings.NotAcknowledged, match="Solène Rivoal a déjà répondu"):
        answer(maelle, by=world.coordinator("Yann Madec"))
    row = Acknowledgement.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Acknowledgement.objects.create(
            employee=maelle,
            rule="daily",
            day=MONDAY,
            measured=660,
            note="Encore",
            by=row.by,
            at=world.NOW,
        )


def test_only_the_coordination_answers_and_never_about_itself(maelle, long_day, aloen, solene):
    for person in (world.finance(), world.admin(), world.staff(aloen), maelle.user):
        with pytest.raises(findings.NotAcknowledged, match="Seule la coordination"):
            answer(maelle, by=person)
    maelle.user.is_coordinator = True
    maelle.user.save()
    with pytest.raises(findings.NotAcknowledged, match="jamais aux siennes"):
        answer(maelle, by=maelle.user)


def test_a_deputy_of_the_coordination_answers(maelle, long_day, solene, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: date(2026, 11, 4))
    erwan = world.user("Erwan Le Bris")
    Deputy.objects.create(principal=solene, user=erwan, starts_on=TUESDAY, ends_before=date(2026, 11, 10))
    assert answer(maelle, by=erwan).by == erwan


def test_what_is_only_good_to_know_waits_for_nobody(maelle, aloen, sonam):
    world.timesheet(world.assignment(maelle, aloen), {MONDAY: 60})
    world.timesheet(world.assignment(maelle, sonam), {MONDAY: 60})
    assert summary(maelle, "travel") == [("travel", MONDAY, "info", 2)]
    assert waiting() == []


def test_the_panel_counts_what_waits_the_gravest_first(maelle, long_day, aloen, solene):
    youenn = world.employee("Youenn", "Talec")
    world.timesheet(world.assignment(youenn, aloen), {MONDAY: 721, TUESDAY: 540}, status="draft")
    panel = findings.findings_panel(world.NOVEMBER)
    assert panel.counts == (("block", 1), ("error", 1), ("warning", 1))
    assert [(seen.employee, seen.finding.severity) for seen in panel.gravest] == [
        (youenn, "block"),
        (maelle, "error"),
        (youenn, "warning"),
    ]
    assert panel.count == 3
    answer(maelle, by=solene)
    assert findings.findings_panel(world.NOVEMBER).count == 2


def test_one_s_own_findings_come_without_the_notes_of_the_coordination(maelle, long_day, solene):
    answer(maelle, by=solene)
    own = [seen for seen in findings.own_findings(maelle, world.NOVEMBER) if seen.finding.rule == "daily"]
    assert [(seen.finding.measured, seen.acknowledgement) for seen in own] == [(660, None)]


def test_what_was_worked_is_never_refused(maelle, aloen):
    sheet = Timesheet.objects.get(pk=world.timesheet(world.assignment(maelle, aloen), status="draft").pk)
    Entry.objects.create(timesheet=sheet, day=MONDAY, minutes=1440)
    assert summary(maelle, "daily") == [("daily", MONDAY, "block", 1440)]
