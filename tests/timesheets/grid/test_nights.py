"""Nights on the pages where hours are entered: one line, told on both days, in the sums of each."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from members.models import Notice
from tests import world
from tests.markup import flat
from tests.world import DECEMBER, NOVEMBER
from timesheets import recording
from timesheets.day_rules import TimedHours
from timesheets.grid.loading import load_grid
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db

LAST, FIRST = date(2026, 11, 30), date(2026, 12, 1)
TUESDAY, WEDNESDAY = date(2026, 11, 3), date(2026, 11, 4)
NIGHT = {"worked": TimedHours(None, time(22), time(6))}
MINE = reverse("timesheets:my_month", args=[NOVEMBER])


@pytest.fixture(autouse=True)
def _in_december(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    with time_machine.travel(world.NOW, tick=True):
        yield


@pytest.fixture
def placed():
    aloen = world.member()
    return world.assignment(world.employee(members=[aloen]), aloen)


@pytest.fixture
def sheet(placed):
    return world.timesheet(placed, status="draft")


@pytest.fixture
def hers(client, placed):
    client.force_login(placed.employee.user)
    return client


def words(response):
    return flat(re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u00a0", " ")


def day_page(day):
    return reverse("timesheets:day", args=[world.Month.of(day), day.day])


def typed(sheet, day, **values):
    blank = dict.fromkeys("mdfpn", "")
    return {f"{letter}-{sheet.pk}-{day}": text for letter, text in {**blank, **values}.items()}


def night(sheet, *days, value=None):
    recording.save(sheet, dict.fromkeys(days, value or NIGHT), by=sheet.employee.user, at=world.NOW)


def record():
    found = Entry.objects.order_by("day", "-goes_on_from_day_before")
    return [(entry.day.day, entry.minutes, entry.goes_on_from_day_before) for entry in found]


class TestDayPage:
    def test_a_night_is_written_and_read_as_one_line_and_counted_by_its_days(self, hers, sheet):
        assert hers.post(day_page(LAST), typed(sheet, LAST, d="22:00", f="06:00")).status_code == 302
        assert record() == [(30, 120, False), (1, 360, True)]
        page = hers.get(day_page(LAST))
        text = page.content.decode()
        assert [f'value="{value}"' in text for value in ("8", "22:00", "06:00")] == [True] * 3
        assert "2 h , et 6 h le lendemain" in words(page)
        after = words(hers.get(day_page(FIRST)))
        assert "6 h de la nuit commencée la veille comptent ce jour-là" in after
        assert "6 h , dont 6 h de la veille" in after

    def test_a_page_that_saves_itself_tells_both_days(self, hers, sheet):
        data = typed(sheet, TUESDAY, d="22:00", f="06:00") | {"do": "auto"}
        answer = hers.post(day_page(TUESDAY), data, headers={"HX-Request": "true"})
        assert "2 h , et 6 h le lendemain" in words(answer)
        again = re.search(r'name="vu-\d+"[^>]*value="([^"]*)"', answer.content.decode())[1]
        data = typed(sheet, TUESDAY, d="22:00", f="05:00") | {"do": "auto", f"vu-{sheet.pk}": again}
        assert "2 h , et 5 h le lendemain" in words(
            hers.post(day_page(TUESDAY), data, headers={"HX-Request": "true"})
        )
        assert record() == [(3, 120, False), (4, 300, True)]

    def test_the_day_after_has_a_line_of_its_own(self, hers, sheet):
        night(sheet, TUESDAY)
        hers.post(day_page(WEDNESDAY), typed(sheet, WEDNESDAY, d="22:00", f="06:00"))
        assert record() == [(3, 120, False), (4, 360, True), (4, 120, False), (5, 360, True)]
        hers.post(day_page(WEDNESDAY), typed(sheet, WEDNESDAY))
        assert record() == [(3, 120, False), (4, 360, True)]

    def test_what_was_undone_is_as_it_was_on_both_days(self, hers, sheet):
        value = {"worked": TimedHours(420, time(22), time(6), 60, late_break=0)}
        night(sheet, LAST, value=value)
        hers.post(day_page(LAST), typed(sheet, LAST, m="7"))
        hers.post(day_page(LAST), typed(sheet, LAST, m="6", n="x"))
        assert record() == [(30, 360, False)]
        hers.post(day_page(LAST), typed(sheet, LAST))
        night(sheet, LAST, value=value)
        page = hers.post(day_page(LAST), typed(sheet, LAST, d="09:00", f="12:00"), follow=True)
        undo = re.search(r'name="avant"[^>]*value="([^"]*)"', page.content.decode())[1]
        hers.post(day_page(LAST), {"do": "undo", "avant": undo})
        assert record() == [(30, 60, False), (1, 360, True)]
        assert set(Entry.objects.values_list("entered_by", flat=True)) == {sheet.employee.user.pk}


class TestGrid:
    def test_cells_hold_the_line_and_sums_are_those_of_the_record(self, hers, sheet):
        night(sheet, TUESDAY, WEDNESDAY, LAST)
        page = hers.get(MINE)
        text = page.content.decode()
        for day in (TUESDAY, WEDNESDAY, LAST):
            cell = re.search(rf'name="m-{sheet.pk}-{day}"[^>]*>', text)[0]
            assert 'value="8"' in cell
        assert "6 h le lendemain" in text.replace("\u00a0", " ")
        assert "6 h de la veille" in text.replace("\u00a0", " ")
        grid = load_grid(sheet.employee, NOVEMBER, sheet.employee.user, on=LAST)
        (line, *_) = grid.sheets
        by_day = [grid.recorded_on(line, date(2026, 11, day)) for day in (3, 4, 5, 30)]
        assert (by_day, grid.total(line), grid.worked) == ([120, 480, 360, 120], 1080, 1080)
        assert sheet.entries.count() == 5
        stored = Timesheet.objects.with_minutes().get(pk=sheet.pk).minutes
        assert stored == grid.total(line)
        after = load_grid(sheet.employee, DECEMBER, sheet.employee.user, on=LAST)
        assert [after.recorded_on(each, FIRST) for each in after.sheets[:1]] == [360]
        assert after.worked == 360

    def test_the_same_hours_posted_again_change_nothing(self, hers, sheet):
        night(sheet, TUESDAY, LAST)
        before = record()
        hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "8", f"m-{sheet.pk}-{LAST}": "8"})
        assert record() == before
        hers.post(MINE, {f"m-{sheet.pk}-{TUESDAY}": "8", f"m-{sheet.pk}-{LAST}": "7"})
        assert record() == [(3, 120, False), (4, 360, True), (30, 420, False)]

    def test_the_plan_and_the_week_before_are_copied_by_the_line(self, hers, sheet):
        night(sheet, TUESDAY)
        hers.post(MINE, {"do": f"week-{TUESDAY.isocalendar().week + 1}"})
        copied = TUESDAY + timedelta(weeks=1)
        times = (
            sheet.entries.filter(day__gte=copied).order_by("day").values_list("day", "started_at", "ended_at")
        )
        assert list(times) == [
            (copied, time(22), time(0)),
            (copied + timedelta(days=1), time(0), time(6)),
        ]

    def test_a_week_that_begins_in_last_month_is_copied_with_its_last_night(self, hers, sheet):
        """Monday 30 November to Monday 7 December."""
        night(sheet, LAST)
        hers.post(
            reverse("timesheets:my_month", args=[DECEMBER]), {"do": f"week-{LAST.isocalendar().week + 1}"}
        )
        assert record()[2:] == [(7, 120, False), (8, 360, True)]

    def test_a_refused_night_stays_in_its_cell(self, hers, sheet):
        night(sheet, LAST)
        world.advance(Timesheet.objects.get(month=DECEMBER, assignment=sheet.assignment), "submitted")
        answer = hers.post(MINE, {f"m-{sheet.pk}-{LAST}": "5"})
        assert answer.status_code == 422
        assert f"faute-m-{sheet.pk}-{LAST}" in answer.content.decode()
        assert "la suite de ces heures est du lendemain" in words(answer)
        assert len(record()) == 2


def test_a_change_by_another_is_told_on_both_days_and_by_one_notice(client, sheet):
    night(sheet, LAST)
    client.force_login(world.coordinator())
    page = reverse("timesheets:person_day", args=[NOVEMBER, sheet.employee.pk, LAST.day])
    changed = typed(sheet, LAST, d="21:00", f="05:00")
    assert client.post(page, changed).status_code == 422
    assert client.post(page, changed | {"reason": "Badge"}).status_code == 302
    assert record() == [(30, 180, False), (1, 300, True)]
    client.force_login(sheet.employee.user)
    shown = {day: "ont été changées" in words(client.get(day_page(day))) for day in (LAST, FIRST, TUESDAY)}
    assert shown == {LAST: True, FIRST: True, TUESDAY: False}
    notice = Notice.objects.get(kind="changed")
    assert [line.split(",")[0] for line in notice.lines] == ["Lundi 30 novembre", "Mardi 1er décembre"]


def test_once_handed_in_each_month_shows_its_own_part(sheet, placed):
    """What was signed stays as it was, and a member reads nothing of what the person still writes."""
    night(sheet, LAST)
    world.advance(sheet, "submitted")
    placed.hours_entry = "employee"
    placed.save()
    reader, person = world.staff(placed.member), placed.employee.user
    found = {}
    for name, viewer in {"member": reader, "person": person, "coordination": world.coordinator()}.items():
        for month, day in ((NOVEMBER, LAST), (DECEMBER, FIRST)):
            grid = load_grid(placed.employee, month, viewer, on=LAST, only=placed)
            found[name, month] = [(line.minutes[day], grid.total(line)) for line in grid.sheets]
    parts = {NOVEMBER: [(120, 120)], DECEMBER: [(360, 360)]}
    assert found == {
        **{(name, month): part for name in ("person", "coordination") for month, part in parts.items()},
        ("member", NOVEMBER): [(120, 120)],
        ("member", DECEMBER): [],
    }
