"""Read OFX, SGML (1.x) and XML (2.x): the statement of one account, each transaction as an operation.

The tree is made by ofxtools, which knows tags that are never closed. What it would check of headers and sign-on blocks
is left alone: banks leave both out. The file comes from outside: nothing in it is an entity or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from html import unescape
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from ofxtools.Parser import TreeBuilder
from stdnum import iban as stdnum_iban
from stdnum.iso7064 import mod_97_10

from billing.bank.statement import (
    MOST_OPERATIONS,
    OFX,
    TOO_LARGE,
    BadStatement,
    FileOperation,
    FileStatement,
    bank_reference,
    is_account,
    is_return_label,
    joined_texts,
    method_of_label,
    one_line,
    refusal_of_faults,
    refusal_of_several_accounts,
    refusal_without_operation,
    sentence_of_another_account,
)
from billing.models import PaymentMethod
from groupement.kernel import tabular
from groupement.kernel.cells import is_signed, read_bank_amount
from groupement.kernel.french import quoted
from groupement.kernel.money import ZERO, spell
from members.identifiers import compact

DAMAGED = (
    "Ce fichier OFX est abîmé ou incomplet. Téléchargez de nouveau le relevé, sans l’ouvrir ni l’enregistrer."
)
_PARIS = ZoneInfo("Europe/Paris")
# Tags that hold a text: where it is empty and the tag never closed, what follows would seem to be within it.
_EMPTY = re.compile(
    r"<(NAME|NAME2|EXTDNAME|MEMO|MEMO2|CHECKNUM|REFNUM|FITID|SRVRTID|SIC|PAYEEID|TRNTYPE|TRNAMT|DTPOSTED|DTUSER|DTAVAIL|TRNUID|BRANCHID"
    r"|ACCTKEY|BANKID|LANGUAGE|ORG|FID|INTU\.[A-Z]+)>\s*(?=<(?!/\1>))"
)
_MOMENT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(?:\.\d+)?)?)?(?:\[([-+]?\d{1,2})(?:\.(\d+))?(?::\w+)?\])?"
)
_OUT = {"DEBIT", "CHECK", "PAYMENT", "CASH", "DIRECTDEBIT", "REPEATPMT", "FEE", "SRVCHG", "ATM"}
_METHODS = {
    **dict.fromkeys(("DIRECTDEBIT",), PaymentMethod.DIRECT_DEBIT),
    **dict.fromkeys(("CHECK",), PaymentMethod.CHEQUE),
    **dict.fromkeys(("XFER", "DIRECTDEP"), PaymentMethod.TRANSFER),
    **dict.fromkeys(("FEE", "SRVCHG", "INT", "DIV", "ATM", "POS", "CASH"), PaymentMethod.OTHER),
}
_LENGTHS = (5, 5, 11)


@dataclass
class _OfxReading:
    """What was read so far; ``entries`` counts the transactions of the account."""

    operations: list[FileOperation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    entries: int = 0


def is_ofx(data: bytes) -> bool:
    """Whether the file is OFX: by its header, or by the tag that holds everything."""
    start = data[:2000].upper()
    return (
        start.startswith((b"OFXHEADER", b"DATA:OFXSGML", b"<OFX>")) or b"<?OFX" in start or b"<OFX>" in start
    )


def read_ofx(data: bytes, iban: str = "") -> FileStatement:
    """The statement in an OFX file, of several accounts that of ``iban``.

    Raises BadStatement with one sentence for each fault, all at once.
    """
    root = _parse(data)
    reading = _OfxReading()
    statements, account = _of_our_account(list(root.iter("STMTRS")), root, iban, reading)
    for each in statements:
        _read_statement(each, reading)
    if reading.errors:
        raise refusal_of_faults(reading.errors)
    if not reading.operations:
        raise refusal_without_operation(reading.left_out)
    days = [operation.booked_on for operation in reading.operations]
    opening, closing = _balances(statements, reading)
    return FileStatement(
        OFX,
        account,
        min([*days, *_days(statements, "DTSTART")]),
        max([*days, *_days(statements, "DTEND")]),
        reading.operations,
        opening,
        closing,
        reading.left_out,
    )


def _parse(data: bytes) -> Element:
    """The tree of the file, every transaction in it. Raises BadStatement."""
    text = tabular.decode(data, what="le relevé", largest=len(data), too_large=TOO_LARGE)
    begin, end = text.upper().find("<OFX>"), text.upper().rfind("</OFX>")
    if begin < 0 or end < begin:
        raise BadStatement(DAMAGED)
    body = _EMPTY.sub("", text[begin : end + len("</OFX>")])
    builder = TreeBuilder()
    try:
        builder.feed(body)
        root = builder.close()
    except (SyntaxError, AssertionError, IndexError, ValueError) as error:
        raise BadStatement(DAMAGED) from error
    read = sum(len(each.findall("STMTTRN")) for each in root.iter("BANKTRANLIST"))
    if root.tag != "OFX" or read != len(re.findall(r"<STMTTRN>", body)):
        # What a tag within a text hides would be lost in silence.
        raise BadStatement(DAMAGED)
    return root


def _of_our_account(
    statements: Sequence[Element], root: Element, iban: str, reading: _OfxReading
) -> tuple[list[Element], str]:
    """The statements of the account ``iban``, and its IBAN as far as the file says it; other accounts are told."""
    if not statements:
        cards = any(True for _ in root.iter("CCSTMTRS"))
        what = (
            "le relevé d’une carte. Téléchargez celui du compte."
            if cards
            else "autre chose qu’un relevé de compte."
        )
        raise BadStatement(f"Ce fichier OFX est {what}")
    by_account: dict[str, list[Element]] = {}
    for each in statements:
        by_account.setdefault(_account(each), []).append(each)
    ours = [account for account in by_account if is_account(account, iban)]
    if len(by_account) == 1:
        (account,) = by_account
        named = iban if ours else account
        # A number is no IBAN: without that of the group nothing can be said of it.
        return list(statements), named if iban or stdnum_iban.is_valid(named) else ""
    if not ours:
        raise refusal_of_several_accounts([account for account in by_account if account], iban)
    for account, others in by_account.items():
        if account not in ours:
            count = sum(len(each.findall("BANKTRANLIST/STMTTRN")) for each in others)
            reading.left_out.append(sentence_of_another_account(account, count))
    return [each for account in ours for each in by_account[account]], iban


def _account(statement: Element) -> str:
    """The IBAN of a statement, made of bank, branch and number where French banks write them apart; else the number."""
    source = statement.find("BANKACCTFROM")
    if source is None:
        return ""
    bank, branch, number = (compact(_text(source, tag)) for tag in ("BANKID", "BRANCHID", "ACCTID"))
    if stdnum_iban.is_valid(number):
        return number
    if tuple(map(len, (bank, branch, number))) == _LENGTHS and (bank + branch).isdigit():
        bban = f"{bank}{branch}{number}{_key_of(bank, branch, number)}"
        return f"FR{mod_97_10.calc_check_digits(f'{bban}FR')}{bban}"
    # "XXXX1234" names no account, nor do a few digits.
    return number if sum(map(str.isdigit, number)) >= 7 and "X" not in number[:1] else ""


def _key_of(bank: str, branch: str, number: str) -> str:
    """The two digits by which a French account number ends (clé RIB)."""
    digits = "".join(
        each if each.isdigit() else str("12345678912345678923456789"[ord(each) - ord("A")]) for each in number
    )
    return f"{97 - (89 * int(bank) + 15 * int(branch) + 3 * int(digits)) % 97:02}"


def _read_statement(statement: Element, reading: _OfxReading) -> None:
    currency = _text(statement, "CURDEF")
    if currency and currency.upper() != "EUR":
        reading.errors.append(f"Le compte est en {currency[:10]}. Seuls les comptes en euros sont lus.")
        return
    for entry in statement.findall("BANKTRANLIST/STMTTRN"):
        reading.entries += 1
        if reading.entries > MOST_OPERATIONS:
            raise BadStatement(
                "Le relevé compte plus de 20\u202f000 écritures. Choisissez une période plus courte."
            )
        try:
            _read_entry(entry, reading)
        except ValueError as error:
            reading.errors.append(f"Écriture {reading.entries}\u00a0: {error}")
    for pending in statement.iter("STMTTRNP"):
        what = _spelled(_text(pending, "TRNAMT"))
        reading.left_out.append(f"Une opération{what}\u00a0: pas encore comptabilisée, laissée de côté.")


def _read_entry(entry: Element, reading: _OfxReading) -> None:
    """Add the operation of ``entry`` to ``reading``, or why it is none. Raises ValueError."""
    kind = _text(entry, "TRNTYPE").upper()
    written = _text(entry, "TRNAMT")
    if not written:
        raise ValueError("le montant manque.")
    amount = read_bank_amount(written)
    if _text(entry, "CORRECTFITID"):
        reading.left_out.append(
            f"Écriture {reading.entries}, {spell(amount)}\u00a0: elle corrige une opération déjà envoyée, laissée de "
            "côté. Vérifiez-la avec la banque."
        )
        return
    if not amount:
        reading.left_out.append(f"Écriture {reading.entries}\u00a0: sans montant, laissée de côté.")
        return
    if kind in _OUT and not is_signed(written):
        # The sign is what counts; without one a debit would become money received.
        raise ValueError(
            f"le montant {spell(amount)} n’a pas de signe, la sorte {quoted(kind)} dit une sortie."
        )
    rate = _text(entry, "CURRENCY/CURSYM") or "EUR"
    if rate.upper() != "EUR":
        raise ValueError(f"le montant est en {rate[:10]}. Seuls les comptes en euros sont lus.")
    name = _text(entry, "PAYEE/NAME") or _text(entry, "NAME")
    label = joined_texts(name, _text(entry, "EXTDNAME"), _text(entry, "MEMO"), most=400)
    reading.operations.append(
        FileOperation(
            line=reading.entries,
            booked_on=_day(_text(entry, "DTPOSTED")),
            amount=amount,
            counterparty=_text(entry, "PAYEE/NAME")[:140],
            label=label,
            reference=joined_texts(_text(entry, "REFNUM"), _text(entry, "CHECKNUM"), most=140),
            bank_reference=bank_reference(_text(entry, "FITID")),
            nature=str(_METHODS.get(kind) or method_of_label(label)),
            is_return=is_return_label(name, went_out=amount < 0),
        )
    )


def _balances(statements: Sequence[Element], reading: _OfxReading) -> tuple[Decimal | None, Decimal | None]:
    """The balances before and after, where the bank gives that of the last day of its list; else none.

    That of the moment of the download says nothing about the days of the list.
    """
    if len(statements) != 1:
        return None, None
    ends = _days(statements, "DTEND")
    balance = statements[0].find("LEDGERBAL")
    try:
        if balance is None or not ends or _day(_text(balance, "DTASOF")) != ends[0]:
            return None, None
        closing = read_bank_amount(_text(balance, "BALAMT"))
    except ValueError:
        return None, None
    return closing - sum((each.amount for each in reading.operations), ZERO), closing


def _days(statements: Sequence[Element], tag: str) -> list[date]:
    """The days of ``tag`` that can be read: those of the list are told by no operation."""
    found = []
    for each in statements:
        try:
            found.append(_day(_text(each, f"BANKTRANLIST/{tag}")))
        except ValueError:
            continue
    return found


def _day(text: str) -> date:
    """The day "20261112", or that of a moment: in Paris where it names its zone, as written else. Raises ValueError."""
    match = _MOMENT.match(text)
    if match is None:
        raise ValueError(f"{quoted(text, at_most=20)} n’est pas une date." if text else "la date manque.")
    year, month, day, hour, minute, second, zone, part = match.groups()
    try:
        if zone is None:
            return date(int(year), int(month), int(day))
        offset = timedelta(
            hours=int(zone), minutes=(-1 if zone.startswith("-") else 1) * int(float(f"0.{part or 0}") * 60)
        )
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=timezone(offset),
        )
    except ValueError as error:
        raise ValueError(f"le jour {quoted(text, at_most=20)} n’existe pas.") from error
    return moment.astimezone(_PARIS).date()


def _spelled(written: str) -> str:
    try:
        return f" de {spell(read_bank_amount(written))}"
    except ValueError:
        return ""


def _text(node: Element, path: str) -> str:
    """The text at ``path`` on one line, its signs as they were before the markup."""
    return one_line(unescape(node.findtext(path) or ""), 400)
