"""Read CAMT.053 (ISO 20022, any version): one account’s statements, balances checked, each entry as operations.

The XML comes from outside: no document type, no entity, nothing fetched (defusedxml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from billing.bank.bank_words import why_not_booked
from billing.bank.statement import (
    CAMT,
    MOST_OPERATIONS,
    BadStatement,
    FileOperation,
    FileStatement,
    bank_reference,
    is_return_label,
    joined_texts,
    method_of_label,
    one_line,
    refusal_of_faults,
    refusal_without_operation,
)
from billing.models import PaymentMethod
from groupement.kernel.cells import plain
from groupement.kernel.french import quoted
from groupement.kernel.money import ZERO, cents, spell
from members.identifiers import compact

_MONEY = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,5})?")
_FAMILIES = {
    **dict.fromkeys(("IDDT", "RDDT"), PaymentMethod.DIRECT_DEBIT),
    **dict.fromkeys(("RCHQ", "ICHQ"), PaymentMethod.CHEQUE),
    **dict.fromkeys(("RCDT", "ICDT", "IRCT", "RRCT"), PaymentMethod.TRANSFER),
}
# Sub-families of returns: unpaid or reversed direct debits and cheques, returned transfers.
_RETURNS = {"UPDD", "PRDD", "RRTN", "UPCQ", "CQRV", "UPCT"}
_NOT_BOOKED = {"PDNG": "en attente", "FUTR": "à venir", "INFO": "pour information"}
_PARTY_NAMES = ("Nm", "Pty/Nm", "Pty/OrgId/Nm")
# What other messages of the bank or to it are, by a tag that only they have.
_OTHER_MESSAGES = {
    "BkToCstmrAcctRpt": "un relevé provisoire du jour (camt.052). Téléchargez le relevé définitif, camt.053.",
    "BkToCstmrDbtCdtNtfctn": "un avis d’opération (camt.054). Téléchargez le relevé de compte, camt.053.",
    "CstmrCdtTrfInitn": "un ordre de virement (pain.001). Téléchargez le relevé de compte, camt.053.",
    "CstmrDrctDbtInitn": "un ordre de prélèvement (pain.008). Téléchargez le relevé de compte, camt.053.",
    "CstmrPmtStsRpt": "un compte rendu d’ordre (pain.002). Téléchargez le relevé de compte, camt.053.",
}


@dataclass
class CamtReading:
    """What was read so far of the file; ``entries`` counts those of all its statements."""

    operations: list[FileOperation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    entries: int = 0


def read_camt(data: bytes) -> FileStatement:
    """The statement in an XML file. Raises BadStatement with one sentence for each fault, all at once."""
    root = _parse(data)
    message = next((each for each in root.iter() if each.tag == "BkToCstmrStmt"), None)
    if message is None:
        raise BadStatement(f"Ce fichier XML est {_kind_of_message(root)}")
    found = message.findall("Stmt")
    reading = CamtReading()
    for each in found:
        _read_statement(each, reading)
    ibans = list(dict.fromkeys(filter(None, (compact(_first_text(each, "Acct/Id/IBAN")) for each in found))))
    if len(ibans) > 1:
        raise BadStatement(
            f"Le fichier contient les relevés de {len(ibans)} comptes. Téléchargez celui d’un seul compte."
        )
    if reading.errors:
        raise refusal_of_faults(reading.errors)
    if not reading.operations:
        raise refusal_without_operation(reading.left_out)
    days = [operation.booked_on for operation in reading.operations]
    return FileStatement(
        CAMT,
        ibans[0] if ibans else "",
        min([*days, *_days(found, "FrDtTm", "FrDt")]),
        max([*days, *_days(found, "ToDtTm", "ToDt")]),
        reading.operations,
        _balance(found[0], "OPBD", "PRCD"),
        _balance(found[-1], "CLBD"),
        reading.left_out,
    )


def _parse(data: bytes) -> Element:
    """The tree, its tags without the namespace, which changes with each version of the standard."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise BadStatement(
            "Ce fichier XML déclare des entités ou un type de document, ce qu’aucune banque ne fait. "
            "Téléchargez de nouveau le relevé depuis le site de la banque."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        place = getattr(error, "position", None)
        where = f", ligne {place[0]}" if place else ""
        raise BadStatement(
            f"Ce fichier XML est abîmé{where}. Téléchargez de nouveau le relevé, sans l’ouvrir ni l’enregistrer."
        ) from error
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def _kind_of_message(root: Element) -> str:
    tags = {each.tag for each in root.iter()}
    for tag, sentence in _OTHER_MESSAGES.items():
        if tag in tags:
            return sentence
    if root.tag.lower() == "html":
        return "une page web. Téléchargez le relevé au format CAMT.053 ou CSV."
    return "autre chose qu’un relevé de compte. Choisissez un fichier CAMT.053."


def _read_statement(statement: Element, reading: CamtReading) -> None:
    before = sum((operation.amount for operation in reading.operations), ZERO)
    faults = len(reading.errors)
    owner = _first_text(statement, "Acct/Ownr/Nm")
    for entry in statement.findall("Ntry"):
        _read_entry(entry, owner, reading)
    if len(reading.errors) == faults:
        moved = sum((operation.amount for operation in reading.operations), ZERO) - before
        _check_balances(statement, moved, reading)


def _check_balances(statement: Element, moved: Decimal, reading: CamtReading) -> None:
    try:
        opening, closing = _balance(statement, "OPBD", "PRCD"), _balance(statement, "CLBD")
    except ValueError as error:
        reading.errors.append(f"Solde\u00a0: {error}")
        return
    if opening is not None and closing is not None and opening + moved != closing:
        reading.errors.append(
            f"Le solde initial est {spell(opening)}, les opérations font {spell(moved)}, mais le solde final est "
            f"{spell(closing)} au lieu de {spell(opening + moved)}. Il manque des opérations\u00a0: téléchargez de "
            "nouveau le relevé."
        )


def _balance(statement: Element, *codes: str) -> Decimal | None:
    """The balance of the first of these codes that the statement gives."""
    balances = {_first_text(each, "Tp/CdOrPrtry/Cd"): each for each in statement.findall("Bal")}
    for code in codes:
        if code in balances:
            return _money(balances[code])
    return None


def _days(statements: Sequence[Element], *tags: str) -> Iterator[date]:
    for statement in statements:
        for tag in tags:
            if text := _first_text(statement, f"FrToDt/{tag}"):
                try:
                    yield _day(text)
                except ValueError:
                    continue


def _read_entry(entry: Element, owner: str, reading: CamtReading) -> None:
    """Add the operations of ``entry`` to ``reading``, or its fault; ``owner`` is the holder of the account."""
    reading.entries += 1
    if reading.entries > MOST_OPERATIONS:
        raise BadStatement(
            "Le relevé compte plus de 20\u202f000 écritures. Choisissez une période plus courte."
        )
    try:
        _read_booked(entry, owner, reading)
    except ValueError as error:
        reading.errors.append(f"Écriture {reading.entries}\u00a0: {error}")


def _read_booked(entry: Element, owner: str, reading: CamtReading) -> None:
    amount = _money(entry)
    status = _first_text(entry, "Sts/Cd", "Sts/Prtry", "Sts") or "BOOK"
    if not_booked := why_not_booked(status):
        why = _NOT_BOOKED.get(status, f"{not_booked} ({quoted(status, at_most=20)})")
        reading.left_out.append(f"Écriture {reading.entries}, {spell(amount)}\u00a0: {why}, laissée de côté.")
        return
    if not amount:
        reading.left_out.append(f"Écriture {reading.entries}\u00a0: sans montant, laissée de côté.")
        return
    booked = _first_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if not booked:
        raise ValueError("la date manque.")
    booked_on = _day(booked)
    details = entry.findall("NtryDtls/TxDtls")
    amounts = [_amount_of(each, amount) for each in details]
    known = [each for each in amounts if each is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known, ZERO) == amount:
        # The details of a batch sum to the entry: each is an operation of its own.
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
    reading: CamtReading,
    rank: int = 0,
) -> FileOperation:
    sources = [entry] if detail is None else [detail, entry]
    label = joined_texts(*(text for source in sources for text in _texts(source)), most=400)
    # What the payer wrote is no word of the bank: "facture impayée" is a payment.
    bank_words = joined_texts(*(text for source in sources for text in _bank_texts(source)), most=400)
    returned = _is_return(sources) or is_return_label(bank_words, went_out=amount < 0)
    return FileOperation(
        line=reading.entries,
        booked_on=booked_on,
        amount=amount,
        counterparty=_counterparty(detail, owner, came_in=(amount > 0) != returned),
        label=label,
        reference=joined_texts(*_references(detail), most=140),
        bank_reference=_bank_reference(entry, detail, rank),
        nature=_nature(sources, label),
        is_return=returned,
    )


def _amount_of(detail: Element, whole: Decimal) -> Decimal | None:
    """The signed amount in euros of one detail of a batch; None when the file does not give it."""
    amount = detail.find("Amt")
    if amount is None:
        amount = detail.find("AmtDtls/TxAmt/Amt")
    if amount is None or amount.get("Ccy", "EUR") != "EUR":
        return None
    indicator = _first_text(detail, "CdtDbtInd") or ("CRDT" if whole > 0 else "DBIT")
    return _signed(_digits(amount.text), indicator)


def _texts(source: Element) -> list[str | None]:
    texts: list[str | None] = [each.text for each in source.findall("RmtInf/Ustrd")]
    texts += [each.text for each in source.findall("RtrInf/AddtlInf")]
    return [*texts, source.findtext("RtrInf/Rsn/Cd"), *_bank_texts(source)]


def _bank_texts(source: Element) -> list[str | None]:
    return [source.findtext("AddtlTxInf"), source.findtext("AddtlNtryInf")]


def _references(detail: Element | None) -> list[str | None]:
    if detail is None:
        return []
    texts = [detail.findtext("Refs/EndToEndId"), detail.findtext("Refs/ChqNb")]
    for structured in detail.findall("RmtInf/Strd"):
        texts += [structured.findtext("CdtrRefInf/Ref")]
        texts += [each.findtext("Nb") for each in structured.findall("RfrdDocInf")]
    return texts


def _bank_reference(entry: Element, detail: Element | None, rank: int) -> str:
    """The bank's own reference: that of the detail in a batch, else that of the entry, with the rank in the batch."""
    if detail is not None and rank and (own := bank_reference(detail.findtext("Refs/AcctSvcrRef"))):
        return f"{own}/{rank}"
    of_entry = bank_reference(entry.findtext("AcctSvcrRef"))
    if not of_entry and detail is not None:
        of_entry = bank_reference(detail.findtext("Refs/AcctSvcrRef"))
    return f"{of_entry}/{rank}" if of_entry and rank else of_entry


def _counterparty(detail: Element | None, owner: str, *, came_in: bool) -> str:
    """Who paid or was paid, in a return the one of the first operation; never the holder of the account."""
    if detail is None:
        return ""
    sides = ("Dbtr", "Cdtr") if came_in else ("Cdtr", "Dbtr")
    names = [
        _first_text(
            detail, *(f"RltdPties/{prefix}{side}/{path}" for prefix in ("", "Ultmt") for path in _PARTY_NAMES)
        )
        for side in sides
    ]
    others = [name for name in names if name and plain(name) != plain(owner)]
    # The other side is read only where the bank put the holder on the first.
    chosen = others[:1] if names[0] else []
    return one_line(chosen[0] if chosen else "", 140)


def _is_return(sources: list[Element]) -> bool:
    return any(
        _first_text(source, "RvslInd") in ("true", "1")
        or source.find("RtrInf") is not None
        or _first_text(source, "BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNS
        for source in sources
    )


def _nature(sources: list[Element], label: str) -> str:
    for source in sources:
        if known := _FAMILIES.get(_first_text(source, "BkTxCd/Domn/Fmly/Cd")):
            return str(known)
    return method_of_label(label)


def _money(node: Element) -> Decimal:
    """The signed amount of an entry or a balance: credit in, debit out; a reversal does not turn it round again."""
    amount = node.find("Amt")
    if amount is None:
        raise ValueError("le montant manque.")
    if (currency := amount.get("Ccy", "EUR")) != "EUR":
        raise ValueError(f"le montant est en {currency[:3]}. Seuls les comptes en euros sont lus.")
    return _signed(_digits(amount.text), _first_text(node, "CdtDbtInd"))


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


def _day(text: str) -> date:
    """The date "2026-12-03", or that of a moment as written. Raises ValueError with a French sentence."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        raise ValueError(f"{quoted(text, at_most=20)} n’est pas une date.") from error


def _first_text(node: Element, *paths: str) -> str:
    """The first text below ``node`` at one of ``paths`` that is not empty, on one line; else empty."""
    for path in paths:
        if text := one_line(node.findtext(path), 400):
            return text
    return ""
