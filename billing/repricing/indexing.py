"""Revise prices by an index: which ones have moved, what they become, and the new price agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from billing import repricing
from billing.models import PriceIndex
from billing.repricing import NotRepriceable
from employees.models import Assignment, PriceMethod, Terms
from groupement.money import NO_BREAK_SPACE, cents
from groupement.periods import Month
from members.models import User


@dataclass(frozen=True)
class Moved:
    """Terms whose index was published anew: the price they hold and the one that follows."""

    terms: Terms
    index: PriceIndex

    @property
    def old(self) -> Decimal:
        return price_of(self.terms)

    @property
    def new(self) -> Decimal:
        return cents(self.old * self.index.value / self.base)

    @property
    def percent(self) -> Decimal:
        """By how much the index moved, to two decimals."""
        return cents((self.index.value - self.base) * 100 / self.base)

    @property
    def base(self) -> Decimal:
        """The value at which the price was agreed; a constraint gives every index one."""
        if self.terms.index_base is None:
            raise ValueError("terms that follow no index")
        return self.terms.index_base


def moved(on: date) -> list[Moved]:
    """The last terms of each assignment not ended on ``on`` whose index has another value than their base."""
    latest = latest_values()
    rows = (
        Terms.objects.filter(Q(assignment__ends_before__isnull=True) | Q(assignment__ends_before__gt=on))
        .select_related("assignment__employee", "assignment__member")
        .order_by("assignment", "-starts_on")
        .distinct("assignment")
    )
    found = [
        Moved(row, latest[row.index_code])
        for row in rows
        if row.index_code in latest and latest[row.index_code].value != row.index_base
    ]
    return sorted(found, key=lambda each: (each.terms.assignment.reference, each.terms.pk))


def latest_values() -> dict[str, PriceIndex]:
    """The newest published value of each index, by code; one query."""
    return {row.code: row for row in PriceIndex.objects.order_by("code", "-month", "pk").distinct("code")}


@transaction.atomic
def revise(assignment: Assignment, *, month: Month, starts_on: date | None, by: User, at: datetime) -> Terms:
    """The price of ``assignment`` follows its index to the value of ``month``, from ``starts_on``.

    Raises what repricing.agree() does; see revision().
    """
    figures = revision(assignment, month=month, starts_on=starts_on)
    return repricing.agree(assignment, starts_on=starts_on, figures=figures, by=by, at=at)


def revision(assignment: Assignment, *, month: Month, starts_on: date | None) -> dict[str, Any]:
    """What revise() would agree on: old × value ÷ base to the cent, and the value as the new base.

    Raises NotRepriceable for terms without an index, a month without a value, an index that did not move.
    """
    if starts_on is None:
        raise NotRepriceable("Indiquez à partir de quel jour ce prix vaut.", field="starts_on")
    terms = repricing.in_force(assignment, starts_on)
    if terms is None or not terms.index_code:
        raise NotRepriceable("Ce prix ne suit aucun indice.")
    index = PriceIndex.objects.filter(code=terms.index_code, month=month).first()
    if index is None:
        raise NotRepriceable(
            f"L’indice {terms.index_code} n’a pas de valeur pour {month.label}{NO_BREAK_SPACE}: "
            "enregistrez-la d’abord.",
            field="month",
        )
    if index.value == terms.index_base:
        raise NotRepriceable(
            f"L’indice {terms.index_code} vaut toujours {index.value.normalize():f}{NO_BREAK_SPACE}: le prix reste.",
            field="month",
        )
    name = "hourly_price" if terms.price_method == PriceMethod.HOURLY else "flat_amount"
    found = Moved(terms, index)
    return {**repricing.figures_of(terms), name: found.new, "index_base": index.value}


def price_of(terms: Terms) -> Decimal:
    """The figure that an index revises."""
    figure: Decimal | None = (
        terms.hourly_price if terms.price_method == PriceMethod.HOURLY else terms.flat_amount
    )
    if figure is None:
        raise ValueError("terms at actual cost have no figure to revise")
    return figure
