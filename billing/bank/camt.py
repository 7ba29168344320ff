"""Read CAMT.053 (ISO 20022, any version): one account’s statements, balances checked, entries as operations.

The XML comes from outside: no document type, no entity, nothing fetched (defusedxml).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from billing.bank.camt_entries import Reading, first_text, read_day, read_entry, read_money
from billing.bank.statement import CAMT, BadStatement, Statement, faults_of, no_operation
from groupement.kernel.money import ZERO, spell
from members.identifiers import compact

_OTHERS = {
    "BkToCstmrAcctRpt": "un relevé provisoire du jour (camt.052). Téléchargez le relevé définitif, camt.053.",
    "BkToCstmrDbtCdtNtfctn": "un avis d’opération (camt.054). Téléchargez le relevé de compte, camt.053.",
    "CstmrCdtTrfInitn": "un ordre de virement (pain.001). Téléchargez le relevé de compte, camt.053.",
    "CstmrDrctDbtInitn": "un ordre de prélèvement (pain.008). Téléchargez le relevé de compte, camt.053.",
    "CstmrPmtStsRpt": "un compte rendu d’ordre (pain.002). Téléchargez le relevé de compte, camt.053.",
}


def read_camt(data: bytes) -> Statement:
    """The statement in an XML file. Raises BadStatement with one sentence for each fault, all at once."""
    root = _parse(data)
    message = next((each for each in root.iter() if each.tag == "BkToCstmrStmt"), None)
    if message is None:
        raise BadStatement(f"Ce fichier XML est {_what(root)}")
    found = message.findall("Stmt")
    reading = Reading()
    for each in found:
        _read_statement(each, reading)
    ibans = list(dict.fromkeys(filter(None, map(_iban, found))))
    if len(ibans) > 1:
        raise BadStatement(
            f"Le fichier contient les relevés de {len(ibans)} comptes. Téléchargez celui d’un seul compte."
        )
    if reading.errors:
        raise faults_of(reading.errors)
    if not reading.operations:
        raise no_operation(reading.left_out)
    days = [operation.booked_on for operation in reading.operations]
    return Statement(
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
    """The tree, its tags without the namespace that changes with each version of the standard."""
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


def _what(root: Element) -> str:
    tags = {each.tag for each in root.iter()}
    for tag, sentence in _OTHERS.items():
        if tag in tags:
            return sentence
    if root.tag.lower() == "html":
        return "une page web. Téléchargez le relevé au format CAMT.053 ou CSV."
    return "autre chose qu’un relevé de compte. Choisissez un fichier CAMT.053."


def _read_statement(statement: Element, reading: Reading) -> None:
    before = sum((operation.amount for operation in reading.operations), ZERO)
    faults = len(reading.errors)
    owner = first_text(statement, "Acct/Ownr/Nm")
    for entry in statement.findall("Ntry"):
        read_entry(entry, owner, reading)
    if len(reading.errors) == faults:
        moved = sum((operation.amount for operation in reading.operations), ZERO) - before
        _check_balances(statement, moved, reading)


def _check_balances(statement: Element, moved: Decimal, reading: Reading) -> None:
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
    balances = {first_text(each, "Tp/CdOrPrtry/Cd"): each for each in statement.findall("Bal")}
    for code in codes:
        if code in balances:
            return read_money(balances[code])
    return None


def _iban(statement: Element) -> str:
    return compact(first_text(statement, "Acct/Id/IBAN"))


def _days(statements: Sequence[Element], *tags: str) -> Iterator[date]:
    for statement in statements:
        for tag in tags:
            if told := first_text(statement, f"FrToDt/{tag}"):
                try:
                    yield read_day(told)
                except ValueError:
                    continue
