"""Why a charge comes to what it comes to, in sentences: what finance reads, and what a member may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from billing.models import Charge
from groupement.kernel.periods import Month


@dataclass
class ExplainedMonth:
    """One person's month on an invoice, in sentences."""

    employee: str
    month: Month
    sentences: list[str] = field(default_factory=list)


def sentence(charge: Charge, detail: str) -> str:
    """How the net of ``charge`` was reached; ``detail`` (PriceDetail) says how far the reader may see.

    By default a member reads method, own hours, hourly cost and fee: the total of the hours would tell those of other
    members, and with a share of it the employer cost follows. The group may decide to show the shares, or the cost.
    """
    return charge.rule.explained(charge, detail)


def by_person_and_month(charges: Iterable[Charge], detail: str) -> list[ExplainedMonth]:
    """The sentences of ``charges`` by person and month, in their order; those without a person come as one."""
    found: dict[tuple[int | None, Month], ExplainedMonth] = {}
    for charge in charges:
        key = charge.employee_id, charge.service_month
        name = charge.employee.full_name if charge.employee else ""
        explained = found.setdefault(key, ExplainedMonth(name, charge.service_month))
        explained.sentences.append(sentence(charge, detail))
    return list(found.values())
