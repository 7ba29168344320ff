"""Lifecycle: guarded moves, the steps they leave, the refusals they answer with; shown on memberships."""

import pickle
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import FieldDoesNotExist

from groupement.kernel.lifecycle import IllegalMove, Lifecycle, Refusal, StaleRow
from members.models import Membership
from members.models.membership import MembershipStatus
from tests import world

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
LEAVING = {"notice_on": date(2026, 11, 30), "ends_before": date(2027, 1, 1)}


@pytest.fixture
def membership(db):
    return world.member("Sonam").memberships.get()


def leave(membership, **more):
    membership.move(MembershipStatus.LEAVING, at=AT, **LEAVING, **{"by": None, **more})


def test_a_move_writes_state_and_columns_and_the_instance_follows(membership):
    leave(membership)
    stored = Membership.objects.get(pk=membership.pk)
    assert (stored.status, stored.notice_on) == ("leaving", date(2026, 11, 30))
    assert (membership.status, membership.notice_on) == ("leaving", date(2026, 11, 30))


def test_a_move_leaves_a_step(membership):
    somebody = world.coordinator()
    leave(membership, by=somebody, note="Cessation d’activité.")
    step = membership.steps.get()
    assert (step.source, step.target, step.by, step.at, step.note) == (
        "admitted",
        "leaving",
        somebody,
        AT,
        "Cessation d’activité.",
    )
    assert str(step) == "admitted → leaving"


def test_what_happens_by_lapse_of_time_is_done_by_nobody(membership):
    leave(membership)
    assert membership.steps.get().by is None


def test_a_move_that_moves_does_not_allow_is_refused_in_french(membership):
    with pytest.raises(
        IllegalMove, match="impossible de passer de «\u00a0admis\u00a0» à «\u00a0parti\u00a0»"
    ) as caught:
        membership.move(MembershipStatus.LEFT, by=None, at=AT, ends_before=date(2026, 12, 1))
    assert isinstance(caught.value, Refusal)
    assert Membership.objects.get(pk=membership.pk).status == membership.status == "admitted"
    assert membership.steps.count() == 0


def test_an_unknown_state_is_refused(membership):
    assert not membership.may_move("nowhere")
    with pytest.raises(IllegalMove, match="nowhere"):
        membership.move("nowhere", by=None, at=AT)


def test_the_slower_of_two_is_told_that_the_row_has_moved(membership):
    slower = Membership.objects.get(pk=membership.pk)
    leave(membership)
    with pytest.raises(StaleRow, match="n’est plus à l’état «\u00a0admis\u00a0»"):
        leave(slower, note="Trop tard.")
    assert slower.status == "admitted"
    assert [step.note for step in membership.steps.all()] == [""]


def test_a_move_takes_one_update_and_one_insert(membership, django_assert_num_queries):
    with django_assert_num_queries(4):  # and the savepoint around them
        leave(membership)


def test_a_refusal_tells_what_where_and_line_by_line():
    refusal = Refusal("Le fichier a 2 erreurs.", field="file", errors=["Ligne 2", "Ligne 5"])
    assert (str(refusal), refusal.message) == ("Le fichier a 2 erreurs.", "Le fichier a 2 erreurs.")
    assert (refusal.field, refusal.errors) == ("file", ["Ligne 2", "Ligne 5"])
    plain = Refusal("Non.")
    assert (plain.field, plain.errors) == (None, [])


def test_a_refusal_travels_between_processes():
    read = pickle.loads(pickle.dumps(StaleRow("Trop tard.", field="status", errors=["a"])))  # noqa: S301
    assert (type(read), read.message, read.field, read.errors) == (StaleRow, "Trop tard.", "status", ["a"])


def test_the_system_check_names_a_lifecycle_whose_moves_miss_a_state(monkeypatch):
    assert [error.id for error in Membership.check()] == []
    incomplete = {state: moves for state, moves in Membership.MOVES.items() if state != MembershipStatus.LEFT}
    monkeypatch.setattr(Membership, "MOVES", incomplete)
    assert [error.id for error in Membership.check()] == ["groupement.E003"]
    monkeypatch.setattr(Membership, "MOVES", {**Membership.MOVES, MembershipStatus.LEFT: {"elsewhere"}})
    assert [error.id for error in Membership.check()] == ["groupement.E003"]


def test_the_abstract_lifecycle_brings_no_column():
    with pytest.raises(FieldDoesNotExist):
        Lifecycle._meta.get_field("status")


def test_many_move_together_each_with_its_columns(db, django_assert_num_queries):
    rows = [world.member(name).memberships.get() for name in ("Sonam", "Aloen", "Optim’ism")]
    days = [date(2026, 11, day) for day in (28, 29, 30)]
    columns = [{**LEAVING, "notice_on": day} for day in days]
    with django_assert_num_queries(4):  # one update and one insert, and the savepoint around them
        Membership.move_together(rows, MembershipStatus.LEAVING, by=None, at=AT, columns=columns)
    stored = Membership.objects.order_by("pk").values_list("status", "notice_on", "steps__target")
    assert list(stored) == [("leaving", day, "leaving") for day in days]
    assert [(row.status, row.notice_on) for row in rows] == [("leaving", day) for day in days]


def test_of_many_none_moves_when_one_was_moved_meanwhile(db):
    rows = [world.member(name).memberships.get() for name in ("Sonam", "Aloen")]
    leave(Membership.objects.get(pk=rows[1].pk))
    with pytest.raises(StaleRow, match="n’est plus dans l’état affiché"):
        Membership.move_together(rows, MembershipStatus.LEAVING, by=None, at=AT, columns=[LEAVING] * 2)
    assert [row.status for row in rows] == ["admitted"] * 2
    assert [row.notice_on for row in rows] == [None] * 2
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].steps.count()) == ("admitted", 0)
    with pytest.raises(IllegalMove, match="impossible de passer"):
        Membership.move_together(rows, MembershipStatus.LEFT, by=None, at=AT, columns=[{}] * 2)
