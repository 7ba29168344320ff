"""Import of a bank statement, whole or not at all: no file or operation twice, no other account, no day to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst

from billing.bank import chaining, csv_layouts
from billing.bank.csv_layouts import StoredLayouts, UnknownColumns
from billing.bank.reading import read_statement
from billing.bank.statement import (
    CSV,
    EXCEL,
    BadStatement,
    FileOperation,
    FileStatement,
    refusal_without_operation,
)
from billing.models import BankLayout, BankOperation, BankStatement
from groupement.kernel.cells import plain
from groupement.kernel.french import counted, plural, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.reading_apart import read_apart
from groupement.kernel.worktime import spell_time
from members.models import Group, User


class StatementNotImportable(Refusal):
    """The file was imported before, or it is of another account."""


class IdenticalLines(BadStatement):
    """Identical lines without a reference of the bank: a person decides whether they are several operations."""


class BadBankColumns(Refusal):
    """The columns as they were chosen do not make a statement."""


@dataclass(frozen=True)
class StatementImported:
    """The statement that was imported, and how many of its operations are new, how many were known.

    ``missing``: sentences about days of the account that no statement brought yet.
    """

    statement: BankStatement
    new: int
    known: int
    missing: Sequence[str] = ()


@transaction.atomic
def import_statement(
    data: bytes, *, file_name: str, has_twins: bool = False, by: User | None, at: datetime
) -> StatementImported:
    """Store the statement in ``data`` with those of its operations that are not known yet.

    ``has_twins``: identical lines are as many operations. Raises StatementNotImportable, IdenticalLines,
    UnknownColumns, also for a layout that was guessed and that nobody has chosen yet (save_layout), and BadStatement
    with a sentence for each fault.
    """
    # One import at a time: what is known stays true until the end.
    group = Group.objects.select_for_update(no_key=True).order_by("pk").first()
    digest = sha256(data).hexdigest()
    _refuse_again(digest)
    read = read_file(data, stored_layouts(), iban=group.iban if group else "")
    _refuse_another_account(read, group)
    _refuse_guess(read)
    read = _without_days_to_come(read, timezone.localdate(at))
    keys = _keys(read, has_twins)
    iban = read.iban or (group.iban if group else "")
    earlier = _earlier(iban, keys, read)
    new = [(key, each) for key, each in zip(keys, read.operations, strict=True) if key not in earlier]
    if not new:
        names = ", ".join(sorted({f"{quoted(each.file_name)}" for each in earlier.values()}))
        raise StatementNotImportable(
            f"Toutes les opérations de ce fichier sont déjà connues, par {names}. Rien n’est importé."
        )
    statement = BankStatement.objects.create(
        file_name=file_name[:200],
        sha256=digest,
        format=read.format,
        iban=iban,
        starts_on=read.starts_on,
        ends_on=read.ends_on,
        opening_balance=read.opening_balance,
        closing_balance=read.closing_balance,
        left_out=[*read.left_out, *_known_sentences(keys, earlier)],
        known_by=sorted({each.pk for each in earlier.values()}),
        layout_name=_used_layout(read, at),
        imported_by=by,
        imported_at=at,
    )
    own_name = plain(group.name) if group else ""
    alike = _alike(iban, keys, [each for _, each in new])
    BankOperation.objects.bulk_create(_row(statement, key, each, alike, own_name) for key, each in new)
    return StatementImported(statement, len(new), len(keys) - len(new), chaining.missing_days(iban))


def _refuse_guess(read: FileStatement) -> None:
    """What a guess took for the day or the amount is seen by somebody before it becomes money."""
    if (found := read.columns) and not found.is_known:
        raise UnknownColumns(found.layout.titles, found.rows, found.layout.places)


def read_file(data: bytes, stored: StoredLayouts, *, iban: str) -> FileStatement:
    """The statement in ``data``, read in a process of its own: it comes from outside.

    Raises BadStatement, UnknownColumns, and TooMuch where it asks for more than it warrants.
    """
    read: FileStatement = read_apart(partial(read_statement, iban=iban), data, stored)
    return read


def would_import(data: bytes, read: FileStatement, *, at: datetime) -> FileStatement:
    """``read``, of the file ``data``, with what an import would store of it; nothing is written.

    Raises StatementNotImportable, BadStatement.
    """
    group = Group.objects.order_by("pk").first()
    _refuse_again(sha256(data).hexdigest())
    _refuse_another_account(read, group)
    kept = _without_days_to_come(read, timezone.localdate(at))
    keys = _keys(kept, has_twins=True)
    earlier = _earlier(kept.iban or (group.iban if group else ""), keys, kept)
    new = [each for key, each in zip(keys, kept.operations, strict=True) if key not in earlier]
    return replace(kept, operations=new, left_out=[*kept.left_out, *_known_sentences(keys, earlier)])


@transaction.atomic
def save_layout(
    titles: Sequence[str], columns: Mapping[str, Sequence[int]], *, name: str = "", at: datetime
) -> BankLayout:
    """Store the layout that finance chose for the ``titles`` of a bank's table: places by meaning, and its name.

    Raises BadBankColumns.
    """
    chosen = checked_columns(columns)
    return BankLayout.objects.update_or_create(
        titles_digest=csv_layouts.digest(titles),
        defaults={"titles": list(titles), "columns": chosen, "name": name.strip()[:60], "used_at": at},
    )[0]


@transaction.atomic
def drop_layout(layout: BankLayout) -> None:
    """Forget which column means what: the next file of these titles is shown and asked about again."""
    BankLayout.objects.filter(pk=layout.pk).delete()


def checked_columns(columns: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """``columns`` without those that nothing means, once they make a statement. Raises BadBankColumns."""
    chosen = {column: list(places) for column, places in columns.items() if places}
    if not csv_layouts.is_complete(chosen):
        raise BadBankColumns(
            "Dites quelle colonne est la date, et laquelle le montant\u00a0; ou lesquelles le débit et le crédit."
        )
    for column in csv_layouts.ONCE:
        if len(chosen.get(column, ())) > 1:
            raise BadBankColumns(
                f"{quoted(capfirst(csv_layouts.COLUMNS[column]))} est choisi deux fois. "
                f"Gardez une seule colonne."
            )
    if "amount" in chosen and chosen.keys() & {"debit", "credit"}:
        raise BadBankColumns("Choisissez un montant signé, ou un débit et un crédit, pas les deux.")
    return chosen


def stored_layouts() -> StoredLayouts:
    """The layouts that finance chose, by the digest of the titles."""
    return dict(BankLayout.objects.order_by("pk").values_list("titles_digest", "columns"))


def _refuse_again(digest: str) -> None:
    rows = BankStatement.objects.filter(sha256=digest, undone_at=None)
    earlier = rows.select_related("imported_by").first()
    if earlier:
        on = timezone.localtime(earlier.imported_at)
        by = f" par {earlier.imported_by}" if earlier.imported_by else ""
        raise StatementNotImportable(
            f"Ce fichier a déjà été importé le {on:%d/%m/%Y} à {spell_time(on)}{by} "
            f"({earlier.file_name}). Rien n’a été changé."
        )


def _refuse_another_account(read: FileStatement, group: Group | None) -> None:
    own = group.iban if group else ""
    if own and read.iban and read.iban != own:
        raise StatementNotImportable(
            f"Ce relevé est celui du compte qui finit par {read.iban[-4:]}, celui du groupement finit par {own[-4:]}. "
            "Choisissez le bon relevé, ou corrigez l’IBAN du groupement."
        )


def _without_days_to_come(read: FileStatement, today: date) -> FileStatement:
    """``read`` without operations of days after ``today``, which are named."""
    kept = [each for each in read.operations if each.booked_on <= today]
    left_out = [
        f"{_place(read, each)}, {spell(each.amount)}\u00a0: datée du {each.booked_on:%d/%m/%Y}, à venir, laissée de "
        "côté. Elle viendra avec un prochain relevé."
        for each in read.operations
        if each.booked_on > today
    ]
    if not left_out:
        return read
    sentences = [*read.left_out, *left_out]
    if not kept:
        raise refusal_without_operation(sentences)
    days = [each.booked_on for each in kept]
    starts_on = min(read.starts_on, *days)
    ends_on = read.ends_on if read.ends_on <= today else max(days)
    return replace(read, operations=kept, starts_on=starts_on, ends_on=ends_on, left_out=sentences)


def _keys(read: FileStatement, has_twins: bool) -> list[str]:
    """The key of each operation; identical lines are numbered when ``has_twins``, refused otherwise."""
    lines: dict[str, list[FileOperation]] = {}
    keys, errors = [], []
    for each in read.operations:
        before = lines.setdefault(each.key, [])
        if before and not has_twins:
            errors.append(_twice(read, before[0], each))
        keys.append(f"{each.key}#{len(before) + 1}" if before else each.key)
        before.append(each)
    if errors:
        raise IdenticalLines(
            "Le relevé n’a pas été importé\u00a0: la même opération y est plusieurs fois.", errors=errors
        )
    return keys


def _twice(read: FileStatement, first: FileOperation, again: FileOperation) -> str:
    what = f"{spell(again.amount)} du {again.booked_on:%d/%m/%Y}"
    named = f"la même opération qu’à {_place(read, first).lower()}, {what}"
    if again.bank_reference:
        named += ", avec la même référence"
    return f"{_place(read, again)}\u00a0: {named}. Si ce sont bien deux opérations, cochez-le."


def _place(read: FileStatement, operation: FileOperation) -> str:
    return f"{'Ligne' if read.format in (CSV, EXCEL) else 'Écriture'} {operation.line}"


def _used_layout(read: FileStatement, at: datetime) -> str:
    """The name of the layout by which a table was read; one that finance chose is used today."""
    if not read.columns:
        return ""
    chosen = BankLayout.objects.filter(titles_digest=read.titles)
    chosen.update(used_at=at)
    return read.columns.name or next(iter(chosen.values_list("name", flat=True)), "")


def _earlier(iban: str, keys: Sequence[str], read: FileStatement) -> dict[str, BankStatement]:
    """The statement that holds each operation already, by key; one without IBAN may be of any account."""
    of_before: dict[str, list[tuple[str, FileOperation]]] = {}
    for key, each in zip(keys, read.operations, strict=True):
        of_before.setdefault(each.earlier_key or key, []).append((key, each))
    rows = (
        BankOperation.objects.filter(key__in=[*keys, *of_before]).select_related("statement").order_by("pk")
    )
    found: dict[str, BankStatement] = {}
    wanted = set(keys)
    for row in rows.filter(iban__in=(iban, "")) if iban else rows:
        if row.key in wanted:
            found[row.key] = row.statement
            continue
        same = [key for key, each in of_before[row.key] if key not in found and _says_the_same(row, each)]
        found.update(dict.fromkeys(same[:1], row.statement))
    return found | _of_other_formats(iban, keys, read, found)


def _of_other_formats(
    iban: str, keys: Sequence[str], read: FileStatement, found: Mapping[str, BankStatement]
) -> dict[str, BankStatement]:
    """The statements of other formats that hold operations by the bank's own reference, whatever the words around it.

    A reference that several operations of one day and amount share tells none of them apart.
    """
    missing = {
        key: each.reference_key
        for key, each in zip(keys, read.operations, strict=True)
        if key not in found and each.bank_reference
    }
    once = {reference for reference, count in Counter(missing.values()).items() if count == 1}
    if not once:
        return {}
    rows = BankOperation.objects.filter(
        part_of=None, booked_on__in={each.booked_on for each in read.operations}
    ).exclude(statement__format=read.format)
    rows = rows.filter(iban__in=(iban, "")) if iban else rows
    by_reference: dict[str, list[BankOperation]] = {}
    for row in rows.select_related("statement").order_by("pk"):
        # A key of today ends with a digest, one of before with the amount.
        for reference in {row.key, row.key.rpartition(":")[0]} & once:
            by_reference.setdefault(reference, []).append(row)
    return {
        key: by_reference[reference][0].statement
        for key, reference in missing.items()
        if reference in once and len(by_reference.get(reference, ())) == 1
    }


def _says_the_same(row: BankOperation, read: FileOperation) -> bool:
    """Whether an operation kept by the bank's reference alone has the same payer, if it names one, and its words."""
    if row.counterparty and plain(row.counterparty) != plain(read.counterparty):
        return False
    return plain(row.label) in plain(read.label) or plain(read.label) in plain(row.label)


def _known_sentences(keys: Sequence[str], earlier: Mapping[str, BankStatement]) -> list[str]:
    counts = Counter(earlier[key].file_name for key in keys if key in earlier)
    sentences = []
    for name, count in sorted(counts.items()):
        known = counted(count, "opération déjà connue", "opérations déjà connues")
        sentences.append(f"{known} par {quoted(name)}, {plural(count, 'laissée')} de côté.")
    return sentences


def _alike(iban: str, keys: Sequence[str], new: Sequence[FileOperation]) -> dict[tuple[date, object], str]:
    """Names of earlier statements that hold an operation of the same day and amount, though not the same words."""
    rows = BankOperation.objects.filter(iban__in=(iban, ""), part_of=None).exclude(key__in=keys)
    rows = rows.filter(booked_on__in={each.booked_on for each in new})
    found = rows.order_by("pk").values_list("booked_on", "amount", "statement__file_name")
    return {(day, amount): name for day, amount, name in found}


def _row(
    statement: BankStatement,
    key: str,
    read: FileOperation,
    alike: Mapping[tuple[date, object], str],
    own_name: str,
) -> BankOperation:
    name = alike.get((read.booked_on, read.amount))
    note = (
        f"Même jour et même montant qu’une opération de {quoted(name)}\u00a0: vérifiez."[:200] if name else ""
    )
    return BankOperation(
        statement=statement,
        line=read.line,
        key=key,
        iban=statement.iban,
        booked_on=read.booked_on,
        amount=read.amount,
        # The group is no payer, whatever side of an operation the bank names it on.
        counterparty="" if plain(read.counterparty) == own_name else read.counterparty,
        label=read.label,
        reference=read.reference,
        nature=read.nature,
        is_return=read.is_return,
        note=note,
    )
