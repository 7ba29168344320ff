"""Applying, being admitted, leaving: the rule of the half, the declarations owed, the marks."""

from datetime import date

import pytest

from groupement.kernel.lifecycle import IllegalMove
from members import joining
from members.models import Declaration, Member, Membership
from tests import world

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 16)


@pytest.fixture
def solene():
    return world.coordinator()


def candidate(name="Sonam", *, by, on=MARCH, **facts):
    world.group()
    made = world.member(name, admitted_on=None, **facts)
    return joining.apply(made, by=by, at=world.at(on))


def test_an_application_leaves_its_day_and_a_step(solene):
    membership = candidate(by=solene)
    steps = list(membership.steps.values_list("source", "target", "by", "at"))
    assert (membership.status, membership.applied_on) == ("candidate", MARCH)
    assert steps == [("", "candidate", solene.pk, world.at(MARCH))]


def test_a_member_applies_once_at_a_time(solene):
    membership = candidate(by=solene)
    with pytest.raises(joining.AlreadyCandidate) as refused:
        joining.apply(membership.member, by=solene, at=world.at(MARCH))
    assert refused.value.message == "Sonam a déjà une adhésion en cours (candidat). Poursuivez celle-là."
    assert Membership.objects.count() == 1


def test_an_admission_is_to_be_declared_within_one_month(solene):
    membership = joining.admit(candidate(by=solene), by=solene, at=world.at(date(2026, 3, 31)))
    declaration = Declaration.objects.get()
    assert (membership.status, membership.starts_on) == ("admitted", date(2026, 3, 31))
    assert declaration.membership == membership
    assert declaration.subject == "Admission de Sonam (structure de démonstration)"
    assert (declaration.event_on, declaration.due_on) == (date(2026, 3, 31), date(2026, 4, 30))
    assert declaration.sent_on is None


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 2, 28), date(2026, 3, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day, due):
    assert joining.month_after(day) == due


def test_an_admission_cannot_precede_its_application(solene):
    with pytest.raises(joining.WrongDay) as refused:
        joining.admit(candidate(by=solene), by=solene, at=world.at(MARCH), starts_on=date(2026, 3, 15))
    assert refused.value.field == "starts_on"
    assert Declaration.objects.count() == 0


def test_nobody_is_admitted_twice(solene):
    membership = joining.admit(candidate(by=solene), by=solene, at=world.at(MARCH))
    with pytest.raises(IllegalMove):
        joining.admit(membership, by=solene, at=world.at(MARCH))
    assert Declaration.objects.count() == 1


class TestHalf:
    def test_authorities_may_be_half_of_the_members(self, solene):
        world.member("Aloen")
        town = candidate("Commune", by=solene, counts_as_local_authority=True)
        assert joining.admit(town, by=solene, at=world.at(MARCH)).status == "admitted"

    def test_authorities_may_not_be_more_than_half(self, solene):
        world.member("Aloen")
        world.member("Département", counts_as_local_authority=True)
        town = candidate("Commune", by=solene, counts_as_local_authority=True)
        with pytest.raises(joining.TooManyAuthorities) as refused:
            joining.admit(town, by=solene, at=world.at(MARCH))
        assert "il y en aurait 2 sur 3" in refused.value.message
        town.refresh_from_db()
        assert town.status == "candidate"

    def test_a_private_member_is_always_welcome(self, solene):
        world.member("Département", counts_as_local_authority=True)
        assert joining.admit(candidate(by=solene), by=solene, at=world.at(MARCH)).status == "admitted"

    def test_members_that_have_left_do_not_count(self, solene):
        world.member("Aloen")
        gone = Membership.objects.get(member__short_name="Aloen")
        joining.announce_departure(
            gone, by=solene, at=world.at(date(2026, 2, 1)), ends_before=date(2026, 3, 1)
        )
        town = candidate("Commune", by=solene, counts_as_local_authority=True)
        with pytest.raises(joining.TooManyAuthorities):
            joining.admit(town, by=solene, at=world.at(MARCH))


class TestLeaving:
    @pytest.fixture
    def admitted(self, solene):
        return joining.admit(candidate(by=solene), by=solene, at=world.at(MARCH))

    def test_a_departure_is_announced_then_done_then_declared(self, admitted, solene):
        joining.announce_departure(
            admitted, by=solene, at=world.at(date(2026, 6, 1)), ends_before=date(2026, 9, 1), note="Fusion"
        )
        assert (admitted.status, admitted.notice_on) == ("leaving", date(2026, 6, 1))
        assert Membership.objects.admitting(date(2026, 8, 31)).get() == admitted
        assert not Membership.objects.admitting(date(2026, 9, 1)).exists()
        joining.leave(admitted, by=solene, at=world.at(date(2026, 9, 1)))
        declared = Declaration.objects.order_by("pk").values_list("subject", "event_on", "due_on")
        assert list(declared)[1:] == [
            ("Départ de Sonam (structure de démonstration)", date(2026, 9, 1), date(2026, 10, 1))
        ]

    def test_nobody_leaves_before_the_day(self, admitted, solene):
        joining.announce_departure(
            admitted, by=solene, at=world.at(date(2026, 6, 1)), ends_before=date(2026, 9, 1)
        )
        with pytest.raises(joining.WrongDay) as refused:
            joining.leave(admitted, by=solene, at=world.at(date(2026, 8, 31)))
        assert refused.value.message == "Sonam reste adhérent jusqu’au 01/09/2026 exclu. Revenez ce jour-là."

    def test_a_departure_lies_ahead(self, admitted, solene):
        with pytest.raises(joining.WrongDay):
            joining.announce_departure(
                admitted, by=solene, at=world.at(date(2026, 6, 1)), ends_before=date(2026, 6, 1)
            )

    def test_a_departure_may_be_taken_back(self, admitted, solene):
        joining.announce_departure(
            admitted, by=solene, at=world.at(date(2026, 6, 1)), ends_before=date(2026, 9, 1)
        )
        joining.stay(admitted, by=solene, at=world.at(date(2026, 6, 2)))
        admitted.refresh_from_db()
        assert (admitted.status, admitted.notice_on, admitted.ends_before) == ("admitted", None, None)

    def test_who_left_may_come_back_later_but_not_earlier(self, admitted, solene):
        joining.announce_departure(
            admitted, by=solene, at=world.at(date(2026, 6, 1)), ends_before=date(2026, 9, 1)
        )
        joining.leave(admitted, by=solene, at=world.at(date(2026, 9, 1)))
        again = joining.apply(admitted.member, by=solene, at=world.at(date(2026, 8, 1)))
        with pytest.raises(joining.WrongDay):
            joining.admit(again, by=solene, at=world.at(date(2026, 9, 2)), starts_on=date(2026, 8, 31))
        joining.admit(again, by=solene, at=world.at(date(2026, 9, 2)), starts_on=date(2026, 9, 1))
        assert Membership.objects.admitting(date(2026, 9, 1)).get() == again


class TestMarks:
    def test_the_first_mark_is_the_first_of_the_ring(self):
        assert joining.choose_mark() == (1, 1)

    def test_the_next_free_one_is_chosen(self):
        for mark in ((1, 1), (2, 2), (4, 4)):
            world.member(f"Maison {mark}", hue=mark[0], shape=mark[1])
        assert joining.choose_mark() == (3, 3)

    def test_after_twelve_the_colours_come_back_with_other_shapes(self):
        for rank in range(12):
            world.member(f"Maison {rank}")
        assert joining.choose_mark() == (1, 2)

    def test_a_group_that_outgrows_the_marks_shares_them_evenly(self):
        spare = [
            Member(short_name=f"{hue}-{shape}", siren=f"{hue:02}{shape:02}00000", hue=hue, shape=shape)
            for hue in range(1, 13)
            for shape in range(1, 13)
        ]
        for member in spare:
            member.siret = f"{member.siren}00001"
        Member.objects.bulk_create(spare)
        assert joining.choose_mark() == (1, 1)
        world.member("Une de plus", hue=1, shape=1)
        assert joining.choose_mark() == (2, 2)
