"""A posted month or day saved, undone, or refused with its faults; for the views that show the page again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act
from groupement.kernel.templatetags.formats import day_fr
from members.access import UserRequest
from timesheets.changing import ReasonNeeded
from timesheets.day_rules import BadDays
from timesheets.grid.entering import (
    ChangeResult,
    UndoExpired,
    apply_changes,
    load_undo_record,
    sign_undo_record,
    undo_changes,
    undo_record,
)
from timesheets.grid.filling import GridAction
from timesheets.grid.lines import MonthGrid
from timesheets.grid.posted import PostedGrid, add_authors, day_sentence
from timesheets.recording import ChangedMeanwhile

# The hidden field, and the session key over a redirect, of the signed undo record.
UNDO_FIELD = "avant"


@dataclass
class SaveResult:
    """The grid as it was read, what was posted, whether it is saved, and the signed record that undoes it."""

    grid: MonthGrid
    posted: PostedGrid
    is_saved: bool
    undo: str = ""


def save_posted(
    request: UserRequest,
    action: GridAction,
    load: Callable[[], MonthGrid],
    read: Callable[[MonthGrid], PostedGrid],
) -> SaveResult:
    """Do the action if all that was posted can be read; faults that the act finds are added to their cells."""
    grid = load()
    if action.is_undo:
        return _undo(request, grid)
    posted = read(grid)
    if not action.is_valid():
        posted.general += [str(error) for errors in action.errors.values() for error in errors]
    if not posted.is_good:
        return _refused(request, grid, posted)
    done = _apply(request, grid, action, posted)
    if isinstance(done.refusal, ChangedMeanwhile):
        # Changed after the grid was read: read it again, so that the page shows both values.
        grid = load()
        posted = read(grid)
        return _refused(request, grid, posted, done.refusal)
    if done.refusal:
        return _refused(request, grid, posted, done.refusal)
    _tell_holes(request, posted)
    undo = (
        sign_undo_record(undo_record(grid, posted), grid)
        if posted.changes and not action.changes_status
        else ""
    )
    if action.is_quiet and not posted.changes:
        undo = request.POST.get(UNDO_FIELD, "")
    return SaveResult(grid, posted, is_saved=True, undo=undo)


def _tell_holes(request: UserRequest, posted: PostedGrid) -> None:
    """Say which characters of a note that was saved the signed timesheet cannot print."""
    found = {
        (day, character)
        for notes in posted.notes.values()
        for day, note in notes.items()
        for character in paper.unprintable(note)
    }
    for day in sorted({day for day, _ in found}):
        characters = " ".join(sorted(character for of, character in found if of == day))
        messages.warning(
            request,
            f"Note du {day_fr(day)}{NO_BREAK_SPACE}: {characters} ne s’imprime pas. Un relevé qui la porte ne peut pas "
            "être approuvé.",
        )


def is_autosave(request: UserRequest) -> bool:
    """Whether the page saves itself and asks for its sum only."""
    return request.method == "POST" and bool(request.htmx) and request.POST.get("do") == "auto"


def store_undo(request: UserRequest, saved: SaveResult) -> None:
    """Keep the undo record in the session over a redirect."""
    if saved.undo:
        request.session[UNDO_FIELD] = saved.undo


def pop_undo(request: UserRequest) -> str:
    """The undo record after the redirect, once."""
    return str(request.session.pop(UNDO_FIELD, ""))


def autosave_response(template: str, context: Mapping[str, Any], saved: SaveResult) -> HttpResponse:
    """The part of ``template`` that a page which saved itself puts in place of its own.

    Without the request: the bar of the page is not shown again, and this is asked for at every cell.
    """
    part = render_to_string(f"{template}#quiet", {**context, "undo": saved.undo})
    return HttpResponse(part, status=200 if saved.is_saved else 422)


def _apply(request: UserRequest, grid: MonthGrid, action: GridAction, posted: PostedGrid) -> Any:
    return act(
        request,
        apply_changes,
        grid.employee,
        grid.month,
        posted.changes,
        notes=posted.notes,
        seen=posted.seen,
        form=action,
        success=None if action.shows_itself else partial(_success, posted),
        by=request.user,
        at=timezone.now(),
        **action.save_arguments(grid),
    )


def _refused(
    request: UserRequest, grid: MonthGrid, posted: PostedGrid, refusal: Refusal | None = None
) -> SaveResult:
    if isinstance(refusal, BadDays):
        posted.add_faults(grid, refusal.faults)
    if isinstance(refusal, ReasonNeeded):
        posted.needs_reason = True
        posted.general.append(refusal.message)
    if refusal and posted.is_good:
        posted.general.append(refusal.message)
    if posted.conflicts:
        add_authors(posted.conflicts, request.user)
        for each in posted.conflicts:
            posted.faults[each.line.name(each.day)] = day_sentence(grid, each.line, each.day, each.sentence)
    grid.typed = posted.typed
    return SaveResult(grid, posted, is_saved=False)


def _undo(request: UserRequest, grid: MonthGrid) -> SaveResult:
    """Undo by the record that the page posts; its cells are not read."""
    posted = PostedGrid()
    try:
        undo = load_undo_record(request.POST.get(UNDO_FIELD, ""), grid)
    except UndoExpired as refusal:
        return _refused(request, grid, posted, refusal)
    done = act(
        request,
        undo_changes,
        grid.employee,
        grid.month,
        undo,
        form=GridAction({}),
        success="C’est annulé\u00a0: les jours sont comme avant.",
        by=request.user,
        at=timezone.now(),
    )
    return SaveResult(grid, posted, is_saved=True) if done else _refused(request, grid, posted, done.refusal)


def _success(posted: PostedGrid, entered: ChangeResult) -> str:
    if entered.submitted > 1:
        return f"{entered.submitted} relevés sont soumis."
    if entered.submitted:
        return "Le relevé est soumis."
    if entered.is_recalled:
        return "Le relevé est rappelé\u00a0: corrigez-le, puis soumettez-le de nouveau."
    is_saved = entered.changed or posted.is_stored_already
    return "Le brouillon est enregistré." if is_saved else "Rien n’avait changé."
