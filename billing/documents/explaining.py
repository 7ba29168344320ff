"""Why a charge comes to what it comes to, in sentences: what finance reads, and what a member may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billing.models import Charge, ChargeKind
from employees.models import AbsenceRule
from groupement.kernel.money import NO_BREAK_SPACE, cents, spell, spell_plain
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_clock
from members.models import PriceDetail

TENTH = Decimal("0.1")


@dataclass
class Told:
    """One person's month on an invoice, in sentences."""

    employee: str
    month: Month
    sentences: list[str] = field(default_factory=list)


def sentence(charge: Charge, detail: str) -> str:
    """How the net of ``charge`` was reached; ``detail`` (PriceDetail) says how far the reader may see.

    By default a member reads method, own hours, hourly cost and fee: the total of the hours would tell those of other
    members, and with a share of it the employer cost follows. The group may decide to show the shares, or the cost.
    """
    return _SENTENCES.get(charge.kind, _plain)(charge, detail)


def told(charges: Iterable[Charge], detail: str) -> list[Told]:
    """The sentences of ``charges`` by person and month, in their order; those without a person come as one."""
    found: dict[tuple[int | None, Month], Told] = {}
    for charge in charges:
        key = charge.employee_id, charge.service_month
        name = charge.employee.full_name if charge.employee else ""
        found.setdefault(key, Told(name, charge.service_month)).sentences.append(sentence(charge, detail))
    return list(found.values())


def an_hour(amount: Decimal, minutes: int) -> Decimal:
    """``amount`` for one hour of ``minutes``, to the cent; zero without any. To be read: nothing is charged by it."""
    return cents(amount * 60 / minutes) if minutes else Decimal("0.00")


def _hours(charge: Charge, _detail: str) -> str:
    figures: Mapping[str, Any] = charge.figures
    words = (
        f"{spell_plain(charge.quantity)}{NO_BREAK_SPACE}h × {spell(charge.unit_price)}, prix horaire convenu"
    )
    if again := figures.get("again_minutes"):
        words += f", dont {spell_clock(again)} facturées de nouveau après un avoir"
    if covered := figures.get("covered_minutes"):
        words += f"{NO_BREAK_SPACE}; {spell_clock(covered)} étaient déjà couvertes par le minimum"
    return f"{words}."


def _minimum(charge: Charge, _detail: str) -> str:
    figures: Mapping[str, Any] = charge.figures
    return (
        f"Minimum convenu{NO_BREAK_SPACE}: {spell_clock(figures['minimum_minutes'])} pour la période, "
        f"{spell_clock(figures['worked_minutes'])} faites{NO_BREAK_SPACE}; le reste est au prix horaire."
    )


def _flat(charge: Charge, _detail: str) -> str:
    figures: Mapping[str, Any] = charge.figures
    amount = spell(Decimal(figures["flat_amount"]))
    if figures["days"] == figures["days_of_month"]:
        return f"Forfait mensuel convenu{NO_BREAK_SPACE}: {amount}."
    return f"Forfait mensuel de {amount}, pour {figures['days']} jours sur {figures['days_of_month']}."


def _fee(charge: Charge, _detail: str) -> str:
    figures: Mapping[str, Any] = charge.figures
    rate = spell_plain(Decimal(figures["management_rate"])).rstrip("0").removesuffix(",")
    return f"Frais de gestion{NO_BREAK_SPACE}: {rate}{NO_BREAK_SPACE}% de {spell(Decimal(figures['share']))}."


def _share(charge: Charge, detail: str) -> str:
    figures: Mapping[str, Any] = charge.figures
    worked, pool = figures["worked_minutes"], figures["pool_minutes"]
    if detail == PriceDetail.COSTS:
        return _of_whole(charge, worked, pool)
    words = f"Part du coût réel du mois{NO_BREAK_SPACE}: {spell_clock(charge.minutes)} chez vous"
    if charge.minutes:
        words += f", soit {spell(an_hour(charge.net, charge.minutes))} l’heure"
    if detail == PriceDetail.SHARES and worked + pool:
        percent = (
            Decimal(charge.minutes + figures.get("borne_minutes", 0)) * 100 / (worked + pool)
        ).quantize(TENTH, rounding=ROUND_HALF_UP)
        words += (
            f"{NO_BREAK_SPACE}; {spell_plain(percent).removesuffix('0')}{NO_BREAK_SPACE}% des heures du mois"
        )
    return f"{words}. Congés, fériés et temps au groupement sont compris, répartis {_rule(figures)}."


def _of_whole(charge: Charge, worked: int, pool: int) -> str:
    words = (
        f"Part du coût réel{NO_BREAK_SPACE}: {spell_clock(charge.minutes)} sur {spell_clock(worked)} travaillées en "
        "tout."
    )
    if pool:
        absent = spell_clock(pool)
        words += (
            f" Absences et temps au groupement{NO_BREAK_SPACE}: {absent}, réparties {_rule(charge.figures)}."
        )
    return words


def _rule(figures: Mapping[str, Any]) -> str:
    if figures.get("absence_rules"):
        return "selon leur nature, comme convenu"
    rule = AbsenceRule(figures["absence_rule"])
    if rule == AbsenceRule.RESERVE:
        return "sur la réserve du groupement"
    if rule == AbsenceRule.PLANNED_THAT_DAY:
        return "sur la structure prévue ce jour-là"
    return str(rule.label)


def _plain(charge: Charge, _detail: str) -> str:
    words = charge.label or str(ChargeKind(charge.kind).label).capitalize()
    if charge.detail:
        words += f", {charge.detail}"
    return f"{words}{NO_BREAK_SPACE}: {spell(charge.net)}."


_SENTENCES: dict[str, Callable[[Charge, str], str]] = {
    ChargeKind.WORKED_HOURS: _hours,
    ChargeKind.MINIMUM: _minimum,
    ChargeKind.FLAT_AMOUNT: _flat,
    ChargeKind.MANAGEMENT_FEE: _fee,
    ChargeKind.COST_SHARE: _share,
}
