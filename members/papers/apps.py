"""The application’s name as Django and the admin see it, and what it has built on seats."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "members.papers"
    label = "papers"
    verbose_name = "Documents"

    def ready(self) -> None:
        """Tell the app below what is signed by a seat."""
        from members.papers import leaning

        leaning.register()
