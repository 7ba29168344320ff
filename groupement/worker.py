"""Celery without a broker: a worker and the periodic tasks in threads of the web process."""

import logging
from functools import cache
from threading import Thread
from typing import cast

from celery import Celery, signals
from celery.beat import EmbeddedService

from groupement.celery import app as groupement_app

log = logging.getLogger(__name__)


@cache
def start_if_chosen() -> None:
    """Start the worker beside the web when the settings name no broker."""
    from django.conf import settings

    if settings.WORKER_IN_WEB:
        start(groupement_app)


def start(app: Celery, *, with_clock: bool = True) -> Thread:
    """Run a worker and a clock for ``app`` in daemon threads; the worker’s thread is returned.

    Whatever is scheduled also runs once now: the former process’s queue died with it, so what its rows hold is
    resumed; without a clock the worker only does what it is asked. A solo pool sets no signal handler, so a
    thread is as good a place as a process.
    """
    worker = app.WorkController(pool="solo", without_gossip=True, without_mingle=True, without_heartbeat=True)
    signals.worker_init.send(sender=worker)  # Celery’s Django part then closes stale connections around tasks
    thread = Thread(target=worker.start, name="worker", daemon=True)
    thread.start()
    if not with_clock:
        return thread
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"])
    clock = cast(
        Thread, EmbeddedService(app, thread=True, max_interval=5, scheduler_cls="celery.beat:Scheduler")
    )
    clock.daemon = True
    clock.start()
    log.info("worker started beside the web")
    return thread
