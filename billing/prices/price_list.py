"""Prices in words: of each assignment the terms that hold; of one assignment all of them, with who agreed on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps

from billing.models import PriceIndex, Quote
from billing.prices.changing import FIGURES, figures_of, latest_values, price_of
from employees.models import AbsenceRule, Assignment, PriceMethod, Terms
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, spell, spell_percent
from groupement.kernel.periods import Month
from groupement.kernel.worktime import short_hours
from members import rules
from members.models import RuleCode, User
from members.rules import HeldRule, RuleBook
from timesheets.models import Kind


@dataclass(frozen=True)
class TermsPrice:
    """Terms in words; ``state`` is past, current or to_come on the day of the list."""

    terms: Terms
    state: str
    index: PriceIndex | None = None
    agreed_by: str = ""
    agreed_at: Any = None
    quote: Quote | None = None
    group_rate: HeldRule | None = None

    @property
    def amount(self) -> str:
        """ "22,44 €/h", "1 575,00 € par mois", "coût réel" """
        if self.terms.price_method == PriceMethod.HOURLY:
            return f"{spell(price_of(self.terms))}/h"
        if self.terms.price_method == PriceMethod.FLAT:
            return f"{spell(price_of(self.terms))} par mois"
        return "coût réel"

    @property
    def fee(self) -> str:
        """The management rate, where it is charged apart."""
        rate = self.rate
        if self.terms.price_method != PriceMethod.ACTUAL or not rate:
            return ""
        return spell_percent(rate)

    @property
    def rate(self) -> Decimal:
        """The management rate, percent: its own, else the group's on the day of the list or its first day to come."""
        own = self.terms.management_rate
        if own is not None:
            return own
        return Decimal(self.group_rate["rate"]) if self.group_rate else ZERO

    @property
    def rate_sentence(self) -> str:
        """Which rule the rate is of; empty where the terms have their own."""
        if self.terms.management_rate is not None or self.group_rate is None:
            return ""
        return self.group_rate.sentence

    @property
    def absences(self) -> str:
        """Who bears the hours at the group; an agreed price or amount includes them."""
        if self.terms.price_method != PriceMethod.ACTUAL:
            return "dans le prix"
        return str(AbsenceRule(self.terms.absence_rule).label)

    @property
    def exceptions(self) -> list[str]:
        """The kinds of absence that somebody else bears."""
        if self.terms.price_method != PriceMethod.ACTUAL:
            return []
        rules = self.terms.absence_rules.items()
        return [
            f"{Kind(kind).label}{NO_BREAK_SPACE}: {AbsenceRule(rule).label}" for kind, rule in sorted(rules)
        ]

    @property
    def minimum(self) -> str:
        minutes = self.terms.monthly_minimum_minutes
        return f"{short_hours(minutes)}{NO_BREAK_SPACE}h par mois" if minutes else ""

    @property
    def index_changed(self) -> bool:
        """Whether the index of the price was published with another value since."""
        return self.index is not None and self.index.value != self.terms.index_base


@dataclass(frozen=True)
class PriceListRow:
    """An assignment, the price that holds (else the next, else the last), and the one agreed on after it."""

    assignment: Assignment
    price: TermsPrice | None
    next: TermsPrice | None = None


def rows(assignments: Iterable[Assignment], *, on: date) -> list[PriceListRow]:
    """The prices of ``assignments``, read with their terms; one query, for the indices."""
    latest, found = latest_values(), list(assignments)
    book = _book(row for assignment in found for row in assignment.terms.all())
    return [_row(assignment, latest, on, book) for assignment in found]


def history(assignment: Assignment, *, on: date) -> list[TermsPrice]:
    """All prices of ``assignment``, the newest first, with who agreed on each and when. Four queries."""
    latest = latest_values()
    terms = list(assignment.terms.order_by("-starts_on"))
    agreed = _agreed([row.pk for row in terms])
    quotes = {
        quote.terms_id: quote for quote in Quote.objects.filter(terms__in=terms).select_related("letter")
    }
    book = _book(terms)
    return [
        TermsPrice(
            row,
            _state(row, on),
            latest.get(row.index_code),
            *agreed.get(row.pk, ("", None)),
            quotes.get(row.pk),
            _rate_on(row, on, book),
        )
        for row in terms
    ]


def priced(terms: Terms, state: str, *, on: date) -> TermsPrice:
    """Terms in words, with the rule that their rate follows; one query, where it follows one."""
    return TermsPrice(terms, state, group_rate=_rate_on(terms, on, _book([terms])))


def _book(terms: Iterable[Terms]) -> RuleBook:
    """The rules of the group, read only where terms have no rate of their own."""
    return rules.read() if any(row.management_rate is None for row in terms) else RuleBook(())


def _rate_on(terms: Terms, on: date, book: RuleBook) -> HeldRule | None:
    """The group's rate where ``terms`` follow it, on ``on`` or the nearest of their days."""
    if terms.management_rate is not None:
        return None
    day = max(on, terms.starts_on)
    if terms.last_day is not None:
        day = min(day, terms.last_day)
    return book.on(Month.of(day).first)[RuleCode.MANAGEMENT_RATE]


def _row(assignment: Assignment, latest: dict[str, PriceIndex], on: date, book: RuleBook) -> PriceListRow:
    terms = sorted(assignment.terms.all(), key=lambda row: row.starts_on)
    prices = [
        TermsPrice(row, _state(row, on), latest.get(row.index_code), group_rate=_rate_on(row, on, book))
        for row in terms
    ]
    to_come = [price for price in prices if price.state == "to_come"]
    current = next((price for price in prices if price.state == "current"), None)
    if current is not None:
        # Terms may change the week alone.
        news = (price for price in to_come if figures_of(price.terms) != figures_of(current.terms))
        return PriceListRow(assignment, current, next(news, None))
    if to_come:
        return PriceListRow(assignment, to_come[0], to_come[1] if len(to_come) > 1 else None)
    return PriceListRow(assignment, prices[-1] if prices else None)


def _state(terms: Terms, on: date) -> str:
    if terms.starts_on > on:
        return "to_come"
    return "current" if terms.covers(on) else "past"


def _agreed(terms: Sequence[int]) -> dict[int, tuple[str, Any]]:
    """Who wrote the present figures of each of ``terms``, and when; terms that no user wrote are left out."""
    events = apps.get_model("employees", "TermsEvent").objects.filter(pgh_obj__in=terms).order_by("pgh_id")
    last: dict[int, list[Any]] = {}
    found: dict[int, tuple[Any, Any]] = {}
    for pk, at, who, *figures in events.values_list(
        "pgh_obj", "pgh_created_at", "pgh_context__metadata__user", *FIGURES
    ):
        # The end that the next price gives it is no agreement of its own.
        if last.get(pk) != figures:
            last[pk], found[pk] = figures, (who, at)
    names = dict(
        User.objects.filter(pk__in={who for who, _ in found.values() if who}).values_list("pk", "name")
    )
    return {pk: (names.get(who, ""), at) for pk, (who, at) in found.items()}
