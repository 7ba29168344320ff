"""A contract that ends with hours to hand in: told before the last day and after it, once each, to whom it concerns."""

from datetime import date, timedelta

import pytest

from employees.models import Contract
from members.models import Notice, NoticeKind
from tests import world
from tests.timesheets.reminding.scene import Scene
from timesheets import tasks
from timesheets.models import Timesheet
from timesheets.reminding.leavers import queue_leavers

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 30)


@pytest.fixture
def scene():
    world.group()
    found = Scene()
    world.coordinator()
    found.person("Maëlle")
    found.leaves("Maëlle")
    return found


def queued(day):
    queue_leavers(at=world.at(day, 7, 30))
    rows = Notice.objects.order_by("pk").values_list("to__name", "sentence", "lines")
    return [(name, sentence, list(lines)) for name, sentence, lines in rows]


def test_the_person_and_the_coordination_are_told_a_week_before_and_two_days_after(scene):
    """Red before: from the last day on the person was past all reminders, and nobody else was told."""
    line = ["Aloen, novembre 2026"]
    assert queued(LAST - timedelta(days=8)) == []
    before = [
        (
            "Maëlle Kerbrat",
            (
                "Votre contrat prend fin le lundi 30 novembre\u00a0: 1\u00a0relevé reste à soumettre. "
                "Soumettez-les avant de partir\u00a0:"
            ),
            line,
        ),
        (
            "Solène Rivoal",
            "Le contrat de Maëlle Kerbrat prend fin le lundi 30 novembre\u00a0: 1\u00a0relevé reste à soumettre\u00a0:",
            line,
        ),
    ]
    for days in (7, 3, 0, -1):
        assert queued(LAST - timedelta(days=days)) == before
    after = queued(LAST + timedelta(days=2))[2:]
    assert [name for name, _, _ in after] == ["Maëlle Kerbrat", "Solène Rivoal"]
    assert "a pris fin le lundi 30 novembre" in after[0][1]
    assert "dès maintenant" in after[0][1]
    Notice.objects.update(settled_at=world.NOW)
    assert len(queued(LAST + timedelta(days=3))) == 4


def test_a_later_contract_hours_handed_in_and_ends_of_long_ago_are_no_news(scene):
    youenn = scene.person("Youenn", status="submitted")
    scene.leaves("Youenn")
    assert youenn.name not in {name for name, _, _ in queued(LAST)}
    Notice.objects.all().delete()
    Timesheet.objects.filter(employee__first_name="Maëlle").exists()
    assert queued(LAST + timedelta(days=32)) == []
    Contract.objects.create(
        employee=scene.sheets["Maëlle"].employee, starts_on=LAST + timedelta(days=1), signed_on=LAST
    )
    assert queued(LAST) == []


def test_hours_that_the_staff_enter_are_asked_of_the_coordination_alone(scene):
    scene.person("Katell", hours_entry="member")
    scene.leaves("Katell")
    names = [name for name, sentence, _ in queued(LAST) if "Katell" in sentence or name.startswith("Katell")]
    assert names == ["Solène Rivoal"]


def test_the_morning_s_task_queues_them(scene, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.at(LAST, 7, 30))
    tasks.remind()
    assert {notice.kind for notice in Notice.objects.all()} == {NoticeKind.LEAVER}
