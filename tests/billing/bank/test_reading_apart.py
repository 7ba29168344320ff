"""Statements are read in a process of their own: what it answers, and files that ask for more than they hold."""

import pytest

from billing.bank import importing, previewing
from billing.bank.csv_layouts import UnknownColumns
from billing.bank.statement import BadStatement
from groupement.kernel import reading_apart
from groupement.kernel.reading_apart import ReadingLimits, TooMuch
from tests import world
from tests.billing.bank.statements import sample
from tests.billing.bank.test_ofx import entry, ofx, statement


@pytest.fixture(autouse=True)
def _apart(settings):
    settings.READ_FILES_APART = True


def read(data):
    return importing.read_file(data, {}, iban="")


def test_it_answers_statements_and_refusals_as_they_are():
    assert [each.amount for each in read(ofx(statement(entry()))).operations] == [240]
    found = read("Date;Intitulé;Montant\n02/12/2026;VIR;1,00\n".encode())
    assert (found.columns.is_known, found.columns.layout.places["label"]) == (False, (1,))
    with pytest.raises(UnknownColumns) as unknown:
        read(sample("unknown.csv"))
    assert unknown.value.titles == ["Quand", "Quoi", "Combien"]
    with pytest.raises(BadStatement) as refused:
        read("Date;Intitulé;Montant\nhier;VIR;1,00\n".encode())
    assert refused.value.errors[0].startswith("Ligne 2")
    assert refused.value.columns.layout.places["amount"] == (2,)


def test_what_asks_for_too_much_is_ended(monkeypatch):
    monkeypatch.setattr(reading_apart, "LIMITS", ReadingLimits(processor=1, clock=1))
    bombs = {
        "tags within tags": b"<OFX>" + b"<A>" * 1_600_000 + b"</OFX>",
        "elements within elements": b"<a>" * 1_600_000,
        "lines of one letter": b"Date;Montant;Libelle\n" + b"x\n" * 2_400_000,
    }
    read_all = {}
    for what, data in bombs.items():
        try:
            read_all[what] = read(data)
        except TooMuch:
            continue
    assert not read_all


@pytest.mark.django_db
def test_a_preview_reads_apart_too():
    world.group()
    shown = previewing.preview("Date;Intitulé;Montant\n02/12/2026;VIR;1,00\n".encode(), at=world.NOW)
    assert (shown.sums.count, shown.sums.came_in) == (1, 1)
