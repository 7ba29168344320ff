"""The worker beside the web: runs what is sent, and takes up what is scheduled as soon as it starts."""

import threading

from celery import Celery

from groupement import worker


def test_runs_tasks_in_a_thread_and_scheduled_ones_at_once() -> None:
    app = Celery("sketch", broker="memory://localhost", set_as_current=False)
    app.conf.update(
        broker_transport_options={"polling_interval": 0.05},
        task_default_queue="sketch",  # the queues of memory:// are the whole process's
        task_ignore_result=True,
        worker_hijack_root_logger=False,
        beat_schedule={"take up": {"task": "take_up", "schedule": 3600.0}},
    )
    ran: dict[str, threading.Thread] = {}
    done = {"take_up": threading.Event(), "job": threading.Event()}

    @app.task(name="take_up")
    def take_up() -> None:
        ran["take_up"] = threading.current_thread()
        done["take_up"].set()

    @app.task(name="job")
    def job() -> None:
        ran["job"] = threading.current_thread()
        done["job"].set()

    thread = worker.start(app)
    assert done["take_up"].wait(10)
    job.delay()
    assert done["job"].wait(10)
    assert ran == {"take_up": thread, "job": thread}
    assert thread.daemon


def test_no_worker_beside_the_web_when_a_broker_is_named(settings, monkeypatch) -> None:
    started = []
    monkeypatch.setattr(worker, "start", started.append)
    settings.WORKER_IN_WEB = False
    worker.start_if_chosen.__wrapped__()
    assert started == []
    settings.WORKER_IN_WEB = True
    worker.start_if_chosen.__wrapped__()
    assert started == [worker.groupement_app]
