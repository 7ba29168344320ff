"""The Celery application on a morning that the test chose: its clock runs, ahead or behind by CLOCK_AHEAD seconds."""

import os
import time

import time_machine

time_machine.travel(time.time() + float(os.environ["CLOCK_AHEAD"]), tick=True).start()

from groupement.celery import app  # noqa: E402 - it reads the clock

__all__ = ["app"]
