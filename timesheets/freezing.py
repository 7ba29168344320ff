"""The timesheet as it was signed: its content copied at approval with a digest, then printed once by the worker."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from celery import current_app
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import timezone

from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE, WEEKDAYS
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.printable import refuse_holes
from members.models import Group
from members.roles import TELL_ADMIN
from timesheets.models import Entry, Kind, SignedSheet, Timesheet, TimesheetStatus, TimesheetStep

log = logging.getLogger(__name__)

TASK = "timesheets.tasks.print_signed_sheet"
MOST_ATTEMPTS = 3
JUST_SIGNED = timedelta(seconds=5)


class NotPrinted(Refusal):
    """The file is not made yet, or is no longer what was made."""


def sign(sheets: Collection[Timesheet], *, at: datetime) -> list[SignedSheet]:
    """Store the content of each of ``sheets``, just approved: days, hours, who confirmed and approved it and when.

    Call it in the transaction that approves, with employee and assignment loaded. A further approval makes a further
    version. The PDFs are asked for on commit. The queries do not depend on how many there are. Raises
    printable.HoleInPaper for a note, or a name, that cannot be printed.
    """
    if not sheets:
        return []
    group = Group.objects.get()
    days, steps, versions = _days(sheets), _steps(sheets), _versions(sheets)
    rows = []
    for sheet in sheets:
        version = versions.get(sheet.pk, 0) + 1
        content = _content(sheet, group, version, days.get(sheet.pk, []), steps.get(sheet.pk, []))
        _refuse_holes(sheet, content)
        rows.append(
            SignedSheet(
                timesheet=sheet, version=version, content=content, digest=digest_of(content), signed_at=at
            )
        )
    made = SignedSheet.objects.bulk_create(rows)
    transaction.on_commit(lambda: enqueue_printing(row.pk for row in made), robust=True)
    return made


def _refuse_holes(sheet: Timesheet, content: Mapping[str, Any]) -> None:
    """Raises printable.HoleInPaper, which names the person, the day and the note."""
    by_day: dict[str, dict[str, str]] = {}
    for day in content["days"]:
        texts = by_day.setdefault(
            f"{date.fromisoformat(day['day']):%d/%m/%Y}", {"note": "", "entered_by": ""}
        )
        for name in texts:
            texts[name] += day[name]
    refuse_holes({**content, "days": by_day}, of=f"{sheet.employee.full_name}, {sheet.month.label}")


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of ``content`` written as JSON with sorted keys and no blanks: anybody can compute it again."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def enqueue_printing(signed: Iterable[int]) -> None:
    """Tell the worker to print these; what gets lost on the way, waiting_for_pdf() finds again."""
    for pk in signed:
        current_app.send_task(TASK, [pk])


def waiting_for_pdf(at: datetime) -> list[int]:
    """The signed sheets without PDF that no worker is printing, some seconds after their signature; oldest first."""
    with transaction.atomic():
        waiting = SignedSheet.objects.filter(
            made_at=None, attempts__lt=MOST_ATTEMPTS, signed_at__lt=at - JUST_SIGNED
        )
        return list(waiting.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))


def print_signed(pk: int, *, at: datetime) -> bool:
    """Make the PDF of one signed sheet from its content alone; False when it is made or being made by another worker.

    A failure is kept on the row and raised; after the third it is given up.
    """
    try:
        with transaction.atomic():
            waiting = SignedSheet.objects.select_for_update(skip_locked=True).filter(pk=pk, made_at=None)
            row = waiting.first()
            if row is None:
                return False
            name = f"{row.timesheet_id}-{row.version}-{row.digest[:12]}"
            kept = paper.store(f"timesheets/{row.signed_at:%Y}/{name}.pdf", render_signed(row))
            waiting.update(path=kept.path, size=kept.size, sha256=kept.sha256, made_at=at, error="")
    except Exception as error:
        log.exception("signed sheet not printed: %s", pk)
        row = SignedSheet.objects.get(pk=pk)
        row.attempts, row.error = row.attempts + 1, f"{type(error).__name__}{NO_BREAK_SPACE}: {error}"[:300]
        row.save(update_fields=["attempts", "error"])
        raise
    log.info("signed sheet printed: %s", pk)
    return True


def render_signed(row: SignedSheet) -> bytes:
    """The PDF/A of a signed sheet; the same bytes each time."""
    content = row.content
    return paper.pdf(
        render_to_string("paper/timesheet.html", {"sheet": content, "digest": row.digest}),
        title=f"Relevé d’heures {content['reference']}",
        author=content["group"]["name"],
        created_at=timezone.localtime(row.signed_at),
        identifier=f"{content['reference']} {row.digest}",
    )


def open_printed(row: SignedSheet) -> IO[bytes]:
    """The file, at its start, after its digest was checked. Raises NotPrinted."""
    if row.made_at is None:
        raise NotPrinted("Le PDF de ce relevé n’est pas encore prêt. Revenez dans un instant.")
    try:
        return paper.open_stored(row.path, row.sha256)
    except FileNotFoundError as error:
        log.error("signed sheet missing: %s", row.pk)
        raise NotPrinted(f"Le fichier de ce relevé est introuvable. {TELL_ADMIN}") from error
    except paper.Altered as error:
        log.error("signed sheet altered: %s", row.pk)
        raise NotPrinted(f"Le fichier de ce relevé a été modifié depuis sa création. {TELL_ADMIN}") from error


def latest_signed(sheets: Collection[int]) -> dict[int, SignedSheet]:
    """The last version of each of these timesheets, by its id; one query."""
    rows = SignedSheet.objects.filter(timesheet__in=sheets).order_by("timesheet", "-version")
    return {row.timesheet_id: row for row in rows.distinct("timesheet").defer("content")}


def _content(
    sheet: Timesheet, group: Group, version: int, days: list[dict[str, Any]], steps: list[dict[str, Any]]
) -> dict[str, Any]:
    placed = sheet.assignment
    return {
        "reference": f"{sheet.month}-{sheet.pk}-{version}",
        "version": version,
        "group": group.letterhead(),
        "employee": sheet.employee.full_name,
        "payroll_number": sheet.employee.payroll_number,
        "month": str(sheet.month),
        "period_label": sheet.month.label,
        "supplement": sheet.supplement,
        "member": placed and {"legal_name": placed.member.legal_name, "siren": placed.member.siren},
        "assignment": placed and {"reference": placed.reference, "job": placed.job},
        "minutes": sum(day["minutes"] for day in days),
        "is_tacit": sheet.is_confirmed_tacitly,
        "days": days,
        "steps": steps,
    }


def _days(sheets: Collection[Timesheet]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Entry.objects.filter(timesheet__in=sheets).select_related("entered_by")
    for entry in rows.order_by("timesheet", "day", "kind", "-goes_on_from_day_before", "pk"):
        found[entry.timesheet_id].append(
            {
                "day": entry.day.isoformat(),
                "weekday": WEEKDAYS[entry.day.weekday()],
                "minutes": entry.minutes,
                "kind": entry.kind,
                "kind_label": Kind(entry.kind).label,
                "started_at": _clock(entry.started_at),
                "ended_at": _clock(entry.ended_at),
                "break_minutes": entry.break_minutes,
                "note": entry.note,
                "entered_by": entry.entered_by.name if entry.entered_by else "",
            }
        )
    return found


def _clock(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


# What a step led to, in the words of the paper; the way back to a draft is told by its own reason.
_LABELS = {
    TimesheetStatus.DRAFT: "Retour à la saisie",
    TimesheetStatus.SUBMITTED: "Heures soumises",
    TimesheetStatus.CONFIRMED: "Heures visées",
    TimesheetStatus.APPROVED: "Heures approuvées",
}


def _steps(sheets: Collection[Timesheet]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = (
        TimesheetStep.objects.filter(subject__in=sheets).select_related("by").order_by("subject", "at", "pk")
    )
    for step in rows:
        found[step.subject_id].append(
            {
                "target": step.target,
                "label": _LABELS[TimesheetStatus(step.target)],
                "by": step.by.name if step.by else "",
                "at": timezone.localtime(step.at).isoformat(timespec="minutes"),
                "note": step.note,
            }
        )
    return found


def _versions(sheets: Collection[Timesheet]) -> dict[int, int]:
    rows = SignedSheet.objects.filter(timesheet__in=sheets).values("timesheet").order_by("timesheet")
    return dict(rows.annotate(last=Max("version")).values_list("timesheet", "last"))
