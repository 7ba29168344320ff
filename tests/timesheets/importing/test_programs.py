"""Exports of Kimai, Toggl Track and Clockify, with the titles that they write; names that are asked about; rounding."""

from __future__ import annotations

from datetime import date, time

import pytest

from groupement.kernel.tabular import Unreadable
from tests import world
from tests.timesheets import files
from timesheets.importing.layouts import LEFT_OUT
from timesheets.importing.preview import HoursPreview, import_hours, preview_hours
from timesheets.importing.scope import AT_GROUP, NO_PLACE, ImportChoices
from timesheets.models import Entry

pytestmark = pytest.mark.django_db
EMAIL = "maelle.kerbrat@laronde.example"


@pytest.fixture
def cast():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    return {
        "solene": world.coordinator(),
        "maelle": maelle,
        "at_aloen": world.assignment(maelle, aloen),
        "at_sonam": world.assignment(maelle, sonam),
        "aloen": aloen,
    }


def previewed(cast, data, **choices) -> HoursPreview:
    return preview_hours(data, ImportChoices(**choices), by=cast["solene"], at=world.NOW)


def imported(cast, data, **choices):
    digest = previewed(cast, data, **choices).digest
    return import_hours(data, ImportChoices(**choices), digest=digest, by=cast["solene"], at=world.NOW)


def toggl(**cells: str) -> dict[str, str]:
    row = {
        "User": "Maëlle Kerbrat",
        "Email": EMAIL,
        "Client": "Aloen",
        "Project": "Comptabilité",
        "Description": "Clôture",
        "Billable": "No",
        "Start date": "2026-11-03",
        "Start time": "09:00:00",
        "End date": "2026-11-03",
        "End time": "12:00:00",
        "Duration": "03:00:00",
    }
    return row | cells


def clockify(**cells: str) -> dict[str, str]:
    row = {
        "Project": "Comptabilité",
        "Client": "Aloen",
        "Description": "Clôture",
        "User": "Maëlle Kerbrat",
        "Email": EMAIL,
        "Start Date": "11/13/2026",
        "Start Time": "09:00:00 AM",
        "End Date": "11/13/2026",
        "End Time": "12:30:00 PM",
        "Duration (h)": "03:30:00",
        "Duration (decimal)": "3.50",
    }
    return row | cells


def kimai(**cells: str) -> dict[str, str]:
    row = {
        "Date": "2026-11-03",
        "From": "09:00",
        "To": "12:20",
        "Duration": "3.33",
        "Name": "Maëlle K.",
        "User": "maelle",
        "Email": EMAIL,
        "Customer": "Aloen",
        "Project": "Comptabilité",
        "Activity": "Clôture",
        "Description": "Balance",
    }
    return row | cells


def entry_facts() -> tuple[object, ...]:
    entry = Entry.objects.select_related("timesheet").get()
    return (
        entry.day,
        entry.minutes,
        entry.started_at,
        entry.ended_at,
        entry.note,
        entry.timesheet.assignment_id,
    )


def test_toggl_is_recognised_and_imported(cast):
    data = files.toggl(toggl())
    assert previewed(cast, data).layout.program == "toggl"
    imported(cast, data)
    assert entry_facts() == (date(2026, 11, 3), 180, time(9), time(12), "Clôture", cast["at_aloen"].pk)


def test_clockify_is_recognised_and_imported_with_american_days_and_twelve_hours(cast):
    data = files.clockify(clockify())
    assert previewed(cast, data).layout.program == "clockify"
    imported(cast, data)
    assert entry_facts() == (date(2026, 11, 13), 210, time(9), time(12, 30), "Clôture", cast["at_aloen"].pk)


def test_kimai_is_recognised_and_its_times_are_more_exact_than_its_hundredths(cast):
    data = files.kimai(kimai())
    assert previewed(cast, data).layout.program == "kimai"
    imported(cast, data)
    assert entry_facts() == (date(2026, 11, 3), 200, time(9), time(12, 20), "Balance", cast["at_aloen"].pk)


def test_kimai_in_french_is_kimai_too(cast):
    titles = [
        "Date",
        "De",
        "À",
        "Durée",
        "Identifiant",
        "Courriel",
        "Client",
        "Projet",
        "Activité",
        "Description",
    ]
    row = ["03/11/2026", "9:00", "12:20", "3:20", "maelle", EMAIL, "Aloen", "", "", ""]
    preview = previewed(cast, files.table(titles, [row], ";"), order="dm")
    assert (preview.layout.program, preview.total.minutes, preview.faults) == ("kimai", 200, [])


def test_the_break_of_kimai_is_what_its_duration_leaves_out(cast):
    imported(cast, files.kimai(kimai(To="17:00", Duration="7.00")))
    assert (Entry.objects.get().minutes, Entry.objects.get().break_minutes) == (420, 60)


def test_a_night_is_parted_at_midnight(cast):
    row = toggl(
        **{"Start time": "23:30:00", "End date": "2026-11-04", "End time": "00:45:00", "Duration": "01:15:00"}
    )
    imported(cast, files.toggl(row))
    found = Entry.objects.order_by("day").values_list("day", "minutes", "started_at", "ended_at")
    assert list(found) == [
        (date(2026, 11, 3), 30, time(23, 30), time(0)),
        (date(2026, 11, 4), 45, time(0), time(0, 45)),
    ]


def test_entries_of_one_day_place_and_kind_are_one_with_their_seconds_summed_first(cast):
    """Three times 20 seconds are a minute, not none."""
    rows = [
        toggl(**{"Start time": f"09:0{n}:00", "End time": f"09:0{n}:20", "Duration": "00:00:20"})
        for n in range(3)
    ]
    preview = previewed(cast, files.toggl(*rows))
    assert (preview.total.seconds, preview.total.minutes, preview.places[0].days) == (60, 1, 1)


def test_a_clock_that_ran_for_a_moment_writes_nothing(cast):
    row = toggl(**{"End time": "09:00:05", "Duration": "00:00:05"})
    preview = previewed(cast, files.toggl(row))
    assert (preview.has_changes, preview.faults) == (False, [])


def test_days_that_can_be_read_two_ways_are_asked_about(cast):
    data = files.clockify(clockify(**{"Start Date": "11/03/2026", "End Date": "11/03/2026"}))
    with pytest.raises(Unreadable, match="se lisent de deux façons") as refused:
        previewed(cast, data)
    assert refused.value.field == "order"
    assert previewed(cast, data, order="md").changes.keys() == {(cast["maelle"].pk, world.NOVEMBER)}
    assert previewed(cast, data, order="dm").changes.keys() == {(cast["maelle"].pk, world.NOVEMBER.shift(-8))}


def test_names_that_nobody_answers_to_are_asked_about_once_each(cast):
    rows = [
        toggl(Email="", User="Maëlle"),
        toggl(Email="", User="Maëlle", **{"Start date": "2026-11-04", "End date": "2026-11-04"}),
        toggl(Client="ACME", Project="Site"),
        toggl(Client="", Project=""),
    ]
    preview = previewed(cast, files.toggl(*rows))
    assert preview.unknown == {"people": {"Maëlle": 2}, "places": {"ACME": 1, NO_PLACE: 1}}
    assert [fault.line for fault in preview.faults] == [2, 3, 4, 5]


def test_a_choice_for_a_name_leads_its_lines_to_a_person_and_a_member(cast):
    rows = [
        toggl(Email="", User="Maëlle", Client="ACME", Project=""),
        toggl(Client="Privé", **{"Start time": "13:00:00", "End time": "14:00:00"}),
    ]
    preview = previewed(
        cast,
        files.toggl(*rows),
        people={"maelle": str(cast["maelle"].pk)},
        places={"acme": str(cast["aloen"].pk), "prive": LEFT_OUT},
    )
    assert (preview.faults, preview.left_out, preview.total.minutes) == ([], 1, 180)
    assert preview.places[0].member == cast["aloen"]


def test_work_is_not_led_to_the_group(cast):
    preview = previewed(cast, files.toggl(toggl(Client="Privé")), places={"prive": AT_GROUP})
    assert "absences, formations et réunions" in preview.faults[0].sentence


def test_a_project_may_be_the_member_or_the_reference_of_the_assignment(cast):
    rows = [
        toggl(Client="", Project="Sonam"),
        toggl(Client="", Project="MAD-2026-002", **{"Start time": "13:00:00", "End time": "16:00:00"}),
    ]
    preview = previewed(cast, files.toggl(*rows))
    assert [(str(share.member), share.minutes) for share in preview.places] == [("Sonam", 360)]


@pytest.mark.parametrize(("how", "minutes"), [("outward", 90), ("up", 75), ("nearest", 75), ("none", 75)])
def test_rounding_keeps_what_was_really_worked(cast, how, minutes):
    row = toggl(**{"Start time": "12:17:35", "End time": "13:32:52", "Duration": "01:15:17"})
    preview = previewed(cast, files.toggl(row), how=how, step=15)
    assert (preview.total.minutes, preview.total.seconds, preview.is_rounded) == (minutes, 4517, True)
    imported(cast, files.toggl(row), how=how, step=15)
    assert Entry.objects.get().note == "Clôture · réel 1\u00a0h\u00a015\u00a0min\u00a017\u00a0s"


def test_rounded_hours_imported_twice_change_nothing(cast):
    data = files.toggl(toggl(Duration="02:50:00", **{"End time": "11:50:00"}))
    imported(cast, data, how="up", step=15)
    assert Entry.objects.get().minutes == 180
    assert not previewed(cast, data, how="up", step=15).has_changes


def test_the_breaks_of_clockify_are_no_work_and_its_absences_are_no_hours(cast):
    day = {"Start Date": "11/13/2026", "End Date": "11/13/2026"}
    rows = [
        clockify(Type="Regular", **{"End Time": "12:00:00 PM", "Duration (h)": "03:00:00"}),
        clockify(
            Type="Break",
            Client="",
            Project="",
            **{"Start Time": "12:00:00 PM", "End Time": "12:45:00 PM", "Duration (h)": "00:45:00"},
        ),
        clockify(
            Type="REGULAR",
            **{"Start Time": "12:45:00 PM", "End Time": "04:00:00 PM", "Duration (h)": "03:15:00"},
        ),
        clockify(Type="Time off", Client="", **{"Duration (h)": "07:00:00"}) | day,
    ]
    titles = (*files.CLOCKIFY, "Type")
    preview = previewed(cast, files.table(titles, rows))
    assert ([str(fault) for fault in preview.faults], preview.total.minutes) == ([], 375)
    assert preview.unread_sentences == [
        "1\u00a0ligne de pause, non lue\u00a0: une pause n’est pas du travail.",
        "1\u00a0ligne de congé ou de jour férié, non lue\u00a0: notez l’absence dans la grille, avec sa nature.",
    ]
    imported(cast, files.table(titles, rows))
    entry = Entry.objects.get()
    assert (entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes) == (
        375,
        time(9),
        time(16),
        45,
    )
