"""Registers the checks, the path converters and the calendar of typed days, which belong to no single app."""

from pathlib import Path

from django import forms
from django.apps import AppConfig, apps
from django.conf import settings
from django.urls import register_converter


class GroupementConfig(AppConfig):
    name = "groupement"
    verbose_name = "Groupement"

    def ready(self) -> None:
        """Have Django find the system checks, understand ``<month:…>`` and ``<day:…>`` in every app’s addresses, and
        refuse days of no calendar in every form, the administration’s too; have no trigger be set aside.
        """
        from groupement import checks  # noqa: F401
        from groupement.kernel.periods import DayConverter, MonthConverter, in_calendar
        from groupement.kernel.triggers import make_firm

        ours = (each for each in apps.get_app_configs() if _is_ours(each))
        make_firm(ours)
        register_converter(MonthConverter, "month")
        register_converter(DayConverter, "day")
        forms.DateField.default_validators = [in_calendar]


def _is_ours(config: AppConfig) -> bool:
    """Whether an app lies in the project, at its top or inside one that does."""
    return Path(settings.BASE_DIR, config.name.partition(".")[0]).is_dir()
