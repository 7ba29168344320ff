"""What a posted grid or day comes to: kept, undone, or refused with its faults; for the views that show it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act
from timesheets.day_rules import BadDays
from timesheets.entering import Entered, enter, undo
from timesheets.grid.filling import Gesture, TooLate, pack, remember, unpack
from timesheets.grid.lines import Grid
from timesheets.grid.typed import Typed, tell_who
from timesheets.recording import Overtaken

# The hidden field, and the place in the session over a redirect, of what a gesture changed.
PAST = "avant"


@dataclass
class Kept:
    """The grid as it was read, what was typed, whether it is saved, and what undoes it."""

    grid: Grid
    typed: Typed
    is_kept: bool
    past: str = ""


def keep(
    request: HttpRequest, gesture: Gesture, load: Callable[[], Grid], read: Callable[[Grid], Typed]
) -> Kept:
    """Do what was asked, if all that was typed can be read; faults that the act finds go to their cells."""
    grid = load()
    if gesture.is_undo:
        return _undone(request, grid)
    typed = read(grid)
    if not gesture.is_valid():
        typed.general += [error for errors in gesture.errors.values() for error in errors]
    if not typed.is_good:
        return _refused(grid, typed)
    done = _enter(request, grid, gesture, typed)
    if isinstance(done.refusal, Overtaken):
        # Between our look and the lock: look again, and both values stand side by side.
        grid = load()
        typed = read(grid)
        return _refused(grid, typed, done.refusal)
    if done.refusal:
        return _refused(grid, typed, done.refusal)
    past = pack(remember(grid, typed), grid) if typed.changes and not gesture.hands_over else ""
    if gesture.is_quiet and not typed.changes:
        past = request.POST.get(PAST, "")
    return Kept(grid, typed, is_kept=True, past=past)


def is_quiet(request: HttpRequest) -> bool:
    """Whether the page saves itself and wants no more than its sum."""
    return request.method == "POST" and bool(request.htmx) and request.POST.get("do") == "auto"


def remember_past(request: HttpRequest, kept: Kept) -> None:
    """Take what undoes the gesture over a redirect; the page that follows carries it."""
    if kept.past:
        request.session[PAST] = kept.past


def recall_past(request: HttpRequest) -> str:
    """The same on the other side, once."""
    return str(request.session.pop(PAST, ""))


def tell_quietly(template: str, context: Mapping[str, Any], kept: Kept) -> HttpResponse:
    """The part of ``template`` that a page which saved itself puts in place of its own.

    Without the request: the bar of the page is not shown again, and this is asked for at every cell.
    """
    told = render_to_string(f"{template}#quiet", {**context, "past": kept.past})
    return HttpResponse(told, status=200 if kept.is_kept else 422)


def _enter(request: HttpRequest, grid: Grid, gesture: Gesture, typed: Typed) -> Any:
    return act(
        request,
        enter,
        grid.employee,
        grid.month,
        typed.changes,
        notes=typed.notes,
        seen=typed.seen,
        form=gesture,
        success=None if gesture.is_quiet or gesture.goes_to else _say,
        by=request.user,
        at=timezone.now(),
        **gesture.orders(grid),
    )


def _refused(grid: Grid, typed: Typed, refusal: Refusal | None = None) -> Kept:
    if isinstance(refusal, BadDays):
        typed.blame(grid, refusal.faults)
    elif refusal and typed.is_good:
        typed.general.append(refusal.message)
    if typed.conflicts:
        tell_who(typed.conflicts)
    return Kept(grid, typed, is_kept=False)


def _undone(request: HttpRequest, grid: Grid) -> Kept:
    """Put back what the page carries; nothing that was typed since is read."""
    typed = Typed()
    try:
        past = unpack(request.POST.get(PAST, ""), grid)
    except TooLate as refusal:
        return _refused(grid, typed, refusal)
    done = act(
        request,
        undo,
        grid.employee,
        grid.month,
        past,
        form=Gesture({}),
        success="C’est annulé\u00a0: les jours sont comme avant.",
        by=request.user,
        at=timezone.now(),
    )
    return Kept(grid, typed, is_kept=True) if done else _refused(grid, typed, done.refusal)


def _say(entered: Entered) -> str:
    if entered.submitted > 1:
        return f"{entered.submitted} relevés sont soumis."
    if entered.submitted:
        return "Le relevé est soumis."
    return "Le brouillon est enregistré." if entered.changed else "Rien n’avait changé."
