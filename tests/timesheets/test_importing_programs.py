"""Exports of Kimai, Toggl Track and Clockify, with the titles that they write; names that are asked about; rounding."""

from __future__ import annotations

from datetime import date, time

import pytest

from groupement.kernel.tabular import Unreadable
from tests import world
from tests.timesheets import files
from timesheets.importing.rehearsing import Trial, rehearse, take_in
from timesheets.importing.scope import AT_GROUP, LEFT_OUT, NO_PLACE, Choices
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


def tried(cast, data, **choices) -> Trial:
    return rehearse(data, Choices(**choices), by=cast["solene"], at=world.NOW)


def taken(cast, data, **choices):
    digest = tried(cast, data, **choices).digest
    return take_in(data, Choices(**choices), digest=digest, by=cast["solene"], at=world.NOW)


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


def test_toggl_is_recognised_and_taken_in(cast):
    data = files.toggl(toggl())
    assert tried(cast, data).layout.code == "toggl"
    taken(cast, data)
    assert entry_facts() == (date(2026, 11, 3), 180, time(9), time(12), "Clôture", cast["at_aloen"].pk)


def test_clockify_is_recognised_and_taken_in_with_american_days_and_twelve_hours(cast):
    data = files.clockify(clockify())
    assert tried(cast, data).layout.code == "clockify"
    taken(cast, data)
    assert entry_facts() == (date(2026, 11, 13), 210, time(9), time(12, 30), "Clôture", cast["at_aloen"].pk)


def test_kimai_is_recognised_and_its_times_are_more_exact_than_its_hundredths(cast):
    data = files.kimai(kimai())
    assert tried(cast, data).layout.code == "kimai"
    taken(cast, data)
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
    trial = tried(cast, files.table(titles, [row], ";"), order="dm")
    assert (trial.layout.code, trial.total.minutes, trial.faults) == ("kimai", 200, [])


def test_the_break_of_kimai_is_what_its_duration_leaves_out(cast):
    taken(cast, files.kimai(kimai(To="17:00", Duration="7.00")))
    assert (Entry.objects.get().minutes, Entry.objects.get().break_minutes) == (420, 60)


def test_a_night_goes_to_the_day_on_which_it_began(cast):
    row = toggl(
        **{"Start time": "23:30:00", "End date": "2026-11-04", "End time": "00:45:00", "Duration": "01:15:00"}
    )
    taken(cast, files.toggl(row))
    assert entry_facts()[:4] == (date(2026, 11, 3), 75, time(23, 30), time(0, 45))


def test_entries_of_one_day_place_and_kind_are_one_with_their_seconds_summed_first(cast):
    """Three times 20 seconds are a minute, not none."""
    rows = [
        toggl(**{"Start time": f"09:0{n}:00", "End time": f"09:0{n}:20", "Duration": "00:00:20"})
        for n in range(3)
    ]
    trial = tried(cast, files.toggl(*rows))
    assert (trial.total.seconds, trial.total.minutes, trial.shares[0].days) == (60, 1, 1)


def test_a_clock_that_ran_for_a_moment_writes_nothing(cast):
    row = toggl(**{"End time": "09:00:05", "Duration": "00:00:05"})
    trial = tried(cast, files.toggl(row))
    assert (trial.has_changes, trial.faults) == (False, [])


def test_days_that_can_be_read_two_ways_are_asked_about(cast):
    data = files.clockify(clockify(**{"Start Date": "11/03/2026", "End Date": "11/03/2026"}))
    with pytest.raises(Unreadable, match="se lisent de deux façons") as refused:
        tried(cast, data)
    assert refused.value.field == "order"
    assert tried(cast, data, order="md").changes.keys() == {(cast["maelle"].pk, world.NOVEMBER)}
    assert tried(cast, data, order="dm").changes.keys() == {(cast["maelle"].pk, world.NOVEMBER.shift(-8))}


def test_names_that_nobody_answers_to_are_asked_about_once_each(cast):
    rows = [
        toggl(Email="", User="Maëlle"),
        toggl(Email="", User="Maëlle", **{"Start date": "2026-11-04", "End date": "2026-11-04"}),
        toggl(Client="ACME", Project="Site"),
        toggl(Client="", Project=""),
    ]
    trial = tried(cast, files.toggl(*rows))
    assert trial.unknown == {"people": {"Maëlle": 2}, "places": {"ACME": 1, NO_PLACE: 1}}
    assert [fault.line for fault in trial.faults] == [2, 3, 4, 5]


def test_a_choice_for_a_name_leads_its_lines_to_a_person_and_a_member(cast):
    rows = [
        toggl(Email="", User="Maëlle", Client="ACME", Project=""),
        toggl(Client="Privé", **{"Start time": "13:00:00", "End time": "14:00:00"}),
    ]
    trial = tried(
        cast,
        files.toggl(*rows),
        people={"maelle": str(cast["maelle"].pk)},
        places={"acme": str(cast["aloen"].pk), "prive": LEFT_OUT},
    )
    assert (trial.faults, trial.left_out, trial.total.minutes) == ([], 1, 180)
    assert trial.shares[0].member == cast["aloen"]


def test_work_is_not_led_to_the_group(cast):
    trial = tried(cast, files.toggl(toggl(Client="Privé")), places={"prive": AT_GROUP})
    assert "absences, formations et réunions" in trial.faults[0].message


def test_a_project_may_be_the_member_or_the_reference_of_the_assignment(cast):
    rows = [
        toggl(Client="", Project="Sonam"),
        toggl(Client="", Project="MAD-2026-002", **{"Start time": "13:00:00", "End time": "16:00:00"}),
    ]
    trial = tried(cast, files.toggl(*rows))
    assert [(str(share.member), share.minutes) for share in trial.shares] == [("Sonam", 360)]


@pytest.mark.parametrize(("how", "minutes"), [("outward", 90), ("up", 75), ("nearest", 75), ("none", 75)])
def test_rounding_keeps_what_was_really_worked(cast, how, minutes):
    row = toggl(**{"Start time": "12:17:35", "End time": "13:32:52", "Duration": "01:15:17"})
    trial = tried(cast, files.toggl(row), how=how, step=15)
    assert (trial.total.minutes, trial.total.seconds, trial.is_rounded) == (minutes, 4517, True)
    taken(cast, files.toggl(row), how=how, step=15)
    assert Entry.objects.get().note == "Clôture · réel 1\u00a0h\u00a015\u00a0min\u00a017\u00a0s"


def test_rounded_hours_imported_twice_change_nothing(cast):
    data = files.toggl(toggl(Duration="02:50:00", **{"End time": "11:50:00"}))
    taken(cast, data, how="up", step=15)
    assert Entry.objects.get().minutes == 180
    assert not tried(cast, data, how="up", step=15).has_changes
