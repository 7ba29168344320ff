"""The application’s name as Django and the admin see it."""

from django.apps import AppConfig


class TimesheetsConfig(AppConfig):
    name = "timesheets"
    verbose_name = "Relevés d’heures"
