"""Set a rule of the group from a day on, or withdraw one that nothing stands on: never under what was done by it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from groupement.kernel.french import full_date
from groupement.kernel.lifecycle import Refusal, StaleRow
from members import rules
from members.models import BEGINNING, Group, GroupRule, RuleCode, RuleOrigin, User
from members.rule_codes import KINDS
from members.standing import StandingKind, StandsOnIt, refuse_beyond


class MayNotSetRules(Refusal):
    """Rules are set by the coordination and the administration themselves."""


class WrongFirstDay(Refusal):
    """The rule cannot begin on that day."""


class Undecided(Refusal):
    """Only a decision sets the rule, and none is named."""


def may_set(user: User) -> bool:
    """Whether ``user`` sets rules: a coordinator or an admin, nobody as a deputy."""
    return user.is_coordinator or user.is_admin


@transaction.atomic
def set_rule(
    code: RuleCode,
    value: dict[str, Any],
    *,
    starts_on: date,
    by: User,
    at: datetime,
    is_decided: bool = False,
    source: str = "",
) -> GroupRule:
    """Have ``value`` (parts by name, as members.rule_codes reads them) hold from ``starts_on`` on.

    It holds until the next rule of the code that is noted already, else until further notice. Raises MayNotSetRules,
    BadValue, Undecided where only a decision may set it, WrongFirstDay for a day on which another begins or which is no
    first of a month where prices read it, StandsOnIt for days on which something was done by the rule that holds.
    """
    _refuse_others(by)
    kind = KINDS[code]
    kept = kind.keep(value)
    _lock()
    book = rules.read()
    _refuse_undecided(code, book.on(timezone.localdate(at)), is_decided=is_decided, source=source)
    if kind.begins_with_a_month and starts_on.day != 1:
        raise WrongFirstDay(
            "Cette règle entre dans les prix d’un mois entier\u00a0: elle commence le premier jour d’un mois.",
            field="starts_on",
        )
    held = _held(code, starts_on, at)
    if held.starts_on == starts_on:
        raise WrongFirstDay(
            f"Une règle commence déjà le {full_date(starts_on)}\u00a0: retirez-la d’abord, ou choisissez un autre "
            "jour.",
            field="starts_on",
        )
    if held.value == kept:
        raise WrongFirstDay("C’est déjà la règle ce jour-là\u00a0: il n’y a rien à changer.")
    _refuse_under(held, (starts_on, held.ends_before))
    ends_before = held.ends_before
    GroupRule.objects.filter(pk=held.pk).update(ends_before=starts_on)
    return GroupRule.objects.create(
        code=code,
        value=kept,
        starts_on=starts_on,
        ends_before=ends_before,
        origin=RuleOrigin.DECISION if is_decided else RuleOrigin.ADMIN,
        source=source,
        noted_by=by,
        noted_at=at,
    )


@transaction.atomic
def withdraw_rule(rule: GroupRule, *, by: User, at: datetime) -> GroupRule:
    """Have the rule before ``rule`` hold on its days too: it was a mistake, or comes to nothing. It stays readable.

    Raises MayNotSetRules, Undecided for what a decision set, StandsOnIt for what was done by it, StaleRow when gone.
    """
    _refuse_others(by)
    _lock()
    kept = GroupRule.objects.kept().filter(code=rule.code)
    found = kept.filter(pk=rule.pk).first()
    before = kept.filter(starts_on__lt=rule.starts_on).last()
    if found is None:
        raise StaleRow("Quelqu’un vient de la retirer\u00a0: rechargez la page.")
    if before is None:
        raise WrongFirstDay("Aucune règle ne la précède\u00a0: notez-en une autre à partir d’un jour.")
    if found.origin == RuleOrigin.DECISION and rules.on(timezone.localdate(at)).reserved_to(
        RuleCode(found.code)
    ):
        raise Undecided("Une décision l’a fixée\u00a0: une autre décision la remplace, à partir d’un jour.")
    _refuse_under(found, (found.starts_on, found.ends_before))
    GroupRule.objects.filter(pk=found.pk).update(withdrawn_by=by, withdrawn_at=at)
    GroupRule.objects.filter(pk=before.pk).update(ends_before=found.ends_before)
    found.refresh_from_db()
    return found


def _lock() -> None:
    """One change at a time: two would each see the rule before."""
    Group.objects.select_for_update(no_key=True).order_by("pk").first()


def _held(code: RuleCode, day: date, at: datetime) -> GroupRule:
    """The row that holds on ``day``; the value to begin with is noted before another one follows it."""
    of_code = GroupRule.objects.kept().filter(code=code)
    if held := of_code.on(day).first():
        return held
    if day < BEGINNING or of_code.exists():
        raise WrongFirstDay("Aucune règle ne peut commencer ce jour-là.", field="starts_on")
    return GroupRule.objects.create(
        code=code,
        value=dict(KINDS[code].default),
        starts_on=BEGINNING,
        origin=RuleOrigin.INITIAL,
        noted_at=at,
    )


def _refuse_others(by: User) -> None:
    if not may_set(by):
        raise MayNotSetRules("Les règles du groupement se changent par la coordination ou l’administration.")


def _refuse_undecided(code: RuleCode, today: rules.Rules, *, is_decided: bool, source: str) -> None:
    college = today.reserved_to(code)
    if college and not is_decided:
        raise Undecided(
            f"Seule une décision ({college}) change cette règle\u00a0: cochez «\u00a0C’est une décision\u00a0», et "
            "dites laquelle.",
            field="is_decided",
        )
    if is_decided and not source:
        raise Undecided(
            "Dites de quelle décision il s’agit, par exemple «\u00a0AG du 12/05/2026, décision 2026-04\u00a0».",
            field="source",
        )


def _refuse_under(rule: GroupRule, days: tuple[date, date | None]) -> None:
    """Raise StandsOnIt with its field: each answer says from which day on the rule may change."""
    try:
        refuse_beyond(StandingKind.RULE, rule.pk, [days], is_confirmed=False)
    except StandsOnIt as refusal:
        raise StandsOnIt(
            "Ces jours sont déjà tenus par ce qui suit\u00a0: choisissez un jour plus tard.",
            field="starts_on",
            errors=refusal.errors,
        ) from refusal
