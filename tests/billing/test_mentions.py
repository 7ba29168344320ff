"""Legal mentions: which, in which wording, on which day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import IntegrityError, transaction

from billing import mentions
from billing.mentions import Wordings
from billing.models import LegalMention
from tests import world

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 3)
EXEMPTION = "Exonération de TVA – article 261 B du CGI"
DEBITS = "Option pour le paiement de la taxe d’après les débits"


def test_payment_tells_terms_discount_penalty_and_indemnity() -> None:
    group = world.group(late_penalty_rate=Decimal("13.50"), payment_days=45)
    told = {name: text.replace("\u00a0", " ") for name, text in Wordings(group, DAY).payment().items()}
    assert told == {
        "terms": "Paiement à 45 jours à compter de la date de facture.",
        "discount": "Escompte pour paiement anticipé : néant.",
        "penalty": "Pénalités de retard : 13,50 % par an, exigibles dès le lendemain de l’échéance, sans rappel.",
        "indemnity": "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40,00 €.",
    }


@pytest.mark.parametrize(
    ("on_debits", "regimes", "expected"),
    [
        (False, {"S20"}, []),
        (False, {"S20", "E261B"}, [EXEMPTION]),
        (True, {"S20", "E261B"}, [EXEMPTION, DEBITS]),
        (True, {"E261B"}, [EXEMPTION]),
    ],
)
def test_mentions_follow_the_lines_and_the_option(
    on_debits: bool, regimes: set[str], expected: list[str]
) -> None:
    group = world.group(vat_on_debits=on_debits)
    assert Wordings(group, DAY).mentions(regimes) == expected


def test_wording_is_that_of_the_day() -> None:
    group = world.group()
    law = LegalMention.objects.filter(code=mentions.EXEMPTION)
    law.update(ends_before=date(2027, 1, 1))
    LegalMention.objects.create(
        code=mentions.EXEMPTION, text="Exonération – CIBS", source="CIBS", starts_on=date(2027, 1, 1)
    )
    assert Wordings(group, date(2026, 12, 31)).mentions({"E261B"}) == [EXEMPTION]
    assert Wordings(group, date(2027, 1, 1)).mentions({"E261B"}) == ["Exonération – CIBS"]


def test_wordings_of_one_mention_do_not_overlap() -> None:
    with pytest.raises(IntegrityError, match="wordings_of_a_mention_do_not_overlap"), transaction.atomic():
        LegalMention.objects.create(code=mentions.EXEMPTION, text="x", source="x", starts_on=DAY)


def test_without_a_row_the_product_has_a_wording() -> None:
    group = world.group()
    LegalMention.objects.all().delete()
    assert Wordings(group, DAY).mentions({"E261B"}) == [EXEMPTION]


def test_braces_of_an_own_text_are_left_alone() -> None:
    LegalMention.objects.filter(code=mentions.TERMS).update(text="{days} jours {sic}")
    assert Wordings(world.group(), DAY).payment()["terms"] == "30 jours {sic}"


def test_migration_writes_what_the_product_brings() -> None:
    migration = import_module("billing.migrations.0002_legal_mentions")
    brought = [(wording.code, wording.text, wording.source) for wording in mentions.defaults()]
    assert brought == migration.WORDINGS
    rows = LegalMention.objects.filter(starts_on=migration.SINCE).order_by("pk")
    assert list(rows.values_list("code", "text", "source")) == brought


def test_rates_and_labels_of_the_regimes() -> None:
    assert [(str(mentions.vat_rate(regime)), mentions.vat_label(regime)) for regime in ("S20", "E261B")] == [
        ("20.00", "20\u00a0%"),
        ("0.00", "exonéré"),
    ]
