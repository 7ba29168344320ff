"""The rules of the group by day: all of them in one query, or in none where the row of the group was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from groupement.kernel.french import full_date
from groupement.kernel.periods import covers
from members.models import BEGINNING, Group, GroupRule, RuleCode, RuleOrigin
from members.rule_codes import KINDS, RuleKind


@dataclass(frozen=True)
class HeldRule:
    """A rule as it was noted. ``pk`` is None for the value that a group begins with, until it notes one."""

    code: RuleCode
    kept: Mapping[str, Any]
    starts_on: date = BEGINNING
    ends_before: date | None = None
    origin: RuleOrigin = RuleOrigin.INITIAL
    source: str = ""
    noted_at: datetime | None = None
    pk: int | None = None

    @property
    def kind(self) -> RuleKind:
        return KINDS[self.code]

    @cached_property
    def value(self) -> dict[str, Any]:
        """Its parts by name, as members.rule_codes reads them."""
        return self.kind.read(self.kept)

    def __getitem__(self, part: str) -> Any:
        return self.value[part]

    @property
    def words(self) -> str:
        """ "30 jours à compter de la date de facture" """
        return self.kind.spell(self.value)

    @property
    def since(self) -> str:
        """ "depuis le 1er janvier 2027", "depuis l’origine" """
        return "depuis l’origine" if self.starts_on == BEGINNING else f"depuis le {full_date(self.starts_on)}"

    @property
    def provenance(self) -> str:
        """Where it comes from: what was written down, else how it came in."""
        return self.source or str(self.origin.label)

    @property
    def sentence(self) -> str:
        """ "règle du groupement depuis le 1er janvier 2027, AG du 12/05/2026": what prices and papers say of it."""
        source = f", {self.source}" if self.source else ""
        return f"règle du groupement {self.since}{source}"


class Rules:
    """The rules of one day: one of each code, whatever the group has noted."""

    def __init__(self, day: date, noted: Mapping[RuleCode, HeldRule]) -> None:
        self.day = day
        self._noted = noted

    def __getitem__(self, code: RuleCode) -> HeldRule:
        return self._noted.get(code) or HeldRule(code, KINDS[code].default)

    @property
    def confirmation_days(self) -> int:
        """How many days a member has to answer for hours submitted on this day."""
        return int(self[RuleCode.CONFIRMATION_DAYS]["days"])

    @property
    def payment_days(self) -> int:
        return int(self[RuleCode.PAYMENT_TERMS]["days"])

    @property
    def payment_basis(self) -> str:
        """A PaymentBasis: from when the days of payment count."""
        return str(self[RuleCode.PAYMENT_TERMS]["basis"])

    @property
    def late_penalty_rate(self) -> Decimal:
        """Percent a year that invoices issued on this day print."""
        return Decimal(self[RuleCode.LATE_PENALTY_RATE]["rate"])

    @property
    def management_rate(self) -> Decimal:
        """Percent of the cost, in the month that begins on this day, where terms have no rate of their own."""
        return Decimal(self[RuleCode.MANAGEMENT_RATE]["rate"])

    @property
    def liability_key(self) -> str:
        """A LiabilityKey."""
        return str(self[RuleCode.LIABILITY_KEY]["key"])

    @property
    def liability_months(self) -> int:
        return int(self[RuleCode.LIABILITY_KEY]["months"])

    def reserved_to(self, code: RuleCode) -> str:
        """Who alone decides on the rule: "assemblée", "conseil"; empty for who sets rules by hand."""
        reserved = self[RuleCode.RESERVED]
        names = {"assembly": "assemblée", "board": "conseil"}
        return next((college for name, college in names.items() if code in reserved[name]), "")


class RuleBook:
    """All rules, read once; asked for any day."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.noted: dict[RuleCode, list[HeldRule]] = defaultdict(list)
        for row in rows:
            rule = _rule(row)
            self.noted[rule.code].append(rule)

    def on(self, day: date) -> Rules:
        """The rules of ``day``: PostgreSQL lets two of a code hold no day in common."""
        held = {
            code: rule
            for code, rules in self.noted.items()
            for rule in rules
            if covers(rule.starts_on, rule.ends_before, day)
        }
        return Rules(day, held)


def read() -> RuleBook:
    """All rules, in one query."""
    return RuleBook(GroupRule.objects.kept().as_rows())


def of(group: Group) -> RuleBook:
    """The rules that came with the row of the group; one query where the row was not read but just written."""
    rows = getattr(group, "rule_rows", None)
    return read() if rows is None else RuleBook(rows)


def on(day: date) -> Rules:
    """The rules of ``day``, in one query; who asks for several days reads the book once."""
    return read().on(day)


def rule_of(row: GroupRule) -> HeldRule:
    """The rule of a record, withdrawn or not."""
    return HeldRule(
        RuleCode(row.code),
        row.value,
        row.starts_on,
        row.ends_before,
        RuleOrigin(row.origin),
        row.source,
        row.noted_at,
        row.pk,
    )


def _rule(row: Mapping[str, Any]) -> HeldRule:
    return HeldRule(
        RuleCode(row["code"]),
        row["value"],
        date.fromisoformat(row["starts_on"]),
        date.fromisoformat(row["ends_before"]) if row["ends_before"] else None,
        RuleOrigin(row["origin"]),
        row["source"],
        datetime.fromisoformat(row["noted_at"]),
        row["id"],
    )
