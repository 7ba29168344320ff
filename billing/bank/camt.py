"""Read CAMT.053 (ISO 20022, any version): one account’s statements, balances checked, each entry as operations.

The XML comes from outside: no document type, no entity, nothing fetched (defusedxml).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from billing.bank import camt_parts
from billing.bank.balances import StatementSpan, breaks
from billing.bank.bank_words import why_not_booked
from billing.bank.statement import (
    CAMT,
    MOST_OPERATIONS,
    BadStatement,
    FileOperation,
    FileStatement,
    bank_reference,
    is_account,
    is_return_label,
    joined_texts,
    one_line,
    refusal_of_faults,
    refusal_of_several_accounts,
    refusal_without_operation,
    sentence_of_another_account,
)
from groupement.kernel.french import quoted
from groupement.kernel.money import ZERO, spell
from members.identifiers import compact

_NOT_BOOKED = {"PDNG": "en attente", "FUTR": "à venir", "INFO": "pour information"}
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


def read_camt(data: bytes, iban: str = "") -> FileStatement:
    """The statement in an XML file, of several accounts that of ``iban``.

    Raises BadStatement with one sentence for each fault, all at once.
    """
    root = _parse(data)
    message = next((each for each in root.iter() if each.tag == "BkToCstmrStmt"), None)
    if message is None:
        raise BadStatement(f"Ce fichier XML est {_kind_of_message(root)}")
    reading = CamtReading()
    found, account = _of_our_account(message.findall("Stmt"), iban, reading)
    found.sort(key=_first_day)
    for each in found:
        _read_statement(each, reading)
    _check_chain(found, reading)
    if reading.errors:
        raise refusal_of_faults(reading.errors)
    if not reading.operations:
        raise refusal_without_operation(reading.left_out)
    days = [operation.booked_on for operation in reading.operations]
    return FileStatement(
        CAMT,
        account,
        min([*days, *_days(found, "FrDtTm", "FrDt")]),
        max([*days, *_days(found, "ToDtTm", "ToDt")]),
        reading.operations,
        _balance(found[0], "OPBD", "PRCD"),
        _balance(found[-1], "CLBD"),
        reading.left_out,
    )


def _of_our_account(
    statements: Sequence[Element], iban: str, reading: CamtReading
) -> tuple[list[Element], str]:
    """The statements of the account ``iban``, and its IBAN as far as the file says it; other accounts are told."""
    by_account: dict[str, list[Element]] = {}
    for each in statements:
        by_account.setdefault(
            compact(camt_parts.first_text(each, "Acct/Id/IBAN", "Acct/Id/Othr/Id")), []
        ).append(each)
    named = [account for account in by_account if account]
    if len(named) < 2:
        ibans = filter(None, (camt_parts.first_text(each, "Acct/Id/IBAN") for each in statements))
        known = iban if named and is_account(named[0], iban) else ""
        return list(statements), compact(next(ibans, known))
    ours = [account for account in named if is_account(account, iban)]
    if not ours:
        raise refusal_of_several_accounts(named, iban)
    for account, others in by_account.items():
        if account not in ours:
            count = sum(len(each.findall("Ntry")) for each in others)
            reading.left_out.append(sentence_of_another_account(account, count))
    return [each for account in ours for each in by_account[account]], iban


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
    owner = camt_parts.first_text(statement, "Acct/Ownr/Nm")
    for entry in statement.findall("Ntry"):
        _read_entry(entry, owner, reading)
    if len(reading.errors) == faults:
        moved = sum((operation.amount for operation in reading.operations), ZERO) - before
        _check_balances(statement, moved, reading)


def _first_day(statement: Element) -> date:
    """The first day of a statement; the order of the file where the statement says none."""
    return min(_span_days(statement), default=date.max)


def _span_days(statement: Element) -> list[date]:
    """The days that the period and the entries of a statement name."""
    entries = (
        camt_parts.first_text(each, "BookgDt/Dt", "BookgDt/DtTm") for each in statement.findall("Ntry")
    )
    return [*_days([statement], "FrDtTm", "FrDt", "ToDtTm", "ToDt"), *_readable(entries)]


def _check_chain(statements: Sequence[Element], reading: CamtReading) -> None:
    """Tell where the balances of the statements of the file do not follow each other."""
    if reading.errors or len(statements) < 2:
        return
    spans = []
    for each in statements:
        opening, closing = _balance(each, "OPBD", "PRCD"), _balance(each, "CLBD")
        if opening is not None and closing is not None and (days := _span_days(each)):
            spans.append(StatementSpan(min(days), max(days), opening, closing))
    reading.left_out.extend(breaks(spans))


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
    balances = {camt_parts.first_text(each, "Tp/CdOrPrtry/Cd"): each for each in statement.findall("Bal")}
    for code in codes:
        if code in balances:
            return camt_parts.signed_amount(balances[code])
    return None


def _days(statements: Sequence[Element], *tags: str) -> Iterator[date]:
    paths = [f"FrToDt/{tag}" for tag in tags]
    return _readable(camt_parts.first_text(each, path) for each in statements for path in paths)


def _readable(texts: Iterable[str]) -> Iterator[date]:
    """The days among ``texts``; what is no day is told by the entry that has it."""
    for text in texts:
        try:
            yield camt_parts.read_booking_day(text)
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
    amount = camt_parts.signed_amount(entry)
    status = camt_parts.first_text(entry, "Sts/Cd", "Sts/Prtry", "Sts") or "BOOK"
    if not_booked := why_not_booked(status):
        why = _NOT_BOOKED.get(status, f"{not_booked} ({quoted(status, at_most=20)})")
        reading.left_out.append(f"Écriture {reading.entries}, {spell(amount)}\u00a0: {why}, laissée de côté.")
        return
    if not amount:
        reading.left_out.append(f"Écriture {reading.entries}\u00a0: sans montant, laissée de côté.")
        return
    booked = camt_parts.first_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if not booked:
        raise ValueError("la date manque.")
    booked_on = camt_parts.read_booking_day(booked)
    details = entry.findall("NtryDtls/TxDtls")
    amounts = camt_parts.amounts_of(details, amount) if len(details) > 1 else []
    known = [each for each in amounts if each is not None]
    if len(details) > 1 and len(known) == len(details) and sum(known, ZERO) == amount:
        # The details of a batch sum to the entry: each is an operation of its own.
        for rank, (each, part) in enumerate(zip(details, known, strict=True), start=1):
            if part:
                reading.operations.append(_operation(entry, [each], part, booked_on, owner, reading, rank))
        return
    if len(details) > 1:
        why = (
            f"font {spell(sum(known, ZERO))} au lieu de {spell(amount)}"
            if len(known) == len(details)
            else "n’ont pas tous leur montant en euros"
        )
        reading.left_out.append(
            f"Écriture {reading.entries}\u00a0: ses {len(details)} détails {why}, gardée en une opération."
        )
    reading.operations.append(_operation(entry, details, amount, booked_on, owner, reading))


def _operation(
    entry: Element,
    details: Sequence[Element],
    amount: Decimal,
    booked_on: date,
    owner: str,
    reading: CamtReading,
    rank: int = 0,
) -> FileOperation:
    """The operation that ``details`` make together: one detail, all those of a batch that cannot be parted, or none."""
    sources = [*details, entry]
    references = [text for each in details for text in camt_parts.references(each)]
    reference = joined_texts(*references, most=140)
    # Numbers for which the reference has no room stand in the label.
    more = [text for text in references if text and one_line(text, 140) not in reference]
    label = joined_texts(*(text for each in sources for text in camt_parts.texts(each)), *more, most=400)
    # What the payer wrote is no word of the bank: "facture impayée" is a payment.
    words = joined_texts(*(text for each in sources for text in camt_parts.bank_texts(each)), most=400)
    returned = camt_parts.is_return(sources) or is_return_label(words, went_out=amount < 0)
    only = details[0] if len(details) == 1 else None
    return FileOperation(
        line=reading.entries,
        booked_on=booked_on,
        amount=amount,
        counterparty=camt_parts.counterparties(details, owner, came_in=(amount > 0) != returned),
        label=label,
        reference=reference,
        bank_reference=camt_parts.reference_of_bank(entry, only, rank),
        transaction_id=bank_reference(only.findtext("Refs/TxId")) if only is not None else "",
        nature=camt_parts.method_of(sources, label),
        is_return=returned,
    )
