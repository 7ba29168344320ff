"""Days planned apart: what they change, what is refused, and the notice they come with."""

from datetime import date, timedelta

import pytest

from employees import moving, planning, rescheduling
from employees.models import ContractTerms, PlannedDay, Terms, WorkingTimeLimits
from groupement.kernel.lifecycle import Refusal
from members.models import Deputy
from tests import world
from tests.world import NOVEMBER, YEAR_START, at

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 9)
TUESDAY = MONDAY + timedelta(days=1)
ARMISTICE = date(2026, 11, 11)
LONG_BEFORE = at(date(2026, 10, 1))


@pytest.fixture
def solene():
    return world.coordinator()


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


def days(placed, month=NOVEMBER):
    return {day.day: minutes for day, minutes in planning.plan(month, [placed])[placed.pk].items()}


def refused(deed, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        deed(*args, **kwargs)
    return refusal.value.message, refusal.value.field


class TestSetting:
    def test_a_day_takes_other_minutes_and_says_who_and_why(self, placed, solene):
        done = rescheduling.set_day(
            placed, MONDAY, minutes=240, reason="Fermeture à midi", by=solene, at=LONG_BEFORE
        )
        assert (done.days, done.minutes) == ((MONDAY,), 240)
        assert days(placed) == {2: 420, 9: 240, 16: 420, 23: 420, 30: 420}
        row = PlannedDay.objects.get()
        assert (row.reason, row.made_by, row.made_at) == ("Fermeture à midi", solene, LONG_BEFORE)

    def test_a_day_set_twice_keeps_the_last(self, placed, solene):
        for minutes in (240, 300):
            rescheduling.set_day(placed, MONDAY, minutes=minutes, by=solene, at=LONG_BEFORE)
        assert days(placed)[9] == 300
        assert PlannedDay.objects.count() == 1

    def test_a_public_holiday_may_be_planned(self, placed, solene):
        rescheduling.set_day(placed, ARMISTICE, minutes=60, by=solene, at=LONG_BEFORE)
        assert days(placed)[11] == 60

    def test_what_changes_nothing_is_refused(self, placed, solene):
        by = {"by": solene, "at": LONG_BEFORE}
        assert refused(rescheduling.set_day, placed, MONDAY, minutes=420, **by) == (
            "7\u00a0h déjà prévues le 09/11/2026\u00a0: rien ne change.",
            "minutes",
        )
        assert refused(rescheduling.set_day, placed, TUESDAY, minutes=0, **by) == (
            "Rien n’est prévu le 10/11/2026\u00a0: rien ne change.",
            "minutes",
        )

    @pytest.mark.parametrize("minutes", [-1, 1441])
    def test_a_day_has_24_hours(self, placed, solene, minutes):
        refusal = refused(rescheduling.set_day, placed, MONDAY, minutes=minutes, by=solene, at=LONG_BEFORE)
        assert refusal == ("Une journée compte de 0 à 24\u00a0h.", "minutes")

    def test_a_day_has_24_hours_over_all_members(self, placed, solene):
        world.assignment(placed.employee, world.member("Sonam"), weekly_pattern=(300, 0, 0, 0, 0, 0, 0))
        by = {"by": solene, "at": LONG_BEFORE}
        assert refused(rescheduling.set_day, placed, MONDAY, minutes=1141, **by) == (
            "Le 09/11/2026 compterait 24\u00a0h\u00a001\u00a0: une journée en a 24.",
            "minutes",
        )
        rescheduling.set_day(placed, MONDAY, minutes=1140, **by)
        assert days(placed)[9] == 1140

    def test_the_day_is_in_the_assignment_and_its_terms(self, placed, solene):
        placed.ends_before = TUESDAY
        placed.save()
        by = {"minutes": 60, "by": solene, "at": LONG_BEFORE}
        assert refused(rescheduling.set_day, placed, TUESDAY, **by) == (
            "Le 10/11/2026 n’est pas dans la mise à disposition.",
            "day",
        )
        Terms.objects.update(starts_on=TUESDAY)
        assert refused(rescheduling.set_day, placed, MONDAY, **by) == (
            "Aucune condition ne vaut le 09/11/2026\u00a0: enregistrez-les d’abord.",
            "day",
        )

    def test_only_the_coordination_changes_the_plan(self, placed):
        for stranger in (placed.employee.user, world.staff(placed.member), world.finance(), world.admin()):
            refusal, _ = refused(
                rescheduling.set_day, placed, MONDAY, minutes=60, by=stranger, at=LONG_BEFORE
            )
            assert refusal == "Seule la coordination modifie le planning."
        assert not PlannedDay.objects.exists()

    def test_a_deputy_of_the_coordination_changes_it_too(self, placed, solene):
        deputy = world.staff(placed.member, "Claire Danno")
        Deputy.objects.create(
            principal=solene, user=deputy, starts_on=YEAR_START, ends_before=date(2200, 1, 1)
        )
        rescheduling.set_day(placed, MONDAY, minutes=60, by=deputy, at=LONG_BEFORE)
        assert days(placed)[9] == 60

    def test_a_long_reason_is_refused(self, placed, solene):
        refusal, field = refused(
            rescheduling.set_day, placed, MONDAY, minutes=1, reason="x" * 201, by=solene, at=LONG_BEFORE
        )
        assert (refusal, field) == ("Le motif tient en 200 caractères.", "reason")


class TestMoving:
    def test_a_moved_day_leaves_one_and_adds_to_the_other(self, placed, solene):
        rescheduling.set_day(placed, TUESDAY, minutes=60, by=solene, at=LONG_BEFORE)
        done = moving.move_day(placed, MONDAY, to=TUESDAY, by=solene, at=LONG_BEFORE)
        assert (done.days, done.minutes) == ((MONDAY, TUESDAY), 420)
        assert days(placed) == {2: 420, 10: 480, 16: 420, 23: 420, 30: 420}
        assert planning.planned_minutes(placed, NOVEMBER) == 4 * 420 + 480
        assert list(PlannedDay.objects.order_by("day").values_list("day", "minutes")) == [
            (MONDAY, 0),
            (TUESDAY, 480),
        ]

    def test_a_day_moves_into_another_month(self, placed, solene):
        moving.move_day(placed, date(2026, 11, 30), to=date(2026, 12, 1), by=solene, at=LONG_BEFORE)
        assert 30 not in days(placed)
        assert days(placed, world.DECEMBER)[1] == 420

    @pytest.mark.parametrize(
        ("day", "to", "refusal"),
        [
            (TUESDAY, MONDAY, ("Rien n’est prévu le 10/11/2026\u00a0: il n’y a rien à déplacer.", "day")),
            (MONDAY, MONDAY, ("Choisissez un autre jour que celui d’origine.", "to")),
            (MONDAY, date(2025, 12, 31), ("Le 31/12/2025 n’est pas dans la mise à disposition.", "to")),
        ],
    )
    def test_what_cannot_move_is_refused(self, placed, solene, day, to, refusal):
        assert refused(moving.move_day, placed, day, to=to, by=solene, at=LONG_BEFORE) == refusal
        assert not PlannedDay.objects.exists()

    def test_a_day_does_not_move_where_it_would_not_fit(self, placed, solene):
        rescheduling.set_day(placed, TUESDAY, minutes=1021, by=solene, at=LONG_BEFORE)
        refusal = refused(moving.move_day, placed, MONDAY, to=TUESDAY, by=solene, at=LONG_BEFORE)
        assert refusal == ("Le 10/11/2026 compterait 24\u00a0h\u00a001\u00a0: une journée en a 24.", "to")
        assert days(placed)[9] == 420


class TestClearing:
    def test_a_week_off_frees_its_planned_days_only(self, placed, solene):
        done = rescheduling.clear_days(
            placed, MONDAY, date(2026, 11, 22), reason="Fermeture annuelle", by=solene, at=LONG_BEFORE
        )
        assert (done.days, done.minutes) == ((MONDAY, date(2026, 11, 16)), 840)
        assert days(placed) == {2: 420, 23: 420, 30: 420}
        assert PlannedDay.objects.count() == 2

    @pytest.mark.parametrize(
        ("first", "last", "refusal"),
        [
            (TUESDAY, MONDAY, ("Le dernier jour vient avant le premier.", "last")),
            (
                MONDAY,
                MONDAY + timedelta(days=366),
                ("Un an au plus\u00a0: au-delà, donnez une fin à la mise à disposition.", "last"),
            ),
            (
                TUESDAY,
                TUESDAY,
                ("Rien n’est prévu du 10/11/2026 au 10/11/2026\u00a0: il n’y a rien à libérer.", "first"),
            ),
        ],
    )
    def test_what_cannot_be_freed_is_refused(self, placed, solene, first, last, refusal):
        assert refused(rescheduling.clear_days, placed, first, last, by=solene, at=LONG_BEFORE) == refusal


class TestRestoring:
    def test_the_usual_week_comes_back(self, placed, solene):
        rescheduling.clear_days(placed, MONDAY, MONDAY, by=solene, at=LONG_BEFORE)
        assert 9 not in days(placed)
        done = rescheduling.restore_day(placed, MONDAY, by=solene, at=LONG_BEFORE)
        assert (done.minutes, days(placed)[9]) == (420, 420)

    def test_a_usual_day_has_nothing_to_restore(self, placed, solene):
        refusal = refused(rescheduling.restore_day, placed, MONDAY, by=solene, at=LONG_BEFORE)
        assert refusal == ("Le 09/11/2026 suit déjà la semaine type\u00a0: il n’y a rien à rétablir.", "day")


class TestNotice:
    def terms(self, placed, **facts):
        ContractTerms.objects.filter(contract=placed.contract).update(**facts)

    def test_working_days_leave_weekends_and_holidays_out(self, placed, solene):
        self.terms(placed, weekly_minutes=1680)
        announced = at(date(2026, 11, 2))  # a Monday; the Wednesday of the next week is a public holiday
        for day, given, is_short in ((date(2026, 11, 12), 6, True), (date(2026, 11, 13), 7, False)):
            notice = rescheduling.notice(placed, [day], announced)
            assert (notice.given, notice.due, notice.article) == (given, 7, "L3123-31")
            assert notice.is_short is is_short

    def test_a_change_of_several_days_counts_to_the_first(self, placed):
        self.terms(placed, weekly_minutes=1680)
        notice = rescheduling.notice(placed, [date(2026, 12, 15), TUESDAY], at(MONDAY))
        assert (notice.given, notice.is_short) == (0, True)

    def test_what_is_past_has_no_notice(self, placed):
        assert rescheduling.notice(placed, [MONDAY], at(date(2026, 12, 1))).given == 0

    @pytest.mark.parametrize(
        ("facts", "due", "article"),
        [
            ({"weekly_minutes": 2100}, 0, ""),
            ({"weekly_minutes": 2099}, 7, "L3123-31"),
            ({"weekly_minutes": 2100, "time_scheme": "annualised"}, 7, "L3121-47"),
            (
                {"weekly_minutes": 2100, "time_scheme": "two_weeks", "cycle_starts_on": date(2026, 1, 5)},
                7,
                "L3121-47",
            ),
            ({"weekly_minutes": 1680, "time_scheme": "day_rate", "yearly_days": 218}, 0, ""),
        ],
    )
    def test_notice_is_due_to_part_time_and_annualised_time(self, placed, facts, due, article):
        self.terms(placed, **facts)
        notice = rescheduling.notice(placed, [TUESDAY], at(MONDAY))
        assert (notice.due, notice.article) == (due, article)

    def test_an_agreement_may_ask_for_less(self, placed):
        self.terms(placed, weekly_minutes=1680)
        group = world.group()
        group.collective_agreement = "ECLAT (1518)"
        group.save()
        WorkingTimeLimits.objects.create(starts_on=YEAR_START, collective_agreement="", notice_days=9)
        assert rescheduling.notice(placed, [TUESDAY], at(MONDAY)).due == 9
        WorkingTimeLimits.objects.create(
            starts_on=YEAR_START, collective_agreement="ECLAT (1518)", notice_days=3
        )
        assert rescheduling.notice(placed, [TUESDAY], at(MONDAY)).due == 3
