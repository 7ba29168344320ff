"""The composition of the five apps, and the small concepts they share."""

from groupement.celery import app as celery_app

__all__ = ["celery_app"]
