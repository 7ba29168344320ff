"""Numbers without a gap: one counter row per series and year, locked inside the transaction that issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from billing.models import Invoice, InvoiceKind, Series
from groupement.kernel.french import NO_BREAK_SPACE, counted, enumeration
from groupement.kernel.lifecycle import Refusal
from members.identifiers import prefixes_clash
from members.models import Group, User
from members.roles import Role, only

LONGEST = 20
# Of many missing numbers, as many are named.
MOST_NAMED = 6


class NumberTooEarly(Refusal):
    """The series already holds a later date: numbers follow the order of dates (CGI ann. II 242 nonies A)."""


class NumberTaken(Refusal):
    """Two series would give the same number; the settings of the group have to say otherwise."""


class SeriesBroken(Refusal):
    """The counter and the numbers of a series do not agree: somebody wrote there by hand."""


class Number(NamedTuple):
    """A number taken, with the series and the rank that make it unique."""

    series: Series
    sequence: int
    number: str


class SeriesGap(NamedTuple):
    """A series whose numbers are not all there: what is missing, and how far its counter is."""

    series: Series
    missing: list[str]
    missing_count: int

    @property
    def sentence(self) -> str:
        if not self.missing_count:
            return (
                f"Série {self.series}{NO_BREAK_SPACE}: son compteur est à {self.series.last_sequence}, "
                "et ses numéros vont plus loin."
            )
        named = [*self.missing[:MOST_NAMED], *(["…"] if self.missing_count > MOST_NAMED else [])]
        missing = f"{counted(self.missing_count, 'numéro')} sans document, {enumeration(named)}"
        return f"Série {self.series}{NO_BREAK_SPACE}: {missing}."


def next_number(kind: str = InvoiceKind.INVOICE, *, issued_on: date, group: Group | None = None) -> Number:
    """Take the next number of ``kind`` for the year of ``issued_on``, such as "F-2026-0001" (20 characters at most).

    As next_numbers, which takes several at once.
    """
    return next_numbers([kind], issued_on=issued_on, group=group)[0]


def next_numbers(kinds: Sequence[str], *, issued_on: date, group: Group | None = None) -> list[Number]:
    """Take the next numbers for documents of ``kinds`` in their order, those of a series as one block.

    A credit note takes the next number of the invoices unless the group gave credit notes a prefix of their own. Call
    it last in the transaction that issues (there must be one): others wait for the rows from here on, and a roll-back
    gives all numbers back. ``group`` spares a query to who has it. Raises NumberTooEarly when a series holds a later
    date, this year or in a later one; NumberTaken when another series has this prefix or one of these numbers;
    SeriesBroken when the counter is not where the numbers are; Refusal when a number has more than 20 characters.
    """
    group = group or Group.objects.get()
    # Always in the same order, so that two who take of both series never wait for each other.
    series = {kind: _locked(kind, issued_on, group) for kind in sorted(set(kinds), reverse=True)}
    rows = {row.pk: row for row in series.values()}
    former = {pk: row.last_sequence for pk, row in rows.items()}
    taken = [_following(rows[series[kind].pk], group.number_template) for kind in kinds]
    for pk, row in rows.items():
        if row.last_issued_on is not None and issued_on < row.last_issued_on:
            raise _too_early(row.last_issued_on)
        _refuse_unless_next(row, former[pk], [each.number for each in taken if each.series is row])
        row.last_issued_on = issued_on
        row.save(update_fields=["last_sequence", "last_issued_on"])
    return taken


def _following(series: Series, template: str) -> Number:
    """The number after the last one of ``series``, which counts it; nothing is written."""
    series.last_sequence += 1
    number = format_number(template, prefix=series.prefix, year=series.year, sequence=series.last_sequence)
    if len(number) > LONGEST:
        raise Refusal(f"Le numéro {number} dépasse {LONGEST} caractères. Choisissez un préfixe plus court.")
    return Number(series, series.last_sequence, number)


def format_number(template: str, *, prefix: str, year: int, sequence: int) -> str:
    """The number that ``template`` makes, its rank in four digits at least: "F-2026-0001"."""
    return f"{_head(template, prefix, year)}{sequence:04d}"


class SeriesNotOpenable(Refusal):
    """A further series is for who administers, says why, and stands beside one that is in the future."""


def blocked_until(on: date, kind: str = InvoiceKind.INVOICE) -> date | None:
    """The day before which the current series of ``kind`` gives no number, when it is after ``on``."""
    current: dict[int, Series] = {}
    for row in Series.objects.filter(kind=kind, year__gte=on.year).order_by("rank"):
        current[row.year] = row
    mine = current[on.year].rank if on.year in current else 0
    reached = [row.last_issued_on for row in current.values() if row.rank >= mine and row.last_issued_on]
    return max((day for day in reached if day > on), default=None)


@transaction.atomic
def open_series(*, kind: str, prefix: str, reason: str, by: User, at: datetime) -> Series:
    """Open a further series of ``kind`` for the year of ``at``, which numbers from 1 in the place of the blocked one.

    The blocked one keeps its numbers and gives no more. Raises SeriesNotOpenable, NumberTaken, Refusal.
    """
    on, group = timezone.localdate(at), Group.objects.select_for_update().get()
    if not (by.is_active and by.is_admin):
        raise SeriesNotOpenable(only(Role.ADMIN, "ouvre une série de plus"))
    if not reason.strip():
        raise SeriesNotOpenable("Écrivez pourquoi\u00a0: la série garde ce motif.", field="reason")
    if blocked_until(on, kind) is None:
        raise SeriesNotOpenable(
            "Aucun document de cette série n’est daté de plus tard qu’aujourd’hui\u00a0: elle n’est pas bloquée.",
            field="kind",
        )
    of_year = list(Series.objects.filter(year=on.year).order_by("rank"))
    others = [row.prefix for row in of_year]
    if prefix in others or prefixes_clash(group.number_template, prefix, *others):
        raise NumberTaken(
            f"Avec le préfixe {prefix}, deux séries donneraient un jour le même numéro. Choisissez-en un autre.",
            field="prefix",
        )
    _refuse_existing(group, on.year, {kind: (prefix, None)})
    rank = max((row.rank for row in of_year if row.kind == kind), default=0) + 1
    return Series.objects.create(
        kind=kind,
        year=on.year,
        prefix=prefix,
        rank=rank,
        reason=reason.strip(),
        opened_by=by,
        opened_at=at,
    )


def refuse_settings(group: Group, on: date) -> None:
    """Raise NumberTaken when ``group``, as it would be saved, has two series give one number.

    It is asked for the year of ``on`` and for later ones in which a series is begun; a year keeps its prefixes.
    """
    begun: dict[int, dict[str, Series]] = {on.year: {}}
    for series in Series.objects.filter(year__gte=on.year).order_by("rank"):
        begun.setdefault(series.year, {})[series.kind] = series
    for year, by_kind in sorted(begun.items()):
        _refuse_year(group, year, by_kind)


def gaps() -> list[SeriesGap]:
    """The series that lack a number, or whose counter is elsewhere; none unless somebody wrote there by hand."""
    template = Group.objects.values_list("number_template", flat=True).first() or ""
    return [_gap(series, template) for series in broken_series().order_by("year", "kind")]


def broken_series() -> QuerySet[Series]:
    """The series of gaps()."""
    counted_rows = Series.objects.annotate(
        count=Count("invoices"), highest=Coalesce(Max("invoices__sequence"), 0)
    )
    return counted_rows.exclude(last_sequence=F("count"), highest=F("count"))


def _gap(series: Series, template: str) -> SeriesGap:
    numbered = series.invoices.filter(sequence__isnull=False)
    present = {rank for rank in numbered.values_list("sequence", flat=True) if rank}
    last = max(series.last_sequence, *present, 0)
    missing = (rank for rank in range(1, last + 1) if rank not in present)
    named = [
        format_number(template, prefix=series.prefix, year=series.year, sequence=rank)
        for rank in islice(missing, MOST_NAMED)
    ]
    return SeriesGap(series, named, last - len(present))


def _head(template: str, prefix: str, year: int) -> str:
    """What stands before the rank."""
    return template.replace("{prefix}", prefix).replace("{year}", str(year)).replace("{sequence}", "")


def kind_of_series(kind: str, group: Group) -> str:
    """Credit notes without a prefix of their own take their numbers from the series of invoices."""
    shares = group.credit_prefix in ("", group.invoice_prefix)
    return InvoiceKind.INVOICE if shares else kind


def _prefix(kind: str, group: Group) -> str:
    return group.credit_prefix if kind == InvoiceKind.CREDIT_NOTE else group.invoice_prefix


def _locked(kind: str, issued_on: date, group: Group) -> Series:
    """The counter row, FOR UPDATE. A year keeps the prefix that it began with.

    With it those of the other years, in their order: a number of an old year and one of the new wait for each other.
    """
    kind, year = kind_of_series(kind, group), issued_on.year
    rows = Series.objects.select_for_update().filter(kind=kind).order_by("year", "rank")
    found = {row.year: row for row in rows}
    if year not in found:
        by_kind = {row.kind: row for row in Series.objects.filter(year=year).order_by("rank")}
        _refuse_year(group, year, by_kind)
        Series.objects.get_or_create(kind=kind, year=year, rank=0, defaults={"prefix": _prefix(kind, group)})
        found = {row.year: row for row in rows.all()}
    later = [
        row.last_issued_on
        for row in found.values()
        if row.year > year and row.rank >= found[year].rank and row.last_issued_on
    ]
    if later and max(later) > issued_on:
        raise _too_early(max(later))
    return found[year]


def _too_early(last: date) -> NumberTooEarly:
    return NumberTooEarly(
        f"La dernière facture est datée du {last:%d/%m/%Y}{NO_BREAK_SPACE}: les numéros suivent l’ordre des dates. "
        f"La date la plus proche possible est le {last:%d/%m/%Y}."
    )


def _refuse_unless_next(series: Series, last: int, numbers: Sequence[str]) -> None:
    """``numbers`` are free, and the counter, at ``last``, is where the numbers are; read under the lock."""
    ranks = Invoice.objects.filter(series=series).order_by("-sequence").values("sequence")[:1]
    taken = Invoice.objects.filter(number__in=numbers).order_by("sequence").values("number")[:1]
    rows = Series.objects.filter(pk=series.pk)
    highest, existing = rows.values_list(Subquery(ranks), Subquery(taken)).get()
    if highest is not None and highest != last:
        raise SeriesBroken(
            f"La série {series} s’arrête au rang {highest} et son compteur est à {last}"
            f"{NO_BREAK_SPACE}: il a été changé à la main. Rien n’y est numéroté avant que l’administration l’ait "
            f"remis à {highest}."
        )
    if existing:
        raise NumberTaken(
            f"Le numéro {existing} existe déjà dans une autre série{NO_BREAK_SPACE}: changez le préfixe ou le modèle "
            "des numéros dans les paramètres du groupement."
        )


def _refuse_year(group: Group, year: int, begun: Mapping[str, Series]) -> None:
    """Raise NumberTaken when invoices and credit notes of ``year`` would meet; ``begun`` are its series by kind."""
    kinds = dict.fromkeys(kind_of_series(kind, group) for kind in InvoiceKind.values)
    used = {kind: begun[kind].prefix if kind in begun else _prefix(kind, group) for kind in kinds}
    for kind, prefix in used.items():
        others = {other: row.prefix for other, row in begun.items() if other != kind and kind not in begun}
        for other, taken in others.items():
            if prefix == taken:
                raise NumberTaken(
                    f"En {year}, le préfixe {prefix} est déjà celui des {InvoiceKind(other).label}s"
                    f"{NO_BREAK_SPACE}: donnez-en un autre aux {InvoiceKind(kind).label}s.",
                    field="credit_prefix" if kind == InvoiceKind.CREDIT_NOTE else "invoice_prefix",
                )
    if len(used) > 1 and prefixes_clash(group.number_template, *used.values()):
        raise NumberTaken(
            f"En {year}, factures et avoirs auraient un jour le même numéro avec les préfixes "
            f"{enumeration(used.values())}{NO_BREAK_SPACE}: changez-en un, ou le modèle.",
            field="credit_prefix",
        )
    _refuse_existing(group, year, {kind: (prefix, begun.get(kind)) for kind, prefix in used.items()})


def _refuse_existing(group: Group, year: int, used: Mapping[str, tuple[str, Series | None]]) -> None:
    """The numbers to come of each series are not those of another, written under other settings."""
    for prefix, series in used.values():
        head = _head(group.number_template, prefix, year)
        rows = Invoice.objects.filter(number__startswith=head)
        if series is not None:
            rows = rows.exclude(series=series)
        ranks = [
            rank for number in rows.values_list("number", flat=True) if (rank := (number or "")[len(head) :])
        ]
        to_come = series.last_sequence if series else 0
        if taken := [rank for rank in ranks if rank.isdecimal() and int(rank) > to_come]:
            raise NumberTaken(
                f"Le numéro {head}{min(taken)} existe déjà{NO_BREAK_SPACE}: ce modèle le donnerait une deuxième fois. "
                "Gardez un signe qui les distingue.",
                field="number_template",
            )
