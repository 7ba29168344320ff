"""Who may write, and when: deputies, days of grace, months that have not begun."""

from datetime import date

import pytest

from members.models import Deputy, Group
from tests import world
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER
from timesheets import approval, locking, recording
from timesheets.locking import Closed, Locked, NotBegun
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 10, 5)


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def placed(aloen):
    world.group(entry_grace_days=2)
    return world.assignment(world.employee(), aloen)


@pytest.fixture
def late(placed):
    """October, on the third of December: shut for everybody."""
    return world.timesheet(placed, month=OCTOBER, status="draft")


@pytest.fixture
def last(placed):
    """November, on the third of December: a day late."""
    return world.timesheet(placed, status="draft")


def save(sheet, by, at=NOW):
    recording.save(sheet, {sheet.month.first: {"worked": 60}}, by=by, at=at)


class TestGrace:
    def test_no_setting_is_no_limit(self, late):
        Group.objects.update(entry_grace_days=None)
        save(late, late.employee.user)
        assert late.entries.count() == 1

    def test_no_grace_at_all_closes_with_the_month(self, last):
        Group.objects.update(entry_grace_days=0)
        with pytest.raises(Closed, match="la saisie de novembre 2026 est terminée"):
            save(last, last.employee.user, at=world.at(date(2026, 12, 1)))

    @pytest.mark.parametrize("stamp", ["returned_at", "contested_at"])
    def test_what_came_back_stays_open(self, stamp, late):
        Timesheet.objects.filter(pk=late.pk).update(**{stamp: NOW})
        save(late, late.employee.user)
        assert late.entries.count() == 1

    def test_supplement_stays_open(self, placed):
        supplement = world.timesheet(placed, month=OCTOBER, status="draft", supplement=1)
        save(supplement, placed.employee.user)
        assert supplement.entries.count() == 1

    def test_coordinator_s_own_hours_are_no_exception(self, aloen, last):
        boss = world.coordinator()
        own = world.employee("Solène", "Rivoal", with_account=False)
        own.user = boss
        own.save()
        sheet = world.timesheet(world.assignment(own, aloen), status="draft")
        save(last, boss)
        with pytest.raises(Closed):
            save(sheet, boss)

    def test_closed_hours_can_still_be_handed_over_but_not_recalled(self, late):
        by = late.employee.user
        with pytest.raises(Closed):
            save(late, by)
        recording.submit(late, by=by, at=NOW)
        assert late.status == "submitted"
        with pytest.raises(Closed, match="n’est plus modifiable"):
            recording.recall(late, by=by, at=NOW)

    def test_reason_is_the_same_whether_grace_is_read_with_the_row_or_apart(self, late):
        together = locking.with_grace_days(Timesheet.objects.select_related("employee")).get(pk=late.pk)
        user, on = late.employee.user, NOW.date()
        assert locking.why_closed(together, user, on) == locking.why_closed(late, user, on) != ""


class TestBeginning:
    def test_month_that_has_not_begun_is_planned_but_not_submitted(self, placed):
        sheet = world.timesheet(placed, month=DECEMBER.shift(1), status="draft")
        save(sheet, placed.employee.user)
        with pytest.raises(NotBegun, match="qu’à partir du 1er janvier 2027"):
            recording.submit(sheet, by=placed.employee.user, at=NOW)
        assert (sheet.entries.count(), sheet.status) == (1, "draft")

    def test_month_without_hours_is_submitted_from_its_first_day(self, placed):
        sheet = world.timesheet(placed, month=DECEMBER, status="draft")
        recording.submit(sheet, by=placed.employee.user, at=world.at(date(2026, 12, 1), 0), is_early=True)
        assert sheet.status == "submitted"

    def test_zero_hours_are_submitted_as_an_answer(self, last):
        recording.submit(last, by=last.employee.user, at=NOW)
        assert (last.status, last.entries.count()) == ("submitted", 0)


class TestDeputies:
    def deputy(self, of, name="Yann Adjoint", member=None):
        person = world.user(name)
        Deputy.objects.create(
            principal=of, user=person, member=member, starts_on=world.YEAR_START, ends_before=date(2027, 6, 1)
        )
        return person

    def test_deputy_of_the_coordinator_writes_as_they_would(self, last):
        save(last, self.deputy(world.coordinator()))
        assert last.entries.count() == 1

    def test_deputy_of_the_member_s_manager_writes_at_that_member_only(self, aloen, last):
        manager = world.staff(aloen, "Manon Manager", function="manager")
        elsewhere = world.assignment(last.employee, world.member("Sonam"))
        deputy = self.deputy(manager, member=aloen)
        sheets = [last, world.timesheet(elsewhere, status="draft")]
        assert [locking.may_write(deputy, sheet) for sheet in sheets] == [True, False]

    def test_deputy_never_writes_the_principal_s_own_hours(self, aloen):
        boss = world.coordinator()
        own = world.employee("Solène", "Rivoal", with_account=False)
        own.user = boss
        own.save()
        sheets = [
            world.timesheet(world.assignment(person, aloen), status="draft")
            for person in (own, world.employee("Youenn", "Talec"))
        ]
        deputy = self.deputy(boss)
        assert [locking.may_write(deputy, sheet) for sheet in sheets] == [False, True]

    def test_seat_of_the_person_s_own_does_not_write_for_them_through_a_deputy(self, aloen):
        own = world.employee("Nolwenn", "Jégo")
        world.seat(own.user, aloen)
        sheet = world.timesheet(world.assignment(own, aloen, hours_entry="member"), status="draft")
        assert not locking.may_write(self.deputy(own.user, member=aloen), sheet)
        assert locking.may_write(world.staff(aloen, "Léo Chef", function="manager"), sheet)


def test_recalled_only_while_somebody_may_still_correct(last):
    recording.submit(last, by=last.employee.user, at=NOW)
    with pytest.raises(Closed):
        recording.recall(last, by=last.employee.user, at=NOW)
    # Nor by the coordination, which did not hand them in: it returns them with a reason, and they can be corrected.
    with pytest.raises(recording.NotSubmitter):
        recording.recall(last, by=world.coordinator("Anna Riou"), at=NOW)
    approval.send_back(last, by=world.coordinator(), at=NOW, note="À corriger.")
    assert last.status == "draft"


def test_submitted_hours_are_locked_before_they_are_closed(late):
    world.advance(late, "submitted")
    with pytest.raises(Locked, match="rappelez-le"):
        save(late, late.employee.user)


def test_november_is_open_in_november(placed):
    sheet = world.timesheet(placed, month=NOVEMBER, status="draft")
    save(sheet, placed.employee.user, at=world.at(date(2026, 11, 30)))
    assert sheet.entries.count() == 1
