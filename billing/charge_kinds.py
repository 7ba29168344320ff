"""The kinds of charge in one table: who writes each, its VAT, how it is credited, and the words that explain it.

A new kind is one member of ``ChargeKind`` and one row of ``KINDS``: the acts that write, price, credit, compare and
print charges ask the row, not the name of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any, Protocol

from django.db import models

from employees.models import AbsenceRule
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import an_hour, spell, spell_plain
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_hours, spell_in_hundredths
from members.models import PriceDetail

TENTH = Decimal("0.1")


class ChargeKind(models.TextChoices):
    WORKED_HOURS = "worked_hours", "heures travaillées"
    COST_SHARE = "cost_share", "part du coût réel"
    COST_DIFFERENCE = "cost_difference", "écart sur un coût facturé"
    MANAGEMENT_FEE = "management_fee", "frais de gestion"
    FLAT_AMOUNT = "flat_amount", "forfait mensuel"
    MINIMUM = "minimum", "complément au minimum convenu"
    TRAVEL = "travel", "déplacement"
    MEAL = "meal", "repas"
    EXPENSE = "expense", "achat avec justificatif"
    DUES = "dues", "cotisation"
    DEPOSIT = "deposit", "dépôt de garantie"
    TRUE_UP = "true_up", "régularisation"
    LATE_INTEREST = "late_interest", "pénalités de retard"
    INDEMNITY = "indemnity", "indemnité de recouvrement"
    FREE = "free", "autre"


class Writer(Enum):
    """The act that alone may write charges of a kind."""

    DRAFT = "month.drafting: computed from hours, terms and cost, made again with each draft"
    EXPENSE = "charges.expense_decisions: an accepted expense"
    MEMBERSHIP = "charges.dues: what the statutes ask of each member"
    FINANCE = "charges.dues: a free line"
    LATENESS = "reminders.claiming: what the law adds to a late invoice"
    TRUE_UP = "true_ups.issuing: the year’s real cost against what was invoiced"


class VatRule(Enum):
    """Where the VAT regime of a charge comes from; a group in franchise replaces it (documents.vat.regime_for)."""

    TERMS = "the terms of the assignment on that day"
    OUT_OF_SCOPE = "outside VAT, on an invoice of its own (EN 16931, BR-O-02)"
    CHOSEN = "chosen by finance for the line"
    AS_INVOICED = "as what it settles was invoiced"


class Credit(Enum):
    """What a credit note that releases the charge gives back for billing."""

    BY_ENTRY = "the hours, entry by entry: drafting prices them again"
    WHOLE = "the charge whole: drafting prices a computed one anew, and bills a copy of a recorded one"


class PricedSum(Protocol):
    """What the reckoning on a line reads of a sum that pricing computed."""

    @property
    def minutes(self) -> int: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def figures(self) -> Mapping[str, Any]: ...


class ChargeFigures(PricedSum, Protocol):
    """What the words of a kind read beside: a Charge, with its own words and net."""

    @property
    def label(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def net(self) -> Decimal: ...


def _hours_reckoned(priced: PricedSum) -> str:
    return f"{spell_plain(priced.quantity)}{NO_BREAK_SPACE}h à {spell(priced.unit_price)}"


def _hours_explained(charge: ChargeFigures, _detail: str) -> str:
    figures = charge.figures
    words = (
        f"{spell_plain(charge.quantity)}{NO_BREAK_SPACE}h × {spell(charge.unit_price)}, prix horaire convenu"
    )
    if again := figures.get("again_minutes"):
        words += f", dont {spell_in_hundredths(again)} facturées de nouveau après un avoir"
    if covered := figures.get("covered_minutes"):
        words += f"{NO_BREAK_SPACE}; {spell_in_hundredths(covered)} étaient déjà couvertes par le minimum"
    return f"{words}."


def _minimum_reckoned(priced: PricedSum) -> str:
    hours = spell_hours(int(str(priced.figures["minimum_minutes"])))
    return f"complément au minimum de {hours}{NO_BREAK_SPACE}h par mois"


def _minimum_explained(charge: ChargeFigures, _detail: str) -> str:
    figures = charge.figures
    words = (
        f"Minimum convenu{NO_BREAK_SPACE}: {spell_in_hundredths(figures['minimum_minutes'])} pour la période, "
        f"{spell_in_hundredths(figures['worked_minutes'])} faites{NO_BREAK_SPACE}; le reste est au prix horaire"
    )
    if lacks := figures.get("lacking_minutes"):
        of_them = f"{spell_in_hundredths(charge.minutes)} sur {spell_in_hundredths(lacks)}"
        words += f", {of_them} à {spell(charge.unit_price)}"
    return f"{words}."


def _flat_reckoned(priced: PricedSum) -> str:
    figures = priced.figures
    if figures["days"] == figures["days_of_month"]:
        return "forfait mensuel"
    amount = spell(Decimal(str(figures["flat_amount"])))
    return f"forfait mensuel de {amount}, {figures['days']} jours sur {figures['days_of_month']}"


def _flat_explained(charge: ChargeFigures, _detail: str) -> str:
    figures = charge.figures
    amount = spell(Decimal(figures["flat_amount"]))
    if figures["days"] == figures["days_of_month"]:
        return f"Forfait mensuel convenu{NO_BREAK_SPACE}: {amount}."
    return f"Forfait mensuel de {amount}, pour {figures['days']} jours sur {figures['days_of_month']}."


def _fee_reckoned(priced: PricedSum) -> str:
    rate = spell_plain(Decimal(str(priced.figures["management_rate"]))).removesuffix(",00")
    return _fee_of(rate, priced.figures)


def _fee_explained(charge: ChargeFigures, _detail: str) -> str:
    rate = spell_plain(Decimal(charge.figures["management_rate"])).rstrip("0").removesuffix(",")
    sentence = charge.figures.get("rule_sentence")
    source = f" ({sentence})" if sentence else ""
    return f"Frais de gestion{NO_BREAK_SPACE}: {_fee_of(rate, charge.figures)}{source}."


def _fee_of(rate: str, figures: Mapping[str, Any]) -> str:
    """What a fee is so many percent of; of a share under two terms both: the fee on the whole is rounded once."""
    share = Decimal(str(figures["share"]))
    whole = Decimal(str(figures.get("of_share", share)))
    words = f"{rate}{NO_BREAK_SPACE}% de {spell(whole)}"
    return words if whole == share else f"{words}, pour la part de {spell(share)}"


def _share_reckoned(priced: PricedSum) -> str:
    return f"part du coût réel, {spell_hours(priced.minutes)}{NO_BREAK_SPACE}h"


def _share_explained(charge: ChargeFigures, detail: str) -> str:
    """By default a member reads its own hours: their cost an hour, or the hours of all, would tell a wage sharply."""
    figures = charge.figures
    worked, shared = figures["worked_minutes"], figures["pool_minutes"]
    if detail == PriceDetail.COSTS:
        words = (
            f"Part du coût réel{NO_BREAK_SPACE}: {spell_in_hundredths(charge.minutes)} sur "
            f"{spell_in_hundredths(worked)} travaillées en tout."
        )
        if shared:
            words += (
                f" Absences et temps au groupement{NO_BREAK_SPACE}: {spell_in_hundredths(shared)}, "
                f"réparties {_absence_rule(figures)}."
            )
        return words
    words = f"Part du coût réel du mois{NO_BREAK_SPACE}: {spell_in_hundredths(charge.minutes)} chez vous"
    if charge.minutes and detail != PriceDetail.AMOUNT:
        hourly = an_hour(charge.net, charge.minutes)
        # What is printed multiplies, or says that it is rounded.
        about = "" if hourly * charge.minutes == charge.net * 60 else "environ "
        words += f", soit {about}{spell(hourly)} l’heure"
    if detail == PriceDetail.SHARES and worked + shared:
        percent = (
            Decimal(charge.minutes + figures.get("borne_minutes", 0)) * 100 / (worked + shared)
        ).quantize(TENTH, rounding=ROUND_HALF_UP)
        words += (
            f"{NO_BREAK_SPACE}; {spell_plain(percent).removesuffix('0')}{NO_BREAK_SPACE}% des heures du mois"
        )
    return f"{words}. Congés, fériés et temps au groupement sont compris, répartis {_absence_rule(figures)}."


def _absence_rule(figures: Mapping[str, Any]) -> str:
    if figures.get("absence_rules"):
        return "selon leur nature, comme convenu"
    rule = AbsenceRule(figures["absence_rule"])
    if rule == AbsenceRule.RESERVE:
        return "sur la réserve du groupement"
    if rule == AbsenceRule.PLANNED_THAT_DAY:
        return "sur la structure prévue ce jour-là"
    return str(rule.label)


def _difference_reckoned(priced: PricedSum) -> str:
    """ "écart entre le coût facturé et la paie de septembre 2026, d’octobre 2026", or what a provision leaves"""
    months = sorted(Month.parse(text) for text in priced.figures["months"])
    parts = []
    if months:
        parts.append(
            f"écart entre le coût facturé et la paie {', '.join(month.of_label for month in months)}"
        )
    if "provision" in priced.figures:
        parts.append("reste de la provision pour congés")
    return " et ".join(parts)


def _difference_explained(charge: ChargeFigures, _detail: str) -> str:
    words = _difference_reckoned(charge)
    part = "selon ce que vous aviez versé" if "provision" in charge.figures else "selon votre part de ce coût"
    return f"{words[0].upper()}{words[1:]}, {part}{NO_BREAK_SPACE}: {spell(charge.net)}."


def _recorded_explained(charge: ChargeFigures, _detail: str) -> str:
    words = charge.label or str(ChargeKind(charge.kind).label).capitalize()
    if charge.detail:
        words += f", {charge.detail}"
    return f"{words}{NO_BREAK_SPACE}: {spell(charge.net)}."


@dataclass(frozen=True)
class KindOfCharge:
    """One row of the table.

    ``title`` names the line of a computed sum ({who}: the person, {of_who}: with its preposition; CGI ann. II 242
    nonies A: a generic term alone is not accepted) and ``reckoned`` writes the reckoning on it; recorded sums bring
    their own words. ``explained`` is the sentence under the invoice, as far as PriceDetail lets the member see.
    ``pays_for_work``: it counts against the cost of an employee’s month; ``shares_cost``: it is a share of that cost.
    ``tops_up``: it brings a month up to the minimum agreed, and so pays for hours that come late.
    ``stands_for_hours``: it pays for all hours of its days, and gives them back with it when it is released.
    ``follows_shares``: it is reckoned on a share of the cost, and billed again with it.
    ``cause``: its name where two months are compared; None when its hours and its price are compared instead.
    """

    writer: Writer
    vat: VatRule
    credit: Credit = Credit.WHOLE
    pays_for_work: bool = False
    shares_cost: bool = False
    tops_up: bool = False
    stands_for_hours: bool = False
    follows_shares: bool = False
    cause: str | None = "other"
    title: str = ""
    reckoned: Callable[[PricedSum], str] | None = None
    explained: Callable[[ChargeFigures, str], str] = _recorded_explained

    @property
    def is_computed(self) -> bool:
        """Made again with each draft; the others stand in the ledger and wait for the next run."""
        return self.writer is Writer.DRAFT

    @property
    def is_by_entry(self) -> bool:
        """Whether it bills hours entry by entry, and is credited so."""
        return self.credit is Credit.BY_ENTRY


OF_A_PERSON = "Mise à disposition {of_who}"

KINDS: Mapping[str, KindOfCharge] = {
    ChargeKind.WORKED_HOURS: KindOfCharge(
        Writer.DRAFT,
        VatRule.TERMS,
        Credit.BY_ENTRY,
        pays_for_work=True,
        cause=None,
        title=OF_A_PERSON,
        reckoned=_hours_reckoned,
        explained=_hours_explained,
    ),
    ChargeKind.COST_SHARE: KindOfCharge(
        Writer.DRAFT,
        VatRule.TERMS,
        pays_for_work=True,
        shares_cost=True,
        stands_for_hours=True,
        cause=None,
        title=OF_A_PERSON,
        reckoned=_share_reckoned,
        explained=_share_explained,
    ),
    ChargeKind.COST_DIFFERENCE: KindOfCharge(
        Writer.DRAFT,
        VatRule.TERMS,
        pays_for_work=True,
        cause="difference",
        title=OF_A_PERSON,
        reckoned=_difference_reckoned,
        explained=_difference_explained,
    ),
    ChargeKind.MANAGEMENT_FEE: KindOfCharge(
        Writer.DRAFT,
        VatRule.TERMS,
        follows_shares=True,
        cause="fees",
        title="Frais de gestion, {who}",
        reckoned=_fee_reckoned,
        explained=_fee_explained,
    ),
    ChargeKind.FLAT_AMOUNT: KindOfCharge(
        Writer.DRAFT,
        VatRule.TERMS,
        pays_for_work=True,
        stands_for_hours=True,
        cause="flat",
        title=OF_A_PERSON,
        reckoned=_flat_reckoned,
        explained=_flat_explained,
    ),
    ChargeKind.MINIMUM: KindOfCharge(
        Writer.DRAFT,
        VatRule.TERMS,
        pays_for_work=True,
        tops_up=True,
        cause=None,
        title=OF_A_PERSON,
        reckoned=_minimum_reckoned,
        explained=_minimum_explained,
    ),
    ChargeKind.TRAVEL: KindOfCharge(Writer.EXPENSE, VatRule.TERMS),
    ChargeKind.MEAL: KindOfCharge(Writer.EXPENSE, VatRule.TERMS),
    ChargeKind.EXPENSE: KindOfCharge(Writer.EXPENSE, VatRule.TERMS),
    ChargeKind.DUES: KindOfCharge(Writer.MEMBERSHIP, VatRule.OUT_OF_SCOPE),
    ChargeKind.DEPOSIT: KindOfCharge(Writer.MEMBERSHIP, VatRule.OUT_OF_SCOPE),
    ChargeKind.TRUE_UP: KindOfCharge(Writer.TRUE_UP, VatRule.AS_INVOICED, pays_for_work=True),
    ChargeKind.LATE_INTEREST: KindOfCharge(Writer.LATENESS, VatRule.OUT_OF_SCOPE),
    ChargeKind.INDEMNITY: KindOfCharge(Writer.LATENESS, VatRule.OUT_OF_SCOPE),
    ChargeKind.FREE: KindOfCharge(Writer.FINANCE, VatRule.CHOSEN),
}


def kinds_where(test: Callable[[KindOfCharge], bool]) -> tuple[ChargeKind, ...]:
    """The kinds whose row passes ``test``, in the order of the table; for filters and constraints."""
    return tuple(kind for kind in ChargeKind if test(KINDS[kind]))


COMPUTED = kinds_where(lambda row: row.is_computed)
PAYS_FOR_WORK = kinds_where(lambda row: row.pays_for_work)
TRUES_UP = kinds_where(lambda row: row.writer is Writer.TRUE_UP)
SHARES_COST = kinds_where(lambda row: row.shares_cost)
TOPS_UP = kinds_where(lambda row: row.tops_up)
# What a credit note released whole is computed again by the terms of today; recorded sums come back as they were.
PRICED_ANEW = kinds_where(lambda row: row.is_computed and not row.is_by_entry)
STANDS_FOR_HOURS = kinds_where(lambda row: row.stands_for_hours)
BY_ENTRY = kinds_where(lambda row: row.is_by_entry)
# What the lateness of one invoice costs (C. com. L441-10).
OF_LATENESS = kinds_where(lambda row: row.writer is Writer.LATENESS)
