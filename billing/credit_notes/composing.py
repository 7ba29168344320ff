"""Compose a credit note: each request becomes a line that multiplies, at most what is left; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from billing.credit_notes.remaining import ONE, EntryLeft, Left, LineLeft
from billing.models import Fate, Line, Unit
from groupement.kernel import worktime
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, ordinal, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, VatSum, line_net, spell, spell_plain
from groupement.kernel.periods import Month


class NotCreditable(Refusal):
    """The credit cannot be given as it was asked: nothing is left, too much is asked, or the paper is no invoice."""


@dataclass(frozen=True)
class Whole:
    """All that is left of ``line``. Released, its hours or the sum itself are billed again by the next run."""

    line: Line
    fate: Fate = Fate.VOIDED


@dataclass(frozen=True)
class Hours:
    """Minutes of named entries (ids) of a line of hours."""

    line: Line
    minutes: Mapping[int, int]
    fate: Fate = Fate.VOIDED


@dataclass(frozen=True)
class Amount:
    """A part of ``line`` in euros without VAT; never billed again."""

    line: Line
    net: Decimal


@dataclass(frozen=True)
class Quantity:
    """A part of ``line`` in its own unit, at its own price; never billed again."""

    line: Line
    quantity: Decimal


Request = Whole | Hours | Amount | Quantity

MOST_DAYS = 6
DETAIL_LENGTH = 300


@dataclass(frozen=True)
class Piece:
    """A line of the credit note to come; ``hours`` are the minutes it takes of entries."""

    of: LineLeft
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    detail: str
    fate: Fate
    hours: Sequence[tuple[EntryLeft, int]] = ()
    releases_charge: bool = False

    @property
    def label(self) -> str:
        return self.of.line.label

    @property
    def unit_label(self) -> str:
        return str(Unit(self.unit).label)

    @property
    def minutes(self) -> int:
        return sum(minutes for _, minutes in self.hours)

    @property
    def comes_back(self) -> bool:
        """Whether the next run bills it again."""
        return self.releases_charge or (self.fate == Fate.RELEASED and bool(self.hours))


@dataclass(frozen=True)
class Composed:
    """The whole credit note to come, euros; what is then left of the invoice is ``left`` less this."""

    left: Left
    pieces: Sequence[Piece]
    vat: Sequence[VatSum] = field(default=())

    @property
    def net(self) -> Decimal:
        return sum((piece.net for piece in self.pieces), ZERO)

    @property
    def vat_total(self) -> Decimal:
        return sum((row.amount for row in self.vat), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.vat_total

    @property
    def minutes(self) -> int:
        return sum(piece.minutes for piece in self.pieces)


def compose(left: Left, requests: Sequence[Request]) -> Composed:
    """The credit note that ``requests`` ask of what is ``left``. Raises NotCreditable."""
    if left.is_gone:
        raise NotCreditable(
            f"La facture {left.invoice.number} est déjà créditée en entier{NO_BREAK_SPACE}: il n’en reste rien."
        )
    if not requests:
        raise NotCreditable("Choisissez ce qui est à créditer, au moins une ligne.")
    by_line = {row.line.pk: row for row in left.lines}
    asked = [request.line.pk for request in requests]
    if len(set(asked)) < len(asked) or not by_line.keys() >= set(asked):
        raise NotCreditable("Créditez chaque ligne de cette facture une seule fois par avoir.")
    pieces = [_piece(by_line[request.line.pk], request) for request in requests]
    pieces.sort(key=lambda piece: piece.of.line.position)
    composed = Composed(left, pieces, _vat(left, pieces))
    if composed.total <= 0:
        raise NotCreditable("Cet avoir ne porterait aucune somme.")
    return composed


def _vat(left: Left, pieces: Sequence[Piece]) -> list[VatSum]:
    bases: dict[Decimal, Decimal] = {}
    for piece in pieces:
        bases[piece.of.rate] = bases.get(piece.of.rate, ZERO) + piece.net
    return [VatSum(rate, base, left.tax(base, rate)) for rate, base in sorted(bases.items(), reverse=True)]


def _piece(row: LineLeft, request: Request) -> Piece:
    if row.is_gone:
        raise NotCreditable(
            f"{quoted(row.line.label)} est déjà créditée en entier{NO_BREAK_SPACE}: il n’en reste rien."
        )
    match request:
        case Whole():
            return _whole(row, request.fate)
        case Hours():
            return _hours(row, request)
        case Quantity():
            return _quantity(row, request.quantity)
        case Amount():
            return _amount(row, request.net)


def _whole(row: LineLeft, fate: Fate) -> Piece:
    if row.is_hourly:
        return _of_hours(row, [(entry, entry.left) for entry in row.entries if entry.left], fate)
    if fate == Fate.RELEASED and not row.may_come_back:
        raise NotCreditable(
            f"{quoted(row.line.label)} ne peut pas revenir à la facturation en partie"
            f"{NO_BREAK_SPACE}: abandonnez ce qu’il en reste, puis ajoutez une somme libre s’il faut la refacturer."
        )
    return _rest(row, fate, releases_charge=fate == Fate.RELEASED)


def _hours(row: LineLeft, request: Hours) -> Piece:
    if not row.is_hourly:
        raise NotCreditable(
            f"{quoted(row.line.label)} ne se compte pas en heures pointées. Indiquez un montant."
        )
    entries = {entry.entry: entry for entry in row.entries}
    if not entries.keys() >= request.minutes.keys():
        raise NotCreditable(f"Une journée choisie n’est pas de la ligne {quoted(row.line.label)}.")
    for pk, minutes in request.minutes.items():
        _refuse_minutes(entries[pk], minutes)
    return _of_hours(row, [(entries[pk], minutes) for pk, minutes in request.minutes.items()], request.fate)


def _refuse_minutes(entry: EntryLeft, minutes: int) -> None:
    day = f"{entry.day:%d/%m/%Y}"
    if minutes <= 0:
        raise NotCreditable(f"{day}{NO_BREAK_SPACE}: indiquez des heures à créditer, plus de zéro.")
    if minutes > entry.left:
        there = (
            f"il reste {worktime.spell_clock(entry.left)} à créditer"
            if entry.left
            else "tout est déjà crédité"
        )
        raise NotCreditable(
            f"{day}{NO_BREAK_SPACE}: {there}, {worktime.spell_clock(minutes)} sont demandées."
        )


def _of_hours(row: LineLeft, hours: Sequence[tuple[EntryLeft, int]], fate: Fate) -> Piece:
    """Hours at the price of the line, never more than what is left; the last of them take all that is left."""
    taken = sum(minutes for _, minutes in hours)
    if not taken:
        raise NotCreditable("Indiquez les heures à créditer.")
    ordered = sorted(hours, key=lambda pair: (pair[0].day, pair[0].kind, pair[0].entry))
    if taken == row.minutes:
        return _rest(row, fate, hours=ordered)
    quantity = worktime.quantity(taken)
    net = line_net(quantity, row.line.unit_price)
    if quantity > row.quantity or net > row.net:
        # Hundredths of many small parts can come to more than those of their sum.
        return _rest(row, fate, hours=ordered)
    detail = _detail(row, _days(ordered), fate)
    return Piece(row, quantity, row.line.unit, row.line.unit_price, net, detail, fate, ordered)


def _quantity(row: LineLeft, quantity: Decimal) -> Piece:
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
        return _rest(row, Fate.VOIDED)
    of = f"sur {spell_plain(row.line.quantity)}{NO_BREAK_SPACE}{Unit(row.line.unit).label} facturés"
    return Piece(
        row, quantity, row.line.unit, row.line.unit_price, net, _detail(row, of, Fate.VOIDED), Fate.VOIDED
    )


def _amount(row: LineLeft, net: Decimal) -> Piece:
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
        return _rest(row, Fate.VOIDED)
    of = f"sur {spell(row.line.net)} HT facturés"
    return Piece(row, ONE, Unit.ONE, net, net, _detail(row, of, Fate.VOIDED), Fate.VOIDED)


def _rest(
    row: LineLeft,
    fate: Fate,
    *,
    hours: Sequence[tuple[EntryLeft, int]] = (),
    releases_charge: bool = False,
) -> Piece:
    """All that is left, to the cent (rule R6); as one unit when quantity and price no longer multiply to it."""
    line = row.line
    multiplies = row.quantity > 0 and line_net(row.quantity, line.unit_price) == row.net
    quantity, unit, price = (
        (row.quantity, line.unit, line.unit_price) if multiplies else (ONE, Unit.ONE, row.net)
    )
    of = "" if not row.is_touched else _days(hours) or f"le reste de {spell(line.net)} HT facturés"
    return Piece(row, quantity, unit, price, row.net, _detail(row, of, fate), fate, hours, releases_charge)


def _detail(row: LineLeft, what: str, fate: Fate) -> str:
    """The words of the line's own detail, or which part of it is credited; and what becomes of hours."""
    parts = [what or row.line.detail]
    if fate == Fate.RELEASED:
        parts.append("à facturer de nouveau")
    return ", ".join(part for part in parts if part)[:DETAIL_LENGTH]


def _days(hours: Sequence[tuple[EntryLeft, int]]) -> str:
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
