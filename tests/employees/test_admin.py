"""The admin of employees: found by name, mended by the rules of the acts, answered in French sentences."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from employees import feeds
from employees.models import Absence, Assignment, Contract, ContractTerms, PlannedDay, Terms
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def malo(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    person = world.admin()
    client.force_login(person)
    return person


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


def url(model, name, *arguments):
    return reverse(f"admin:employees_{model}_{name}", args=arguments)


def read(response):
    return response.content.decode().replace("\u00a0", " ").replace("&#x27;", "'")


def rows(prefix, *entries, initial=0):
    """The fields of an inline: its management form and ``entries``."""
    data = {f"{prefix}-TOTAL_FORMS": len(entries), f"{prefix}-INITIAL_FORMS": initial}
    for number, entry in enumerate(entries):
        data |= {f"{prefix}-{number}-{name}": value for name, value in entry.items()}
    return data


TERMS = {
    "starts_on": "01/06/2026",
    "weekly_pattern": "7 7 3,5 0 0 0 0",
    "price_method": "hourly",
    "hourly_price": "22,44",
    "management_rate": "0",
    "absence_rule": "worked_hours",
    "vat_regime": "S20",
    "notice_days": "30",
}


def assignment(employee, member, *terms, **facts):
    data = {"employee": employee.pk, "member": member.pk, "job": "comptable", "hours_entry": "both"}
    return {**data, "starts_on": "01/06/2026", **facts, **rows("terms", *(terms or [TERMS]))}


@pytest.mark.parametrize("model", ["employee", "contract", "assignment"])
@pytest.mark.parametrize("asked", ["kerbrat", "M001", "maelle"])
def test_lists_find_people_by_name_without_accents(model, asked, client, maelle, aloen):
    placed = world.assignment(maelle, aloen)
    if asked == "M001" and model == "assignment":
        asked = placed.reference
    row = {"employee": maelle, "contract": maelle.contracts.get(), "assignment": placed}[model]
    assert url(model, "change", row.pk) in read(client.get(url(model, "changelist"), {"q": asked}))
    assert url(model, "change", row.pk) not in read(client.get(url(model, "changelist"), {"q": "personne"}))


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize("model", ["employee", "contract", "assignment"])
def test_list_takes_as_few_queries_for_many_rows(model, many, client, aloen, django_assert_max_num_queries):
    for number in range(many):
        world.assignment(world.employee("Maëlle", f"K{number}", with_account=False), aloen)
    client.get(url(model, "changelist"))
    with django_assert_max_num_queries(12):
        assert client.get(url(model, "changelist")).status_code == 200


@pytest.mark.parametrize(("period", "found"), [("actuel", True), ("venir", False), ("fini", False)])
def test_assignments_are_filtered_by_period(period, found, client, maelle, aloen):
    placed = world.assignment(maelle, aloen)
    page = read(client.get(url("assignment", "changelist"), {"periode": period}))
    assert (url("assignment", "change", placed.pk) in page) is found


def test_employee_s_page_leads_to_contracts_and_assignments(client, maelle, aloen):
    placed = world.assignment(maelle, aloen)
    page = read(client.get(url("employee", "change", maelle.pk)))
    assert url("contract", "change", maelle.contracts.get().pk) in page
    assert url("assignment", "change", placed.pk) in page
    assert "Historique" in page


class TestContract:
    def facts(self, employee, member, **facts):
        return {
            "employee": employee.pk,
            "kind": "permanent",
            "starts_on": "01/06/2026",
            **rows(
                "terms",
                {
                    "starts_on": "01/06/2026",
                    "weekly_minutes": "17h30",
                    "time_scheme": "weekly",
                    "gross_monthly_pay": "1100,00",
                },
            ),
            **rows("allowed_members", {"member": member.pk, "starts_on": "01/06/2026"}),
            **facts,
        }

    @pytest.fixture
    def youenn(self):
        person = world.employee("Youenn", "Talec")
        Contract.objects.filter(employee=person).update(ends_before=date(2026, 6, 1), kind="fixed_term")
        return person

    def test_contract_is_made_with_terms_and_members(self, client, youenn, aloen):
        client.post(url("contract", "add"), self.facts(youenn, aloen))
        made = youenn.contracts.get(starts_on=date(2026, 6, 1))
        terms = made.terms.get()
        assert (terms.weekly_minutes, terms.gross_monthly_pay) == (1050, Decimal("1100.00"))
        assert made.allowed_members.get().member == aloen

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"kind": "fixed_term"}, "Un CDD a une date de fin : indiquez-la."),
            (
                {"starts_on": "31/05/2026"},
                "Youenn Talec a déjà un CDD depuis le 01/01/2026 sur cette période",
            ),
            ({"terms-0-weekly_minutes": "61"}, "« 61 » dépasse 60 h"),
            ({"terms-0-weekly_minutes": "beaucoup"}, "« beaucoup » n’est pas une durée"),
            ({"terms-0-yearly_minutes": "1607"}, "Une durée annuelle va avec un temps annualisé"),
            ({"terms-0-yearly_days": "218"}, "Des jours par an vont avec un forfait en jours"),
            ({"terms-0-time_scheme": "day_rate"}, "Un forfait en jours compte de 1 à 235 jours par an"),
            ({"terms-0-time_scheme": "two_weeks"}, "Un décompte sur deux semaines commence un lundi"),
            (
                {"terms-0-time_scheme": "two_weeks", "terms-0-cycle_starts_on": "02/06/2026"},
                "Un décompte sur deux semaines commence un lundi",
            ),
            (
                {"terms-0-time_scheme": "two_weeks", "terms-0-cycle_starts_on": "01/06/2026"},
                "Un décompte sur deux semaines va avec un temps plein",
            ),
            (
                {"terms-0-cycle_starts_on": "01/06/2026"},
                "Un premier lundi va avec un décompte sur deux semaines",
            ),
            ({"terms-0-gross_monthly_pay": "-1"}, "Le salaire ne peut pas être négatif."),
            ({"allowed_members-0-member": ""}, "Ce champ est obligatoire."),
        ],
    )
    def test_what_the_acts_refuse_is_a_sentence(self, facts, sentence, client, youenn, aloen):
        assert sentence in read(client.post(url("contract", "add"), self.facts(youenn, aloen, **facts)))
        assert youenn.contracts.count() == 1

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ({"terms-0-time_scheme": "annualised"}, ("annualised", None, None, None)),
            (
                {
                    "terms-0-time_scheme": "two_weeks",
                    "terms-0-weekly_minutes": "35",
                    "terms-0-cycle_starts_on": "01/06/2026",
                },
                ("two_weeks", None, None, date(2026, 6, 1)),
            ),
            (
                {"terms-0-time_scheme": "annualised", "terms-0-yearly_minutes": "1607"},
                ("annualised", 96420, None, None),
            ),
            (
                {"terms-0-time_scheme": "day_rate", "terms-0-yearly_days": "218"},
                ("day_rate", None, 218, None),
            ),
        ],
    )
    def test_time_is_counted_by_one_week_or_two_the_year_or_the_day(self, typed, kept, client, youenn, aloen):
        client.post(url("contract", "add"), self.facts(youenn, aloen, **typed))
        terms = youenn.contracts.get(starts_on=date(2026, 6, 1)).terms.get()
        counted = (terms.time_scheme, terms.yearly_minutes, terms.yearly_days, terms.cycle_starts_on)
        assert counted == kept

    def test_first_terms_are_closed_and_second_added_in_one_go(self, client, maelle, aloen):
        contract = maelle.contracts.get()
        terms, named = contract.terms.get(), contract.allowed_members.get()
        week = {"time_scheme": "weekly", "gross_monthly_pay": "2200"}
        old = {"id": terms.pk, "contract": contract.pk, "weekly_minutes": "35", **week}
        new = {"starts_on": "01/06/2026", "weekly_minutes": "28", **week}
        listed = {"id": named.pk, "contract": contract.pk, "member": aloen.pk, "starts_on": "01/01/2026"}
        data = {
            "kind": "permanent",
            "starts_on": "01/01/2026",
            **rows("allowed_members", listed, initial=1),
        }
        open_end = rows("terms", {**old, "starts_on": "01/01/2026"}, new, initial=1)
        page = read(client.post(url("contract", "change", contract.pk), {**data, **open_end}))
        assert "Ces dates en chevauchent d’autres : donnez d’abord une fin aux précédentes." in page
        closed = rows(
            "terms", {**old, "starts_on": "01/01/2026", "ends_before": "01/06/2026"}, new, initial=1
        )
        client.post(url("contract", "change", contract.pk), {**data, **closed})
        found = ContractTerms.objects.order_by("starts_on").values_list("ends_before", "weekly_minutes")
        assert list(found) == [(date(2026, 6, 1), 2100), (None, 1680)]

    def test_border_between_two_terms_moves_in_one_go(self, client, settings, maelle, aloen):
        # Django reads each row of a formset by itself.
        settings.ZEAL_ALLOWLIST = [{"model": "employees.ContractTerms"}]
        contract = maelle.contracts.get()
        first, named = contract.terms.get(), contract.allowed_members.get()
        ContractTerms.objects.update(ends_before=date(2026, 6, 1))
        second = ContractTerms.objects.create(
            contract=contract,
            starts_on=date(2026, 6, 1),
            weekly_minutes=60,
            gross_monthly_pay=Decimal("9.00"),
        )
        listed = {"id": named.pk, "contract": contract.pk, "member": aloen.pk, "starts_on": "01/01/2026"}
        pay = {
            "contract": contract.pk,
            "weekly_minutes": "35",
            "time_scheme": "weekly",
            "gross_monthly_pay": "2200",
        }
        for border in ("01/07/2026", "01/03/2026"):
            data = {
                "kind": "permanent",
                "starts_on": "01/01/2026",
                **rows("allowed_members", listed, initial=1),
                **rows(
                    "terms",
                    {"id": first.pk, **pay, "starts_on": "01/01/2026", "ends_before": border},
                    {"id": second.pk, **pay, "starts_on": border},
                    initial=2,
                ),
            }
            client.post(url("contract", "change", contract.pk), data)
            second.refresh_from_db()
            assert f"{second.starts_on:%d/%m/%Y}" == border


class TestAssignment:
    def test_assignment_finds_its_contract_and_reference(self, client, maelle, aloen):
        client.post(url("assignment", "add"), assignment(maelle, aloen))
        made = Assignment.objects.get()
        assert (made.reference, made.contract) == ("MAD-M001-1", maelle.contracts.get())
        assert made.terms.get().weekly_pattern == [420, 420, 210, 0, 0, 0, 0]

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"starts_on": "31/12/2025"}, "Maëlle Kerbrat n’a pas de contrat le 31/12/2025."),
            ({"ends_before": "01/06/2026"}, "La fin doit venir après le début."),
            ({"terms-0-starts_on": "31/05/2026"}, "Le 31/05/2026 n’est pas dans la mise à disposition."),
            ({"terms-0-hourly_price": ""}, "Indiquez le prix horaire convenu."),
            ({"terms-0-flat_amount": "500"}, "Cette méthode de prix n’a pas de forfait : videz-le."),
            ({"terms-0-weekly_pattern": "7 7 7"}, "du lundi au dimanche : il y en a 3."),
            ({"terms-0-weekly_pattern": "7 7:75 0 0 0 0 0"}, "Mardi : « 7:75 » compte 75 minutes"),
            ({"terms-0-alternate_pattern": "7 7 7"}, "du lundi au dimanche : il y en a 3."),
            ({"terms-0-alternate_pattern": "7 25 0 0 0 0 0"}, "Mardi : « 25 » dépasse 24 h"),
            ({"terms-0-vat_regime": "E261B"}, "L’exonération (CGI, art. 261 B) demande le coût exact"),
            (
                {"terms-0-vat_regime": "E261B", "terms-0-is_trued_up": "on"},
                "Aloen n’a pas d’attestation de TVA valable le 01/06/2026",
            ),
        ],
    )
    def test_what_the_acts_refuse_is_a_sentence(self, facts, sentence, client, maelle, aloen):
        data = {**assignment(maelle, aloen), **facts}
        assert sentence in read(client.post(url("assignment", "add"), data))
        assert Assignment.objects.count() == 0

    @pytest.mark.parametrize(
        ("typed", "kept"), [("0 0 0 7 7 0 0", [0, 0, 0, 420, 420, 0, 0]), ("", None), (" ", None)]
    )
    def test_every_second_week_may_be_another(self, typed, kept, client, maelle, aloen):
        data = assignment(maelle, aloen, {**TERMS, "alternate_pattern": typed})
        client.post(url("assignment", "add"), data)
        assert Terms.objects.get().alternate_pattern == kept
        shown = client.get(url("assignment", "change", Assignment.objects.get().pk))
        field = shown.context["inline_admin_formsets"][0].formset.forms[0]["alternate_pattern"]
        assert (field.value() or "") == typed.strip()

    def test_member_that_the_contract_does_not_name_is_refused(self, client, maelle):
        page = read(client.post(url("assignment", "add"), assignment(maelle, world.member("Sonam"))))
        assert "le contrat ne cite pas Sonam (C. trav. L1253-9)." in page

    def test_overlap_is_a_sentence_and_no_fault_of_the_server(self, client, maelle, aloen):
        world.assignment(maelle, aloen)
        page = read(client.post(url("assignment", "add"), assignment(maelle, aloen)))
        assert "Maëlle Kerbrat est déjà chez Aloen à partir du 01/01/2026 (MAD-2026-001)" in page

    def test_overlapping_terms_are_a_sentence(self, client, maelle, aloen):
        data = assignment(maelle, aloen, TERMS, {**TERMS, "starts_on": "01/07/2026"})
        page = read(client.post(url("assignment", "add"), data))
        assert "Ces dates en chevauchent d’autres : donnez d’abord une fin aux précédentes." in page
        assert Terms.objects.count() == 0

    def test_person_and_member_stay_once_placed(self, client, maelle, aloen):
        placed = world.assignment(maelle, aloen)
        terms = placed.terms.get()
        kept = {**TERMS, "id": terms.pk, "assignment": placed.pk, "starts_on": "01/01/2026"}
        data = {
            "reference": placed.reference,
            "employee": world.employee("Youenn", "Talec").pk,
            "member": world.member("Sonam").pk,
            "job": "paie",
            "hours_entry": "member",
            "starts_on": "01/01/2026",
            **rows("terms", kept, initial=1),
        }
        assert client.post(url("assignment", "change", placed.pk), data).status_code == 302
        placed.refresh_from_db()
        assert (placed.employee, placed.member, placed.job) == (maelle, aloen, "paie")

    def test_history_says_who_changed_what(self, client, malo, maelle, aloen):
        placed = world.assignment(maelle, aloen)
        kept = {**TERMS, "id": placed.terms.get().pk, "assignment": placed.pk, "starts_on": "01/01/2026"}
        data = assignment(maelle, aloen, reference=placed.reference, job="paie", starts_on="01/01/2026")
        client.post(url("assignment", "change", placed.pk), {**data, **rows("terms", kept, initial=1)})
        journal = reverse("admin:pghistory_middlewareevents_changelist")
        page = read(client.get(journal, {"method": "tracks", "obj": f"employees.Assignment:{placed.pk}"}))
        assert "<li>mission : « comptable » → « paie »</li>" in page
        assert malo.name in page


class TestPlans:
    """The planning writes them: an admin finds who changed what, and writes nothing here."""

    @pytest.fixture
    def planned(self, malo, maelle, aloen):
        placed = world.assignment(maelle, aloen)
        days = {"starts_on": date(2026, 12, 14), "ends_before": date(2026, 12, 16)}
        return {
            "plannedday": PlannedDay.objects.create(
                assignment=placed, day=date(2026, 12, 7), minutes=210, reason="Inventaire", made_at=world.NOW
            ),
            "absence": Absence.objects.create(
                employee=maelle, kind="leave", note="Noces", recorded_at=world.NOW, **days
            ),
            "calendarfeed": feeds.open_feed(malo, employee=maelle, at=world.NOW)[0],
        }

    @pytest.mark.parametrize("model", ["plannedday", "absence", "calendarfeed"])
    def test_they_are_found_by_name_and_not_written(self, client, planned, model):
        row = planned[model]
        assert url(model, "change", row.pk) in read(client.get(url(model, "changelist"), {"q": "kerbrat"}))
        assert url(model, "change", row.pk) not in read(
            client.get(url(model, "changelist"), {"q": "personne"})
        )
        assert client.get(url(model, "change", row.pk)).status_code == 200
        assert client.get(url(model, "add")).status_code == 403
        assert client.post(url(model, "change", row.pk), {"minutes": 1}).status_code == 403
        assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403

    def test_an_address_is_revoked_and_its_secret_never_shown(self, client, planned):
        feed = planned["calendarfeed"]
        assert feed.secret_digest not in read(client.get(url("calendarfeed", "change", feed.pk)))
        client.post(url("calendarfeed", "changelist"), {"action": "revoke", "_selected_action": [feed.pk]})
        feed.refresh_from_db()
        assert feed.revoked_at is not None


def test_a_price_at_actual_cost_says_what_it_lets_the_member_compute(client, maelle, aloen):
    """Without a cost in words; of 3 637.92 in November, the member that is alone in December reads all."""
    at_cost = {**TERMS, "price_method": "actual", "hourly_price": "", "management_rate": "6"}
    text = read(client.post(url("assignment", "add"), assignment(maelle, aloen, at_cost), follow=True))
    assert "laisse calculer sur Maëlle Kerbrat" in text
    assert "divisée par ses heures, le coût d’une heure travaillée" in text
    placed = maelle.assignments.get()
    assert f'href="{reverse("billing:change_price", args=[placed.pk])}?horaire"' in text
    Terms.objects.all().delete()
    placed.delete()
    world.cost(maelle, gross="2640.00", contributions="997.92")
    later = assignment(maelle, aloen, {**at_cost, "starts_on": "01/12/2026"}, starts_on="01/12/2026")
    text = read(client.post(url("assignment", "add"), later, follow=True)).replace("\u202f", " ")
    assert "Aloen lit sur sa facture le coût employeur, 3 637,92 €" in text


def test_an_hourly_price_says_nothing_of_pay(client, maelle, aloen):
    text = read(client.post(url("assignment", "add"), assignment(maelle, aloen), follow=True))
    assert "laisse calculer" not in text
