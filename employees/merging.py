"""Two records of one person become one: what one has goes to the other, or sentences say what cannot be true of both.

The rows are found by their keys to Employee, those of the apps above too; PostgreSQL keeps the record that goes from
being deleted while a row was forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models, transaction
from django.utils.text import capfirst

from employees.models import CalendarFeed, Employee, EmployeeMerge
from groupement.kernel.cells import plain
from groupement.kernel.french import counted, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.templatetags.formats import day_fr
from members import uniting
from members.models import User
from members.roles import Role, only

LONGEST_REASON = 200
# Contradictions that a refusal lists.
MOST_LISTED = 12

# Rows that say nothing give way before the rest moves: from the ids of source and target, what was done, in French.
GiveWay = Callable[[int, int, datetime], Iterable[str]]


class NotMergeable(Refusal):
    """The two records may not become one: for who asks, or for what they hold."""


@dataclass(frozen=True)
class Holding:
    """Rows of one kind that a record has."""

    model: type[models.Model]
    field: str
    rows: Sequence[Any]

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name_plural)


@dataclass(frozen=True)
class MergePreview:
    """What two records have, what cannot be true of both, and what differs; the same whichever remains."""

    first: Employee
    second: Employee
    contradictions: Sequence[str]

    @property
    def holdings(self) -> list[tuple[Employee, list[tuple[str, int]]]]:
        return [
            (each, [(held.label, len(held.rows)) for held in holdings(each.pk)])
            for each in (self.first, self.second)
        ]


def _join_feeds(source: int, target: int, at: datetime) -> Iterator[str]:
    """One live address for each reader: that of the record which goes is revoked where both have one."""
    live = CalendarFeed.objects.filter(revoked_at=None)
    readers = list(live.filter(employee=target).values_list("user", flat=True))
    if count := live.filter(employee=source, user__in=readers).update(revoked_at=at):
        yield counted(count, "adresse d’agenda révoquée", "adresses d’agenda révoquées")


_GIVE_WAY: list[GiveWay] = [_join_feeds]


def let_give_way(what: GiveWay) -> None:
    """Register how rows of an upper app that say nothing give way."""
    _GIVE_WAY.append(what)


def preview(first: Employee, second: Employee, *, at: datetime) -> MergePreview:
    """What would move and what stands against it; nothing is written."""
    with transaction.atomic():
        for make_room in _GIVE_WAY:
            list(make_room(first.pk, second.pk, at))
        found = contradictions(first.pk, second.pk)
        transaction.set_rollback(True)
    return MergePreview(first, second, found)


@transaction.atomic
def merge(source: int, target: int, *, reason: str, by: User, at: datetime) -> EmployeeMerge:
    """Give all that the record ``source`` has to ``target``, delete it, and keep in the journal what moved.

    A second time it answers the row of the first. Raises NotMergeable for who does not administer, without a reason,
    for a record that is gone, for two people, and with each fact that cannot be true of both.
    """
    if not (by.is_active and by.is_admin):
        raise NotMergeable(only(Role.ADMIN, "fusionne deux fiches"))
    # Always in the order of their numbers: two merges of the same two wait for each other.
    records = Employee.objects.filter(pk__in=[source, target]).order_by("pk").select_for_update()
    found = {record.pk: record for record in records}
    if done := EmployeeMerge.objects.filter(source=source, target=target).first():
        return done
    _refuse(found, source, target, reason)
    notes = [note for make_room in _GIVE_WAY for note in make_room(source, target, at)]
    if against := contradictions(source, target):
        raise NotMergeable(
            "Les deux fiches disent ce qui ne peut pas être vrai à la fois. Corrigez l’une des deux, puis recommencez.",
            errors=against[:MOST_LISTED],
        )
    goes, stays = found[source], found[target]
    with pghistory.context(user=by.pk, at=at.isoformat()):
        held = holdings(source)
        # In the journal first: what PostgreSQL keeps with a person moves along a merge that is written down, no other.
        done = EmployeeMerge.objects.create(
            source=source,
            source_name=goes.full_name,
            source_payroll_number=goes.payroll_number,
            target=target,
            target_name=stays.full_name,
            reason=reason.strip(),
            moved={each.label: [row.pk for row in each.rows] for each in held},
            notes=notes + _join_accounts(goes, stays, at),
            by=by,
            at=at,
        )
        for each in held:
            rows = each.model._base_manager.filter(**{each.field: source})
            rows.update(**{each.field: stays})
        goes.delete()
    return done


def holdings(employee: int) -> list[Holding]:
    """All rows of the record, by kind; their own histories stay as they are."""
    found = []
    for model, field in _keys():
        if rows := list(model._base_manager.filter(**{field: employee}).order_by("pk")):
            found.append(Holding(model, field, rows))
    return sorted(found, key=lambda held: held.label)


def contradictions(first: int, second: int) -> list[str]:
    """A sentence for each fact of the two records that PostgreSQL would not let be true of one person."""
    theirs = {held.model: held for held in holdings(second)}
    found = []
    for held in holdings(first):
        if other := theirs.get(held.model):
            for rule in held.model._meta.constraints:
                found += [_sentence(*pair) for pair in _against(rule, held, other)]
    return list(dict.fromkeys(found))


def _keys() -> Iterator[tuple[type[models.Model], str]]:
    """Each table with a key to Employee that PostgreSQL holds, and the name of the key."""
    for relation in Employee._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and relation.field.concrete:
            field: Any = relation.field
            if field.db_constraint:  # not those of histories, which keep what was
                yield field.model, field.name


def _against(rule: models.BaseConstraint, held: Holding, other: Holding) -> Iterator[tuple[Any, Any]]:
    """Pairs of rows that could not both be of one person."""
    span = isinstance(rule, ExclusionConstraint)
    if isinstance(rule, ExclusionConstraint):
        names = [str(name) for name, operator in rule.expressions if operator == RangeOperators.EQUAL]
    else:
        names = list(getattr(rule, "fields", ()))
    if held.field not in names:
        return
    others = [held.model._meta.get_field(name).attname for name in names if name != held.field]  # type: ignore[union-attr]
    condition = getattr(rule, "condition", None)
    kept = (
        None
        if condition is None
        else set(held.model._base_manager.filter(condition).values_list("pk", flat=True))
    )
    for mine, yours in product(held.rows, other.rows):
        if kept is not None and not {mine.pk, yours.pk} <= kept:
            continue
        values = [(getattr(mine, name), getattr(yours, name)) for name in others]
        if all(one == two and (one is not None or _nulls_meet(rule)) for one, two in values) and (
            not span or _overlap(mine, yours)
        ):
            yield mine, yours


def _nulls_meet(rule: models.BaseConstraint) -> bool:
    return getattr(rule, "nulls_distinct", None) is False


def _overlap(mine: Any, yours: Any) -> bool:
    return bool(
        mine.starts_on < (yours.ends_before or date.max) and yours.starts_on < (mine.ends_before or date.max)
    )


def _sentence(mine: Any, yours: Any) -> str:
    name = capfirst(str(mine._meta.verbose_name))
    if hasattr(mine, "starts_on"):
        days = (
            f"à partir du {day_fr(each.starts_on)}"
            if each.ends_before is None
            else f"du {day_fr(each.starts_on)} au {day_fr(each.last_day)}"
            for each in (mine, yours)
        )
        return f"{name}\u00a0: {' et '.join(days)}, aux mêmes jours."
    if hasattr(mine, "month"):
        return f"{name}\u00a0: {mine.month.label} existe dans les deux fiches."
    return f"{name}\u00a0: {quoted(mine)} et {quoted(yours)}."


def _refuse(found: dict[int, Employee], source: int, target: int, reason: str) -> None:
    if source == target:
        raise NotMergeable("Choisissez deux fiches différentes.", field="target")
    if len(found) < 2:
        raise NotMergeable(
            "L’une de ces fiches n’existe plus\u00a0: elle vient d’être fusionnée ou supprimée."
        )
    if not reason.strip():
        raise NotMergeable(
            "Écrivez pourquoi c’est la même personne\u00a0: le journal le garde.", field="reason"
        )
    if len(reason.strip()) > LONGEST_REASON:
        raise NotMergeable(f"Le motif tient en {LONGEST_REASON} caractères.", field="reason")
    one, two = found[source], found[target]
    same_name = plain(one.full_name) == plain(two.full_name)
    if not same_name and one.birth_date != two.birth_date:
        raise NotMergeable(
            "Ces fiches n’ont ni le même nom ni la même date de naissance\u00a0: corrigez d’abord celle qui se trompe."
        )


def _join_accounts(goes: Employee, stays: Employee, at: datetime) -> list[str]:
    """The account goes along; of two, that of the record which stays takes over what acts, and the other is closed."""
    account = goes.user
    if account is None:
        return []
    goes.user = None
    goes.save(update_fields=["user"])
    if stays.user is None:
        stays.user = account
        stays.save(update_fields=["user"])
        return [f"Compte {account.email} repris"]
    return uniting.unite(account, stays.user, at=at)
