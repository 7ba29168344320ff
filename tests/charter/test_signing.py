"""Signing: by a seat that holds that day, with consent, once, and for ever."""

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from charter import signing, writing
from charter.models import Signature
from tests import world
from tests.charter import agreed

pytestmark = pytest.mark.django_db

OPENED = world.at(date(2026, 10, 12), 9)
SIGNED = world.at(date(2026, 10, 14), 9, 41)


@pytest.fixture
def charter():
    return writing.open_for_signature(agreed.draft(), by=world.coordinator(), at=OPENED)


@pytest.fixture
def aloen():
    return world.member()


def test_a_signature_holds_who_when_and_exactly_what(charter, aloen):
    nolwenn = world.staff(aloen)
    signature = signing.sign(charter, member=aloen, by=nolwenn, at=SIGNED, consent=True)
    signature.refresh_from_db()
    assert (signature.member, signature.seat) == (aloen, nolwenn.seats.get())
    assert (signature.signer_name, signature.signed_at) == ("Nolwenn Jégo", SIGNED)
    assert signature.digest == charter.digest == writing.digest(writing.compose(charter))


def test_nobody_signs_by_accident(charter, aloen):
    with pytest.raises(signing.NoConsent) as refused:
        signing.sign(charter, member=aloen, by=world.staff(aloen), at=SIGNED, consent=False)
    assert refused.value.field == "consent"
    assert Signature.objects.count() == 0


def test_a_member_signs_a_version_once(charter, aloen):
    signing.sign(charter, member=aloen, by=world.staff(aloen), at=SIGNED, consent=True)
    with pytest.raises(signing.AlreadySigned) as refused:
        signing.sign(charter, member=aloen, by=world.staff(aloen, "Autre Voix"), at=SIGNED, consent=True)
    assert refused.value.message == "Aloen a déjà signé la version 1."
    assert Signature.objects.get().signer_name == "Nolwenn Jégo"


@pytest.mark.parametrize("function", ["manager", "reader"])
def test_other_functions_do_not_engage_their_member(charter, aloen, function):
    with pytest.raises(signing.NoMandate):
        signing.sign(charter, member=aloen, by=world.staff(aloen, function=function), at=SIGNED, consent=True)


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "may"),
    [
        (date(2026, 10, 14), None, True),
        (date(2026, 10, 15), None, False),
        (date(2026, 1, 1), date(2026, 10, 14), False),
        (date(2026, 1, 1), date(2026, 10, 15), True),
    ],
)
def test_the_mandate_holds_on_the_day_of_the_signature(charter, aloen, starts_on, ends_before, may):
    person = world.staff(aloen, starts_on=starts_on, ends_before=ends_before)
    if may:
        assert signing.sign(charter, member=aloen, by=person, at=SIGNED, consent=True).pk
    else:
        with pytest.raises(signing.NoMandate, match="Vous ne représentez pas Aloen le 14/10/2026"):
            signing.sign(charter, member=aloen, by=person, at=SIGNED, consent=True)


def test_the_day_is_the_local_one(charter, aloen):
    """23:30 in universal time on the 14th is already the 15th in Paris."""
    person = world.staff(aloen, starts_on=date(2026, 10, 15))
    late = world.at(date(2026, 10, 15), 0, 30)
    assert signing.sign(charter, member=aloen, by=person, at=late, consent=True).signed_at == late


def test_nobody_signs_for_another_member(charter, aloen):
    with pytest.raises(signing.NoMandate):
        signing.sign(charter, member=world.member("Sonam"), by=world.staff(aloen), at=SIGNED, consent=True)


def test_a_structure_that_never_applied_does_not_sign(charter):
    stranger = world.member("Ailleurs", admitted_on=None)
    with pytest.raises(signing.NoMandate, match="n’est plus adhérent"):
        signing.sign(charter, member=stranger, by=world.staff(stranger), at=SIGNED, consent=True)


def test_a_draft_cannot_be_signed(aloen):
    with pytest.raises(signing.VersionNotOpen):
        signing.sign(agreed.draft(), member=aloen, by=world.staff(aloen), at=SIGNED, consent=True)


def test_a_late_member_signs_the_version_in_force_and_not_the_superseded_one(charter, aloen):
    solene = world.user("Autre Coordination", is_coordinator=True)
    signing.sign(charter, member=aloen, by=world.staff(aloen), at=SIGNED, consent=True)
    writing.put_in_force(charter, by=solene, at=SIGNED)
    sonam = world.member("Sonam")
    anais = world.staff(sonam, "Anaïs Moal")
    assert signing.sign(charter, member=sonam, by=anais, at=SIGNED, consent=True).member == sonam
    second = writing.open_for_signature(agreed.draft(2), by=solene, at=SIGNED)
    signing.sign(second, member=sonam, by=anais, at=SIGNED, consent=True)
    writing.put_in_force(second, by=solene, at=SIGNED)
    book = world.member("Book Hémisphères")
    with pytest.raises(signing.VersionNotOpen):
        signing.sign(charter, member=book, by=world.staff(book, "Claire Danno"), at=SIGNED, consent=True)


class TestForEver:
    @pytest.fixture
    def signature(self, charter, aloen):
        return signing.sign(charter, member=aloen, by=world.staff(aloen), at=SIGNED, consent=True)

    def test_a_raw_update_is_refused(self, signature):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            Signature.objects.filter(pk=signature.pk).update(signer_name="Quelqu’un d’autre")

    def test_a_raw_delete_is_refused(self, signature):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            Signature.objects.filter(pk=signature.pk)._raw_delete("default")
        assert Signature.objects.get() == signature

    @pytest.mark.parametrize("change", [{"digest": "0" * 64}, {"function": "manager"}])
    def test_a_raw_insert_of_another_text_or_seat_is_refused(self, charter, change):
        sonam = world.member("Sonam")
        person = world.staff(sonam, "Anaïs Moal", function=change.get("function", "representative"))
        row = {
            "charter": charter,
            "member": sonam,
            "seat": person.seats.get(),
            "signer_name": "Anaïs Moal",
            "signed_at": SIGNED,
            "digest": change.get("digest", charter.digest),
        }
        with pytest.raises(IntegrityError, match="by a representative seat"), transaction.atomic():
            Signature.objects.create(**row)
