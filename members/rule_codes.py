"""What each dated rule of the group holds: its parts and their bounds, how it is said, where it comes from in law."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from groupement.kernel.french import counted, enumeration
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell_percent
from members.models.group import LiabilityKey, PaymentBasis
from members.models.rule import DAYS_TO_THE_END, MOST_DAYS, WITH_A_MONTH, RuleCode

TOO_LONG = (
    "Des factures périodiques se paient dans les 45\u00a0jours de leur date, fin de mois comprise (C. com. L441-10, I)"
    "\u00a0: raccourcissez le délai, ou notez pourquoi l’expert-comptable en admet un plus long."
)
BEYOND_THE_LAW = (
    "Le délai de paiement ne dépasse pas soixante jours, ou quarante-cinq fin de mois (C. com. L441-10)."
)


class BadValue(Refusal):
    """What was typed is no value of the rule, or one that the law does not allow."""


class PartKind(Enum):
    """What a part of a rule is: it decides how it is typed, kept and read."""

    WHOLE = auto()  # int
    PERCENT = auto()  # Decimal, kept as "12.15"
    CHOICE = auto()  # str
    SEVERAL = auto()  # tuple of str, kept as a list
    TEXT = auto()  # str


@dataclass(frozen=True)
class RulePart:
    """One part of a rule’s value. ``most`` is included; ``choices`` are (value, label)."""

    name: str
    label: str
    kind: PartKind
    most: int = 0
    least: int = 0
    choices: Collection[tuple[str, str]] = ()
    help_text: str = ""

    def read(self, kept: Any) -> Any:
        """The part as Python reads it, from JSON."""
        if self.kind is PartKind.PERCENT:
            return Decimal(str(kept))
        return tuple(kept) if self.kind is PartKind.SEVERAL else kept

    def keep(self, value: Any) -> Any:
        """The part as JSON keeps it."""
        if self.kind is PartKind.PERCENT:
            return str(Decimal(value).quantize(Decimal("0.01")))
        return list(value) if self.kind is PartKind.SEVERAL else value

    def refuse(self, value: Any) -> None:
        """Raise BadValue for what is out of bounds."""
        if self.kind in (PartKind.WHOLE, PartKind.PERCENT) and not self.least <= value <= self.most:
            raise BadValue(
                f"{self.label.capitalize()}\u00a0: entre {self.least} et {self.most}.", field=self.name
            )
        chosen = value if self.kind is PartKind.SEVERAL else [value]
        if self.choices and not set(chosen) <= {code for code, _ in self.choices}:
            raise BadValue("Choisissez dans la liste.", field=self.name)


Value = Mapping[str, Any]


@dataclass(frozen=True)
class RuleKind:
    """A rule that a group may set.

    ``default`` holds until the group has noted another value: a value to begin with, confirmed by nobody. ``read_on``
    says in French on which day it is read, ``reader`` which app reads it, ``law`` what bounds it.
    """

    code: RuleCode
    parts: tuple[RulePart, ...]
    default: Value
    spell: Callable[[Value], str]
    read_on: str
    reader: str
    law: str = ""
    refuse_whole: Callable[[Value], None] = lambda _value: None

    @property
    def label(self) -> str:
        return str(self.code.label)

    @property
    def begins_with_a_month(self) -> bool:
        return self.code in WITH_A_MONTH

    def read(self, kept: Value) -> dict[str, Any]:
        """The value as Python reads it, from JSON."""
        return {part.name: part.read(kept[part.name]) for part in self.parts}

    def keep(self, value: Value) -> dict[str, Any]:
        """The value as JSON keeps it; raises BadValue."""
        for part in self.parts:
            part.refuse(value[part.name])
        self.refuse_whole(value)
        return {part.name: part.keep(value[part.name]) for part in self.parts}


def _refuse_long_terms(value: Value) -> None:
    """What C. com. L441-10 asks of terms of payment, unless the accountant's reason is written down."""
    from_invoice = value["basis"] == PaymentBasis.INVOICE_DATE
    if not from_invoice and value["days"] > MOST_DAYS:
        raise BadValue(BEYOND_THE_LAW, field="days")
    if value["days"] + (0 if from_invoice else DAYS_TO_THE_END) > MOST_DAYS and not value["reason"]:
        raise BadValue(TOO_LONG, field="days")


def _refuse_low_penalty(value: Value) -> None:
    """C. com. L441-10, II: at least three times the legal rate, unless the accountant's reason is written down."""
    least = value["legal_rate"] * 3
    if value["rate"] < least and not value["reason"]:
        raise BadValue(
            f"Au moins trois fois le taux légal, soit {spell_percent(least)} (C. com. L441-10, II)\u00a0: "
            "relevez-le, ou notez pourquoi l’expert-comptable admet moins.",
            field="rate",
        )


def _refuse_twice(value: Value) -> None:
    if twice := sorted(set(value["assembly"]) & set(value["board"])):
        names = enumeration(RuleCode(code).label for code in twice)
        raise BadValue(
            f"À l’assemblée ou au conseil, pas aux deux\u00a0: {names}.",
            field="board",
        )


def _spell_terms(value: Value) -> str:
    days = counted(value["days"], "jour")
    words = {
        PaymentBasis.INVOICE_DATE: f"{days} à compter de la date de facture",
        PaymentBasis.DAYS_THEN_END_OF_MONTH: f"{days}, puis fin de mois",
        PaymentBasis.END_OF_MONTH_THEN_DAYS: f"fin de mois, puis {days}",
    }
    return words[PaymentBasis(value["basis"])]


def _spell_penalty(value: Value) -> str:
    return f"{spell_percent(value['rate'])} par an (taux légal {spell_percent(value['legal_rate'])})"


def _spell_key(value: Value) -> str:
    label = str(LiabilityKey(value["key"]).label)
    return label if value["key"] == LiabilityKey.EQUAL else f"{label} sur {value['months']}\u00a0mois"


def _spell_reserved(value: Value) -> str:
    colleges = [
        f"{where}\u00a0: {enumeration(RuleCode(code).label for code in value[name])}"
        for name, where in (("assembly", "assemblée"), ("board", "conseil"))
        if value[name]
    ]
    return "\u00a0; ".join(colleges) or "aucune"


def _reason(label: str, help_text: str) -> RulePart:
    """Why the accountant admits what the law leaves to their word."""
    return RulePart("reason", label, PartKind.TEXT, most=200, help_text=help_text)


KINDS: Mapping[RuleCode, RuleKind] = {
    kind.code: kind
    for kind in (
        RuleKind(
            RuleCode.CONFIRMATION_DAYS,
            (RulePart("days", "jours", PartKind.WHOLE, most=365),),
            {"days": 5},
            spell=lambda value: counted(value["days"], "jour"),
            read_on="le jour où les heures sont soumises",
            reader="timesheets",
        ),
        RuleKind(
            RuleCode.PAYMENT_TERMS,
            (
                RulePart("days", "jours", PartKind.WHOLE, most=60),
                RulePart("basis", "délai compté", PartKind.CHOICE, choices=PaymentBasis.choices),
                _reason(
                    "motif d’un délai plus long",
                    "Pourquoi l’expert-comptable admet plus de 45\u00a0jours pour des factures périodiques.",
                ),
            ),
            {"days": 30, "basis": PaymentBasis.INVOICE_DATE.value, "reason": ""},
            spell=_spell_terms,
            read_on="le jour où la facture est émise",
            reader="billing",
            law="C. com. L441-10, I",
            refuse_whole=_refuse_long_terms,
        ),
        RuleKind(
            RuleCode.LATE_PENALTY_RATE,
            (
                RulePart(
                    "rate",
                    "taux des pénalités (% par an)",
                    PartKind.PERCENT,
                    most=100,
                    help_text="Au moins trois fois le taux légal. À fixer par l’expert-comptable.",
                ),
                RulePart(
                    "legal_rate",
                    "taux de l’intérêt légal (% par an)",
                    PartKind.PERCENT,
                    most=100,
                    help_text="Celui des professionnels, publié chaque semestre\u00a0: reprenez celui de l’arrêté.",
                ),
                _reason(
                    "motif d’un taux plus bas",
                    "Pourquoi l’expert-comptable admet moins de trois fois le taux légal.",
                ),
            ),
            {"rate": "12.15", "legal_rate": "2.62", "reason": ""},
            spell=_spell_penalty,
            read_on="le jour où la facture est émise",
            reader="billing",
            law="C. com. L441-10, II",
            refuse_whole=_refuse_low_penalty,
        ),
        RuleKind(
            RuleCode.LIABILITY_KEY,
            (
                RulePart("key", "clé", PartKind.CHOICE, choices=LiabilityKey.choices),
                RulePart("months", "période (mois)", PartKind.WHOLE, least=1, most=60),
            ),
            {"key": LiabilityKey.HOURS.value, "months": 12},
            spell=_spell_key,
            read_on="le jour de l’état",
            reader="billing",
            law="C. trav. L1253-8",
        ),
        RuleKind(
            RuleCode.MANAGEMENT_RATE,
            (
                RulePart(
                    "rate",
                    "frais de gestion (%)",
                    PartKind.PERCENT,
                    most=100,
                    help_text="Ajoutés à la part du coût réel, là où les conditions n’ont pas de taux à elles.",
                ),
            ),
            {"rate": "0.00"},
            spell=lambda value: f"{spell_percent(value['rate'])} du coût réel",
            read_on="le premier jour du mois de travail",
            reader="billing",
        ),
        RuleKind(
            RuleCode.RESERVED,
            tuple(
                RulePart(name, label, PartKind.SEVERAL, choices=RuleCode.choices)
                for name, label in (("assembly", "à l’assemblée"), ("board", "au conseil"))
            ),
            {"assembly": [], "board": []},
            spell=_spell_reserved,
            read_on="le jour où une règle est notée",
            reader="members",
            refuse_whole=_refuse_twice,
        ),
    )
}
