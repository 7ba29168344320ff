"""A person is placed only where contract and membership allow it, on terms that the tax rules allow."""

from datetime import date
from decimal import Decimal

import pytest

from employees import assigning
from employees.assigning import BadTerms, NotAssignable
from employees.models import Assignment, ContractMember, Terms
from members.models import Membership, Site
from tests import world
from tests.world import NOW, YEAR_START

pytestmark = pytest.mark.django_db

JUNE, JULY, OCTOBER = date(2026, 6, 1), date(2026, 7, 1), date(2026, 10, 1)
WEEK = [420, 0, 0, 0, 0, 0, 0]
SEVEN_DAYS = "La semaine type compte sept jours, de 0 à 24\u00a0h."


@pytest.fixture
def boss():
    return world.coordinator()


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def contract(maelle):
    return maelle.contracts.get()


def place(employee, member, boss, **facts):
    defaults = {"job": "comptable", "starts_on": JUNE}
    return assigning.assign(employee, member=member, by=boss, at=NOW, **{**defaults, **facts})


class TestAssign:
    def test_assignment_takes_the_contract_and_the_next_reference(self, maelle, aloen, contract, boss):
        first = place(maelle, aloen, boss, ends_before=JULY)
        second = place(maelle, aloen, boss, starts_on=JULY)
        assert (first.contract, second.contract) == (contract, contract)
        assert (first.reference, second.reference) == ("MAD-M001-1", "MAD-M001-2")

    def test_reference_may_be_given_and_a_taken_one_is_passed_over(self, maelle, aloen, boss):
        place(maelle, aloen, boss, ends_before=JULY, reference="MAD-M001-2")
        assert place(maelle, aloen, boss, starts_on=JULY).reference == "MAD-M001-3"

    def test_site_is_one_of_the_member_s(self, maelle, aloen, boss):
        elsewhere = Site.objects.create(member=world.member("Sonam"), name="Atelier")
        with pytest.raises(NotAssignable, match="Ce lieu de travail n’est pas à Aloen") as refusal:
            place(maelle, aloen, boss, site=elsewhere)
        assert refusal.value.field == "site"

    def test_contract_covers_the_first_day(self, maelle, aloen, boss):
        with pytest.raises(NotAssignable, match="n’a pas de contrat le 31/12/2025"):
            place(maelle, aloen, boss, starts_on=date(2025, 12, 31))

    @pytest.mark.parametrize(
        ("ends_before", "is_refused"), [(OCTOBER, False), (date(2026, 10, 2), True), (None, True)]
    )
    def test_contract_covers_the_last_day(self, ends_before, is_refused, maelle, aloen, contract, boss):
        contract.ends_before = OCTOBER
        contract.save()
        refused = may_not(place, maelle, aloen, boss, ends_before=ends_before)
        assert refused == ("À partir du 01/10/2026, le contrat s’arrête." if is_refused else None)

    def test_member_that_the_contract_does_not_name_is_refused(self, maelle, boss):
        refused = may_not(place, maelle, world.member("Sonam"), boss)
        assert refused == "À partir du 01/06/2026, le contrat ne cite pas Sonam (C. trav. L1253-9)."

    def test_list_of_the_contract_may_be_of_pieces_that_touch(self, maelle, contract, boss):
        sonam = world.member("Sonam")
        for starts_on, ends_before in [(JUNE, JULY), (JULY, OCTOBER)]:
            ContractMember.objects.create(
                contract=contract, member=sonam, starts_on=starts_on, ends_before=ends_before
            )
        refused = may_not(place, maelle, sonam, boss, ends_before=date(2026, 10, 2))
        assert refused == "À partir du 01/10/2026, le contrat ne cite pas Sonam (C. trav. L1253-9)."
        assert may_not(place, maelle, sonam, boss, ends_before=OCTOBER) is None

    def test_list_with_a_hole_is_refused(self, maelle, contract, boss):
        sonam = world.member("Sonam")
        for starts_on, ends_before in [(JUNE, date(2026, 6, 30)), (JULY, None)]:
            ContractMember.objects.create(
                contract=contract, member=sonam, starts_on=starts_on, ends_before=ends_before
            )
        assert may_not(place, maelle, sonam, boss).startswith("À partir du 30/06/2026")

    def test_candidate_is_no_member_yet(self, boss):
        candidate = world.member("Book", admitted_on=None)
        Membership.objects.create(member=candidate, applied_on=YEAR_START)
        maelle = world.employee(members=[candidate])
        refused = may_not(place, maelle, candidate, boss)
        assert refused == "À partir du 01/06/2026, Book n’est pas adhérent (C. trav. L1253-1)."

    @pytest.mark.parametrize(("ends_before", "is_refused"), [(OCTOBER, False), (None, True)])
    def test_leaving_member_is_one_until_its_last_day(self, ends_before, is_refused, maelle, aloen, boss):
        Membership.objects.filter(member=aloen).update(status="leaving", notice_on=JUNE, ends_before=OCTOBER)
        refused = may_not(place, maelle, aloen, boss, ends_before=ends_before)
        assert refused == (
            "À partir du 01/10/2026, Aloen n’est pas adhérent (C. trav. L1253-1)." if is_refused else None
        )

    def test_two_assignments_at_the_same_member_do_not_overlap(self, maelle, aloen, boss):
        place(maelle, aloen, boss)
        refused = may_not(place, maelle, aloen, boss, starts_on=OCTOBER)
        assert refused.startswith("Maëlle Kerbrat est déjà chez Aloen à partir du 01/06/2026 (MAD-M001-1)")
        assert Assignment.objects.count() == 1

    def test_assignment_ends_after_it_starts(self, maelle, aloen, boss):
        assert may_not(place, maelle, aloen, boss, ends_before=JUNE) == "La fin doit venir après le début."


class TestSetTerms:
    @pytest.fixture
    def placed(self, maelle, aloen, boss):
        return place(maelle, aloen, boss)

    def agree(self, placed, boss, **facts):
        defaults = {"starts_on": JUNE, "weekly_pattern": WEEK, "price_method": "actual"}
        return assigning.set_terms(placed, by=boss, at=NOW, **{**defaults, **facts})

    def test_new_terms_close_those_before_and_stop_at_those_after(self, placed, boss):
        self.agree(placed, boss)
        self.agree(placed, boss, starts_on=OCTOBER)
        self.agree(placed, boss, starts_on=JULY, price_method="hourly", hourly_price=Decimal("23.00"))
        rows = Terms.objects.order_by("starts_on").values_list("starts_on", "ends_before", "hourly_price")
        assert list(rows) == [(JUNE, JULY, None), (JULY, OCTOBER, Decimal("23.00")), (OCTOBER, None, None)]

    @pytest.mark.parametrize(
        ("facts", "field", "sentence"),
        [
            ({"starts_on": YEAR_START}, "starts_on", "Le 01/01/2026 n’est pas dans la mise à disposition."),
            (
                {"weekly_pattern": [420] * 6},
                "weekly_pattern",
                "La semaine type compte sept jours, de 0 à 24\u00a0h.",
            ),
            (
                {"weekly_pattern": [1441, *WEEK[1:]]},
                "weekly_pattern",
                "La semaine type compte sept jours, de 0 à 24\u00a0h.",
            ),
            (
                {"weekly_pattern": [-1, *WEEK[1:]]},
                "weekly_pattern",
                "La semaine type compte sept jours, de 0 à 24\u00a0h.",
            ),
            ({"price_method": "hourly"}, "hourly_price", "Indiquez le prix horaire convenu."),
            ({"price_method": "flat"}, "flat_amount", "Indiquez le forfait mensuel."),
            (
                {"price_method": "actual", "hourly_price": Decimal("20.00")},
                "hourly_price",
                "Cette méthode de prix n’a pas de prix horaire\u00a0: videz-le.",
            ),
            (
                {"price_method": "hourly", "hourly_price": Decimal("20.00"), "flat_amount": Decimal("1.00")},
                "flat_amount",
                "Cette méthode de prix n’a pas de forfait\u00a0: videz-le.",
            ),
            (
                {"management_rate": Decimal("100.01")},
                "management_rate",
                "Le taux de gestion va de 0 à 100\u00a0%.",
            ),
            (
                {"monthly_minimum_minutes": 600},
                "monthly_minimum_minutes",
                "Un minimum facturé va avec un prix horaire\u00a0: videz-le.",
            ),
            (
                {"absence_rules": {"leave": "nobody"}},
                "absence_rules",
                "Choisissez, pour chaque sorte d’absence, qui la porte dans la liste.",
            ),
            (
                {"index_code": "ICHT"},
                "index_base",
                "Un indice de révision va avec sa valeur de départ\u00a0: donnez les deux, ou aucun.",
            ),
            (
                {"price_method": "flat", "flat_amount": Decimal("1.00"), "index_code": "ICHT"}
                | {"index_base": Decimal(0)},
                "index_base",
                "La valeur de départ d’un indice est supérieure à zéro.",
            ),
            (
                {"index_code": "ICHT", "index_base": Decimal("105.2")},
                "index_code",
                "Le coût réel suit déjà les salaires\u00a0: il n’a pas d’indice.",
            ),
        ],
    )
    def test_terms_that_contradict_themselves_are_refused(self, facts, field, sentence, placed, boss):
        with pytest.raises(BadTerms) as refusal:
            self.agree(placed, boss, **facts)
        assert (refusal.value.field, refusal.value.message) == (field, sentence)
        assert Terms.objects.count() == 0

    def test_minimum_index_and_absences_by_kind_are_kept(self, placed, boss):
        agreed = {
            "price_method": "hourly",
            "hourly_price": Decimal("22.44"),
            "monthly_minimum_minutes": 1200,
            "absence_rules": {"leave": "reserve"},
            "index_code": "ICHT",
            "index_base": Decimal("105.2"),
        }
        terms = self.agree(placed, boss, **agreed)
        terms.refresh_from_db()
        assert {name: getattr(terms, name) for name in agreed} == agreed

    def test_terms_do_not_begin_twice_on_a_day(self, placed, boss):
        self.agree(placed, boss)
        with pytest.raises(BadTerms, match="commencent déjà le 01/06/2026"):
            self.agree(placed, boss, price_method="flat", flat_amount=Decimal("500.00"))
        assert Terms.objects.get().price_method == "actual"

    def test_exemption_needs_an_attestation_valid_that_day(self, placed, boss, aloen):
        world.attestation(aloen, starts_on=JULY)
        refused = may_not(self.agree, placed, boss, vat_regime="E261B")
        assert refused == (
            "Aloen n’a pas d’attestation de TVA valable le 01/06/2026\u00a0: enregistrez-la d’abord."
        )
        assert may_not(self.agree, placed, boss, vat_regime="E261B", starts_on=JULY) is None

    @pytest.mark.parametrize(("is_trued_up", "is_refused"), [(False, True), (True, False)])
    def test_exemption_needs_the_exact_cost(self, is_trued_up, is_refused, placed, boss, aloen):
        world.attestation(aloen)
        agreed = {"price_method": "hourly", "hourly_price": Decimal("22.44"), "is_trued_up": is_trued_up}
        refused = may_not(self.agree, placed, boss, vat_regime="E261B", **agreed)
        assert (refused is not None) is is_refused
        assert Terms.objects.count() == (0 if is_refused else 1)

    def test_a_fee_on_top_of_the_cost_is_trued_up_to_be_exempt(self, placed, boss, aloen):
        world.attestation(aloen)
        with_fee = {"price_method": "actual", "hourly_price": None, "vat_regime": "E261B"}
        refused = may_not(self.agree, placed, boss, **with_fee, management_rate=Decimal("6.00"))
        assert "le coût exact, sans frais de gestion en plus" in refused
        assert may_not(self.agree, placed, boss, **with_fee, management_rate=Decimal(0)) is None
        Terms.objects.all().delete()
        trued_up = {**with_fee, "management_rate": Decimal("6.00"), "is_trued_up": True}
        assert may_not(self.agree, placed, boss, **trued_up) is None


def may_not(deed, *args, **kwargs):
    """The sentence by which ``deed`` is refused, or None when it is done."""
    try:
        deed(*args, **kwargs)
    except (NotAssignable, BadTerms) as refusal:
        return refusal.message
    return None
