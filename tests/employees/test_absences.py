"""Absences known in advance: who notes them, which days they may hold, what stays of them."""

from datetime import date, timedelta

import pytest

from employees import absences
from employees.models import Absence, AbsenceEvent
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 6)
DAYS = {"first": FIRST, "last": LAST}


@pytest.fixture
def solene():
    return world.coordinator()


@pytest.fixture
def maelle():
    return world.employee()


@pytest.fixture
def leave(maelle, solene):
    return absences.record(maelle, kind="leave", **DAYS, note="Bretagne", by=solene, at=NOW)


def refused(deed, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        deed(*args, by=kwargs.pop("by"), at=NOW, **kwargs)
    return refusal.value.message, refusal.value.field


def test_an_absence_holds_its_last_day(leave, maelle, solene):
    assert (leave.starts_on, leave.last_day, leave.ends_before) == (FIRST, LAST, date(2026, 11, 7))
    assert (leave.kind, leave.note, leave.recorded_by, leave.recorded_at) == (
        "leave",
        "Bretagne",
        solene,
        NOW,
    )


def test_a_person_notes_and_takes_back_their_own(maelle):
    own = {"by": maelle.user, "at": NOW}
    noted = absences.record(maelle, kind="sickness", first=FIRST, last=FIRST, **own)
    absences.change(noted, kind="sickness", **DAYS, note="Arrêt prolongé", **own)
    noted.refresh_from_db()
    assert (noted.last_day, noted.note) == (LAST, "Arrêt prolongé")
    absences.cancel(noted, **own)
    assert not Absence.objects.exists()
    assert list(AbsenceEvent.objects.order_by("pk").values_list("pgh_label", flat=True)) == [
        "insert",
        "update",
        "delete",
    ]


def test_nobody_else_has_a_hand_in_it(leave, maelle):
    aloen = world.member()
    world.assignment(maelle, aloen)
    strangers = [
        world.staff(aloen),
        world.finance(),
        world.admin(),
        world.employee("Youenn", "Talec").user,
    ]
    sentence = "Une absence se note par la personne, ou par la coordination."
    for stranger in strangers:
        assert refused(absences.record, maelle, kind="leave", **DAYS, by=stranger) == (sentence, None)
        assert refused(absences.change, leave, kind="leave", **DAYS, by=stranger) == (sentence, None)
        assert refused(absences.cancel, leave, by=stranger) == (sentence, None)
    assert Absence.objects.get().note == "Bretagne"


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (DAYS, "du 02/11/2026 au 06/11/2026"),
        ({"first": LAST, "last": date(2026, 11, 20)}, "du 02/11/2026 au 06/11/2026"),
        ({"first": date(2026, 10, 1), "last": FIRST}, "du 02/11/2026 au 06/11/2026"),
    ],
)
def test_an_overlap_names_the_other_dates(leave, maelle, solene, days, sentence):
    assert refused(absences.record, maelle, kind="training", **days, by=solene) == (
        f"Une absence est déjà prévue {sentence}\u00a0: modifiez-la, ou choisissez d’autres jours.",
        "first",
    )


def test_one_day_is_named_as_one_day(maelle, solene):
    absences.record(maelle, kind="leave", first=FIRST, last=FIRST, by=solene, at=NOW)
    sentence, _ = refused(absences.record, maelle, kind="leave", **DAYS, by=solene)
    assert sentence.startswith("Une absence est déjà prévue le 02/11/2026\u00a0: ")


def test_absences_may_follow_each_other_and_be_those_of_others(leave, solene):
    absences.record(
        leave.employee, kind="leave", first=date(2026, 11, 7), last=date(2026, 11, 8), by=solene, at=NOW
    )
    absences.record(world.employee("Youenn", "Talec"), kind="leave", **DAYS, by=solene, at=NOW)
    absences.change(leave, kind="training", first=FIRST, last=FIRST, by=solene, at=NOW)
    assert Absence.objects.count() == 3


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "holiday"}, ("Choisissez un motif dans la liste.", "kind")),
        ({"first": LAST, "last": FIRST}, ("Le dernier jour vient avant le premier.", "last")),
        ({"last": date(2062, 11, 6)}, ("Trois ans au plus\u00a0: vérifiez les années.", "last")),
        ({"first": date(2025, 12, 31)}, ("Il n’y a pas de contrat le 31/12/2025.", "first")),
        ({"note": "x" * 201}, ("La note tient en 200 caractères.", "note")),
    ],
)
def test_what_cannot_be_is_refused(maelle, solene, facts, sentence):
    assert refused(absences.record, maelle, **{"kind": "leave", **DAYS, **facts}, by=solene) == sentence
    assert not Absence.objects.exists()


def test_the_longest_absence_and_the_longest_note_are_taken(maelle, solene):
    longest = FIRST + timedelta(days=3 * 366 - 1)
    absences.record(maelle, kind="other", first=FIRST, last=longest, note="x" * 200, by=solene, at=NOW)
    assert Absence.objects.get().ends_before - FIRST == timedelta(days=3 * 366)
    Absence.objects.all().delete()
    sentence = ("Trois ans au plus\u00a0: vérifiez les années.", "last")
    assert (
        refused(
            absences.record, maelle, kind="leave", first=FIRST, last=longest + timedelta(days=1), by=solene
        )
        == sentence
    )


def test_what_was_cancelled_meanwhile_stays_so(leave, solene):
    seen = Absence.objects.get()
    absences.cancel(leave, by=solene, at=NOW)
    sentence = "Cette absence vient d’être annulée. Rechargez la page."
    assert refused(absences.change, seen, kind="leave", **DAYS, by=solene) == (sentence, None)
    assert refused(absences.cancel, seen, by=solene) == (sentence, None)
    assert not Absence.objects.exists()
