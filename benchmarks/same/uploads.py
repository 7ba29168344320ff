"""Files to send to the forms that take one, as the demonstration’s people would have them."""

from __future__ import annotations

from typing import Any

FILES: dict[str, bytes] = {
    "paie-2026-10.csv": (
        "matricule;nom;prénom;mois;brut;cotisations patronales;autres\r\n"
        "LR001;Kerbrat;Maëlle;2026-10;2350,00;893,00;86,40\r\n"
        "LR002;Talec;Youenn;2026-10;1640,00;508,40;64,20\r\n"
        "LR003;Guillou;Inès;2026-10;2480,00;967,20;86,40\r\n"
    ).encode("cp1252"),
    "paie-inconnue.csv": "numéro;salaire;charges\r\nLR001;2350,00;893,00\r\nLR009;abc;1\r\n".encode("cp1252"),
    "heures.csv": (
        b"matricule;date;heures;mission\r\n"
        b"LR001;2026-11-03;7,00;MAD-2026-001\r\n"
        b"LR002;04/11/2026;3:30;MAD-2026-006\r\n"
        b"LR003;2026-11-31;x;MAD-2026-011\r\n"
    ),
    "releve.csv": (
        "Date;Libellé;Tiers;Montant;Référence\r\n"
        "25/11/2026;VIR SEPA F-2026-0010;Optim’ism;2592,49;F-2026-0010\r\n"
        "26/11/2026;VIR SONAM;Sonam;1000,00;\r\n"
        "27/11/2026;PRLV LOYER;;-450,00;\r\n"
    ).encode(),
    "justificatif.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
}
# Which files the forms of an address may be given.
GIVEN = (
    ("/facturation/couts/", ("paie-2026-10.csv", "paie-inconnue.csv")),
    ("/facturation/banque/", ("releve.csv",)),
    ("/facturation/frais/", ("justificatif.pdf",)),
    ("/heures/import/", ("heures.csv",)),
)


def for_address(address: str) -> tuple[str, ...]:
    return next((names for start, names in GIVEN if address.startswith(start)), ())


def file(name: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, FILES[name])
