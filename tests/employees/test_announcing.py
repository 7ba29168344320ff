"""Absences and changes of plan are told to whom they concern: each learns of their own days, and no member why."""

from datetime import date, timedelta

import pytest

from employees import absences, moving, rescheduling
from employees.models import Absence
from members import notifying
from members.models import Mail, Notice, NoticeKind
from members.standing import NotConfirmed
from tests import world

pytestmark = pytest.mark.django_db
NOW = world.at(date(2026, 12, 3), 10)
MINUTE = timedelta(minutes=1)
MONDAY, TUESDAY, WEDNESDAY = date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)


class Cast:
    """Maëlle works on Mondays at Aloen, on Tuesdays and Wednesdays at Sonam; somebody else is at OnCIMé."""

    def __init__(self):
        world.group()
        self.aloen, self.sonam, self.oncime = (world.member(name) for name in ("Aloen", "Sonam", "OnCIMé"))
        self.solene = world.coordinator()
        self.coordinating = world.coordinator("Ewen Moal")
        self.staff = [
            world.staff(member, name)
            for member, name in (
                (self.aloen, "Aloïs A"),
                (self.sonam, "Soizic S"),
                (self.oncime, "Oanez O"),
            )
        ]
        world.staff(self.aloen, "Lecteur A", function="reader")
        self.employee = world.employee("Maëlle", "Kerbrat")
        self.maelle = self.employee.user
        self.at_aloen = world.assignment(self.employee, self.aloen)
        self.at_sonam = world.assignment(self.employee, self.sonam, weekly_pattern=(0, 420, 210, 0, 0, 0, 0))

    def note(self, first, last, by=None, kind="sickness", at=NOW):
        return absences.record(
            self.employee, kind=kind, first=first, last=last, note="Opération", by=by or self.solene, at=at
        )


@pytest.fixture
def cast():
    return Cast()


def noticed(*kinds):
    rows = Notice.objects.filter(settled_at=None).select_related("to").order_by("pk")
    found = {}
    for row in rows.filter(kind__in=kinds) if kinds else rows:
        found.setdefault(row.to.name, []).append(row.sentence)
    return found


def tell(at=NOW):
    """All that waits leaves now."""
    notifying.tell_quiet(at + timedelta(hours=1))


def test_an_absence_noted_by_another_is_told_to_the_person_and_to_the_members_of_those_days(cast):
    """Red before: nobody was told."""
    cast.note(MONDAY, TUESDAY)
    assert noticed() == {
        "Maëlle Kerbrat": [
            "Solène Rivoal a noté pour vous une absence du lundi 7 décembre au mardi 8 décembre."
        ],
        "Aloïs A": ["Maëlle Kerbrat n’est pas disponible chez Aloen le lundi 7 décembre."],
        "Soizic S": ["Maëlle Kerbrat n’est pas disponible chez Sonam le mardi 8 décembre."],
    }
    tell()
    for mail in Mail.objects.all():
        for word in ("maladie", "malad", "Opération", "sickness"):
            assert word not in mail.text + mail.html + mail.subject
    at_aloen = Mail.objects.get(to=cast.staff[0])
    assert "Sonam" not in at_aloen.text + at_aloen.html
    assert "mardi" not in at_aloen.text
    assert at_aloen.subject == "Une personne n’est pas disponible"


def test_an_absence_noted_by_the_person_is_told_to_the_coordination_and_the_members(cast):
    cast.note(MONDAY, MONDAY, by=cast.maelle)
    assert noticed() == {
        "Solène Rivoal": ["Maëlle Kerbrat sera en absence le lundi 7 décembre."],
        "Ewen Moal": ["Maëlle Kerbrat sera en absence le lundi 7 décembre."],
        "Aloïs A": ["Maëlle Kerbrat n’est pas disponible chez Aloen le lundi 7 décembre."],
    }


def test_another_cause_is_no_news_for_a_member_and_other_days_are(cast):
    absence = cast.note(MONDAY, TUESDAY)
    tell()
    facts = {"kind": "leave", "by": cast.solene}
    absences.change(absence, first=MONDAY, last=TUESDAY, at=NOW + MINUTE, **facts)
    assert noticed().keys() == {"Maëlle Kerbrat"}
    absences.change(absence, first=TUESDAY, last=WEDNESDAY, at=NOW + 2 * MINUTE, **facts)
    assert noticed() == {
        "Maëlle Kerbrat": [
            (
                "Solène Rivoal a changé une absence à votre nom\u00a0: elle va "
                "du mardi 8 décembre au mercredi 9 décembre."
            )
        ],
        "Aloïs A": ["Maëlle Kerbrat est de nouveau disponible chez Aloen le lundi 7 décembre."],
        "Soizic S": [
            "Maëlle Kerbrat n’est pas disponible chez Sonam le mardi 8 décembre et le mercredi 9 décembre."
        ],
    }


def test_an_absence_cancelled_in_time_was_never_told_and_later_is_put_right(cast):
    absences.cancel(cast.note(MONDAY, MONDAY), by=cast.solene, at=NOW + MINUTE)
    assert noticed() == {}
    absence = cast.note(MONDAY, MONDAY)
    tell()
    absences.cancel(Absence.objects.get(pk=absence.pk), by=cast.solene, at=NOW + timedelta(hours=2))
    assert noticed() == {
        "Maëlle Kerbrat": ["Solène Rivoal a annulé l’absence à votre nom le lundi 7 décembre."],
        "Aloïs A": ["Maëlle Kerbrat est de nouveau disponible chez Aloen le lundi 7 décembre."],
    }


def test_a_day_that_is_refused_or_asked_about_is_told_to_nobody(cast):
    world.timesheet(cast.at_aloen, {MONDAY: 420}, month=world.DECEMBER, status="draft")
    with pytest.raises(NotConfirmed):
        cast.note(MONDAY, MONDAY)
    assert noticed() == {}


def test_a_day_moved_is_told_to_the_person_and_the_member_and_another_one_hears_that_its_day_changed(cast):
    facts = {"reason": "Kiné", "is_confirmed": True, "by": cast.solene, "at": NOW}
    moving.move_day(cast.at_aloen, MONDAY, to=TUESDAY, **facts)
    assert noticed(NoticeKind.PLAN) == {
        "Maëlle Kerbrat": [
            "Chez Aloen, lundi 7 décembre\u00a0: jour libéré (7\u00a0h étaient prévues).",
            "Chez Aloen, mardi 8 décembre\u00a0: 7\u00a0h, rien n’était prévu.",
        ],
        "Aloïs A": [
            "Maëlle Kerbrat chez Aloen, lundi 7 décembre\u00a0: jour libéré (7\u00a0h étaient prévues).",
            "Maëlle Kerbrat chez Aloen, mardi 8 décembre\u00a0: 7\u00a0h, rien n’était prévu.",
        ],
        "Soizic S": [
            "Le planning de Maëlle Kerbrat a changé le mardi 8 décembre\u00a0: ce qui est prévu chez Sonam le reste."
        ],
    }
    tell()
    assert Mail.objects.count() == 3  # one a person, whatever the number of days
    assert not [mail for mail in Mail.objects.all() if "Kiné" in mail.text + mail.html]
    assert "Aloen" not in Mail.objects.get(to=cast.staff[1]).text


def test_a_day_set_freed_and_given_back_is_told_as_it_stands_at_last(cast):
    facts = {"by": cast.solene, "at": NOW}
    rescheduling.set_day(cast.at_sonam, TUESDAY, minutes=240, **facts)
    rescheduling.clear_days(cast.at_sonam, TUESDAY, TUESDAY, **facts)
    [line] = noticed()["Soizic S"]
    assert (
        line == "Maëlle Kerbrat chez Sonam, mardi 8 décembre\u00a0: jour libéré (4\u00a0h étaient prévues)."
    )
    rescheduling.restore_day(cast.at_sonam, TUESDAY, **facts)
    [line] = noticed()["Maëlle Kerbrat"]
    assert line == "Chez Sonam, mardi 8 décembre\u00a0: 7\u00a0h, rien n’était prévu."


def test_weeks_off_are_one_line(cast):
    rescheduling.clear_days(cast.at_sonam, date(2026, 12, 1), date(2026, 12, 31), by=cast.solene, at=NOW)
    assert noticed()["Soizic S"] == [
        (
            "Maëlle Kerbrat chez Sonam, du mardi 1er décembre au mercredi 30 décembre (10\u00a0jours en tout)\u00a0: "
            "jours libérés."
        )
    ]


def test_nobody_without_an_account_or_a_seat_is_written_to(cast):
    cast.employee.user = None
    cast.employee.save()
    cast.note(MONDAY, MONDAY)
    assert noticed().keys() == {"Aloïs A"}
