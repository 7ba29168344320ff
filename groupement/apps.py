"""Registers the checks, the path converter and the template tags that belong to no single app."""

from django.apps import AppConfig
from django.urls import register_converter


class GroupementConfig(AppConfig):
    name = "groupement"
    verbose_name = "Groupement"

    def ready(self) -> None:
        """Have Django find the system checks and understand ``<month:…>`` in every app’s addresses."""
        from groupement import checks  # noqa: F401
        from groupement.kernel.periods import MonthConverter

        register_converter(MonthConverter, "month")
