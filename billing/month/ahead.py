"""What is ahead of today when a month is issued: its days that are to come, and a date that numbers have reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from billing.documents import numbering
from billing.models import InvoiceKind, Series
from groupement.kernel.french import NO_BREAK_SPACE, counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from groupement.kernel.worktime import spell_clock
from members.models import Group
from timesheets.models import Entry


class MonthNotOver(Refusal):
    """The month has days to come, and nobody said that it is issued all the same."""


class NotTheDateReached(Refusal):
    """Documents are dated of the day, or of the day that their numbers have reached; of no other."""


@dataclass(frozen=True)
class DaysToCome:
    """Days of a month after ``on``, and the minutes at members that are written on them already."""

    month: Month
    on: date
    minutes: int

    @property
    def sentence(self) -> str:
        """What is issued before its time, in words."""
        days = counted((self.month.before - self.on).days - 1, "jour reste", "jours restent")
        words = f"{self.month.label.capitalize()} n’est pas fini{NO_BREAK_SPACE}: {days} à venir"
        if self.minutes:
            words += f", avec {spell_clock(self.minutes)} déjà pointées"
        return (
            f"{words}. Ce qui s’y fera rejoindra le mois suivant, et ce qui est facturé d’avance se corrigera par un "
            "avoir."
        )


def days_to_come(month: Month, on: date) -> DaysToCome | None:
    """What of ``month`` is to come after day ``on``; None on its last day and later."""
    if on >= month.last:
        return None
    written = Entry.objects.filter(
        day__gt=on, day__lt=month.before, timesheet__assignment__isnull=False
    ).aggregate(sum=Sum("minutes"))
    return DaysToCome(month, on, written["sum"] or 0)


def refuse_early(month: Month, on: date) -> None:
    """Raises MonthNotOver while ``month`` has days to come."""
    if found := days_to_come(month, on):
        raise MonthNotOver(f"{found.sentence} Cochez la case pour l’émettre dès aujourd’hui.")


def date_reached(
    on: date, kinds: Collection[str] = (InvoiceKind.INVOICE,), *, corrected: date | None = None
) -> date | None:
    """The day that documents of ``kinds`` have reached in the year of ``on``, when it is after ``on``.

    One was dated ahead (a clock that was wrong, say): until that day no number can follow, except on that day. A credit
    note is not dated before what it corrects, of day ``corrected``.
    """
    later = Series.objects.filter(year=on.year, last_issued_on__gt=on)
    days = [corrected] if corrected and corrected > on else []
    if found := dict(later.values_list("kind", "last_issued_on")):
        group = Group.objects.get()
        days += [day for kind in kinds if (day := found.get(numbering.kind_of_series(kind, group)))]
    return max(days, default=None)


def checked_date(
    issued_on: date | None,
    on: date,
    kinds: Collection[str] = (InvoiceKind.INVOICE,),
    *,
    corrected: date | None = None,
) -> date:
    """The date that documents of ``kinds`` issued on day ``on`` bear: ``issued_on``, the day reached; else ``on``."""
    if issued_on is None or issued_on == on:
        return on
    if issued_on != date_reached(on, kinds, corrected=corrected):
        raise NotTheDateReached(
            f"Un document est daté d’aujourd’hui, pas du {long_date(issued_on)}. Rechargez la page."
        )
    return issued_on
