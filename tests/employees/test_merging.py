"""Two records of one person become one, with all they hold; what cannot be true of both is told, and kept apart."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.urls import reverse

from employees import merging
from employees.merging import NotMergeable
from employees.models import Absence, CalendarFeed, Contract, Employee, EmployeeMerge
from members.models import Deputy, User
from tests import world
from tests.house.constraints.scene import cast as every_row
from tests.house.constraints.scene_billing import billing as every_billing_row
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db
REASON = "Réembauchée, saisie deux fois"


def record(last_name="KERBRAT", *, with_account=False, **facts):
    """A second record of Maëlle, without a contract."""
    made = world.employee("Maelle", last_name, with_account=False)
    made.contracts.all().delete()
    if with_account:
        made.user = world.user("Maëlle K", email="maelle@ailleurs.example")
        made.save()
    return made


def merge(source, target, by, reason=REASON, at=NOW):
    return merging.merge(source.pk, target.pk, reason=reason, by=by, at=at)


@pytest.fixture
def malo():
    return world.admin()


def test_all_that_a_record_holds_goes_to_the_other_whatever_is_issued_or_signed(malo):
    """With a row in each table, in the states that triggers keep: each goes along, and nothing else changes."""
    cast = every_row()
    every_billing_row(cast)
    Employee.objects.filter(pk=cast.maelle.pk).update(payroll_number="M900")
    other = record()
    held = {kind.label: [row.pk for row in kind.rows] for kind in merging.holdings(cast.maelle.pk)}
    papers = {
        model: list(apps.get_model(model).objects.order_by("pk").values())
        for model in ("billing.Invoice", "billing.Line", "timesheets.SignedSheet", "timesheets.Entry")
    }
    assert len(held) > 12, held
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the scene owes
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        done = merge(cast.maelle, other, malo)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert {kind.label: [row.pk for row in kind.rows] for kind in merging.holdings(other.pk)} == held
    assert not Employee.objects.filter(pk=cast.maelle.pk).exists()
    assert (done.moved, done.reason, done.by, done.at) == (held, REASON, malo, NOW)
    assert (done.source_name, done.source_payroll_number) == ("Maëlle Kerbrat", "M900")
    assert [note for note in done.notes if "repris" in note] == [
        "Compte maelle.kerbrat@laronde.example repris"
    ]
    other.refresh_from_db()
    assert other.user.email == "maelle.kerbrat@laronde.example"
    assert papers == {model: list(apps.get_model(model).objects.order_by("pk").values()) for model in papers}


def test_no_table_with_a_key_to_a_person_is_forgotten():
    every_billing_row(every_row())
    found = {model._meta.label for model, _ in merging._keys()}
    named = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Employee and field.db_constraint
    }
    assert found == named
    assert len(found) > 14


def test_what_cannot_be_true_of_both_is_told_and_nothing_moves(malo):
    world.group()
    aloen = world.member("Aloen")
    first, second = world.employee("Maëlle"), world.employee("Maelle", with_account=False)
    for each in (first, second):
        placed = world.assignment(each, aloen)
        world.timesheet(placed, {NOVEMBER.first: 420})
        world.timesheet(each, {NOVEMBER.first + timedelta(1): 420}, kind="training", status="submitted")
        Absence.objects.create(
            employee=each,
            starts_on=date(2026, 12, 7 + (each == second)),
            ends_before=date(2026, 12, 10),
            recorded_at=NOW,
        )
        world.cost(each, month=OCTOBER)
    before = {kind.label: len(kind.rows) for kind in merging.holdings(first.pk)}
    with pytest.raises(NotMergeable) as refused:
        merge(second, first, malo)
    assert "ne peut pas être vrai à la fois" in refused.value.message
    assert sorted(refused.value.errors) == [
        "Absence prévue\u00a0: du 08/12/2026 au 09/12/2026 et du 07/12/2026 au 09/12/2026, aux mêmes jours.",
        "Contrat de travail\u00a0: à partir du 01/01/2026 et à partir du 01/01/2026, aux mêmes jours.",
        "Coût employeur\u00a0: octobre 2026 existe dans les deux fiches.",
        "Mise à disposition\u00a0: à partir du 01/01/2026 et à partir du 01/01/2026, aux mêmes jours.",
        "Relevé d’heures\u00a0: novembre 2026 existe dans les deux fiches.",
    ]
    assert {kind.label: len(kind.rows) for kind in merging.holdings(first.pk)} == before
    assert not EmployeeMerge.objects.exists()


def rehired():
    """One contract until 15 November, the other from 16 November on; both have an open November at the group."""
    world.group()
    aloen = world.member("Aloen")
    first, second = world.employee("Maëlle"), world.employee("Maelle", with_account=False)
    placed = world.assignment(first, aloen, ends_before=date(2026, 11, 16))
    Contract.objects.filter(employee=first).update(ends_before=date(2026, 11, 16))
    Contract.objects.filter(employee=second).update(starts_on=date(2026, 11, 16))
    again = world.assignment(second, aloen, starts_on=date(2026, 11, 16))
    sheets = [
        world.timesheet(placed, {NOVEMBER.first: 420}, status="draft"),
        world.timesheet(again, {date(2026, 11, 16): 420}, status="draft"),
        world.timesheet(first, {date(2026, 11, 3): 420}, kind="leave", status="draft"),
    ]
    empty = world.timesheet(second, status="draft")
    return first, second, sheets, empty


@pytest.mark.parametrize("keeps", ["first", "second"])
def test_an_empty_draft_gives_way_and_the_hours_of_both_stay(malo, keeps):
    first, second, sheets, empty = rehired()
    source, target = (second, first) if keeps == "first" else (first, second)
    merging.preview(first, second, at=NOW)
    assert Timesheet.objects.filter(pk=empty.pk).exists()
    done = merge(source, target, malo)
    found = Timesheet.objects.filter(employee=target).order_by("pk").values_list("pk", flat=True)
    assert list(found) == [sheet.pk for sheet in sheets]
    assert "Relevé vide de novembre 2026 supprimé" in done.notes


def test_a_second_time_it_answers_the_same_and_the_other_way_it_is_refused(malo):
    first, second = world.employee("Maëlle"), record()
    done = merge(second, first, malo)
    assert merge(second, first, malo, reason="Encore") == done
    assert EmployeeMerge.objects.count() == 1
    with pytest.raises(NotMergeable, match="n’existe plus"):
        merge(first, second, malo)
    assert Employee.objects.get() == first


def test_who_administers_alone_merges_with_a_reason_two_records_that_may_be_of_one_person(malo):
    first, second = world.employee("Maëlle"), record()
    stranger = record("Talec")
    Employee.objects.filter(pk=stranger.pk).update(first_name="Youenn", birth_date=date(1980, 1, 1))
    answers = {}
    for name, (source, target, by, reason) in {
        "coordination": (second, first, world.coordinator(), REASON),
        "finance": (second, first, world.finance(), REASON),
        "person": (second, first, first.user, REASON),
        "no reason": (second, first, malo, "  "),
        "too long": (second, first, malo, "x" * 201),
        "itself": (first, first, malo, REASON),
        "stranger": (stranger, first, malo, REASON),
    }.items():
        try:
            merge(source, target, by, reason)
        except NotMergeable as refusal:
            answers[name] = refusal.message
    only = "Seule l’administration fusionne deux fiches."
    assert answers == {
        "coordination": only,
        "finance": only,
        "person": only,
        "no reason": "Écrivez pourquoi c’est la même personne\u00a0: le journal le garde.",
        "too long": "Le motif tient en 200 caractères.",
        "itself": "Choisissez deux fiches différentes.",
        "stranger": "Ces fiches n’ont ni le même nom ni la même date de naissance\u00a0: corrigez d’abord celle qui se "
        "trompe.",
    }


def test_of_two_accounts_that_of_the_record_that_stays_is_used(malo):
    first, second = world.employee("Maëlle"), record(with_account=True)
    account = second.user
    done = merge(second, first, malo)
    closed = "Compte maelle@ailleurs.example fermé\u00a0; ce qu’il a écrit reste à son nom"
    assert done.notes == [closed]
    assert not User.objects.get(pk=account.pk).is_active
    first.refresh_from_db()
    assert first.user.email == "maelle.kerbrat@laronde.example"


def test_what_acts_from_today_on_goes_to_the_account_that_stays(malo):
    first, second = world.employee("Maëlle"), record(with_account=True)
    kept, other = first.user, second.user
    aloen, book, sonam = (world.member(name) for name in ("Aloen", "Book", "Sonam"))
    today, tomorrow = NOW.date(), NOW.date() + timedelta(days=1)
    world.seat(other, aloen)
    world.seat(other, book, starts_on=tomorrow)
    world.seat(other, sonam)
    world.seat(kept, sonam)
    world.deputy(world.coordinator(), other)
    User.objects.filter(pk=other.pk).update(is_finance=True)
    past = world.seat(other, world.member("Ty Lann"), starts_on=world.YEAR_START, ends_before=today)
    placed = world.assignment(first, aloen)
    sheet = world.timesheet(placed, {date(2026, 11, 3): 420}, status="submitted", by=other)

    done = merge(second, first, malo)

    kept.refresh_from_db()
    assert kept.is_finance
    held = {str(seat.member): (seat.starts_on, seat.ends_before) for seat in kept.seats.all()}
    assert held["Aloen"] == (today, None)
    assert held["Book"] == (tomorrow, None)
    assert set(held) == {"Aloen", "Book", "Sonam"}
    assert not other.seats.filter(Q(ends_before=None) | Q(ends_before__gt=today)).exists()
    past.refresh_from_db()
    assert past.user == other
    assert Deputy.objects.get().user == kept
    assert sheet.steps.get().by == other
    assert set(sheet.entries.values_list("entered_by", flat=True)) == {other.pk}
    assert "Siège chez Aloen repris" in done.notes
    assert "Siège chez Sonam non repris, l’autre compte y en a un" in done.notes
    assert not User.objects.get(pk=other.pk).is_active


def test_one_calendar_address_a_reader_is_left(malo):
    first, second = world.employee("Maëlle"), record()
    for rank, each in enumerate((first, second)):
        CalendarFeed.objects.create(user=malo, employee=each, secret_digest=str(rank) * 64, made_at=NOW)
    done = merge(second, first, malo)
    assert done.notes == ["1\u00a0adresse d’agenda révoquée"]
    assert [feed.revoked_at for feed in CalendarFeed.objects.order_by("pk")] == [None, NOW]


def test_a_record_that_is_merged_is_gone_or_postgresql_refuses_the_journal(malo):
    first, second = world.employee("Maëlle"), record()
    facts = {
        "source_name": "…",
        "source_payroll_number": "…",
        "target_name": "…",
        "reason": "…",
        "by": malo,
        "at": NOW,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="a merged record is gone"), transaction.atomic():
        EmployeeMerge.objects.create(source=second.pk, target=first.pk, **facts)


class TestPage:
    @pytest.fixture(autouse=True)
    def malo(self, client, settings):
        settings.REQUIRE_SECOND_FACTOR = False
        client.force_login(world.admin())

    def post(self, client, *records, **typed):
        ticked = {"action": "merge", "_selected_action": [each.pk for each in records]}
        address = reverse("admin:employees_employee_changelist")
        return client.post(address, {**ticked, **typed}, follow=True)

    def test_two_records_are_read_side_by_side_then_become_one_and_pressed_twice_it_stays_so(self, client):
        first, second, *_ = rehired()
        page = self.post(client, first, second)
        words = page.content.decode()
        assert page.status_code == 200
        for text in (
            "17/05/1990",
            "maelle.kerbrat@laronde.example",
            "aucun",
            "Contrats de travail",
            "Relevés d’heures",
        ):
            assert text in words, text
        assert Employee.objects.count() == 2
        refused = self.post(client, first, second, target=first.pk, reason=" ")
        assert refused.status_code == 422
        for _ in range(2):
            answer = self.post(client, first, second, target=first.pk, reason=REASON)
            assert "n’en font plus qu’une" in answer.content.decode()
        assert Employee.objects.get() == first
        [done] = EmployeeMerge.objects.all()
        journal = client.get(reverse("admin:employees_employeemerge_change", args=[done.pk])).content.decode()
        assert REASON in journal
        assert "contrats de travail\u00a0: 1" in journal

    def test_contradictions_stand_on_the_page_and_what_was_typed_stays(self, client):
        first, second = world.employee("Maëlle"), world.employee("Maelle", with_account=False)
        assert "aux mêmes jours" in self.post(client, first, second).content.decode()
        answer = self.post(client, first, second, target=second.pk, reason=REASON)
        assert answer.status_code == 422
        assert REASON in answer.content.decode()
        assert Employee.objects.count() == 2

    def test_one_or_three_records_are_not_merged(self, client):
        three = [world.employee("Maëlle"), record(), record("Kerbrat-Talec")]
        for chosen in (three[:1], three):
            assert "Cochez les deux fiches" in self.post(client, *chosen).content.decode()


def test_months_ahead_follow_too(malo):
    first, second = world.employee("Maëlle"), record()
    ahead = world.timesheet(first, {DECEMBER.first: 420}, month=DECEMBER, kind="leave", status="draft")
    merge(first, second, malo)
    ahead.refresh_from_db()
    assert ahead.employee == second
