"""Import of a bank statement, whole or not at all: no file or operation twice, no other account, no day to come."""

from __future__ import annotations

import re
from codecs import BOM_UTF8 as UTF8
from codecs import BOM_UTF16_BE as UTF16_BE
from codecs import BOM_UTF16_LE as UTF16_LE
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from billing.bank import chaining, csv_layouts
from billing.bank.camt import read_camt
from billing.bank.csv_file import read_csv
from billing.bank.csv_layouts import StoredLayouts
from billing.bank.statement import (
    CSV,
    LARGEST_FILE,
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
    UnknownColumns, and BadStatement with a sentence for each fault.
    """
    # One import at a time: what is known stays true until the end.
    group = Group.objects.select_for_update(no_key=True).order_by("pk").first()
    digest = sha256(data).hexdigest()
    _refuse_again(digest)
    read = read_statement(data, stored_layouts(), iban=group.iban if group else "")
    _refuse_another_account(read, group)
    read = _without_days_to_come(read, timezone.localdate(at))
    keys = _keys(read, has_twins)
    iban = read.iban or (group.iban if group else "")
    earlier = _earlier(iban, keys, read.operations)
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
        imported_by=by,
        imported_at=at,
    )
    own_name = plain(group.name) if group else ""
    alike = _alike(iban, keys, [each for _, each in new])
    BankOperation.objects.bulk_create(_row(statement, key, each, alike, own_name) for key, each in new)
    BankLayout.objects.filter(titles_digest=read.titles).update(used_at=at)
    return StatementImported(statement, len(new), len(keys) - len(new), chaining.missing_days(iban))


@transaction.atomic
def save_layout(titles: Sequence[str], columns: Mapping[str, Sequence[int]], *, at: datetime) -> BankLayout:
    """Store the layout that finance chose for the ``titles`` of a bank's CSV: places by meaning.

    Raises BadBankColumns.
    """
    chosen = {column: list(places) for column, places in columns.items() if places}
    if not csv_layouts.is_complete(chosen):
        raise BadBankColumns(
            "Dites quelle colonne est la date, et laquelle le montant\u00a0; ou lesquelles le débit et le crédit."
        )
    for column in csv_layouts.ONCE:
        if len(chosen.get(column, ())) > 1:
            raise BadBankColumns(
                f"{quoted(csv_layouts.COLUMNS[column].capitalize())} est choisi deux fois. "
                f"Gardez une seule colonne."
            )
    if "amount" in chosen and chosen.keys() & {"debit", "credit"}:
        raise BadBankColumns("Choisissez un montant signé, ou un débit et un crédit, pas les deux.")
    return BankLayout.objects.update_or_create(
        titles_digest=csv_layouts.digest(titles),
        defaults={"titles": list(titles), "columns": chosen, "used_at": at},
    )[0]


def stored_layouts() -> StoredLayouts:
    """The layouts that finance chose, by the digest of the titles."""
    return dict(BankLayout.objects.order_by("pk").values_list("titles_digest", "columns"))


def _refuse_again(digest: str) -> None:
    earlier = BankStatement.objects.select_related("imported_by").filter(sha256=digest).first()
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
    return f"{'Ligne' if read.format == CSV else 'Écriture'} {operation.line}"


def _earlier(iban: str, keys: Sequence[str], operations: Sequence[FileOperation]) -> dict[str, BankStatement]:
    """The statement that holds each operation already, by key; one without IBAN may be of any account."""
    of_before: dict[str, list[tuple[str, FileOperation]]] = {}
    for key, each in zip(keys, operations, strict=True):
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
    return found


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


# What the encoding of an XML declares is no longer true of its text.
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_OTHERS = (
    (b"OFXHEADER", "OFX"),
    (b"!Type:", "QIF"),
    (b":20:", "MT940"),
    (b"{1:F01", "MT940"),
    (b"%PDF", "PDF"),
)


def read_statement(data: bytes, stored: StoredLayouts | None = None, *, iban: str = "") -> FileStatement:
    """The statement in ``data``: CAMT.053, or a bank's CSV; of several accounts that of ``iban``.

    Raises BadStatement, or UnknownColumns.
    """
    if not data.strip():
        raise BadStatement("Le fichier est vide. Téléchargez de nouveau le relevé.")
    if len(data) > LARGEST_FILE:
        raise BadStatement("Le fichier dépasse 5\u00a0Mo. Choisissez une période plus courte.")
    text = _as_utf8(data)
    start = text.lstrip().removeprefix(UTF8).lstrip()
    for mark, name in _OTHERS:
        if start.startswith(mark):
            raise BadStatement(
                f"Le format {name} n’est pas lu. Téléchargez le relevé au format CAMT.053 ou CSV."
            )
    if data[:2] == b"PK" and b"xl/" not in data:
        raise BadStatement("C’est une archive ZIP. Ouvrez-la, puis importez le relevé qu’elle contient.")
    # A blank line before its declaration makes an XML none; the lines of a CSV are counted from the first.
    return read_camt(start, iban) if start.startswith(b"<") else read_csv(text, stored, iban)


def _as_utf8(data: bytes) -> bytes:
    """``data`` as it is, UTF-16 as UTF-8."""
    if not data.startswith((UTF16_BE, UTF16_LE)):
        return data
    try:
        text = data.decode("utf-16").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise BadStatement("Le fichier est abîmé. Téléchargez de nouveau le relevé.") from error
    return _DECLARATION.sub("", text).encode()
