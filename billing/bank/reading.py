"""A file of the bank read by its content: CAMT.053, OFX, or a table (CSV, workbook)."""

from __future__ import annotations

import re
from codecs import BOM_UTF8 as UTF8

from billing.bank.camt import read_camt
from billing.bank.csv_file import read_csv
from billing.bank.csv_layouts import StoredLayouts
from billing.bank.ofx import is_ofx, read_ofx
from billing.bank.statement import LARGEST_FILE, TOO_LARGE, BadStatement, FileStatement
from groupement.kernel.tabular import utf16_of

# What the encoding of an XML declares is no longer true of its text.
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_OTHERS = (
    (b"!Type:", "QIF"),
    (b":20:", "MT940"),
    (b"{1:F01", "MT940"),
    (b"%PDF", "PDF"),
)


def read_statement(data: bytes, stored: StoredLayouts | None = None, *, iban: str = "") -> FileStatement:
    """The statement in ``data``, whatever its format; of several accounts that of ``iban``.

    Raises BadStatement, or UnknownColumns.
    """
    if not data.strip():
        raise BadStatement("Le fichier est vide. Téléchargez de nouveau le relevé.")
    if len(data) > LARGEST_FILE:
        raise BadStatement(TOO_LARGE)
    text = _as_utf8(data)
    start = text.lstrip().removeprefix(UTF8).lstrip()
    for mark, name in _OTHERS:
        if start.startswith(mark):
            raise BadStatement(
                f"Le format {name} n’est pas lu. Téléchargez le relevé au format CAMT.053, OFX, CSV ou Excel."
            )
    if data[:2] == b"PK" and not any(part in data for part in (b"xl/", b"opendocument")):
        raise BadStatement("C’est une archive ZIP. Ouvrez-la, puis importez le relevé qu’elle contient.")
    if is_ofx(start):
        return read_ofx(start, iban)
    # A blank line before its declaration makes an XML none; the lines of a CSV are counted from the first.
    return read_camt(start, iban) if start.startswith(b"<") else read_csv(text, stored, iban)


def _as_utf8(data: bytes) -> bytes:
    """``data`` as it is, UTF-16 as UTF-8."""
    encoding = utf16_of(data)
    if not encoding:
        return data
    try:
        text = data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise BadStatement("Le fichier est abîmé. Téléchargez de nouveau le relevé.") from error
    return _DECLARATION.sub("", text).encode()
