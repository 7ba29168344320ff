"""One entry of a CAMT statement as operations: amount and sign, who, what for, how; a batch is taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from billing.bank.statement import (
    MOST_OPERATIONS,
    BadStatement,
    Operation,
    bank_reference,
    is_return_by_words,
    joined,
    nature_by_words,
    one_line,
)
from billing.models import PaymentMethod
from groupement.kernel.cells import plain
from groupement.kernel.french import quoted
from groupement.kernel.money import ZERO, cents, spell

_MONEY = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,5})?")
_FAMILIES = {
    **dict.fromkeys(("IDDT", "RDDT"), PaymentMethod.DIRECT_DEBIT),
    **dict.fromkeys(("RCHQ", "ICHQ"), PaymentMethod.CHEQUE),
    **dict.fromkeys(("RCDT", "ICDT", "IRCT", "RRCT"), PaymentMethod.TRANSFER),
}
# Sub-families of returns: unpaid or reversed direct debits and cheques, returned transfers.
_RETURNS = {"UPDD", "PRDD", "RRTN", "UPCQ", "CQRV", "UPCT"}
_WAITING = {"PDNG": "en attente", "FUTR": "à venir", "INFO": "pour information"}


@dataclass
class Reading:
    """What is known while the entries go by; ``entries`` counts them over all statements of the file."""

    operations: list[Operation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    entries: int = 0


def read_entry(entry: Element, owner: str, reading: Reading) -> None:
    """Add what ``entry`` says to ``reading``; ``owner`` is how the bank calls the holder of the account."""
    reading.entries += 1
    if reading.entries > MOST_OPERATIONS:
        raise BadStatement(
            "Le relevé compte plus de 20\u202f000 écritures. Choisissez une période plus courte."
        )
    try:
        _read(entry, owner, reading)
    except ValueError as error:
        reading.errors.append(f"Écriture {reading.entries}\u00a0: {error}")


def _read(entry: Element, owner: str, reading: Reading) -> None:
    amount = read_money(entry)
    status = first_text(entry, "Sts/Cd", "Sts") or "BOOK"
    if status != "BOOK":
        why = _WAITING.get(status, "non comptabilisée")
        reading.left_out.append(f"Écriture {reading.entries}, {spell(amount)}\u00a0: {why}, laissée de côté.")
        return
    if not amount:
        reading.left_out.append(f"Écriture {reading.entries}\u00a0: sans montant, laissée de côté.")
        return
    booked_on = _booked_on(entry)
    details = entry.findall("NtryDtls/TxDtls")
    amounts = [_amount_of(each, amount) for each in details]
    known = [each for each in amounts if each is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known, ZERO) == amount:
        # A batch whose details sum to it: each is an operation of its own.
        for rank, (each, part) in enumerate(zip(details, known, strict=True), start=1):
            if part:
                reading.operations.append(_operation(entry, each, part, booked_on, owner, reading, rank))
        return
    if len(details) > 1 and len(known) == len(details):
        reading.left_out.append(
            f"Écriture {reading.entries}\u00a0: ses {len(details)} détails font {spell(sum(known, ZERO))} au lieu de "
            f"{spell(amount)}, elle est gardée en une seule opération."
        )
    detail = details[0] if len(details) == 1 else None
    reading.operations.append(_operation(entry, detail, amount, booked_on, owner, reading))


def _operation(
    entry: Element,
    detail: Element | None,
    amount: Decimal,
    booked_on: date,
    owner: str,
    reading: Reading,
    rank: int = 0,
) -> Operation:
    sources = [entry] if detail is None else [detail, entry]
    told = [text for source in sources for text in _words(source)]
    label = joined(*told, most=400)
    returned = _is_return(sources) or is_return_by_words(label)
    return Operation(
        line=reading.entries,
        booked_on=booked_on,
        amount=amount,
        counterparty=_counterparty(detail, owner, came_in=(amount > 0) != returned),
        label=label,
        reference=joined(*_references(detail), most=140),
        bank_reference=_bank_reference(entry, detail, rank),
        nature=_nature(sources, label),
        is_return=returned,
    )


def read_money(node: Element) -> Decimal:
    """The signed amount of an entry or a balance: credit in, debit out; a reversal does not turn it round again."""
    amount = node.find("Amt")
    if amount is None:
        raise ValueError("le montant manque.")
    if (currency := amount.get("Ccy", "EUR")) != "EUR":
        raise ValueError(f"le montant est en {currency[:3]}. Seuls les comptes en euros sont lus.")
    return _signed(_digits(amount.text), first_text(node, "CdtDbtInd"))


def read_day(told: str) -> date:
    """ "2026-12-03", or a moment of which the day as written counts."""
    try:
        return date.fromisoformat(told.strip()[:10])
    except ValueError as error:
        raise ValueError(f"{quoted(told, at_most=20)} n’est pas une date.") from error


def first_text(node: Element, *paths: str) -> str:
    """The first of ``paths`` that says something."""
    for path in paths:
        if told := one_line(node.findtext(path), 400):
            return told
    return ""


def _digits(text: str | None) -> Decimal:
    told = (text or "").strip()
    if not _MONEY.fullmatch(told):
        raise ValueError(f"{quoted(told, at_most=20)} n’est pas un montant.")
    if cents(amount := Decimal(told)) != amount:
        raise ValueError(f"le montant {told} a plus de deux décimales.")
    return cents(amount)


def _signed(amount: Decimal, indicator: str) -> Decimal:
    if indicator not in ("CRDT", "DBIT"):
        raise ValueError("le sens (crédit ou débit) manque.")
    return amount if indicator == "CRDT" else -amount + 0


def _booked_on(entry: Element) -> date:
    told = first_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if not told:
        raise ValueError("la date manque.")
    return read_day(told)


def _amount_of(detail: Element, whole: Decimal) -> Decimal | None:
    """The signed amount of one detail of a batch in euros; None when it does not say."""
    amount = detail.find("Amt")
    if amount is None:
        amount = detail.find("AmtDtls/TxAmt/Amt")
    if amount is None or amount.get("Ccy", "EUR") != "EUR":
        return None
    indicator = first_text(detail, "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
    return _signed(_digits(amount.text), indicator)


def _words(source: Element) -> list[str | None]:
    told: list[str | None] = [each.text for each in source.findall("RmtInf/Ustrd")]
    told += [each.text for each in source.findall("RtrInf/AddtlInf")]
    told += [source.findtext("RtrInf/Rsn/Cd"), source.findtext("AddtlTxInf"), source.findtext("AddtlNtryInf")]
    return told


def _references(detail: Element | None) -> list[str | None]:
    if detail is None:
        return []
    told = [detail.findtext("Refs/EndToEndId"), detail.findtext("Refs/ChqNb")]
    for structured in detail.findall("RmtInf/Strd"):
        told += [structured.findtext("CdtrRefInf/Ref")]
        told += [each.findtext("Nb") for each in structured.findall("RfrdDocInf")]
    return told


def _bank_reference(entry: Element, detail: Element | None, rank: int) -> str:
    """The bank's own: of the detail where a batch was taken apart, else of the entry, with the rank in it."""
    if detail is not None and rank and (own := bank_reference(detail.findtext("Refs/AcctSvcrRef"))):
        return f"{own}/{rank}"
    of_entry = bank_reference(entry.findtext("AcctSvcrRef"))
    if not of_entry and detail is not None:
        of_entry = bank_reference(detail.findtext("Refs/AcctSvcrRef"))
    return f"{of_entry}/{rank}" if of_entry and rank else of_entry


def _counterparty(detail: Element | None, owner: str, *, came_in: bool) -> str:
    """Who paid or was paid; of a return, who did before it. The holder of the account is never that."""
    if detail is None:
        return ""
    sides = ("Dbtr", "Cdtr") if came_in else ("Cdtr", "Dbtr")
    names = [
        first_text(
            detail, *(f"RltdPties/{prefix}{side}/{path}" for prefix in ("", "Ultmt") for path in _NAMED)
        )
        for side in sides
    ]
    others = [name for name in names if name and plain(name) != plain(owner)]
    # The other side is looked at only where the bank put the holder on the first.
    chosen = others[:1] if names[0] else []
    return one_line(chosen[0] if chosen else "", 140)


_NAMED = ("Nm", "Pty/Nm", "Pty/OrgId/Nm")


def _is_return(sources: list[Element]) -> bool:
    return any(
        first_text(source, "RvslInd") in ("true", "1")
        or source.find("RtrInf") is not None
        or first_text(source, "BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNS
        for source in sources
    )


def _nature(sources: list[Element], label: str) -> str:
    for source in sources:
        if known := _FAMILIES.get(first_text(source, "BkTxCd/Domn/Fmly/Cd")):
            return str(known)
    return nature_by_words(label)
