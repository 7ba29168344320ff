"""The Celery application with a clock in a hurry: what is due each minute is due each second, and nothing else is."""

from celery.schedules import schedule

from groupement.celery import app

MINUTE = schedule(60)

app.conf.beat_schedule = {
    name: entry | {"schedule": schedule(1)}
    for name, entry in app.conf.beat_schedule.items()
    if entry["schedule"] == MINUTE  # what has an hour of its own would depend on when the tests run
}
