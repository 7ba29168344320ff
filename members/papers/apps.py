"""The application’s name as Django and the admin see it."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "members.papers"
    label = "papers"
    verbose_name = "Documents"
