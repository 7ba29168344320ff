"""The parts of a CAMT entry: amounts, days, who paid or was paid, words, references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from billing.bank.statement import bank_reference, joined_texts, method_of_label, one_line
from billing.models import PaymentMethod
from groupement.kernel.cells import plain
from groupement.kernel.french import quoted
from groupement.kernel.money import ZERO, cents

_MONEY = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,5})?")
_FAMILIES = {
    **dict.fromkeys(("IDDT", "RDDT"), PaymentMethod.DIRECT_DEBIT),
    **dict.fromkeys(("RCHQ", "ICHQ"), PaymentMethod.CHEQUE),
    **dict.fromkeys(("RCDT", "ICDT", "IRCT", "RRCT"), PaymentMethod.TRANSFER),
}
# Sub-families of returns: unpaid or reversed direct debits and cheques, returned transfers.
_RETURNS = {"UPDD", "PRDD", "RRTN", "UPCQ", "CQRV", "UPCT"}
_PARTY_NAMES = ("Nm", "Pty/Nm", "Pty/OrgId/Nm")


def amount_of(detail: Element, whole: Decimal) -> Decimal | None:
    """The signed amount in euros of one detail of a batch; None when the file does not give it."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        amount = detail.find(path)
        if amount is not None and amount.get("Ccy", "EUR") == "EUR":
            indicator = first_text(detail, "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
            try:
                return _signed(_digits(amount.text), indicator)
            except ValueError:
                return None
    return None


def amounts_of(details: Sequence[Element], whole: Decimal) -> list[Decimal | None]:
    """The amounts of the details of a batch; one that is missing is what is left of the ``whole``."""
    amounts = [amount_of(each, whole) for each in details]
    if amounts.count(None) == 1:
        rest = whole - sum((each for each in amounts if each is not None), ZERO)
        if rest * whole > 0:
            amounts[amounts.index(None)] = rest
    return amounts


def texts(source: Element) -> list[str | None]:
    """The words of the payer, of a return, and of the bank."""
    texts: list[str | None] = [each.text for each in source.findall("RmtInf/Ustrd")]
    texts += [each.text for each in source.findall("RtrInf/AddtlInf")]
    return [*texts, source.findtext("RtrInf/Rsn/Cd"), *bank_texts(source)]


def bank_texts(source: Element) -> list[str | None]:
    return [source.findtext("AddtlTxInf"), source.findtext("AddtlNtryInf")]


def references(detail: Element) -> list[str | None]:
    """What the payer wrote as references, and the number of a cheque."""
    texts = [detail.findtext("Refs/EndToEndId"), detail.findtext("Refs/ChqNb")]
    for structured in detail.findall("RmtInf/Strd"):
        texts += [structured.findtext("CdtrRefInf/Ref")]
        texts += [each.findtext("Nb") for each in structured.findall("RfrdDocInf")]
    return texts


def reference_of_bank(entry: Element, detail: Element | None, rank: int) -> str:
    """The bank's own reference: that of the detail in a batch, else that of the entry, with the rank in the batch."""
    if detail is not None and rank and (own := bank_reference(detail.findtext("Refs/AcctSvcrRef"))):
        return f"{own}/{rank}"
    of_entry = bank_reference(entry.findtext("AcctSvcrRef"))
    if not of_entry and detail is not None:
        of_entry = bank_reference(detail.findtext("Refs/AcctSvcrRef"))
    return f"{of_entry}/{rank}" if of_entry and rank else of_entry


def counterparties(details: Sequence[Element], owner: str, *, came_in: bool) -> str:
    """Who paid or was paid by these details, each once."""
    return joined_texts(*(counterparty(each, owner, came_in=came_in) for each in details), most=140)


def counterparty(detail: Element, owner: str, *, came_in: bool) -> str:
    """Who paid or was paid, in a return the one of the first operation; never the holder of the account."""
    sides = ("Dbtr", "Cdtr") if came_in else ("Cdtr", "Dbtr")
    names = [
        first_text(
            detail, *(f"RltdPties/{prefix}{side}/{path}" for prefix in ("", "Ultmt") for path in _PARTY_NAMES)
        )
        for side in sides
    ]
    others = [name for name in names if name and plain(name) != plain(owner)]
    # The other side is read only where the bank put the holder on the first.
    chosen = others[:1] if names[0] else []
    return one_line(chosen[0] if chosen else "", 140)


def is_return(sources: list[Element]) -> bool:
    return any(
        first_text(source, "RvslInd") in ("true", "1")
        or source.find("RtrInf") is not None
        or first_text(source, "BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNS
        for source in sources
    )


def method_of(sources: list[Element], label: str) -> str:
    for source in sources:
        if known := _FAMILIES.get(first_text(source, "BkTxCd/Domn/Fmly/Cd")):
            return str(known)
    return method_of_label(label)


def signed_amount(node: Element) -> Decimal:
    """The signed amount of an entry or a balance: credit in, debit out; a reversal does not turn it round again."""
    amount = node.find("Amt")
    if amount is None:
        raise ValueError("le montant manque.")
    if (currency := amount.get("Ccy", "EUR")) != "EUR":
        raise ValueError(f"le montant est en {currency[:3]}. Seuls les comptes en euros sont lus.")
    return _signed(_digits(amount.text), first_text(node, "CdtDbtInd"))


def _digits(text: str | None) -> Decimal:
    digits = (text or "").strip()
    if not _MONEY.fullmatch(digits):
        raise ValueError(f"{quoted(digits, at_most=20)} n’est pas un montant.")
    if cents(amount := Decimal(digits)) != amount:
        raise ValueError(f"le montant {digits} a plus de deux décimales.")
    return cents(amount)


def _signed(amount: Decimal, indicator: str) -> Decimal:
    if indicator not in ("CRDT", "DBIT"):
        raise ValueError("le sens (crédit ou débit) manque.")
    return amount if indicator == "CRDT" else -amount + 0


def read_booking_day(text: str) -> date:
    """The date "2026-12-03", or that of a moment as written. Raises ValueError with a French sentence."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        raise ValueError(f"{quoted(text, at_most=20)} n’est pas une date.") from error


def first_text(node: Element, *paths: str) -> str:
    """The first text below ``node`` at one of ``paths`` that is not empty, on one line; else empty."""
    for path in paths:
        if text := one_line(node.findtext(path), 400):
            return text
    return ""
