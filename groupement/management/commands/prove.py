"""Checks whether everything that was kept is still what was kept; ends with 1 when something is not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing.proving.findings import FindingKind
from billing.proving.proof import prove
from groupement.kernel.french import NO_BREAK_SPACE


class Command(BaseCommand):
    """``manage.py prove``: chain, files, contents, amounts, histories, numbers, triggers and constraints."""

    help = "Vérifie fichiers, empreintes, montants, numéros et protections de la base."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--make-again",
            action="store_true",
            help="refait les PDF perdus, si le résultat a la même empreinte",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        proof = prove(at=timezone.now(), makes_again=options["make_again"])
        for kind in FindingKind:
            self.stdout.write(
                f"{kind.label.capitalize()}{NO_BREAK_SPACE}: {proof.counts.get(kind.value, 0)} vérifiés"
            )
        for found in proof.findings:
            self.stdout.write(
                f"{FindingKind(found['kind']).label}{NO_BREAK_SPACE}: {found['subject']}, {found['sentence']}"
            )
        if proof.findings:
            sys.exit(1)
        self.stdout.write("Tout est comme au premier jour.")
