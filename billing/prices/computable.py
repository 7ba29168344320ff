"""What a member computes of a person's pay from a price at actual cost, in figures, before that price is agreed on.

A share divided by its hours always tells what an hour at work cost in that month. The duty of discretion on pay
(GDPR, art. 5(1)(c), minimisation) is the group's: who agrees on the price reads beforehand what it lets out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from billing.costs import estimates
from billing.month.rebilling import ChargeToBill
from employees.models import Assignment
from groupement.kernel.french import NO_BREAK_SPACE, of
from groupement.kernel.money import ZERO, an_hour, cents, spell
from groupement.kernel.periods import Month


@dataclass(frozen=True)
class ComputableCost:
    """Of ``month``: the cost of an hour at work, what a member takes for the employer cost and the gross (euros).

    ``cost`` is the cost itself: who knows the hours that the person worked in all multiplies them by ``hourly``; who
    is alone (``is_alone``) reads it. ``gross`` is ``cost`` without the usual contributions, None where no payroll is
    known.
    """

    month: Month
    hourly: Decimal
    cost: Decimal
    gross: Decimal | None
    is_alone: bool


def in_words(found: ComputableCost | None, assignment: Assignment) -> str:
    """The same in a few sentences, where there is no room for a table; without figures where none is known yet."""
    who, host = assignment.employee.full_name, assignment.member.short_name
    beginning = f"Ce que ce prix au coût réel laisse calculer sur {who}{NO_BREAK_SPACE}: "
    end = " D’un mois à l’autre, il laisse deviner les congés et les absences."
    if found is None:
        return f"{beginning}{host} tirera de sa part, divisée par ses heures, le coût d’une heure travaillée.{end}"
    gross = (
        f", et d’environ {spell(found.gross)} de brut au taux habituel des cotisations" if found.gross else ""
    )
    if found.is_alone:
        return (
            f"{beginning}seul à l’accueillir en {found.month.label}, {host} lit sur sa facture le coût employeur, "
            f"{spell(found.cost)}{gross}.{end}"
        )
    return (
        f"{beginning}la part {of(host)} divisée par ses heures est le coût d’une heure travaillée, "
        f"{spell(found.hourly)} en {found.month.label}. Qui connaît les heures faites en tout en tire le coût "
        f"employeur, {spell(found.cost)}"
        f"{gross}.{end}"
    )


def computable(
    charges: Iterable[ChargeToBill], assignment: Assignment, month: Month
) -> ComputableCost | None:
    """What the member of ``assignment`` computes from its share among ``charges``; None when it has none."""
    shares = [
        charge.priced
        for charge in charges
        if charge.assignment.pk == assignment.pk and "employer_cost" in charge.priced.figures
    ]
    minutes = sum(share.minutes for share in shares)
    if not minutes:
        return None
    net = sum((share.net for share in shares), ZERO)
    cost = Decimal(shares[0].figures["employer_cost"])
    rate = estimates.usual_rate(month.next)
    return ComputableCost(
        month,
        an_hour(net, minutes),
        cost,
        None if rate is None else cents(cost * 100 / (100 + rate)),
        is_alone=net == cost,
    )
