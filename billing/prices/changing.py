"""Agree on a price from a day on, never on one that touches what is invoiced already; revise a price by its index.

What a new price would change is computed beforehand by ``effects``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.db import connection, transaction
from django.db.models import Max, Min, Q

from billing.models import BillingRun, PriceIndex, Quote
from billing.month.pricing import price_by_index
from billing.prices.invoiced import billed_charges
from employees import assigning
from employees.models import Assignment, PriceMethod, Terms
from employees.models.assignment import NO_OVERLAP
from groupement.kernel.french import NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import cents
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day_fr, long_date
from members.models import User
from timesheets.models import GROUP_KINDS

# What a price is made of; the week and the notice of the terms before go on.
FIGURES = (
    *("price_method", "hourly_price", "flat_amount", "management_rate", "absence_rule", "absence_rules"),
    *("vat_regime", "is_trued_up", "monthly_minimum_minutes", "index_code", "index_base"),
)


class NotRepriceable(Refusal):
    """The price cannot begin that day, or is none that may be agreed on."""


@transaction.atomic
def agree(
    assignment: Assignment,
    *,
    starts_on: date | None,
    figures: Mapping[str, Any],
    by: User,
    at: datetime,
    is_correction: bool = False,
) -> Terms:
    """New priced terms of ``assignment`` from ``starts_on``; the week and the notice stay those in force.

    Terms that begin that very day are changed, since nothing is invoiced by them. When it ``is_correction``, a later
    month that is invoiced keeps its price, and so do those after it. Raises NotRepriceable and
    employees.assigning.BadTerms; see propose().
    """
    still_there(Assignment.objects.select_for_update(no_key=True), assignment.pk)
    if starts_on is not None:
        # An issue under way comes first: it may be invoicing the very month.
        list(BillingRun.objects.select_for_update(no_key=True).filter(month__gte=Month.of(starts_on)))
    before = None
    if is_correction and starts_on is not None and (later := invoiced_after(assignment, Month.of(starts_on))):
        before = later.first
        _begin_anew(assignment, before, by=by, at=at)
    proposed = propose(assignment, starts_on=starts_on, figures=figures, before=before)
    return write_terms(assignment, proposed, by=by, at=at)


def _begin_anew(assignment: Assignment, on: date, *, by: User, at: datetime) -> None:
    """Cut the terms in force ``on`` that day in two that say the same."""
    terms = assignment.terms.on(on).first()
    if terms is None or terms.starts_on == on:
        return
    week_a, week_b = terms.weekly_pattern, terms.alternate_pattern
    if week_b is not None and terms.pattern_on(on) == week_b:
        week_a, week_b = week_b, week_a
    rest = Terms(
        assignment=assignment,
        starts_on=on,
        ends_before=terms.ends_before,
        weekly_pattern=week_a,
        alternate_pattern=week_b,
        notice_days=terms.notice_days,
        **figures_of(terms),
    )
    # The rest is there before the first part ends: no invoiced day is without its price in between.
    with pghistory.context(user=by.pk, at=at.isoformat()), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED")
        rest.save(force_insert=True)
        Terms.objects.filter(pk=terms.pk).update(ends_before=on)
        cursor.execute(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE")


def propose(
    assignment: Assignment,
    *,
    starts_on: date | None,
    figures: Mapping[str, Any],
    before: date | None = None,
) -> Terms:
    """The terms that agree() would write, checked and not written.

    Raises NotRepriceable without a first day, for a day that touches a month invoiced already, for a kind of absence
    or an index that nobody knows; BadTerms for what contradicts itself.
    """
    if starts_on is None:
        raise NotRepriceable("Indiquez à partir de quel jour ce prix vaut.", field="starts_on")
    _refuse_retroactive(assignment, starts_on, before)
    values = {
        **_continued(assignment, starts_on),
        **{name: figures[name] for name in FIGURES if name in figures},
    }
    values["monthly_minimum_minutes"] = values.get("monthly_minimum_minutes") or None
    _refuse_kinds(values.get("absence_rules") or {})
    _refuse_unknown_index(values.get("index_code") or "")
    checked = {name: values[name] for name in assigning.CHECKED if name in values}
    assigning.refuse_terms(
        assignment,
        starts_on=starts_on,
        weekly_pattern=values["weekly_pattern"],
        price_method=values["price_method"],
        **checked,
    )
    return Terms(assignment=assignment, starts_on=starts_on, **values)


def write_terms(assignment: Assignment, terms: Terms, *, by: User, at: datetime) -> Terms:
    """Write ``terms`` as propose() made them: beside those of other days, over those that begin the same day."""
    same_day: Terms | None = assignment.terms.filter(starts_on=terms.starts_on).first()
    figures = {name: getattr(terms, name) for name in FIGURES}
    if same_day is None:
        week = {name: getattr(terms, name) for name in ("weekly_pattern", "alternate_pattern", "notice_days")}
        return assigning.set_terms(assignment, starts_on=terms.starts_on, by=by, at=at, **week, **figures)
    if Quote.objects.filter(terms=same_day).exists():
        raise NotRepriceable(
            f"Le prix qui commence le {day_fr(terms.starts_on)} vient d’un devis accepté{NO_BREAK_SPACE}: "
            "choisissez un autre jour.",
            field="starts_on",
        )
    with pghistory.context(user=by.pk, at=at.isoformat()):
        Terms.objects.filter(pk=same_day.pk).update(**figures)
    same_day.refresh_from_db()
    return same_day


def figures_of(terms: Terms) -> dict[str, Any]:
    """The price that ``terms`` hold, to begin another from."""
    return {name: getattr(terms, name) for name in FIGURES}


def invoiced_through(assignment: Assignment, before: date | None = None) -> Month | None:
    """The last month (``before`` a day) that an issued invoice bills and that no credit note gave back."""
    rows = billed_charges(assignment.pk)
    rows = rows if before is None else rows.filter(service_month__lt=before)
    last: Month | None = rows.aggregate(last=Max("service_month"))["last"]
    return last


def invoiced_after(assignment: Assignment, month: Month) -> Month | None:
    """The first month after ``month`` that an issued invoice bills and that no credit note gave back."""
    rows = billed_charges(assignment.pk).filter(service_month__gt=month)
    first: Month | None = rows.aggregate(first=Min("service_month"))["first"]
    return first


def earliest(assignment: Assignment) -> date:
    """The first day on which a new price of ``assignment`` may begin."""
    last = invoiced_through(assignment)
    return assignment.starts_on if last is None else max(assignment.starts_on, last.before)


def in_force(assignment: Assignment, on: date) -> Terms | None:
    """The terms that hold on a day; else the nearest before, else the first to come."""
    rows = assignment.terms.order_by("-starts_on")
    found: Terms | None = rows.filter(starts_on__lte=on).first() or rows.last()
    return found


def _refuse_retroactive(assignment: Assignment, starts_on: date, before: date | None) -> None:
    last = invoiced_through(assignment, before)
    if last is not None and starts_on < last.before:
        raise NotRepriceable(
            f"{last.label.capitalize()} est déjà facturé pour cette mise à disposition{NO_BREAK_SPACE}: un nouveau "
            f"prix commence au plus tôt le {long_date(last.before)}.",
            field="starts_on",
        )


def _continued(assignment: Assignment, starts_on: date) -> dict[str, Any]:
    """The week and the notice that go on; of weeks that alternate, the one of ``starts_on`` becomes week A."""
    before = in_force(assignment, starts_on)
    if before is None:
        raise NotRepriceable(
            f"{assignment.reference} n’a pas encore de semaine type{NO_BREAK_SPACE}: elle se convient d’abord avec la "
            "mise à disposition.",
            field="starts_on",
        )
    week_a, week_b = before.weekly_pattern, before.alternate_pattern
    if week_b is not None and before.pattern_on(starts_on) == week_b:
        week_a, week_b = week_b, week_a
    return {"weekly_pattern": week_a, "alternate_pattern": week_b, "notice_days": before.notice_days}


def _refuse_kinds(absence_rules: Mapping[str, str]) -> None:
    if unknown := sorted(set(absence_rules) - GROUP_KINDS):
        raise NotRepriceable(
            f"{quoted(unknown[0])} n’est pas une sorte d’heures au groupement.",
            field="absence_rules",
        )


def _refuse_unknown_index(code: str) -> None:
    if code and not PriceIndex.objects.filter(code=code).exists():
        raise NotRepriceable(
            f"Aucune valeur de l’indice {code} n’est enregistrée{NO_BREAK_SPACE}: ajoutez-la d’abord.",
            field="index_code",
        )


@dataclass(frozen=True)
class IndexRevision:
    """Terms whose index has another value now: the price they hold and the one that follows."""

    terms: Terms
    index: PriceIndex

    @property
    def old(self) -> Decimal:
        return price_of(self.terms)

    @property
    def new(self) -> Decimal:
        return price_by_index(self.old, self.index.value, self.base)

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


def due_revisions(on: date) -> list[IndexRevision]:
    """The last terms of each assignment not ended on ``on`` whose index has another value than their base."""
    latest = latest_values()
    rows = (
        Terms.objects.filter(Q(assignment__ends_before__isnull=True) | Q(assignment__ends_before__gt=on))
        .select_related("assignment__employee", "assignment__member")
        .order_by("assignment", "-starts_on")
        .distinct("assignment")
    )
    found = [
        IndexRevision(row, latest[row.index_code])
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

    Raises what agree() does; see revision().
    """
    # The price in force is what is revised: one that another is agreeing on comes first.
    still_there(Assignment.objects.select_for_update(no_key=True), assignment.pk)
    figures = revision(assignment, month=month, starts_on=starts_on)
    return agree(assignment, starts_on=starts_on, figures=figures, by=by, at=at)


def revision(assignment: Assignment, *, month: Month, starts_on: date | None) -> dict[str, Any]:
    """What revise() would agree on: old × value ÷ base to the cent, and the value as the new base.

    Raises NotRepriceable for terms without an index, a month without a value, an index that did not move.
    """
    if starts_on is None:
        raise NotRepriceable("Indiquez à partir de quel jour ce prix vaut.", field="starts_on")
    terms = in_force(assignment, starts_on)
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
    revised = IndexRevision(terms, index)
    return {**figures_of(terms), name: revised.new, "index_base": index.value}


def price_of(terms: Terms) -> Decimal:
    """The price agreed on beforehand: hourly, or flat; for terms of one of these methods."""
    figure: Decimal | None = (
        terms.hourly_price if terms.price_method == PriceMethod.HOURLY else terms.flat_amount
    )
    if figure is None:
        raise ValueError("terms at actual cost have no agreed price")
    return figure
