"""The Celery application with a clock in a hurry: what is due each minute is due each second."""

from celery.schedules import schedule

from groupement.celery import app

app.conf.beat_schedule = {
    name: entry | {"schedule": schedule(1)} for name, entry in app.conf.beat_schedule.items()
}
