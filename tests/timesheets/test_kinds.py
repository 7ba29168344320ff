"""The kinds of hours: what is known ahead of an absence, and what is entered of it, have the same names."""

from employees.models import AbsenceKind
from timesheets.models import ABSENCES, ASSIGNMENT_KINDS, GROUP_KINDS, Kind


def test_an_absence_known_ahead_is_entered_under_the_same_name():
    assert set(AbsenceKind.choices) <= set(Kind.choices)
    assert set(AbsenceKind.values) <= GROUP_KINDS


def test_hours_are_at_a_member_or_at_the_group_and_absences_at_no_member():
    assert set(Kind) == ASSIGNMENT_KINDS | GROUP_KINDS
    assert not ASSIGNMENT_KINDS & GROUP_KINDS
    assert ABSENCES <= GROUP_KINDS
