"""What is ahead of today when a month is issued: its days that are to come, and a date that numbers have reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Max, Sum
from django.utils import timezone

from billing.documents import numbering
from billing.models import InvoiceKind, Proof, Series
from groupement.kernel.french import NO_BREAK_SPACE, counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from members.models import Group, Mail
from members.models.mail import DIGESTS
from timesheets.models import Entry


class MonthNotOver(Refusal):
    """The month has days to come, and nobody said that it is issued all the same."""


class NotTheDateReached(Refusal):
    """Documents are dated of the day, or of the day that their numbers have reached; of no other."""


class ClockInDoubt(Refusal):
    """The server’s clock may be ahead, and nobody said that its date is right."""


# A date that is too late blocks a series until then, and a server cannot know that its own clock is wrong.
MOST_SILENT_DAYS = 10


@dataclass(frozen=True)
class Silence:
    """Days without anything that the scheduled tasks recorded, from ``last`` to ``on``."""

    last: date
    on: date

    @property
    def sentence(self) -> str:
        """What is in doubt, in words."""
        return (
            f"D’après le serveur, nous sommes le {long_date(self.on)}. Ses tâches automatiques n’ont rien noté depuis "
            f"le {long_date(self.last)}. Si son horloge avance, la série resterait bloquée jusqu’à cette date."
        )


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
            words += f", avec {spell_duration(self.minutes)} déjà pointées"
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


def last_recorded(on: date) -> date | None:
    """The last day before ``on`` on which the scheduled tasks left something: a proof, or a message of the morning."""
    since = timezone.make_aware(datetime.combine(on, time.min))
    proven = Proof.objects.filter(at__lt=since).aggregate(last=Max("at"))["last"]
    mailed = Mail.objects.filter(kind__in=DIGESTS, queued_at__lt=since).aggregate(last=Max("queued_at"))[
        "last"
    ]
    last = max((moment for moment in (proven, mailed) if moment), default=None)
    return timezone.localdate(last) if last else None


def silence(on: date) -> Silence | None:
    """What asks whether today is really ``on``: nothing was recorded for more than ten days; None else."""
    last = last_recorded(on)
    return Silence(last, on) if last and (on - last).days > MOST_SILENT_DAYS else None


def refuse_clock(on: date) -> None:
    """Raises ClockInDoubt when the clock may be ahead."""
    if found := silence(on):
        raise ClockInDoubt(f"{found.sentence} Cochez la case si la date est bonne.")


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
