"""The worker beside the web: runs what is sent, and takes up what is scheduled as soon as it starts."""

import subprocess
import sys

from django.conf import settings as configured

from groupement import worker

# Celery lets one application only have workers in a process, and the tests' processes have one already.
SKETCH = """
import threading
from celery import Celery
from groupement import worker

app = Celery("sketch", broker="memory://localhost", set_as_current=False)
app.conf.update(
    broker_transport_options={"polling_interval": 0.05},
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    beat_schedule={"take up": {"task": "take_up", "schedule": 3600.0}},
)
ran = {}
done = {"take_up": threading.Event(), "job": threading.Event()}

def note(name):
    ran[name] = threading.current_thread()
    done[name].set()

@app.task(name="take_up")
def take_up():
    note("take_up")

@app.task(name="job")
def job():
    note("job")

thread = worker.start(app)
assert done["take_up"].wait(20)
job.delay()
assert done["job"].wait(20)
assert ran == {"take_up": thread, "job": thread}
assert thread.daemon
print("both ran in the daemon thread")
"""


def test_runs_tasks_in_a_thread_and_scheduled_ones_at_once() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SKETCH],
        cwd=configured.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "both ran in the daemon thread\n"), ran.stderr


def test_no_worker_beside_the_web_when_a_broker_is_named(settings, monkeypatch) -> None:
    started = []
    monkeypatch.setattr(worker, "start", started.append)
    settings.WORKER_IN_WEB = False
    worker.start_if_chosen.__wrapped__()
    assert started == []
    settings.WORKER_IN_WEB = True
    worker.start_if_chosen.__wrapped__()
    assert started == [worker.groupement_app]
