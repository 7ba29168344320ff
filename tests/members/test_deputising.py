"""Naming a deputy and ending it: who may, for whom, on which days, and what history keeps."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from members import deputising
from members.deputising import AlreadyOver, BadDates, BadDeputy, MayNotAppoint
from members.models import Deputy
from tests import world

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 3)
MONDAY, FRIDAY = date(2026, 12, 7), date(2026, 12, 11)


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def nolwenn(aloen):
    return world.staff(aloen, "Nolwenn Jégo")


@pytest.fixture
def erwan(aloen):
    return world.staff(aloen, "Erwan Le Bris", function="reader")


@pytest.fixture
def solene():
    return world.coordinator()


def appoint(principal, person, member=None, *, by=None, first=MONDAY, last=FRIDAY):
    return deputising.appoint(
        principal, person, member=member, first=first, last=last, by=by or principal, at=world.at(TODAY)
    )


def end(deputyship, *, by, on=TODAY, today=TODAY):
    return deputising.end(deputyship, on=on, by=by, at=world.at(today))


def history_of(pk):
    """Each change of a deputyship in history, with the id of who made it."""
    events = apps.get_model("members", "DeputyEvent").objects.filter(pgh_obj_id=pk).order_by("pgh_id")
    return list(events.values_list("pgh_label", "pgh_context__metadata__user"))


class TestAppoint:
    def test_both_days_are_included(self, nolwenn, erwan, aloen):
        made = appoint(nolwenn, erwan, aloen)
        assert (made.principal, made.user, made.member) == (nolwenn, erwan, aloen)
        assert (made.starts_on, made.last_day) == (MONDAY, FRIDAY)

    def test_a_single_day_from_today_is_enough(self, nolwenn, erwan, aloen):
        made = appoint(nolwenn, erwan, aloen, first=TODAY, last=TODAY)
        assert [made.covers(TODAY + timedelta(days=n)) for n in (-1, 0, 1)] == [False, True, False]

    def test_history_names_who_appointed(self, nolwenn, erwan, aloen, solene):
        made = appoint(nolwenn, erwan, aloen, by=solene)
        assert history_of(made.pk) == [("insert", solene.pk)]

    @pytest.mark.parametrize("role", ["coordinator", "admin"])
    def test_coordination_and_administration_do_it_for_somebody_absent(self, nolwenn, erwan, aloen, role):
        assert appoint(nolwenn, erwan, aloen, by=getattr(world, role)()).user == erwan

    def test_a_coordinator_is_replaced_by_a_role_or_a_seat(self, solene, nolwenn):
        gael = world.finance()
        assert {appoint(solene, person).member for person in (gael, nolwenn)} == {None}

    def test_a_coordinator_may_stand_in_at_a_member(self, nolwenn, solene, aloen):
        assert appoint(nolwenn, solene, aloen).user == solene

    def test_who_takes_a_seat_later_is_named_for_later(self, nolwenn, aloen):
        coming = world.staff(aloen, "Léo Bihan", starts_on=MONDAY)
        assert appoint(nolwenn, coming, aloen).user == coming


class TestRefused:
    def test_oneself(self, nolwenn, aloen):
        with pytest.raises(BadDeputy, match="On ne se remplace pas soi-même"):
            appoint(nolwenn, nolwenn, aloen)

    def test_a_closed_account(self, nolwenn, erwan, aloen):
        erwan.is_active = False
        erwan.save()
        with pytest.raises(BadDeputy, match="Le compte d’Erwan Le Bris est fermé") as refused:
            appoint(nolwenn, erwan, aloen)
        assert refused.value.field == "deputy"

    def test_a_principal_whose_account_is_closed(self, nolwenn, erwan, aloen, solene):
        nolwenn.is_active = False
        nolwenn.save()
        with pytest.raises(BadDeputy, match="Le compte de Nolwenn Jégo est fermé"):
            appoint(nolwenn, erwan, aloen, by=solene)

    @pytest.mark.parametrize(
        ("first", "last", "field", "sentence"),
        [
            (TODAY - timedelta(days=1), FRIDAY, "first", "Ce jour est passé"),
            (FRIDAY, MONDAY, "last", "Le dernier jour vient avant le premier"),
            (MONDAY, date(2027, 12, 7), "last", "un an au plus"),
            (date(2028, 2, 29), date(2029, 3, 1), "last", "un an au plus"),
        ],
    )
    def test_days_that_cannot_be(self, nolwenn, erwan, aloen, first, last, field, sentence):
        with pytest.raises(BadDates, match=sentence) as refused:
            appoint(nolwenn, erwan, aloen, first=first, last=last)
        assert refused.value.field == field

    def test_a_whole_year_is_the_most(self, nolwenn, erwan, aloen):
        assert appoint(nolwenn, erwan, aloen, last=date(2027, 12, 6)).last_day == date(2027, 12, 6)

    def test_a_stranger_to_the_member(self, nolwenn, aloen):
        anais = world.staff(world.member("Sonam"), "Anaïs Moal")
        with pytest.raises(BadDeputy, match="Anaïs Moal n’a pas de siège chez Aloen"):
            appoint(nolwenn, anais, aloen)

    def test_a_shared_employee_does_not_coordinate(self, solene):
        with pytest.raises(BadDeputy, match="n’a ni siège ni rôle"):
            appoint(solene, world.employee().user)

    @pytest.mark.parametrize("function", ["reader", "none"])
    def test_who_has_no_word_there_gives_none(self, nolwenn, aloen, function):
        reader = (
            world.staff(aloen, "Léa Morvan", function="reader")
            if function == "reader"
            else world.user("Léa Morvan")
        )
        with pytest.raises(BadDates, match="Léa Morvan ne vise pas d’heures chez Aloen"):
            appoint(reader, nolwenn, aloen)

    def test_a_seat_that_ends_before_the_last_day(self, aloen, nolwenn):
        leaving = world.staff(aloen, "Léa Morvan", ends_before=FRIDAY)
        with pytest.raises(BadDates, match="chez Aloen le 11/12/2026") as refused:
            appoint(leaving, nolwenn, aloen)
        assert refused.value.field == "last"

    def test_who_does_not_coordinate_hands_no_coordination(self, nolwenn, erwan):
        with pytest.raises(BadDeputy, match="Nolwenn Jégo ne fait pas partie de la coordination"):
            appoint(nolwenn, erwan)

    @pytest.mark.parametrize("who", ["erwan", "gael", "deputy of the coordinator"])
    def test_for_somebody_else_only_by_a_role_of_one_s_own(self, nolwenn, erwan, aloen, solene, who):
        gael = world.finance()
        if who.startswith("deputy"):
            world.deputy(solene, gael)
        by = erwan if who == "erwan" else gael
        with pytest.raises(MayNotAppoint, match="Seule la coordination"):
            appoint(nolwenn, world.staff(aloen, "Léa Morvan"), aloen, by=by)

    def test_nobody_gives_themself_the_word_of_a_member(self, nolwenn, aloen, solene):
        with pytest.raises(MayNotAppoint, match="On ne se nomme pas soi-même"):
            appoint(nolwenn, solene, aloen, by=solene)

    def test_a_deputy_passes_nothing_on(self, nolwenn, erwan, aloen):
        """Erwan only reads at Aloen; standing in for Nolwenn gives him nothing to hand over."""
        world.deputy(nolwenn, erwan, member=aloen)
        with pytest.raises(BadDates, match="Erwan Le Bris ne vise pas d’heures chez Aloen"):
            appoint(erwan, world.staff(aloen, "Léa Morvan"), aloen)

    def test_the_same_person_twice_on_one_day(self, nolwenn, erwan, aloen):
        appoint(nolwenn, erwan, aloen)
        with pytest.raises(BadDates, match="remplace déjà Nolwenn Jégo du 07/12/2026 au 11/12/2026"):
            appoint(nolwenn, erwan, aloen, first=FRIDAY, last=FRIDAY)
        later = FRIDAY + timedelta(days=1)
        assert appoint(nolwenn, erwan, aloen, first=later, last=later).starts_on == later


class TestEnd:
    @pytest.fixture
    def running(self, nolwenn, erwan, aloen):
        return world.deputy(nolwenn, erwan, member=aloen, starts_on=date(2026, 12, 1), ends_before=FRIDAY)

    def test_from_that_day_on_there_is_no_deputy(self, running, nolwenn):
        end(running, by=nolwenn)
        running.refresh_from_db()
        assert running.last_day == date(2026, 12, 2)

    def test_one_that_has_not_begun_is_taken_back_and_kept_in_history(self, nolwenn, erwan, aloen):
        made = appoint(nolwenn, erwan, aloen)
        pk = made.pk
        end(made, by=nolwenn)
        assert not Deputy.objects.exists()
        assert history_of(pk) == [("insert", nolwenn.pk), ("delete", nolwenn.pk)]

    @pytest.mark.parametrize("who", ["principal", "deputy", "coordinator", "admin"])
    def test_those_concerned_end_it(self, running, nolwenn, erwan, solene, who):
        people = {"principal": nolwenn, "deputy": erwan, "coordinator": solene, "admin": world.admin()}
        end(running, by=people[who])
        running.refresh_from_db()
        assert running.ends_before == TODAY

    def test_others_do_not(self, running, aloen):
        with pytest.raises(MayNotAppoint, match="n’est pas la vôtre"):
            end(running, by=world.staff(aloen, "Léa Morvan"))

    def test_what_is_over_stays_as_it_was(self, running, nolwenn):
        with pytest.raises(AlreadyOver):
            end(running, by=nolwenn, on=FRIDAY, today=FRIDAY)

    @pytest.mark.parametrize("on", [TODAY - timedelta(days=1), FRIDAY + timedelta(days=1)])
    def test_neither_in_the_past_nor_later_than_said(self, running, nolwenn, on):
        with pytest.raises(BadDates, match="entre aujourd’hui et le 10/12/2026"):
            end(running, by=nolwenn, on=on)


class TestCandidates:
    def test_colleagues_and_coordination_at_a_member(self, nolwenn, erwan, aloen, solene):
        world.staff(world.member("Sonam"), "Anaïs Moal")
        world.finance()
        assert deputising.candidates(nolwenn, on=TODAY) == {aloen: [erwan, solene]}

    def test_roles_and_seats_for_the_coordination(self, nolwenn, solene):
        gael, malo = world.finance(), world.admin()
        world.employee()
        world.staff(world.member("Sonam"), "Ancien Siège", ends_before=date(2026, 6, 1))
        assert deputising.candidates(solene, on=TODAY) == {None: [gael, malo, nolwenn]}

    def test_who_only_reads_has_nobody_to_name(self, erwan, nolwenn):
        assert deputising.candidates(erwan, on=TODAY) == {}

    @pytest.mark.parametrize("members", [1, 3])
    def test_three_queries_whatever_their_number(self, nolwenn, members, django_assert_num_queries):
        for n in range(members):
            place = world.member(f"Maison {n}")
            world.seat(nolwenn, place)
            world.staff(place, f"Personne {n}")
        with django_assert_num_queries(3):
            assert len(deputising.candidates(nolwenn, on=TODAY)) == members + 1


class TestTable:
    @pytest.mark.parametrize(
        ("constraint", "change"),
        [
            ("deputy_has_an_end", {"ends_before": None}),
            ("deputy_ends_after_it_starts", {"ends_before": MONDAY}),
        ],
    )
    def test_postgresql_refuses_what_the_act_does(self, nolwenn, erwan, aloen, constraint, change):
        appoint(nolwenn, erwan, aloen)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Deputy.objects.update(**change)

    def test_nobody_is_their_own_deputy(self, nolwenn, erwan, aloen):
        appoint(nolwenn, erwan, aloen)
        with pytest.raises(IntegrityError, match="nobody_is_their_own_deputy"), transaction.atomic():
            Deputy.objects.update(user=nolwenn)

    @pytest.mark.parametrize("at_member", [True, False])
    def test_the_same_days_twice(self, nolwenn, erwan, aloen, solene, at_member):
        principal, member = (nolwenn, aloen) if at_member else (solene, None)
        world.deputy(principal, erwan, member=member)
        with pytest.raises(IntegrityError, match="do_not_overlap"), transaction.atomic():
            world.deputy(principal, erwan, member=member)
