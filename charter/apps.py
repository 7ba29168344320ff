"""The application’s name as Django and the admin see it, and what it has built on seats."""

from django.apps import AppConfig


class CharterConfig(AppConfig):
    name = "charter"
    verbose_name = "Charte"

    def ready(self) -> None:
        """Tell the app below what is signed by a seat."""
        from charter import leaning

        leaning.register()
