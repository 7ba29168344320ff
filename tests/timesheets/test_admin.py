"""Timesheets in the admin: hours of a draft are mended under the grid's rules, everything else is read-only."""

from datetime import date, time

import pytest
from django.urls import reverse

from members.models import Group
from tests import world
from timesheets import confirming
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
LIST = reverse("admin:timesheets_timesheet_changelist")
LOCKED = ["submitted", "confirmed", "approved"]


@pytest.fixture
def malo(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    person = world.admin()
    client.force_login(person)
    return person


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


def change(sheet):
    return reverse("admin:timesheets_timesheet_change", args=[sheet.pk])


def parts_open(client, sheet):
    """The parts of the record that the page lets one change."""
    inlines = client.get(change(sheet)).context["inline_admin_formsets"]
    return [inline.formset.prefix for inline in inlines if inline.has_change_permission]


def rows(sheet, *lines, deleted=()):
    """The inline form as the browser sends it: the entries there are, then new ones as (day, kind, hours)."""
    present = list(sheet.entries.order_by("day", "kind", "pk"))
    texts = [(entry.day.isoformat(), entry.kind, "7") for entry in present]
    data = {"entries-TOTAL_FORMS": len(present) + len(lines), "entries-INITIAL_FORMS": len(present)}
    for untouched in ("steps", "-1"):
        data |= {f"{untouched}-TOTAL_FORMS": 0, f"{untouched}-INITIAL_FORMS": 0}
    for number, (day, kind, hours) in enumerate([*texts, *lines]):
        prefix = f"entries-{number}"
        data |= {f"{prefix}-day": day, f"{prefix}-kind": kind, f"{prefix}-minutes": hours}
        data |= {f"{prefix}-timesheet": sheet.pk, f"{prefix}-note": ""}
        if number < len(present):
            data[f"{prefix}-id"] = present[number].pk
            if present[number] in deleted:
                data[f"{prefix}-DELETE"] = "on"
    return data


def test_a_draft_s_hours_are_mended_and_the_journal_says_by_whom(client, malo, placed):
    sheet = world.timesheet(placed, {MONDAY: 420}, status="draft")
    assert parts_open(client, sheet) == ["entries"]
    entry = sheet.entries.get()
    data = rows(sheet, (TUESDAY.isoformat(), "worked", "7h30"), deleted=[entry])
    assert client.post(change(sheet), data).status_code == 302
    assert list(sheet.entries.values_list("day", "minutes", "entered_by")) == [(TUESDAY, 450, malo.pk)]
    text = client.get(change(sheet)).content.decode()
    assert "journal des pointages" in text.lower()
    assert "Retiré" in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("2026-12-01", "worked", "7"), "Mardi 1er décembre\u00a0: ce jour n’est pas de novembre 2026."),
        (("2026-11-02", "leave", "7"), "Sélectionnez un choix valide"),
        (("2026-11-02", "worked", "25:00"), "dépasse 24\u00a0h"),
        (("2026-11-02", "worked", "7:75"), "75 minutes après l’heure"),
        (("2026-11-02", "worked", "-1"), "est négatif"),
        (("2026-11-04", "worked", "20"), "tous relevés confondus, c’est plus de 24\u00a0h."),
    ],
)
def test_hours_against_the_rules_are_told_and_nothing_is_saved(client, malo, placed, line, sentence):
    sheet = world.timesheet(placed, status="draft")
    elsewhere = world.assignment(placed.employee, world.member("Sonam"))
    world.timesheet(elsewhere, {date(2026, 11, 4): 300}, status="draft")
    response = client.post(change(sheet), rows(sheet, line))
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert sheet.entries.count() == 0


@pytest.mark.parametrize("status", LOCKED)
def test_what_has_left_draft_is_read_only(client, malo, placed, status):
    sheet = world.timesheet(placed, {MONDAY: 420}, status=status)
    assert parts_open(client, sheet) == []
    client.post(change(sheet), rows(sheet, (TUESDAY.isoformat(), "worked", "7")))
    assert list(sheet.entries.values_list("day", "minutes")) == [(MONDAY, 420)]
    delete = reverse("admin:timesheets_timesheet_delete", args=[sheet.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Timesheet.objects.get(pk=sheet.pk).status == status


def test_state_and_stamps_are_no_fields_of_the_form(client, malo, placed):
    sheet = world.timesheet(placed, status="draft")
    data = rows(sheet) | {"status": "approved", "approved_at_0": "2026-12-01", "month": "2026-10"}
    client.post(change(sheet), data)
    stored = Timesheet.objects.get(pk=sheet.pk)
    assert (stored.status, stored.approved_at, stored.month) == ("draft", None, world.NOVEMBER)


def test_only_a_draft_without_history_is_deleted(client, malo, placed):
    fresh = world.timesheet(placed, {MONDAY: 420}, status="draft")
    recalled = world.timesheet(placed, status="submitted", supplement=1)
    recalled.move("draft", kind="recall", by=malo, at=world.NOW, submitted_at=None)
    for sheet, answer in ((fresh, 302), (recalled, 403)):
        delete = reverse("admin:timesheets_timesheet_delete", args=[sheet.pk])
        assert client.post(delete, {"post": "yes"}).status_code == answer
    assert list(Timesheet.objects.all()) == [recalled]
    assert not Entry.objects.exists()


def test_nothing_is_added_or_deleted_in_bulk(client, malo, placed):
    sheet = world.timesheet(placed, status="draft")
    assert client.get(reverse("admin:timesheets_timesheet_add")).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [sheet.pk], "post": "yes"})
    assert Timesheet.objects.count() == 1
    assert client.get(reverse("admin:timesheets_entry_add")).status_code == 403


def test_the_list_is_searched_and_filtered(client, malo, placed):
    found = world.timesheet(placed, {MONDAY: 450})
    world.timesheet(world.assignment(world.employee("Youenn", "Émond"), placed.member), status="draft")

    def listed(query):
        return list(client.get(f"{LIST}?{query}").context["cl"].queryset)

    assert len(listed("")) == 2
    assert listed("q=kerbrat") == [found]
    assert [sheet.employee.last_name for sheet in listed("q=emond")] == ["Émond"]
    assert listed("status__exact=approved") == [found]
    assert listed("facture=oui") == []
    assert len(listed("facture=non")) == 2
    assert "7,50" in client.get(LIST).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_the_same_queries_whatever_they_hold(
    client, settings, malo, count, django_assert_num_queries
):
    settings.USERSESSIONS_TRACK_ACTIVITY = False
    world.group()
    aloen = world.member()
    for number in range(count):
        world.timesheet(world.assignment(world.employee("Anna", f"Salarié {number}"), aloen), {MONDAY: 60})
    with django_assert_num_queries(12):
        client.get(LIST)
    with django_assert_num_queries(12):
        client.get(reverse("admin:timesheets_entry_changelist"))


def test_steps_are_shown_with_the_days_that_were_contested(client, malo, placed):
    sheet = world.timesheet(placed, {MONDAY: 420}, status="submitted")
    claire = world.staff(placed.member, "Claire Danno")
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=[(MONDAY, "Fermé ce jour-là.", None)])
    text = client.get(change(sheet)).content.decode()
    assert "Claire Danno" in text
    assert "02/11 : Fermé ce jour-là." in text


def test_the_admin_is_closed_to_the_coordinator(client, settings, placed):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(world.coordinator())
    assert client.get(LIST).status_code in {302, 403}
    client.force_login(world.admin())
    assert client.get(LIST).status_code == 200


def with_times(data, number, start, end, pause):
    prefix = f"entries-{number}"
    return data | {
        f"{prefix}-started_at": start,
        f"{prefix}-ended_at": end,
        f"{prefix}-break_minutes": pause,
    }


def test_times_and_breaks_are_mended_too(client, malo, placed):
    sheet = world.timesheet(placed, status="draft")
    data = with_times(rows(sheet, (TUESDAY.isoformat(), "worked", "7")), 0, "09:00", "17:00", "60")
    assert client.post(change(sheet), data).status_code == 302
    entry = sheet.entries.get()
    assert (entry.minutes, str(entry.started_at), entry.break_minutes) == (420, "09:00:00", 60)


@pytest.mark.parametrize(
    ("start", "end", "pause", "sentence"),
    [
        ("09:00", "", "", "Indiquez le début et la fin, ou aucun des deux."),
        ("09:00", "17:00", "", "cela fait 8\u00a0h et non 7\u00a0h"),
        ("12:00", "19:00", "", "ces heures en chevauchent d’autres"),
    ],
)
def test_times_against_the_rules_are_told(client, malo, placed, start, end, pause, sentence):
    sheet = world.timesheet(placed, status="draft")
    elsewhere = world.timesheet(
        world.assignment(placed.employee, world.member("Sonam")), {TUESDAY: 240}, status="draft"
    )
    elsewhere.entries.update(started_at="11:00", ended_at="15:00")
    data = with_times(rows(sheet, (TUESDAY.isoformat(), "worked", "7")), 0, start, end, pause)
    response = client.post(change(sheet), data)
    assert (response.status_code, sentence in response.content.decode()) == (200, True)
    assert sheet.entries.count() == 0


def test_month_that_is_closed_is_read_only(client, malo, placed):
    sheet = world.timesheet(placed, {date(2026, 1, 5): 420}, month=world.Month(2026, 1), status="draft")
    assert parts_open(client, sheet) == ["entries"]
    Group.objects.update(entry_grace_days=10)
    assert parts_open(client, sheet) == []


class TestNights:
    """A night is one row of the form; its part after midnight is written with it, in the next month too."""

    def post(self, client, sheet, *lines, deleted=()):
        evenings = sheet.entries.filter(goes_on_from_day_before=False).order_by("day", "kind", "pk")
        present = list(evenings)
        data = {
            "entries-TOTAL_FORMS": len(present) + len(lines),
            "entries-INITIAL_FORMS": len(present),
        }
        for untouched in ("steps", "-1"):
            data |= {f"{untouched}-TOTAL_FORMS": 0, f"{untouched}-INITIAL_FORMS": 0}
        for number, entry in enumerate(present):
            data |= {
                f"entries-{number}-id": entry.pk,
                f"entries-{number}-DELETE": "on" if entry in deleted else "",
            }
        for number, (day, hours, start, end) in enumerate(
            lines, 0 if len(lines) == len(present) else len(present)
        ):
            texts = {"day": day, "kind": "worked", "minutes": hours, "started_at": start, "ended_at": end}
            data |= {f"entries-{number}-{name}": text for name, text in texts.items()}
            data |= {f"entries-{number}-timesheet": sheet.pk, f"entries-{number}-note": ""}
        if len(lines) == len(present):
            data["entries-TOTAL_FORMS"] = len(present)
        return client.post(change(sheet), data)

    def record(self):
        rows = Entry.objects.order_by("day", "-goes_on_from_day_before")
        return list(rows.values_list("day", "minutes", "goes_on_from_day_before"))

    def test_it_is_parted_shown_whole_changed_and_taken_away_with_both_parts(self, client, malo, placed):
        sheet = world.timesheet(placed, status="draft")
        last, first = date(2026, 11, 30), date(2026, 12, 1)
        assert self.post(client, sheet, (last, "8", "22:00", "06:00")).status_code == 302
        assert self.record() == [(last, 120, False), (first, 360, True)]
        (inline, *_) = client.get(change(sheet)).context["inline_admin_formsets"]
        (form,) = [form for form in inline.formset.forms if form.instance.pk]
        assert (form["minutes"].value(), form["ended_at"].value()) == ("8", time(6))
        # As it is shown, it changes nothing.
        assert self.post(client, sheet, (last, "8", "22:00", "06:00")).status_code == 302
        assert self.record() == [(last, 120, False), (first, 360, True)]
        assert self.post(client, sheet, (last, "7", "22:00", "05:00")).status_code == 302
        assert self.record() == [(last, 120, False), (first, 300, True)]
        assert self.post(client, sheet, (last, "1", "22:00", "23:00")).status_code == 302
        assert self.record() == [(last, 60, False)]
        self.post(client, sheet, (last, "8", "22:00", "06:00"))
        entry = sheet.entries.get()
        assert self.post(client, sheet, (last, "8", "22:00", "06:00"), deleted=[entry]).status_code == 302
        assert self.record() == []

    def test_two_in_a_row_and_the_same_day_twice(self, client, malo, placed):
        sheet = world.timesheet(placed, status="draft")
        assert (
            self.post(
                client, sheet, (MONDAY, "8", "22:00", "06:00"), (TUESDAY, "8", "22:00", "06:00")
            ).status_code
            == 302
        )
        assert [minutes for _, minutes, _ in self.record()] == [120, 360, 120, 360]
        sheet.entries.all().delete()
        answer = self.post(client, sheet, (MONDAY, "2", "", ""), (MONDAY, "3", "", ""))
        assert "Un jour a deux fois la même nature" in answer.content.decode()
        assert self.record() == []

    def test_where_the_other_day_is_shut_it_is_refused_and_the_sheet_is_not_deleted(
        self, client, malo, placed
    ):
        sheet = world.timesheet(placed, status="draft")
        night = (date(2026, 11, 30), "8", "22:00", "06:00")
        self.post(client, sheet, night)
        delete = reverse("admin:timesheets_timesheet_delete", args=[sheet.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
        world.advance(Timesheet.objects.get(month=world.DECEMBER, assignment=placed), "submitted")
        answer = self.post(client, sheet, night, deleted=[sheet.entries.get()])
        assert "la suite de ces heures est du lendemain" in answer.content.decode()
        assert len(self.record()) == 2
