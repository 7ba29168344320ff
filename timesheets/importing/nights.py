"""Rows of a file that pass midnight: parted, or joined where our own export wrote them as two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from groupement.kernel.tabular import Fault
from groupement.kernel.worktime import share_break
from timesheets.importing.rows import GOES_ON, IS_FOLLOWED, PRESENT, HoursRow, clocked_span
from timesheets.importing.scope import HoursPlace
from timesheets.models import Entry
from timesheets.parting import A_DAY, EntryLine

PlacedRow = tuple[HoursRow, HoursPlace]
HALF_A_NIGHT = (
    "ces heures sont d’une nuit dont l’autre jour n’est pas dans le fichier. Ajoutez sa ligne, ou changez la nuit sur "
    "la page du jour."
)


def part_at_midnight(row: HoursRow) -> HoursRow:
    """``row`` up to midnight, with what follows in its ``after``; a break is taken from the longer part."""
    if not row.clocked or row.clocked.over <= row.clocked.began:
        return row
    morning = row.clocked.start.date() + A_DAY
    if row.clocked.end <= datetime.combine(morning, time(), timezone.get_default_timezone()):
        return row
    spans = (
        clocked_span(row.day, row.clocked.start.time(), morning, time()),
        clocked_span(morning, time(), morning, row.clocked.end.time()),
    )
    lengths = [int((each.over - each.began) // timedelta(seconds=1)) for each in spans]
    lost = share_break(lengths[0], lengths[1], sum(lengths) - row.seconds)
    pauses = share_break(spans[0].minutes, spans[1].minutes, row.break_minutes)
    first, after = (
        replace(row, day=span.start.date(), seconds=length - gone, clocked=span, break_minutes=pause)
        for span, length, gone, pause in zip(spans, lengths, lost, pauses, strict=True)
    )
    if not first.seconds:
        return after
    return replace(first, after=replace(after, note="")) if after.seconds else first


def join_marked(rows: Iterable[PlacedRow]) -> list[PlacedRow]:
    """``rows``, but each night that our export wrote as two of them as the one line that it is."""
    kept: list[PlacedRow] = []
    mornings: dict[object, list[PlacedRow]] = {}
    evenings: list[PlacedRow] = []
    for row, place in rows:
        if row.mark == GOES_ON:
            mornings.setdefault(_night(row, place, is_morning=True), []).append((row, place))
        elif row.mark == IS_FOLLOWED:
            evenings.append((row, place))
        else:
            kept.append((row, place))
    for row, place in evenings:
        found = mornings.get(_night(row, place, is_morning=False))
        kept.append((replace(row, after=found.pop()[0]) if found else row, place))
    kept += [each for left in mornings.values() for each in left]
    return sorted(kept, key=lambda each: each[0].line)


def _night(row: HoursRow, place: HoursPlace, *, is_morning: bool) -> object:
    day = row.day - A_DAY if is_morning else row.day
    return place.employee.pk, place.assignment and place.assignment.pk, day, row.kind


def complete(
    rows: Iterable[HoursRow], lines: Iterable[EntryLine], mornings: Iterable[Entry], faults: list[Fault]
) -> list[HoursRow]:
    """``rows`` of a day, with what the stored night adds to those of which the file has one half.

    A file of one month has the evening of its last night, or the morning of the one before its first. As long as that
    half is the stored one nothing changes; else it is a fault. Without a stored night it is a row like others.
    """
    kept = []
    for row in rows:
        line = _stored_night(row, lines) if row.mark == IS_FOLLOWED and not row.after else None
        morning = _stored_morning(row, mornings) if row.mark == GOES_ON else None
        if line and line.morning:
            kept.append(replace(row, after=_as_row(row, line.morning)))
            if not _is_as(row, line.first):
                faults.append(Fault(row.line, HALF_A_NIGHT))
        elif morning:
            if not _is_as(row, morning):
                faults.append(Fault(row.line, HALF_A_NIGHT))
        else:
            kept.append(row)
    return kept


def _stored_night(row: HoursRow, lines: Iterable[EntryLine]) -> EntryLine | None:
    return next((line for line in lines if line.morning and row.kind in (PRESENT, line.kind)), None)


def _stored_morning(row: HoursRow, mornings: Iterable[Entry]) -> Entry | None:
    return next((entry for entry in mornings if row.kind in (PRESENT, entry.kind)), None)


def _is_as(row: HoursRow, entry: Entry) -> bool:
    clocked = row.clocked
    stored = (entry.minutes * 60, entry.started_at, entry.ended_at)
    return clocked is not None and (row.seconds, clocked.first, clocked.last) == stored


def _as_row(row: HoursRow, entry: Entry) -> HoursRow:
    start, end = entry.started_at or time(), entry.ended_at or time()
    return replace(
        row,
        day=entry.day,
        seconds=entry.minutes * 60,
        clocked=clocked_span(entry.day, start, entry.day, end),
        break_minutes=entry.break_minutes,
        note="",
    )
