"""Identifiers: what people type is kept compact, what is wrong is answered in French."""

import pytest
from django.core.exceptions import ValidationError
from django.forms import modelform_factory

from members import identifiers
from members.models import Group, Member
from tests import world

RIGHT = [
    (identifiers.check_siren, world.siren(7)),
    (identifiers.check_siret, world.siret(world.siren(7))),
    (identifiers.check_vat_number, world.vat_number(world.siren(7))),
    (identifiers.check_iban, "FR7630006000011234567890189"),
    (identifiers.check_bic, "AGRIFRPP"),
    (identifiers.check_creditor_id, "DE98ZZZ09999999999"),
    (identifiers.check_rna, "W561000001"),
    (identifiers.check_naf, "8559B"),
]


def wrong(right):
    """The same with one character changed in a place that the key covers."""
    last = "1" if right[-1] != "1" else "2"
    return right[:-1] + last


@pytest.mark.parametrize(("check", "value"), RIGHT)
def test_a_right_identifier_passes(check, value):
    assert check(value) is None


@pytest.mark.parametrize(
    ("check", "value", "begins"),
    [
        (identifiers.check_siren, wrong(world.siren(7)), "Ce SIREN n’est pas valable"),
        (identifiers.check_siret, wrong(world.siret(world.siren(7))), "Ce SIRET n’est pas valable"),
        (identifiers.check_vat_number, "FR00" + world.siren(7), "Ce numéro de TVA n’est pas valable"),
        (identifiers.check_iban, "FR7630006000011234567890180", "Cet IBAN n’est pas valable"),
        (identifiers.check_bic, "AGRI1", "Ce BIC n’est pas valable"),
        (identifiers.check_creditor_id, "DE00ZZZ09999999999", "Cet ICS n’est pas valable"),
        (identifiers.check_rna, "W56", "Un numéro RNA commence par W"),
        (identifiers.check_naf, "85", "Un code NAF a quatre chiffres"),
    ],
)
def test_a_wrong_identifier_is_answered_in_french(check, value, begins):
    with pytest.raises(ValidationError) as refused:
        check(value)
    assert refused.value.messages[0].startswith(begins)


def test_blanks_points_and_hyphens_do_not_count():
    assert identifiers.compact(" fr76 3000-6000.01\u202f12 ") == "FR7630006000" + "0112"


@pytest.mark.django_db
class TestForms:
    form = modelform_factory(Member, fields=["siren", "siret", "vat_number"])

    def typed(self, **changes):
        siren = world.siren(9)
        typed = {"siren": siren, "siret": world.siret(siren), "vat_number": world.vat_number(siren)}
        return self.form({**typed, **changes}, instance=Member(short_name="Sonam", hue=1, shape=1))

    def test_blanks_are_taken_out(self):
        siren = world.siren(9)
        form = self.typed(siren=f"{siren[:3]} {siren[3:6]}\u00a0{siren[6:]}", vat_number="")
        assert form.errors == {}
        assert form.cleaned_data["siren"] == siren

    def test_the_vat_number_ends_with_the_siren(self):
        form = self.typed(vat_number=world.vat_number(world.siren(10)))
        assert form.errors == {"vat_number": ["Le numéro de TVA se termine par le SIREN."]}

    def test_the_siret_begins_with_the_siren(self):
        form = self.typed(siret=world.siret(world.siren(10)))
        assert form.errors == {"__all__": ["Le SIRET a quatorze chiffres et commence par le SIREN."]}

    def test_the_group_answers_for_its_own_numbers(self):
        group = world.group()
        group.siret = world.siret(world.siren(10))
        with pytest.raises(ValidationError) as refused:
            group.full_clean()
        assert refused.value.message_dict == {"siret": ["Le SIRET commence par le SIREN."]}
        assert Group.objects.get().siret != group.siret
