"""Sets up La Ronde and closes its months for real: hours, costs, invoices, PDFs made by Celery."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Count

from billing.documents import rendering
from billing.models import BillingRun, Dispatch, Document, Invoice, Refund, Rendering
from billing.month import reconciling
from groupement import worker
from groupement.celery import app
from groupement.demo import afterwards, cast, founding, story
from groupement.kernel.french import counted
from groupement.kernel.money import ZERO, spell_plain
from groupement.kernel.worktime import spell_hours
from members.models import Group
from members.papers import printing
from members.papers.models import Paper
from timesheets import freezing
from timesheets.models import SignedSheet

WAIT_SECONDS = 180


class Command(BaseCommand):
    """``manage.py demo``: idempotent; what is already there is left as it is, with a message."""

    help = "Crée le groupement de démonstration et facture pour de vrai ses mois clos."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self._refuse_elsewhere()
        before = self._state()
        self._found()
        runs = [self._close(month) for month in cast.CLOSED]
        with transaction.atomic():
            story.collect()
        self._make_papers()
        afterwards.send_papers(story.user("gael.perrot"))
        for run in runs:
            self._print_run(run)
        self._print_later()
        self._print_dues()
        if self._state() == before:
            self.stdout.write(
                "\nRien à changer\u00a0: tout était déjà là, les mêmes numéros et les mêmes fichiers."
            )
        self._accounts()

    def _refuse_elsewhere(self) -> None:
        if not (settings.LOCAL_MODE or settings.DEMO_MODE):
            raise CommandError(
                "La démonstration ne s’installe qu’en mode local ou de démonstration (DEMO_MODE=yes)."
            )
        group = Group.objects.first()
        if group is not None and group.name != cast.GROUP["name"]:
            raise CommandError(
                f"Cette base contient déjà le groupement «\u00a0{group.name}\u00a0»\u00a0: rien n’a été touché."
            )

    def _state(self) -> tuple[int, ...]:
        return (
            Group.objects.count(),
            BillingRun.objects.filter(status="issued").count(),
            Document.objects.count(),
            SignedSheet.objects.exclude(made_at=None).count(),
        )

    def _is_printing(self) -> bool:
        unsigned = SignedSheet.objects.filter(made_at=None, attempts__lt=freezing.MOST_ATTEMPTS)
        written = Paper.objects.filter(pdf=None, attempts__lt=printing.MOST_ATTEMPTS)
        return (
            Rendering.objects.filter(status__in=["pending", "running"]).exists()
            or unsigned.exists()
            or written.exists()
        )

    def _found(self) -> None:
        if Group.objects.exists():
            return
        self.stdout.write(
            "Création de La Ronde\u00a0: six adhérents, trois salariés, une charte, trois mois d’heures…"
        )
        with transaction.atomic():
            founding.found()
            story.live()

    def _close(self, month: Any) -> BillingRun:
        with transaction.atomic():
            return story.bill(month)

    def _make_papers(self) -> None:
        waiting = list(
            Rendering.objects.exclude(status="done").order_by("pk").values_list("invoice_id", flat=True)
        )
        signed = list(SignedSheet.objects.filter(made_at=None).order_by("pk").values_list("pk", flat=True))
        papers = list(Paper.objects.filter(pdf=None).order_by("pk").values_list("pk", flat=True))
        if not waiting and not signed and not papers:
            return
        self.stdout.write(
            f"Fabrication par Celery des PDF\u00a0: {len(waiting)} factures, {len(signed)} relevés signés, "
            f"{len(papers)} conventions…"
        )
        logging.disable(logging.INFO)  # each paper is an event of its own; here only their sum is reported
        try:
            self._print(waiting, signed, papers)
        finally:
            logging.disable(logging.NOTSET)
        failed = Rendering.objects.filter(status="failed").count()
        if failed:
            raise CommandError(
                f"{failed} PDF en échec\u00a0; voir les fabrications de PDF dans l’administration."
            )

    def _print(self, waiting: list[int], signed: list[int], papers: list[int]) -> None:
        if settings.WORKER_IN_WEB:
            # Each paper is asked for once and no clock runs: this process ends with the last one, and nothing may be
            # at work then on a database that goes away.
            app.control.purge()
            worker.start(app, with_clock=False)
        rendering.enqueue(waiting)
        freezing.enqueue_printing(signed)
        printing.enqueue(papers)
        deadline = time.monotonic() + WAIT_SECONDS
        while self._is_printing():
            if time.monotonic() > deadline:
                raise CommandError(
                    "Les PDF ne sont pas prêts\u00a0: aucun worker Celery ne répond. Démarrez-en un."
                )
            time.sleep(0.1)

    def _print_run(self, run: BillingRun) -> None:
        rows = reconciling.issued_invoices(run)
        what = f"{run.label}, factures" if run.supplement else f"Factures {run.month.of_label}"
        self.stdout.write(f"\n{what}")
        heads = ("numéro", "adhérent", "heures", "HT", "TVA", "TTC", "fichier")
        self._row(*heads)
        for row in rows:
            figures = (spell_plain(row.net), spell_plain(row.vat), spell_plain(row.total))
            self._row(row.number, row.member, spell_hours(row.minutes), *figures, row.file)
        net, vat, total = (
            spell_plain(sum((getattr(row, name) for row in rows), ZERO)) for name in ("net", "vat", "total")
        )
        hours = spell_hours(sum(row.minutes for row in rows))
        self._row("total", counted(len(rows), "facture"), hours, net, vat, total, "")
        # As on the pages: above zero the reserve receives.
        cost, received, charged = run.employer_cost or ZERO, -(run.reserve or ZERO), run.charged or ZERO
        self.stdout.write(
            f"coût employeur {spell_plain(cost)} + réserve {spell_plain(received)} = refacturé {spell_plain(charged)}"
        )

    def _print_later(self) -> None:
        """What came after the months: supplements, credit notes, money that went back, papers sent by e-mail."""
        for run in BillingRun.objects.filter(supplement__gt=0, status="issued").order_by(
            "month", "supplement"
        ):
            self._print_run(run)
        for note in Invoice.objects.filter(kind="credit_note", status="issued").select_related(
            "member", "corrects"
        ):
            of = note.corrects.number if note.corrects else ""
            self.stdout.write(
                f"\nAvoir {note.number} sur {of}, {note.member}\u00a0: {spell_plain(note.total)} TTC"
            )
        for refund in Refund.objects.select_related("member").order_by("paid_on", "pk"):
            words = f"{refund.member}, {spell_plain(refund.amount)} le {refund.paid_on:%d/%m/%Y}"
            self.stdout.write(f"Remboursé\u00a0: {words} ({refund.reference})")
        sent = Dispatch.objects.aggregate(
            count=Count("pk"), addresses=Count("invoice__member", distinct=True)
        )
        self.stdout.write(
            f"Envoyés par e-mail avec leur PDF\u00a0: {counted(sent['count'], 'document')} à "
            f"{counted(sent['addresses'], 'adhérent')}"
        )

    def _print_dues(self) -> None:
        owed = [f"{name} {spell_plain(amount)}" for name, amount in story.owing()]
        self.stdout.write(f"\nRestent dus\u00a0: {', '.join(owed)}")

    def _row(self, number: str, member: str, hours: str, net: str, vat: str, total: str, file: str) -> None:
        self.stdout.write(f"{number:<13}{member:<18}{hours:>8}{net:>12}{vat:>11}{total:>12}  {file}")

    def _accounts(self) -> None:
        self.stdout.write(f"\nComptes (mot de passe\u00a0: {cast.PASSWORD})")
        people = [(person.name, person.role, person.login) for person in cast.PEOPLE]
        people += [(f"{who.first_name} {who.last_name}", who.job, who.login) for who in cast.EMPLOYEES]
        for name, role, login in people:
            self.stdout.write(f"  {login + '@' + cast.DOMAIN:<36}{name}, {role}")
        connection.close()
