"""Registers the checks and the template tags that belong to no single app."""

from django.apps import AppConfig


class GroupementConfig(AppConfig):
    name = "groupement"
    verbose_name = "Groupement"

    def ready(self) -> None:
        """Have Django find the system checks."""
        from groupement import checks  # noqa: F401
