"""The month's PDFs by the programs of production: a real Redis, real workers, and workers killed in the middle."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.core.files.storage import storages
from django.db.models import Count
from django.utils import timezone

from billing.documents import rendering
from billing.models import Document, Invoice, Rendering, RenderingStatus
from billing.month import drafting, issuing
from tests import world
from tests.journeys.machines import REDIS, Machines, kill
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS = 8


def needs_redis(test):
    """Skip with a sentence where there is no Redis."""
    absent = pytest.mark.skipif(REDIS is None, reason="no redis-server here: apt-get install redis-server")
    return pytest.mark.redis(absent(test))


@pytest.fixture
def machines(tmp_path, files):
    started = Machines(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def invoices():
    """One person's month at eight members, issued; the PDFs have been asked for, and nobody has begun."""
    world.group()
    members = [world.member(f"Adhérent {number}") for number in range(1, MEMBERS + 1)]
    maelle = world.employee(members=members)
    for member in members:
        world.timesheet(world.assignment(maelle, member), world.hours(NOVEMBER, 5, per_day=60))
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    issued = issuing.issue_run(run, by=None, at=NOW).issued
    # The programs read the real clock.
    Rendering.objects.update(queued_at=timezone.now() - timedelta(minutes=1))
    return [invoice.pk for invoice in issued]


@needs_redis
def test_a_worker_behind_redis_makes_each_pdf_once(machines, invoices, monkeypatch):
    machines.redis()
    machines.worker()
    enqueue(machines, monkeypatch, invoices)
    enqueue(
        machines, monkeypatch, invoices
    )  # sent twice by mistake: a second task finds the work done, or in hand
    machines.until(lambda: Document.objects.count() == MEMBERS)
    assert_each_pdf_once()


@needs_redis
def test_a_killed_worker_behind_redis_leaves_nothing_undone(machines, invoices, monkeypatch):
    machines.redis()
    first = machines.worker()
    enqueue(machines, monkeypatch, invoices)
    machines.until(Document.objects.exists, pause=0.01)
    kill(first)
    assert 0 < Document.objects.count() < MEMBERS
    machines.worker()
    machines.clock("tests.journeys.hasty")
    machines.until(lambda: Document.objects.count() == MEMBERS)
    assert_each_pdf_once()


@needs_redis
def test_health_follows_redis_and_the_process(machines):
    redis = machines.redis()
    worker = machines.worker()
    machines.clock("groupement")
    machines.until(lambda: machines.is_healthy("beat") and machines.is_healthy("worker"))
    kill(worker)
    assert (machines.is_healthy("beat"), machines.is_healthy("worker")) == (True, False)
    kill(redis)
    assert not machines.is_healthy("beat")


def test_a_killed_web_without_broker_leaves_nothing_undone(machines, invoices):
    first = machines.web()
    machines.until(Document.objects.exists, pause=0.01)
    kill(first)
    assert 0 < Document.objects.count() < MEMBERS
    # What was begun a moment ago is left to whoever may have it in hand.
    time.sleep(rendering.JUST_QUEUED.total_seconds())
    machines.web()
    machines.until(lambda: Document.objects.count() == MEMBERS)
    assert_each_pdf_once()


def enqueue(machines, monkeypatch, invoices):
    """Send as the web does when BROKER_URL names Redis."""
    sender = Celery("web", broker=machines.broker, set_as_current=False)
    monkeypatch.setattr(rendering, "current_app", sender)
    rendering.enqueue(invoices)
    sender.close()


def assert_each_pdf_once():
    numbers = list(Invoice.objects.order_by("sequence").values_list("number", flat=True))
    assert numbers == [f"F-2026-{sequence:04d}" for sequence in range(1, MEMBERS + 1)]
    # The last job is closed in the transaction that records its document.
    assert dict(Rendering.objects.values_list("status").annotate(Count("pk"))) == {
        RenderingStatus.DONE: MEMBERS
    }
    documents = list(Document.objects.select_related("invoice").order_by("chain_position"))
    assert [document.chain_position for document in documents] == list(range(1, MEMBERS + 1))
    assert {document.invoice.number for document in documents} == set(numbers)
    before = rendering.NO_DOCUMENT_BEFORE
    for document in documents:
        before = rendering.chain_digest(before, document.path, document.sha256)
        assert document.chain_digest == before
        with rendering.open_document(document) as file:
            content = file.read()
        assert content.startswith(b"%PDF-")
        assert hashlib.sha256(content).hexdigest() == document.sha256
        assert content == rendering.print_pdf(document.invoice)
    files = Path(storages["private"].path("invoices")).rglob("F-*.pdf")
    assert sorted(file.name for file in files) == [f"{number}.pdf" for number in numbers]
