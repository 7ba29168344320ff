"""Cases 68, 69 and 70: what a member sees before hours are submitted, own hours, and a history that says it all."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import DraftVisibility, Group
from tests import world
from tests.markup import flat
from timesheets import approval, confirming, recording
from timesheets.models import Timesheet
from timesheets.sheet import days

pytestmark = pytest.mark.django_db

HOME, LIST = reverse("member_home"), reverse("timesheets:to_confirm")
THIS_MONTH = Month.of(timezone.localdate())


@pytest.fixture(autouse=True)
def _plain_sessions(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    settings.USERSESSIONS_TRACK_ACTIVITY = False


@pytest.fixture
def book():
    world.group()
    return world.member("Book Hémisphères")


def words(response):
    return flat(response.content.decode())


def page_of(sheet):
    return reverse("timesheets:sheet", args=[sheet.pk])


@pytest.mark.parametrize("function", ["representative", "manager", "reader"])
@pytest.mark.parametrize("visibility", list(DraftVisibility))
def test_case_68_hours_not_submitted_are_nothing_or_in_progress_as_the_group_says(
    client, book, function, visibility
):
    Group.objects.update(draft_visibility=visibility)
    placed = world.assignment(world.employee("Youenn", "Talec"), book, hours_entry="employee")
    sheet = world.timesheet(placed, {THIS_MONTH.first: 437}, month=THIS_MONTH, status="draft")
    client.force_login(world.staff(book, "Claire Danno", function=function))

    lists = words(client.get(LIST))
    assert (page_of(sheet) in lists) == (visibility == DraftVisibility.IN_PROGRESS)
    assert "7,28" not in lists
    home = words(client.get(HOME))
    assert ("À saisir" in home) == (visibility == DraftVisibility.IN_PROGRESS)
    assert "7,28" not in home
    page = client.get(page_of(sheet))
    if visibility == DraftVisibility.NOTHING:
        assert page.status_code == 404
    else:
        assert "En cours de saisie" in words(page)
        assert "7,28" not in words(page)

    world.advance(sheet, "submitted")
    for address in (LIST, HOME, page_of(sheet)):
        assert "7,28" in words(client.get(address))


def test_case_68_who_enters_the_hours_sees_them_and_so_do_the_person_and_the_group(client, book):
    Group.objects.update(draft_visibility=DraftVisibility.NOTHING)
    placed = world.assignment(world.employee("Youenn", "Talec"), book, hours_entry="both")
    sheet = world.timesheet(placed, {THIS_MONTH.first: 437}, month=THIS_MONTH, status="draft")
    for person in (world.staff(book, "Claire Danno"), placed.employee.user, world.coordinator()):
        client.force_login(person)
        assert "7,28" in words(client.get(page_of(sheet)))
    client.force_login(world.staff(book, "Loïc Le Roux", function="reader"))
    assert client.get(page_of(sheet)).status_code == 404


def test_case_68_a_contest_stays_in_sight_of_its_authors(client, book):
    """What the member has read and refused is no secret to it while it is being corrected."""
    Group.objects.update(draft_visibility=DraftVisibility.NOTHING)
    placed = world.assignment(world.employee("Youenn", "Talec"), book, hours_entry="employee")
    sheet = world.timesheet(placed, {THIS_MONTH.first: 437}, month=THIS_MONTH, status="submitted")
    claire = world.staff(book, "Claire Danno")
    remarks = [(THIS_MONTH.first, "Parti plus tôt.", 300)]
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=remarks)
    client.force_login(claire)
    assert "Parti plus tôt." in words(client.get(page_of(sheet)))


@pytest.mark.parametrize("standing", ["seat", "coordination", "both"])
def test_case_69_an_employee_who_is_also_staff_never_accepts_their_own_hours(book, standing):
    placed = world.assignment(world.employee("Youenn", "Talec"), book)
    youenn, stand_in = placed.employee.user, world.user("Gwen Madec")
    if standing != "coordination":
        world.seat(youenn, book)
        world.deputy(youenn, stand_in, member=book)
    if standing != "seat":
        youenn.is_coordinator = True
        youenn.save()
        world.deputy(youenn, stand_in)
    submitted = world.timesheet(placed, {date(2026, 11, 2): 420}, status="submitted")
    confirmed = world.timesheet(placed, {date(2026, 11, 2): 420}, status="confirmed", supplement=1)
    at_group = world.timesheet(placed.employee, {date(2026, 11, 3): 420}, kind="leave", status="submitted")
    before = list(Timesheet.objects.order_by("pk").values_list())
    for who in (youenn, stand_in):  # nor does anybody in their name
        assert not confirming.awaiting(who).exists()
        assert approval.approve_all([confirmed, at_group], by=who, at=world.NOW).count == 0
        for act, sheet in (
            (confirming.confirm, submitted),
            (approval.approve, confirmed),
            (approval.approve, at_group),
        ):
            with pytest.raises(Refusal):
                act(sheet, by=who, at=world.NOW)
    assert list(Timesheet.objects.order_by("pk").values_list()) == before
    claire = world.staff(book, "Claire Danno")
    assert list(confirming.awaiting(claire)) == [submitted]
    assert approval.approve_all([confirmed, at_group], by=world.coordinator(), at=world.NOW).count == 2


def test_case_70_recall_two_days_of_ten_refused_corrected_and_handed_in_again(client, book):
    youenn, sonam = world.employee("Youenn", "Talec"), world.member("Sonam")
    placed = world.assignment(youenn, book, weekly_pattern=(420,) * 5 + (0, 0))
    other = world.timesheet(
        world.assignment(youenn, sonam), {date(2026, 11, 30): 60}, status="confirmed", by=youenn.user
    )
    untouched = Timesheet.objects.filter(pk=other.pk).values().get(), other.steps.count()
    ten = world.hours(world.NOVEMBER, 70)
    contested, claire = list(ten)[:2], world.staff(book, "Claire Danno")
    draft = world.timesheet(placed, ten, status="draft", by=youenn.user)
    sheet = Timesheet.objects.select_related("employee", "assignment__member").get(pk=draft.pk)
    at = [world.at(date(2026, 12, 1), 9) + timedelta(hours=hour) for hour in range(6)]

    recording.submit(sheet, by=youenn.user, at=at[0])
    recording.recall(sheet, by=youenn.user, at=at[1])
    recording.submit(sheet, by=youenn.user, at=at[2])
    confirming.contest(
        sheet, by=claire, at=at[3], remarks=[(day, "Fermé ce jour-là.", 0) for day in contested]
    )
    recording.save(sheet, {day: {"worked": 210} for day in contested}, by=youenn.user, at=at[4])
    recording.submit(sheet, by=youenn.user, at=at[5], note="Inventaire, le matin seulement.")

    events = days.history(sheet)
    assert [(event.label, str(event.by), event.at) for event in reversed(events)] == [
        ("Soumis", "Youenn Talec", at[0]),
        ("Rappelé", "Youenn Talec", at[1]),
        ("Soumis", "Youenn Talec", at[2]),
        ("Contesté", "Claire Danno", at[3]),
        ("Soumis", "Youenn Talec", at[5]),
    ]
    assert (Timesheet.objects.filter(pk=other.pk).values().get(), other.steps.count()) == untouched
    client.force_login(claire)
    page = words(client.get(page_of(sheet)))
    assert "À relire\u00a0: 2\u00a0jours" in page
    # Ten weekdays have hours, the eleven planned ones that follow have none: all seen, none changed.
    assert "19\u00a0jours déjà vus, inchangés" in page
    assert "«\u00a0Inventaire, le matin seulement.\u00a0»" in page
    assert all(
        name in page for name in ("<b>Rappelé</b> par Youenn Talec", "<b>Contesté</b> par Claire Danno")
    )
    assert page.count("<time ") == 5
    assert "Sonam" not in page
