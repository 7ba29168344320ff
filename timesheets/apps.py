"""The application’s name as Django and the admin see it, and which hours stand on the facts of the apps below."""

from django.apps import AppConfig


class TimesheetsConfig(AppConfig):
    name = "timesheets"
    verbose_name = "Relevés d’heures"

    def ready(self) -> None:
        """Tell the apps below which hours stand on their facts."""
        from timesheets import leaning

        leaning.register()
