"""Compose a credit note: each request becomes a line, at most what is left of the invoice; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from billing.credit_notes.remaining import ONE, EntryRemainder, InvoiceRemainder, LineRemainder
from billing.models import Fate, Line, Unit
from groupement.kernel import worktime
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, ordinal, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, VatSum, line_net, spell, spell_plain
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import Month


class NotCreditable(Refusal):
    """The credit cannot be given as requested: nothing is left, too much is asked, or it is not an issued invoice."""


@dataclass(frozen=True)
class CreditWhole:
    """Credit all that is left of ``line``. Released, its hours or its sum are billed again by the next run."""

    line: Line
    fate: Fate = Fate.VOIDED


@dataclass(frozen=True)
class CreditHours:
    """Credit hours of a line: minutes by entry of the timesheet (id)."""

    line: Line
    minutes: Mapping[int, int]
    fate: Fate = Fate.VOIDED


@dataclass(frozen=True)
class CreditAmount:
    """Credit a part of ``line`` in euros without VAT; it is never billed again."""

    line: Line
    net: Decimal


@dataclass(frozen=True)
class CreditQuantity:
    """Credit a part of ``line`` in its own unit, at its own price; it is never billed again."""

    line: Line
    quantity: Decimal


CreditRequest = CreditWhole | CreditHours | CreditAmount | CreditQuantity

CENT = Decimal("0.01")
MOST_DAYS = 6
DETAIL_LENGTH = 300


@dataclass(frozen=True)
class CreditLine:
    """A line of the credit note to come, for ``credited``; ``hours`` are the minutes that it credits of each entry."""

    credited: LineRemainder
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    detail: str
    fate: Fate
    hours: Sequence[tuple[EntryRemainder, int]] = ()
    releases_charge: bool = False

    @property
    def label(self) -> str:
        return self.credited.line.label

    @property
    def unit_label(self) -> str:
        return str(Unit(self.unit).label)

    @property
    def minutes(self) -> int:
        return sum(minutes for _, minutes in self.hours)

    @property
    def is_billed_again(self) -> bool:
        """Whether the next run bills it again."""
        return self.releases_charge or (self.fate == Fate.RELEASED and bool(self.hours))


@dataclass(frozen=True)
class CreditNoteDraft:
    """The credit note to come, in euros; ``remainder`` is what was left of the invoice before it."""

    remainder: InvoiceRemainder
    lines: Sequence[CreditLine]
    vat: Sequence[VatSum] = field(default=())

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO)

    @property
    def vat_total(self) -> Decimal:
        return sum((row.amount for row in self.vat), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.vat_total

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)


def compose_credit_note(remainder: InvoiceRemainder, requests: Sequence[CreditRequest]) -> CreditNoteDraft:
    """The credit note that ``requests`` ask of the ``remainder`` of an invoice. Raises NotCreditable."""
    if remainder.is_fully_credited:
        raise NotCreditable(
            f"La facture {remainder.invoice.number} est déjà créditée en entier{NO_BREAK_SPACE}: il n’en reste rien."
        )
    if not requests:
        raise NotCreditable("Choisissez ce qui est à créditer, au moins une ligne.")
    by_line = {row.line.pk: row for row in remainder.lines}
    asked = [request.line.pk for request in requests]
    if len(set(asked)) < len(asked) or not by_line.keys() >= set(asked):
        raise NotCreditable("Créditez chaque ligne de cette facture une seule fois par avoir.")
    lines = [_credit_line(by_line[request.line.pk], request) for request in requests]
    lines.sort(key=lambda line: line.credited.line.position)
    draft = CreditNoteDraft(remainder, lines, _vat(remainder, lines))
    if draft.total <= 0:
        raise NotCreditable("Cet avoir ne porterait aucune somme.")
    return draft


def _vat(remainder: InvoiceRemainder, lines: Sequence[CreditLine]) -> list[VatSum]:
    bases: dict[Decimal, Decimal] = {}
    for line in lines:
        bases[line.credited.rate] = bases.get(line.credited.rate, ZERO) + line.net
    return [
        VatSum(rate, base, remainder.tax(base, rate)) for rate, base in sorted(bases.items(), reverse=True)
    ]


def _credit_line(row: LineRemainder, request: CreditRequest) -> CreditLine:
    if row.is_fully_credited:
        raise NotCreditable(
            f"{quoted(row.line.label)} est déjà créditée en entier{NO_BREAK_SPACE}: il n’en reste rien."
        )
    match request:
        case CreditWhole():
            return _credit_whole(row, request.fate)
        case CreditHours():
            return _credit_hours(row, request)
        case CreditQuantity():
            return _credit_quantity(row, request.quantity)
        case CreditAmount():
            return _credit_amount(row, request.net)


def _credit_whole(row: LineRemainder, fate: Fate) -> CreditLine:
    if row.is_hourly:
        return _line_of_hours(row, [(entry, entry.left) for entry in row.entries if entry.left], fate)
    if fate == Fate.RELEASED and not row.may_be_billed_again:
        raise NotCreditable(
            f"{quoted(row.line.label)} ne peut pas revenir à la facturation en partie"
            f"{NO_BREAK_SPACE}: abandonnez ce qu’il en reste, puis ajoutez une somme libre s’il faut la refacturer."
        )
    return _line_of_remainder(row, fate, releases_charge=fate == Fate.RELEASED)


def _credit_hours(row: LineRemainder, request: CreditHours) -> CreditLine:
    if not row.is_hourly:
        raise NotCreditable(
            f"{quoted(row.line.label)} ne se compte pas en heures pointées. Indiquez un montant."
        )
    entries = {entry.entry: entry for entry in row.entries}
    if not entries.keys() >= request.minutes.keys():
        raise NotCreditable(f"Une journée choisie n’est pas de la ligne {quoted(row.line.label)}.")
    for pk, minutes in request.minutes.items():
        _refuse_minutes(entries[pk], minutes)
    return _line_of_hours(
        row, [(entries[pk], minutes) for pk, minutes in request.minutes.items()], request.fate
    )


def _refuse_minutes(entry: EntryRemainder, minutes: int) -> None:
    day = f"{entry.day:%d/%m/%Y}"
    if minutes <= 0:
        raise NotCreditable(f"{day}{NO_BREAK_SPACE}: indiquez des heures à créditer, plus de zéro.")
    if minutes > entry.left:
        there = f"il reste {spell_duration(entry.left)} à créditer" if entry.left else "tout est déjà crédité"
        raise NotCreditable(f"{day}{NO_BREAK_SPACE}: {there}, {spell_duration(minutes)} sont demandées.")


def _line_of_hours(row: LineRemainder, hours: Sequence[tuple[EntryRemainder, int]], fate: Fate) -> CreditLine:
    """Hours at the price of the line, never more than what is left; the last ones get the rest to the cent.

    The hundredths of all credits together are rounded, not those of each: 1 min after 1 min gives 0.02 h, then 0.01 h,
    so that the last minute is worth something too.
    """
    asked = sum(minutes for _, minutes in hours)
    if not asked:
        raise NotCreditable("Indiquez les heures à créditer.")
    ordered = sorted(hours, key=lambda pair: (pair[0].day, pair[0].kind, pair[0].entry))
    if asked == row.minutes:
        return _line_of_remainder(row, fate, hours=ordered)
    line, detail = row.line, _detail(row, _days(ordered), fate)
    credited = worktime.quantity(row.minutes_credited + asked)
    quantity = credited - worktime.quantity(row.minutes_credited)
    net = line_net(quantity, line.unit_price)
    aim = min(line_net(credited, line.unit_price), line.net) - (line.net - row.net)
    if quantity <= row.quantity and abs(net - aim) <= CENT and net < row.net:
        return CreditLine(row, quantity, line.unit, line.unit_price, net, detail, fate, ordered)
    if not ZERO < aim < row.net:
        # A minimum had covered a part of these hours: the line is less than they are together.
        return _line_of_remainder(row, fate, hours=ordered)
    return CreditLine(row, ONE, Unit.ONE, aim, aim, detail, fate, ordered)


def _credit_quantity(row: LineRemainder, quantity: Decimal) -> CreditLine:
    if not row.has_quantity:
        raise NotCreditable(f"{quoted(row.line.label)} se crédite par un montant, pas par une quantité.")
    if quantity <= 0:
        raise NotCreditable("Indiquez une quantité à créditer, plus de zéro.")
    net = line_net(quantity, row.line.unit_price)
    if quantity > row.quantity or (net > row.net and quantity != row.quantity):
        raise NotCreditable(
            f"Il reste {spell_plain(row.quantity)} à créditer sur {quoted(row.line.label)} "
            f"({spell(row.net)} HT){NO_BREAK_SPACE}: {spell_plain(quantity)} sont demandés."
        )
    if quantity == row.quantity:
        return _line_of_remainder(row, Fate.VOIDED)
    of = f"sur {spell_plain(row.line.quantity)}{NO_BREAK_SPACE}{Unit(row.line.unit).label} facturés"
    return CreditLine(
        row, quantity, row.line.unit, row.line.unit_price, net, _detail(row, of, Fate.VOIDED), Fate.VOIDED
    )


def _credit_amount(row: LineRemainder, net: Decimal) -> CreditLine:
    if row.is_hourly:
        raise NotCreditable(f"{quoted(row.line.label)} se crédite par journées, pas par un montant.")
    if net <= 0:
        raise NotCreditable("Indiquez un montant à créditer, plus de zéro.")
    if net > row.net:
        raise NotCreditable(
            f"Il reste {spell(row.net)} HT à créditer sur {quoted(row.line.label)}"
            f"{NO_BREAK_SPACE}: {spell(net)} sont demandés."
        )
    if net == row.net:
        return _line_of_remainder(row, Fate.VOIDED)
    of = f"sur {spell(row.line.net)} HT facturés"
    return CreditLine(row, ONE, Unit.ONE, net, net, _detail(row, of, Fate.VOIDED), Fate.VOIDED)


def _line_of_remainder(
    row: LineRemainder,
    fate: Fate,
    *,
    hours: Sequence[tuple[EntryRemainder, int]] = (),
    releases_charge: bool = False,
) -> CreditLine:
    """All that is left, to the cent (rule R6); as one unit when quantity and price no longer multiply to it."""
    line = row.line
    multiplies = row.quantity > 0 and line_net(row.quantity, line.unit_price) == row.net
    quantity, unit, price = (
        (row.quantity, line.unit, line.unit_price) if multiplies else (ONE, Unit.ONE, row.net)
    )
    of = "" if not row.has_credits else _days(hours) or f"le reste de {spell(line.net)} HT facturés"
    return CreditLine(
        row, quantity, unit, price, row.net, _detail(row, of, fate), fate, hours, releases_charge
    )


def _detail(row: LineRemainder, what: str, fate: Fate) -> str:
    """The detail of the credited line, or ``what`` part of it; with "à facturer de nouveau" when it is released."""
    parts = [what or row.line.detail]
    if fate == Fate.RELEASED:
        parts.append("à facturer de nouveau")
    return ", ".join(part for part in parts if part)[:DETAIL_LENGTH]


def _days(hours: Sequence[tuple[EntryRemainder, int]]) -> str:
    """ "heures des 3, 4 et 5 novembre 2026", "heures du 3 au 27 novembre 2026 (14 jours)" """
    days = sorted({entry.day for entry, _ in hours})
    months = [(month, list(group)) for month, group in groupby(days, key=Month.of)]
    return "heures " + ", ".join(_days_of(month, found) for month, found in months) if days else ""


def _days_of(month: Month, days: Sequence[date]) -> str:
    numbers = [ordinal(day) for day in days]
    if len(numbers) == 1:
        return f"du {numbers[0]} {month.label}"
    if len(numbers) > MOST_DAYS:
        return f"du {numbers[0]} au {numbers[-1]} {month.label} ({len(numbers)} jours)"
    return f"des {enumeration(numbers)} {month.label}"
