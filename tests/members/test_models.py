"""What the tables of members refuse, tried with raw statements, and how records call themselves."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction

from members.models import Declaration, Group, Member, Membership, Seat, Site, User, VatAttestation
from tests import world

pytestmark = pytest.mark.django_db


def refused(constraint, rows, **change):
    """Assert that PostgreSQL refuses ``change`` on ``rows`` by the constraint of that name."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**change)


class TestGroup:
    def test_there_is_one_group(self):
        world.group()
        refused("group_is_the_only_row", Group.objects.all(), id=2)

    @pytest.mark.parametrize(
        ("constraint", "change"),
        [
            ("group_siren_has_nine_digits", {"siren": "12345678"}),
            ("group_siret_has_fourteen_digits", {"siret": "12345678X00011"}),
            ("group_invoice_prefix_is_printable", {"invoice_prefix": "f"}),
        ],
    )
    def test_identity_stays_well_formed(self, constraint, change):
        world.group()
        refused(constraint, Group.objects.all(), **change)


class TestMember:
    @pytest.mark.parametrize(
        ("constraint", "change"),
        [
            ("member_siren_has_nine_digits", {"siren": "12345678"}),
            ("member_siret_begins_with_its_siren", {"siret": "11111111100011"}),
            ("member_mark_is_drawable", {"hue": 13}),
            ("member_mark_is_drawable", {"shape": 0}),
        ],
    )
    def test_numbers_and_mark_are_well_formed(self, constraint, change):
        world.member()
        refused(constraint, Member.objects.all(), **change)

    def test_a_billing_address_is_whole_or_none(self):
        whole = {"billing_street": "BP 12", "billing_postal_code": "56000", "billing_city": "Vannes"}
        aloen = world.member(**whole)
        for missing, text in whole.items():
            refused("member_billing_address_is_whole_or_none", Member.objects.all(), **{missing: ""})
            setattr(aloen, missing, "")
            with pytest.raises(ValidationError) as faults:
                aloen.full_clean()
            assert list(faults.value.message_dict) == [missing]
            setattr(aloen, missing, text)
        assert list(aloen.invoice_address.values()) == list(whole.values())
        Member.objects.update(**dict.fromkeys(whole, ""))
        aloen.refresh_from_db()
        assert list(aloen.invoice_address.values()) == ["1 rue du Port", "56100", "Lorient"]

    def test_names_sort_without_accents_or_case(self):
        for name in ("Zen", "élan", "Eau", "aloen"):
            world.member(name)
        assert [member.short_name for member in Member.objects.by_name()] == ["aloen", "Eau", "élan", "Zen"]

    def test_staff_see_their_own_member_and_the_group_all(self):
        aloen, sonam = world.member(), world.member("Sonam")
        person = world.staff(aloen, starts_on=date(2020, 1, 1))
        assert list(Member.objects.visible_to(person)) == [aloen]
        assert list(Member.objects.visible_to(world.finance()).order_by("pk")) == [aloen, sonam]
        assert list(Member.objects.visible_to(world.user("Personne Seule"))) == []

    def test_a_site_has_its_own_name_at_its_member(self):
        aloen = world.member()
        Site.objects.create(member=aloen, name="Siège")
        other = Site.objects.create(member=aloen, name="Atelier")
        refused("site_name_is_unique", Site.objects.filter(pk=other.pk), name="Siège")


class TestUser:
    def test_an_address_is_one_account_whatever_its_case(self):
        world.user(email="camille@laronde.example")
        other = world.user("Autre Personne")
        refused("user_email_is_unique", User.objects.filter(pk=other.pk), email="Camille@LaRonde.example")

    def test_only_an_active_admin_enters_the_admin(self):
        flags = [(person.is_staff, person.is_superuser) for person in (world.admin(), world.finance())]
        assert flags == [(True, True), (False, False)]

    @pytest.mark.parametrize(
        ("name", "initials"), [("Solène Rivoal", "SR"), ("Anne-Marie Le Goff", "AG"), ("Malo", "M"), ("", "")]
    )
    def test_initials(self, name, initials):
        assert User(name=name).initials == initials


class TestSeat:
    def test_seats_of_a_person_at_a_member_do_not_overlap(self):
        aloen = world.member()
        person = world.staff(aloen, ends_before=date(2026, 6, 1))
        later = world.seat(person, aloen, starts_on=date(2026, 6, 1))
        refused("seats_of_a_person", Seat.objects.filter(pk=later.pk), starts_on=date(2026, 5, 31))

    def test_an_overlap_is_answered_in_french_by_a_form(self):
        aloen = world.member()
        person = world.staff(aloen)
        with pytest.raises(ValidationError) as error:
            Seat(user=person, member=aloen, starts_on=date(2026, 2, 1)).full_clean()
        assert error.value.messages == ["Ces dates en chevauchent d’autres."]

    def test_a_seat_holds_at_least_a_day(self):
        world.staff(world.member())
        refused("seat_ends_after_it_starts", Seat.objects.all(), ends_before=world.YEAR_START)

    def test_two_members_may_be_served_at_once(self):
        person = world.staff(world.member())
        world.seat(person, world.member("Sonam"))
        assert person.seats.on(date(2026, 6, 1)).count() == 2


class TestMembership:
    def test_memberships_of_a_member_do_not_overlap(self):
        first = Membership.objects.get(member=world.member())
        Membership.objects.update(status="left", notice_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
        second = Membership.objects.create(
            member=first.member, status="admitted", applied_on=date(2026, 5, 1), starts_on=date(2026, 6, 1)
        )
        refused("do_not_overlap", Membership.objects.filter(pk=second.pk), starts_on=date(2026, 5, 31))

    @pytest.mark.parametrize(
        "change",
        [
            {"status": "candidate"},
            {"status": "leaving"},
            {"status": "left", "ends_before": date(2026, 5, 1)},
            {"starts_on": None},
            {"ends_before": date(2026, 5, 1)},
            {"status": "leaving", "notice_on": date(2026, 3, 1), "ends_before": world.YEAR_START},
        ],
        ids=str,
    )
    def test_the_state_matches_its_dates(self, change):
        world.member()
        refused("membership_status_matches_its_dates", Membership.objects.all(), **change)

    def test_its_steps_stay(self):
        membership = Membership.objects.get(member=world.member())
        step = membership.steps.create(source="", target="candidate", by=None, at=world.NOW)
        for attack in (lambda rows: rows.update(note="x"), lambda rows: rows.delete()):
            with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
                attack(membership.steps.filter(pk=step.pk))

    def test_a_declaration_is_due_after_its_event(self):
        Declaration.objects.create(subject="Siège", event_on=date(2026, 3, 1), due_on=date(2026, 4, 1))
        refused("declaration_is_due", Declaration.objects.all(), due_on=date(2026, 2, 28))


class TestVatAttestation:
    def test_it_expires(self):
        world.attestation(world.member())
        for end in (None, world.YEAR_START):
            refused("vat_attestation_expires", VatAttestation.objects.all(), ends_before=end)

    def test_two_do_not_overlap(self):
        aloen = world.member()
        world.attestation(aloen)
        later = world.attestation(aloen, starts_on=date(2027, 1, 1), ends_before=date(2028, 1, 1))
        refused("do_not_overlap", VatAttestation.objects.filter(pk=later.pk), starts_on=date(2026, 12, 31))


def test_records_say_what_they_are_without_asking_the_database(django_assert_num_queries):
    group, aloen = world.group(), world.member()
    seat = world.staff(aloen).seats.get()
    membership = Membership.objects.get()
    with django_assert_num_queries(0):
        sentence = [
            str(each) for each in (group, aloen, seat.user, membership, Site(name="Quai", city="Lorient"))
        ]
    assert sentence == ["La Ronde", "Aloen", "Nolwenn Jégo", "adhésion admis (02/12/2025)", "Quai, Lorient"]
