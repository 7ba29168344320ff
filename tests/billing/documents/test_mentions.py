"""Legal mentions: which, in which wording, on which day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from billing.documents import mentions, vat
from billing.documents.mentions import MentionsOfDay
from billing.models import LegalMention, VatRate
from members.models import PaymentBasis, RuleCode
from tests import world

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 3)
NEXT_YEAR = date(2027, 1, 1)
EXEMPTION = "Exonération de TVA – article 261 B du CGI"
DEBITS = "Option pour le paiement de la taxe d’après les débits"


def test_payment_tells_terms_discount_penalty_and_indemnity() -> None:
    group = world.group()
    world.rule(RuleCode.LATE_PENALTY_RATE, rate=Decimal("13.50"))
    world.rule(RuleCode.PAYMENT_TERMS, days=45)
    found = {name: text.replace("\u00a0", " ") for name, text in MentionsOfDay(group, DAY).payment().items()}
    assert found == {
        "terms": "Paiement à 45 jours à compter de la date de facture.",
        "discount": "Escompte pour paiement anticipé : néant.",
        "penalty": "Pénalités de retard : 13,50 % par an, exigibles dès le lendemain de l’échéance, sans rappel.",
        "indemnity": "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40,00 €.",
    }


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (PaymentBasis.INVOICE_DATE, "Paiement à 30 jours à compter de la date de facture."),
        (
            PaymentBasis.DAYS_THEN_END_OF_MONTH,
            "Paiement à 30 jours à compter de la date de facture, puis fin de mois.",
        ),
        (
            PaymentBasis.END_OF_MONTH_THEN_DAYS,
            "Paiement à 30 jours à compter de la fin du mois de la facture.",
        ),
    ],
)
def test_terms_say_from_when_the_days_count(basis: str, expected: str) -> None:
    group = world.group()
    world.rule(RuleCode.PAYMENT_TERMS, basis=basis, reason="Accord du cabinet")
    assert MentionsOfDay(group, DAY).payment()["terms"].replace("\u00a0", " ") == expected


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
    assert MentionsOfDay(group, DAY).mentions(regimes) == expected


def test_wording_is_that_of_the_day() -> None:
    group = world.group()
    law = LegalMention.objects.filter(code=mentions.EXEMPTION)
    law.update(ends_before=date(2027, 1, 1))
    LegalMention.objects.create(
        code=mentions.EXEMPTION, text="Exonération – CIBS", source="CIBS", starts_on=date(2027, 1, 1)
    )
    assert MentionsOfDay(group, date(2026, 12, 31)).mentions({"E261B"}) == [EXEMPTION]
    assert MentionsOfDay(group, date(2027, 1, 1)).mentions({"E261B"}) == ["Exonération – CIBS"]


def test_wordings_of_one_mention_do_not_overlap() -> None:
    with pytest.raises(IntegrityError, match="wordings_of_a_mention_do_not_overlap"), transaction.atomic():
        LegalMention.objects.create(code=mentions.EXEMPTION, text="x", source="x", starts_on=DAY)


def test_without_a_row_the_product_has_a_wording() -> None:
    group = world.group()
    LegalMention.objects.all().delete()
    assert MentionsOfDay(group, DAY).mentions({"E261B"}) == [EXEMPTION]


def test_braces_of_an_own_text_are_left_alone() -> None:
    LegalMention.objects.filter(code=mentions.TERMS).update(text="{days} jours {sic}")
    assert MentionsOfDay(world.group(), DAY).payment()["terms"] == "30 jours {sic}"


def test_migrations_write_what_the_product_brings() -> None:
    rows = LegalMention.objects.values_list("code", "text", "source", "starts_on", "ends_before")
    assert set(rows) == {tuple(vars(wording).values()) for wording in mentions.DEFAULT_MENTIONS}
    rates = VatRate.objects.values_list("regime", "rate", "source", "starts_on")
    assert set(rates) == {tuple(vars(brought).values()) for brought in vat.DEFAULT_RATES}


def test_what_migrations_wrote_is_taken_back_but_for_an_admins_rows() -> None:
    own = LegalMention.objects.create(code="own", text="x", source="x", starts_on=DAY)
    reference = import_module("billing.migrations.0002_bring_rates_and_mentions")
    reference.take_back(apps, None)
    assert list(LegalMention.objects.all()) == [own]
    assert not VatRate.objects.exists()


@pytest.mark.parametrize(
    ("day", "article"), [(date(2026, 12, 31), "293 B du CGI"), (date(2027, 1, 1), "L. 223-3")]
)
def test_the_franchise_is_cited_by_the_code_of_its_day(day, article) -> None:
    (mention,) = MentionsOfDay(world.group(), day).mentions({"F293B"})
    assert article in mention


@pytest.mark.parametrize("with_rows", [True, False])
def test_the_old_code_may_be_cited_until_the_middle_of_2028(with_rows) -> None:
    if not with_rows:
        LegalMention.objects.all().delete()
    wordings = MentionsOfDay(world.group(), date(2028, 7, 1))
    assert wordings.outdated(date(2028, 6, 30)) == []
    assert wordings.outdated(date(2028, 7, 1)) == [EXEMPTION]


def test_a_rate_is_that_of_its_day() -> None:
    VatRate.objects.filter(regime="S20").update(ends_before=date(2027, 1, 1))
    VatRate.objects.create(regime="S20", starts_on=date(2027, 1, 1), rate="21.00", source="essai")
    rates = vat.Rates()
    assert (rates.of("S20", date(2026, 12, 31)), rates.of("S20", date(2027, 1, 1))) == (
        Decimal("20.00"),
        Decimal("21.00"),
    )


def test_rates_and_labels_of_the_regimes() -> None:
    rates = vat.rates(DAY)
    assert {regime: (str(rate), vat.rate_label(regime, rate)) for regime, rate in rates.items()} == {
        "S20": ("20.00", "20\u00a0%"),
        "S10": ("10.00", "10\u00a0%"),
        "S055": ("5.50", "5,5\u00a0%"),
        "E261B": ("0.00", "exonéré"),
        "F293B": ("0.00", "franchise"),
        "O": ("0.00", "hors champ"),
    }


def test_a_rate_of_zero_that_was_decided_is_charged() -> None:
    """A row of the table holds, also when it says 0: the rate that the product brings is for days without a row."""
    VatRate.objects.filter(regime="S10").update(ends_before=DAY)
    VatRate.objects.create(regime="S10", starts_on=DAY, rate="0.00", source="essai", ends_before=NEXT_YEAR)
    of = vat.Rates().of
    assert [str(of("S10", day)) for day in (DAY - timedelta(days=1), DAY, NEXT_YEAR)] == [
        "10.00",
        "0.00",
        "10.00",
    ]
