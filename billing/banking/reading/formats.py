"""From the bytes of an upload to a statement, by what is in it and not by its name."""

from __future__ import annotations

from collections.abc import Mapping

from billing.banking.reading.camt import read_camt
from billing.banking.reading.layouts import Layout
from billing.banking.reading.statement import LARGEST_FILE, BadStatement, Statement
from billing.banking.reading.table import read_table

_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")
_OTHERS = (
    (b"OFXHEADER", "OFX"),
    (b"!Type:", "QIF"),
    (b":20:", "MT940"),
    (b"{1:F01", "MT940"),
    (b"%PDF", "PDF"),
)


def read_statement(data: bytes, remembered: Mapping[str, Layout] | None = None) -> Statement:
    """The statement in ``data``: CAMT.053, or a bank's CSV. Raises BadStatement, or UnknownTitles for a mapping."""
    if not data.strip():
        raise BadStatement("Le fichier est vide. Téléchargez de nouveau le relevé.")
    if len(data) > LARGEST_FILE:
        raise BadStatement("Le fichier dépasse 5\u00a0Mo. Choisissez une période plus courte.")
    start = data.lstrip()[:40]
    for mark, name in _OTHERS:
        if start.startswith(mark):
            raise BadStatement(
                f"Le format {name} n’est pas lu. Téléchargez le relevé au format CAMT.053 ou CSV."
            )
    if data[:2] == b"PK" and b"xl/" not in data:
        raise BadStatement("C’est une archive ZIP. Ouvrez-la, puis importez le relevé qu’elle contient.")
    return read_camt(data) if start.startswith(_XML) else read_table(data, remembered)
