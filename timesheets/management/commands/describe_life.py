"""Print the life of a timesheet: ``python manage.py describe_life > docs/timesheet-life.md``."""

from typing import Any

from django.core.management.base import BaseCommand

from timesheets.actions import document


class Command(BaseCommand):
    """Every state, act and role with what comes out, as docs/timesheet-life.md keeps it."""

    help = "Écrit la table de la vie d’un relevé (états, gestes, rôles)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(document(), ending="")
