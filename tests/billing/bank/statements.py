"""Statements of the bank as the tests need them: samples as text, and small ones made line by line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from billing.bank import csv_layouts, importing
from tests import world

SAMPLES = Path(__file__).parent / "samples"
HEAD = "Date;Libellé;Tiers;Montant;Référence"


def sample(name, encoding="utf-8"):
    """The bytes of a sample."""
    return (SAMPLES / name).read_text(encoding="utf-8").encode(encoding)


def euros(amount):
    return f"{Decimal(amount):.2f}".replace(".", ",")


def line(amount, label, *, on=date(2026, 12, 2), payer="", reference=""):
    """One line under HEAD."""
    return f"{on:%d/%m/%Y};{label};{payer};{euros(amount)};{reference}"


def table(*lines):
    """A CSV with these lines."""
    return "\r\n".join((HEAD, *lines, "")).encode()


def imported(*lines, name="releve.csv", by=None, **options):
    """The statement of these lines, imported."""
    return taken(table(*lines), file_name=name, by=by, at=world.NOW, **options).statement


def taken(data, **how):
    """Import it; a layout that was guessed is chosen as it was guessed, as finance does on the page."""
    try:
        return importing.import_statement(data, **how)
    except csv_layouts.UnknownColumns as guess:
        importing.save_layout(guess.titles, guess.places, at=how["at"])
        return importing.import_statement(data, **how)


def operations(statement):
    """Its operations in the order of the file."""
    return list(statement.operations.order_by("line", "pk"))


def sentences_of(refusal):
    """The sentences of a refusal, in plain spaces."""
    text = " ".join([refusal.message, *refusal.errors])
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())
