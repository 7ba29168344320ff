"""Money: the one rounding, sharing without loss, VAT per rate; with the numbers of users who were wronged."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from groupement.kernel import money
from groupement.kernel.money import (
    AmountField,
    MoneyField,
    RateField,
    allocate,
    cents,
    line_net,
    vat,
    vat_by_rate,
)
from groupement.kernel.worktime import quantity

D = Decimal
AMOUNTS = st.decimals(min_value=D("-99999999"), max_value=D("99999999"), places=2)
EXACT = st.decimals(min_value=D("-99999"), max_value=D("99999"), places=6)
WEIGHTS = st.lists(st.one_of(st.integers(0, 10_000), st.decimals(0, 500, places=2)), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("2.675", "2.68"),
        ("-2.675", "-2.68"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.0049", "0.00"),
        ("1.005", "1.01"),
        ("16.125", "16.13"),
    ],
)
def test_cents_go_half_away_from_zero(value, rounded):
    assert cents(D(value)) == D(rounded)


def test_cents_keep_two_decimals_and_no_negative_zero():
    assert str(cents(7)) == "7.00"
    assert str(cents(D("-0.001"))) == "0.00"


@pytest.mark.parametrize("value", [1.1, "1.10", None, True])
def test_cents_refuse_what_is_not_exact(value):
    with pytest.raises(TypeError):
        cents(value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_cents_refuse_what_is_no_amount(value):
    with pytest.raises(ValueError, match="n’est pas un montant"):
        cents(D(value))


@given(EXACT)
def test_cents_are_near_stable_and_mirror(value):
    rounded = cents(value)
    assert abs(rounded - value) <= D("0.005")
    assert cents(rounded) == rounded
    assert cents(-value) == -rounded


def total_of(lines, rate):
    """Net, VAT and total of (quantity, unit price) lines at one rate."""
    net = sum((line_net(D(q), D(price)) for q, price in lines), D(0))
    tax = vat(net, D(rate))
    return net, tax, net + tax


@pytest.mark.parametrize(
    ("lines", "rate", "expected"),
    [
        pytest.param([("1", "84.03")] * 5, "19", ("420.15", "79.83", "499.98"), id="case 1"),
        pytest.param([("1.25", "10.30")], "19.6", ("12.88", "2.52", "15.40"), id="case 5"),
        pytest.param([("1.61", "293.27")], "19", ("472.16", "89.71", "561.87"), id="case 15 merged"),
        pytest.param([("151.67", "22.44")], "20", ("3403.47", "680.69", "4084.16"), id="case 57"),
        pytest.param([("10", "22.44")], "20", ("224.40", "44.88", "269.28"), id="case 11 taxed"),
        pytest.param([("10", "22.44")], "0", ("224.40", "0.00", "224.40"), id="case 11 exempt"),
        pytest.param([("1", "7612.50")], "19", ("7612.50", "1446.38", "9058.88"), id="case 41"),
    ],
)
def test_vat_is_on_the_sum_of_the_lines(lines, rate, expected):
    assert total_of(lines, rate) == tuple(map(D, expected))


def test_case_3_vat_is_on_the_rounded_base():
    net = cents(16 * D("348.35") * D("0.96"))
    assert (net, vat(net, 22), net + vat(net, 22)) == (D("5350.66"), D("1177.15"), D("6527.81"))


def test_case_4_vat_is_rounded_rate_by_rate():
    sums = vat_by_rate([(D(10), D("100.04")), (D(20), D("50.02"))])
    assert sums == [(D(20), D("50.02"), D("10.00")), (D(10), D("100.04"), D("10.00"))]
    assert sum(row.base + row.amount for row in sums) == D("170.06")


def test_case_7_a_full_discount_leaves_nothing():
    assert cents(line_net(D("2.25"), D("64.22")) * 0) == D("0.00")


def test_case_10_regimes_side_by_side():
    lines = [
        (20, line_net(D("35.25"), D("22.44"))),
        (20, line_net(D("12.75"), D("22.44"))),
        (D("5.5"), line_net(3, D("3.33"))),
        (0, line_net(1, D("150.00"))),
    ]
    assert [net for _, net in lines] == [D("791.01"), D("286.11"), D("9.99"), D("150.00")]
    sums = vat_by_rate(lines)
    assert [row.amount for row in sums] == [D("215.42"), D("0.55"), D("0.00")]
    net, tax = sum(row.base for row in sums), sum(row.amount for row in sums)
    assert (net, tax, net + tax) == (D("1237.11"), D("215.97"), D("1453.08"))


def test_case_41_a_credit_mirrors_to_the_cent():
    assert vat(D("7612.50"), 19) + vat(D("-7612.50"), 19) == 0


@pytest.mark.parametrize(
    ("minutes", "price", "expected"),
    [
        pytest.param(30, "32.25", "16.13", id="case 9"),
        pytest.param(3 * 20, "15.00", "15.00", id="case 13"),
        pytest.param(2 * 15, "27.50", "13.75", id="case 14"),
        pytest.param(50, "100.00", "83.00", id="case 17"),
        pytest.param(3 * 60 + 28, "15.00", "52.05", id="case 18"),
        pytest.param(120 + 60, "10.00", "30.00", id="case 20"),
    ],
)
def test_what_is_printed_multiplies(minutes, price, expected):
    assert line_net(quantity(minutes), D(price)) == D(expected)


def test_case_56_price_from_a_coefficient():
    assert cents(D("12.00") * D("1.87")) == D("22.44")


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        pytest.param("1587.35", [1, 1, 1, 1], ["396.84", "396.84", "396.84", "396.83"], id="case 50"),
        pytest.param("1000.00", [1, 1, 1], ["333.34", "333.33", "333.33"], id="case 51"),
        pytest.param("100.00", [7, 5, 3], ["46.67", "33.33", "20.00"], id="case 52"),
        pytest.param("0.02", [1, 1, 1], ["0.01", "0.01", "0.00"], id="case 54"),
        pytest.param("-0.02", [1, 1, 1], ["-0.01", "-0.01", "0.00"], id="case 54 mirrored"),
        pytest.param("1728.00", [720, 470, 290], ["840.65", "548.76", "338.59"], id="shared by hours"),
        pytest.param("10.00", [0, D("2.5"), 0], ["0.00", "10.00", "0.00"], id="one alone"),
        pytest.param("0.00", [3, 4], ["0.00", "0.00"], id="nothing to share"),
    ],
)
def test_allocate(total, weights, shares):
    assert [str(share) for share in allocate(D(total), weights)] == shares


@given(AMOUNTS, WEIGHTS)
def test_allocate_is_exact_near_and_mirrors(total, weights):
    assume(any(weights))
    shares = allocate(total, weights)
    scale = sum(map(D, weights))
    assert sum(shares) == total
    assert all(
        abs(share * scale - total * D(w)) < money.CENT * scale
        for share, w in zip(shares, weights, strict=True)
    )
    assert [-share for share in shares] == allocate(-total, weights)
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@pytest.mark.parametrize(
    ("total", "weights", "sentence"),
    [
        ("1.00", [1, -1], "ne peut pas être négatif"),
        ("1.00", [0, 0], "au moins un poids"),
        ("1.00", [], "au moins un poids"),
        ("1.005", [1], "nombre entier de centimes"),
    ],
)
def test_allocate_refuses(total, weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        allocate(D(total), weights)


def test_allocate_refuses_floats():
    with pytest.raises(TypeError):
        allocate(D("1.00"), [0.5, 0.5])


@pytest.mark.parametrize(
    ("amount", "spelled"),
    [
        ("1234.56", "1\u202f234,56\u00a0€"),
        ("-0.5", "\u22120,50\u00a0€"),
        ("0", "0,00\u00a0€"),
        ("1234567.1", "1\u202f234\u202f567,10\u00a0€"),
        ("0.1234", "0,1234\u00a0€"),
        ("1E+3", "1\u202f000,00\u00a0€"),
    ],
)
def test_spell(amount, spelled):
    assert money.spell(D(amount)) == spelled


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("1\u00a0234,5", "1234.50"),
        ("1234.56", "1234.56"),
        (" 12 ", "12.00"),
        ("\u22121 234,56", "-1234.56"),
        ("- 3,10", "-3.10"),
        ("+0,01", "0.01"),
        ("9999999999,99", "9999999999.99"),
    ],
)
def test_parse_amount(text, amount):
    assert str(money.parse_amount(text)) == amount


@given(AMOUNTS)
def test_an_amount_spelled_is_read_back(amount):
    assert money.parse_amount(money.spell(amount)) == amount


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Indiquez un montant"),
        ("€", "Indiquez un montant"),
        ("1,234.56", "ambigu"),
        ("1.234,56", "ambigu"),
        ("1,2,3", "ambigu"),
        ("1,234", "plus de deux décimales"),
        ("0.001", "plus de deux décimales"),
        ("12 34", "n’est pas un montant"),
        ("douze", "n’est pas un montant"),
        ("--1", "n’est pas un montant"),
        ("1e3", "n’est pas un montant"),
        ("12,", "n’est pas un montant"),
        ("١٢", "n’est pas un montant"),
        ("10000000000", "trop grand"),
    ],
)
def test_parse_amount_refuses_with_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        money.parse_amount(text)


def test_the_form_field_reads_and_shows_french_amounts():
    field = MoneyField().formfield()
    assert isinstance(field, AmountField)
    assert field.clean("1 234,50") == D("1234.50")
    assert field.prepare_value(D("1234.50")) == "1\u202f234,50"
    assert AmountField(required=False).clean("") is None
    with pytest.raises(ValidationError, match="plus de deux décimales"):
        field.clean("1,234")


@pytest.mark.parametrize("field", [MoneyField("montant"), RateField("taux")])
def test_columns_refuse_floats_and_decimals_they_cannot_keep(field):
    assert field.get_prep_value(D("5.50")) == D("5.50")
    with pytest.raises(TypeError, match="not exact"):
        field.get_prep_value(5.5)
    with pytest.raises(ValueError, match="more than 2 decimals"):
        field.get_prep_value(D("5.555"))
    with pytest.raises(ValidationError, match="exact"):
        field.to_python(5.5)
    with pytest.raises(ValidationError, match="plus de 2 décimales"):
        field.to_python("5.555")
