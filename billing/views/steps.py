"""The step bar of a month’s close, in the words of components/steps.html."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billing.models import BillingRun, RunStatus
from billing.overview import Readiness, Row
from groupement import worktime
from groupement.templatetags.formats import day_fr


def steps(
    run: BillingRun | None, ready: Readiness, rows: Sequence[Row], blocking: int
) -> list[dict[str, Any]]:
    """From hours to PDFs: label, note, done; the first step that is not done is the current one."""
    found = _hours_and_costs(ready) + _invoices(run, rows, blocking)
    if run is not None and run.status == RunStatus.ISSUED:
        # Hours that came late join the next month: they no longer hold this one back.
        for step in found[:-1]:
            step["done"] = True
    current = next((step for step in found if not step["done"]), None)
    return [step | {"current": step is current} for step in found]


def _hours_and_costs(ready: Readiness) -> list[dict[str, Any]]:
    begun = ready.sheets > 0
    entered = begun and not ready.drafts
    return [
        _step(
            "Heures",
            _left(ready.drafts, "relevé à saisir", "relevés à saisir")
            or f"{worktime.short_hours(ready.minutes)}\u00a0h",
            entered,
        ),
        _step(
            "Visa des adhérents",
            _left(ready.submitted, "à viser", "à viser") or ("reçus" if entered else ""),
            entered and not ready.submitted,
        ),
        _step(
            "Approbation",
            f"{ready.approved} sur {ready.sheets}" if ready.to_approve else _count(ready.sheets, "relevé"),
            begun and not ready.to_approve,
        ),
        _step(
            "Coûts", f"{ready.costed} sur {_count(ready.people, 'personne')}", begun and not ready.uncosted
        ),
    ]


def _invoices(run: BillingRun | None, rows: Sequence[Row], blocking: int) -> list[dict[str, Any]]:
    is_issued = run is not None and run.status == RunStatus.ISSUED
    is_drafted = run is not None and run.status != RunStatus.OPEN
    papers = sum(row.invoice.paper_state == "ready" for row in rows)
    drafts = _left(blocking, "point à régler", "points à régler") or _count(len(rows), "facture")
    return [
        _step("Brouillons", drafts if is_drafted else "à faire", is_drafted and bool(rows) and not blocking),
        _step("Émission", day_fr(run.issued_at) if run and is_issued else "à venir", is_issued),
        _step(
            "PDF",
            f"{papers} sur {len(rows)}" if is_issued else "à venir",
            is_issued and papers == len(rows),
        ),
    ]


def _step(label: str, note: str, done: bool) -> dict[str, Any]:
    return {"label": label, "note": note, "done": done}


def _left(count: int, one: str, many: str) -> str:
    """ "2 relevés à saisir", nothing for none."""
    return f"{count} {one if count == 1 else many}" if count else ""


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"
