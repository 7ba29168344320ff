"""The admin of members: records are mended, secrets stay hidden, lifecycles move by acts, changes are listed."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Group as PermissionGroup
from django.urls import reverse

from members import access, joining
from members.admin.comparing import RecordAdmin
from members.admin.naming import is_unnamed
from members.models import Declaration, Deputy, Group, Invitation, Member, Membership, Site, User
from tests import world

pytestmark = pytest.mark.django_db

NO_ROWS = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}


def url(model, name="changelist", *arguments):
    return reverse(f"admin:members_{model}_{name}", args=arguments)


def inlines(*prefixes):
    return {f"{prefix}-{key}": value for prefix in prefixes for key, value in NO_ROWS.items()}


def run(client, model, action, row, **facts):
    data = {"action": action, "_selected_action": [row.pk], **facts}
    return client.post(url(model), data, follow=True).content.decode()


@pytest.fixture
def malo(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    person = world.admin()
    client.force_login(person)
    return person


# Written alike in French.
FRENCH_TOO = {"action", "classification", "code", "document", "format", "logo", "message", "minutes", "note"}
FRENCH_TOO |= {"invitation", "qualification", "signature", "source", "total", "type", "url", "version"}


def test_what_the_administration_shows_has_a_french_name(rf, malo):
    """Of records, of rows below them and of filters: nothing has the name of its attribute, nor has a table."""
    request, unnamed = rf.get("/admin/"), set()
    request.user = malo
    for model, shown in admin.site._registry.items():
        if not isinstance(shown, RecordAdmin):
            continue
        if model._meta.verbose_name == model._meta.model_name:
            unnamed.add(f"{model._meta.app_label}.{model._meta.model_name}")
        for one in (shown, *(inline(model, admin.site) for inline in shown.inlines)):
            names = {*flatten_fieldsets(one.get_fieldsets(request)), *getattr(one, "list_display", ())}
            columns = [column for column in one.model._meta.fields if column.name in names]
            unnamed |= {f"{one.model._meta.label}.{column.name}" for column in columns if is_unnamed(column)}
    assert {name for name in unnamed if name.rpartition(".")[2] not in FRENCH_TOO} == set()


def test_every_list_opens_and_searches(client, malo):
    world.group()
    aloen = world.member()
    world.attestation(aloen)
    world.staff(aloen)
    joining.apply(world.member("Sonam", admitted_on=None), by=malo, at=world.NOW)
    ours = [model for model in admin.site._registry if model._meta.app_label in {"members", "charter"}]
    for model in ours:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert client.get(address, {"q": "aloen"}, follow=True).status_code == 200, model
    assert len(ours) == 16


def test_the_admin_speaks_french_and_waits_behind_the_common_door(client):
    answer = client.get(reverse("admin:index"))
    assert answer.status_code == 302
    assert client.get(answer.url, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))


def test_who_is_no_admin_is_refused(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(world.finance())
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


class TestSecrets:
    def test_packages_that_show_secrets_are_taken_back(self):
        assert [
            model for model in (EmailAddress, UserSession, PermissionGroup) if admin.site.is_registered(model)
        ] == []

    def test_a_code_app_is_removed_but_never_read(self, client, malo):
        key = Authenticator.objects.create(user=malo, type="totp", data={"secret": "TRES-SECRET"})
        change = reverse("admin:mfa_authenticator_change", args=[key.pk])
        shown = client.get(change).content.decode()
        assert "Malo Kervella" in shown
        assert "TRES-SECRET" not in shown
        client.post(reverse("admin:mfa_authenticator_delete", args=[key.pk]), {"post": "yes"})
        assert not Authenticator.objects.exists()

    def test_no_password_is_shown_nor_asked(self, client, malo):
        person = world.user()
        shown = client.get(url("user", "change", person.pk)).content.decode()
        assert person.email in shown
        assert person.password not in shown
        assert 'name="password"' not in shown


class TestUser:
    def typed(self, **changes):
        return {
            "name": "Camille Le Goff",
            "email": "camille@laronde.example",
            "is_active": "on",
            "mail_frequency": "daily",
            **changes,
        }

    def test_an_account_is_made_without_a_password(self, client, malo):
        typed = self.typed(email="Camille@laronde.example", is_finance="on")
        client.post(url("user", "add"), {**typed, **inlines("seats")})
        person = User.objects.get(email="camille@laronde.example")
        assert (person.has_usable_password(), person.is_finance, person.is_admin) == (False, True, False)

    def test_the_same_address_twice_is_answered_in_french(self, client, malo):
        world.user(email="camille@laronde.example")
        answer = client.post(
            url("user", "add"), {**self.typed(email="CAMILLE@laronde.example"), **inlines("seats")}
        )
        assert "Cette adresse e-mail a déjà un compte." in answer.content.decode()

    def test_a_new_address_has_to_be_proven_again(self, client, malo):
        person = world.user(email="camille@laronde.example")
        access.trust_email(person)
        typed = self.typed(email="camille@autre.example")
        client.post(url("user", "change", person.pk), {**typed, **inlines("seats")})
        person.refresh_from_db()
        assert person.email == "camille@autre.example"
        assert not EmailAddress.objects.filter(user=person).exists()

    def test_an_admin_cannot_shut_themselves_out(self, client, malo):
        typed = {"name": malo.name, "email": malo.email, "mail_frequency": "weekly"}
        client.post(url("user", "change", malo.pk), {**typed, **inlines("seats")})
        malo.refresh_from_db()
        assert (malo.is_active, malo.is_admin, malo.mail_frequency) == (True, True, "weekly")

    def test_people_are_invited_from_the_list(self, client, malo):
        person = world.user()
        assert f"Invitation envoyée à {person.email}." in run(client, "user", "invite", person)
        invitation = Invitation.objects.get()
        assert (invitation.user, invitation.sent_by) == (person, malo)

    def test_accounts_are_closed_and_not_deleted(self, client, malo):
        person = world.user()
        assert client.post(url("user", "delete", person.pk), {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=person.pk).exists()


class TestGroup:
    def test_the_list_is_the_one_row(self, client, malo):
        group = world.group()
        assert client.get(url("group")).url == url("group", "change", group.pk)
        assert client.get(url("group", "add")).status_code == 403
        assert client.post(url("group", "delete", group.pk), {"post": "yes"}).status_code == 403
        assert Group.objects.count() == 1


class TestMember:
    def test_a_new_member_gets_the_next_mark(self, client, malo):
        world.member(hue=1, shape=1)
        initial = client.get(url("member", "add")).context["adminform"].form.initial
        assert (initial["hue"], initial["shape"]) == (2, 2)

    def test_wrong_numbers_are_answered_beside_their_fields(self, client, malo):
        number = world.siren(5)
        typed = {"siren": f"{number[:3]} {number[3:6]} {number[6:]}", "siret": "1", "vat_number": "FR00"}
        prefixes = ("memberships", "seats", "sites", "vat_attestations")
        page = client.post(url("member", "add"), {**typed, **inlines(*prefixes)})
        errors = page.context["adminform"].form.errors
        assert "siren" not in errors
        assert errors["siret"][0].startswith("Ce SIRET n’est pas valable")
        assert errors["vat_number"][0].startswith("Ce numéro de TVA n’est pas valable")


class TestDeputy:
    @pytest.fixture
    def typed(self, settings):
        settings.ZEAL_ALLOWLIST = [{"model": "members.User", "field": "get()"}]  # a form with two people
        aloen = world.member("Aloen")
        nolwenn, erwan = world.staff(aloen), world.staff(aloen, "Erwan Le Bris")
        days = {"first": "2099-03-02", "last": "2099-03-06"}
        return {"principal": nolwenn.pk, "user": erwan.pk, "member": aloen.pk, **days}

    def test_one_is_named_for_somebody_absent(self, client, malo, typed):
        client.post(url("deputy", "add"), typed)
        made = Deputy.objects.get()
        assert (made.user.name, made.starts_on, made.last_day) == (
            "Erwan Le Bris",
            date(2099, 3, 2),
            date(2099, 3, 6),
        )

    def test_what_the_act_refuses_is_said_beside_its_field(self, client, malo, typed):
        wrong = {**typed, "user": world.user("Ana Nouvelle").pk}
        errors = client.post(url("deputy", "add"), wrong).context["adminform"].form.errors
        assert errors == {
            "user": ["Ana Nouvelle n’a pas de siège chez Aloen\u00a0: choisissez une autre personne."]
        }
        assert not Deputy.objects.exists()

    def test_one_is_ended_and_never_deleted(self, client, malo):
        aloen = world.member("Aloen")
        held = world.deputy(world.staff(aloen), world.staff(aloen, "Erwan Le Bris"), member=aloen)
        assert client.post(url("deputy", "delete", held.pk), {"post": "yes"}).status_code == 403
        assert "La suppléance d’Erwan Le Bris est terminée." in run(client, "deputy", "end", held)
        held.refresh_from_db()
        assert held.ends_before == access.today()
        assert "Erwan Le Bris" not in client.get(url("deputy"), {"periode": "actuel"}).content.decode()
        assert "Erwan Le Bris" in client.get(url("deputy"), {"periode": "fini"}).content.decode()


class TestHoursSettings:
    def test_the_rules_of_hours_stand_together(self, client, malo):
        world.group()
        sets = dict(client.get(url("group", "change", 1)).context["adminform"].fieldsets)
        assert sets["Heures"]["fields"] == [
            "has_tacit_confirmation",
            "entry_grace_days",
            "draft_visibility",
            "holiday_zone",
        ]

    def test_a_place_keeps_the_holidays_of_its_region(self, client, malo):
        site = Site.objects.create(member=world.member(), name="Siège")
        typed = {"member": site.member_id, "name": "Siège", "holiday_zone": "alsace_moselle"}
        client.post(url("site", "change", site.pk), typed)
        site.refresh_from_db()
        assert site.holiday_zone == "alsace_moselle"

    def test_how_often_somebody_is_written_to_can_be_mended(self, client, malo):
        person = world.user()
        typed = {"name": person.name, "email": person.email, "is_active": "on", "mail_frequency": "never"}
        client.post(url("user", "change", person.pk), {**typed, **inlines("seats")})
        person.refresh_from_db()
        assert person.mail_frequency == "never"


class TestMembership:
    def test_an_application_then_an_admission_on_its_day(self, client, malo):
        world.group()
        sonam = world.member("Sonam", admitted_on=None)
        typed = {"member": sonam.pk, "college": "", "votes": "1", "deposit": "0", "yearly_dues": "150,00"}
        client.post(url("membership", "add"), {**typed, **inlines("declarations", "steps")})
        membership = Membership.objects.get(member=sonam)
        assert (membership.status, membership.yearly_dues) == ("candidate", 150)
        assert "Sonam est admis." in run(client, "membership", "admit", membership, day="2099-03-02")
        membership.refresh_from_db()
        assert (membership.status, membership.starts_on) == ("admitted", date(2099, 3, 2))
        assert Declaration.objects.get().due_on == date(2099, 4, 2)

    def test_a_refusal_is_a_message(self, client, malo):
        world.group()
        membership = Membership.objects.get(member=world.member())
        assert "impossible de passer de" in run(client, "membership", "admit", membership)
        assert "Le départ prend effet demain au plus tôt." in run(
            client, "membership", "announce_departure", membership
        )

    def test_state_and_dates_are_not_typed(self, client, malo):
        membership = Membership.objects.get(member=world.member())
        typed = {
            "status": "left",
            "starts_on": "2020-01-01",
            "votes": "2",
            "deposit": "0",
            "yearly_dues": "0",
        }
        client.post(url("membership", "change", membership.pk), {**typed, **inlines("declarations", "steps")})
        membership.refresh_from_db()
        assert (membership.status, membership.starts_on, membership.votes) == (
            "admitted",
            world.YEAR_START,
            2,
        )


class TestJournal:
    def shown(self, client, row):
        change = client.get(url(row._meta.model_name, "change", row.pk)).content.decode()
        assert "?method=tracks&amp;obj=" in change
        journal = reverse("admin:pghistory_middlewareevents_changelist")
        return client.get(
            journal, {"method": "tracks", "obj": f"{row._meta.label}:{row.pk}"}
        ).content.decode()

    def test_a_change_is_told_in_words(self, client, malo):
        number = world.siren(5)
        sonam = world.member("Sonam", siren=number, siret=world.siret(number), vat_number="")
        form = client.get(url("member", "change", sonam.pk)).context["adminform"].form
        typed = {name: value for name, value in form.initial.items() if value is not None}
        typed.update(city="Kervignac", legal_form="scic", is_taxable_person="false")
        prefixes = ("memberships", "seats", "sites", "vat_attestations")
        client.post(url("member", "change", sonam.pk), {**typed, **inlines(*prefixes)})
        assert Member.objects.get().city == "Kervignac"
        text = self.shown(client, sonam)
        sentence = [
            "Malo Kervella",
            "Modification",
            "ville\u00a0: «\u00a0Lorient\u00a0» → «\u00a0Kervignac\u00a0»",
            "«\u00a0association loi 1901\u00a0» → «\u00a0société coopérative d’intérêt collectif\u00a0»",
            "assujetti à la TVA\u00a0: «\u00a0oui\u00a0» → «\u00a0non\u00a0»",
        ]
        assert [words for words in sentence if words not in text] == []

    def test_a_password_leaves_no_trace(self, client, malo):
        person = world.user()
        person.set_password("Un tout autre mot de passe")
        person.save()
        text = self.shown(client, person)
        assert "Création" in text
        assert person.password not in text
