"""A morning by the programs of production: the clock wakes the worker, which writes and sends to a real mail server."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

import pytest
from celery import Celery
from django.utils import timezone

from members import linking, mailing
from members.models import Mail, MailKind, MailStatus
from tests import world
from tests.journeys import letterbox
from tests.journeys.machines import Machines
from tests.journeys.test_real_worker import needs_redis
from tests.timesheets.reminding.scene import CONFIRMED, SUBMITTED, THURSDAY, Scene

pytestmark = pytest.mark.django_db(transaction=True)
HALF_PAST_SEVEN = world.at(THURSDAY, 7, 30)
TO_START = timedelta(seconds=20)  # what beat has before half past seven
MORNING_APP = "tests.journeys.morning"


@pytest.fixture
def box():
    with letterbox.opened() as opened:
        yield opened


@pytest.fixture
def machines(tmp_path, files, box):
    """Programs set up as in production, with our own mail server."""
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(box.port), "EMAIL_TLS": "no"}
    site = {"LOCAL_MODE": "no", "ALLOWED_HOSTS": "ge.example", "EMAIL_FROM": "ge@ge.example"}
    started = Machines(tmp_path, variables=mail | site)
    yield started
    started.stop()


@pytest.fixture
def scene():
    """One person for each reason to be written to, and for each reason not to be."""
    world.group()
    made = Scene()
    made.person("Maëlle")
    made.person("Youenn", status=SUBMITTED)
    made.person("Tugdual", at=made.sonam, status=CONFIRMED)
    made.person("Lénaïg")
    made.away("Lénaïg")
    made.person("Erwan")
    made.leaves("Erwan")
    made.person("Yann", frequency="never")
    made.person("Tifenn", frequency="weekly")
    made.staff("Nolwenn Jégo")
    made.staff("Soizic Lucas", function="reader")
    made.staff("Yves Even", frequency="never")
    made.staff("Anaïs Moal", at=made.sonam)
    world.coordinator("Solène Rivoal")
    world.finance("Gaël Perrot")
    return made


def start_at(machines: Machines, moment: datetime) -> None:
    """Have what starts next believe that it is ``moment``."""
    machines.variables["CLOCK_AHEAD"] = str(moment.timestamp() - time.time())


def ask(machines: Machines, task: str) -> None:
    """Send a task as the web would."""
    sender = Celery("web", broker=machines.broker, set_as_current=False)
    sender.send_task(task)
    sender.close()


@needs_redis
def test_at_half_past_seven_those_concerned_get_one_mail_and_nobody_else(machines, scene, box):
    machines.redis()
    start_at(machines, HALF_PAST_SEVEN)
    machines.worker(MORNING_APP)
    start_at(machines, HALF_PAST_SEVEN - TO_START)
    machines.clock(MORNING_APP)
    concerned = ["maelle.kerbrat", "nolwenn.jego", "solene.rivoal"]
    machines.until(lambda: len(box.letters) >= len(concerned))
    machines.until(lambda: not Mail.objects.exclude(status=MailStatus.SENT).exists())
    # Asked again, as by a restart: everything has been said.
    ask(machines, "timesheets.tasks.remind")
    machines.until(lambda: "0 reminders written" in machines.output())
    assert box.readers() == [f"{name}@laronde.example" for name in concerned]
    assert Mail.objects.count() == len(concerned)

    to_submit = box.letter("maelle.kerbrat@laronde.example")
    assert to_submit["Subject"] == "Vos heures de novembre 2026 restent à soumettre"
    assert (to_submit["From"], to_submit["Reply-To"]) == ("ge@ge.example", "bonjour@laronde.example")
    assert to_submit["List-Unsubscribe"] == "<https://ge.example/preferences/>"
    to_confirm = box.letter("nolwenn.jego@laronde.example")
    assert to_confirm["Subject"] == "1\u00a0relevé attend votre visa"
    to_approve = box.letter("solene.rivoal@laronde.example")
    assert to_approve["Subject"] == "1\u00a0relevé à approuver"
    for letter, address in [
        (to_submit, "/heures/2026-11/"),
        (to_confirm, "/heures/a-viser/"),
        (to_approve, "/heures/mois/2026-11/"),
    ]:
        forms = [part.get_content_type() for part in letter.walk()]
        assert forms == ["multipart/alternative", "text/plain", "text/html"]
        for form in ("plain", "html"):
            tokens = re.findall(
                r"https://ge\.example/lien/([^/\s\"]+)/", letter.get_body((form,)).get_content()
            )
            assert {linking.read(token).path for token in tokens} == {address}
    text = to_confirm.get_body(("plain",)).get_content()
    assert "Aloen\u00a0: 1\u00a0relevé à viser, jusqu’au lundi 7 décembre" in text
    assert "Sonam" not in text


@needs_redis
def test_a_worker_that_starts_at_night_writes_to_nobody(machines, scene, box):
    machines.redis()
    start_at(machines, HALF_PAST_SEVEN - timedelta(hours=4))
    machines.worker(MORNING_APP)
    ask(machines, "timesheets.tasks.remind")
    machines.until(
        lambda: "timesheets.tasks.remind" in machines.output() and "succeeded" in machines.output()
    )
    assert Mail.objects.count() == 0
    assert box.letters == []


@needs_redis
def test_what_a_dead_worker_left_in_the_outbox_leaves_within_the_minute(machines, scene, box):
    """Nobody wakes the worker up but the clock; one address is refused, the others get theirs."""
    box.unknown.add("anais.moal@laronde.example")
    for name in ("Nolwenn Jégo", "Anaïs Moal", "Soizic Lucas"):
        write(name)
    machines.redis()
    machines.worker()
    machines.clock("tests.journeys.hasty")
    machines.until(lambda: not Mail.objects.filter(status=MailStatus.PENDING).exists())
    assert box.readers() == ["nolwenn.jego@laronde.example", "soizic.lucas@laronde.example"]
    states = dict(Mail.objects.values_list("to__name", "status"))
    assert states == {"Nolwenn Jégo": "sent", "Anaïs Moal": "failed", "Soizic Lucas": "sent"}
    assert Mail.objects.get(status="failed").error == "Adresse refusée (550)"


def write(name: str) -> None:
    from members.models import User

    context = {"lines": ["Aloen"], "visas": 1, "is_tacit": True, "asked_by": "", "url": "https://ge.example/"}
    mailing.write(
        User.objects.get(name=name),
        kind=MailKind.CONFIRM_DIGEST,
        day=timezone.localdate(),
        subject="1\u00a0relevé attend votre visa",
        template="visas",
        context=context,
        at=timezone.now(),
    )
