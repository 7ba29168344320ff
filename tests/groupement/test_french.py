"""French words: what is listed, counted, quoted, and said of a day."""

from datetime import date

import pytest

from groupement.kernel import french
from groupement.kernel.periods import Month, name_months, name_period


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Maëlle Kerbrat", "de Maëlle Kerbrat"),
        ("Inès Guillou", "d’Inès Guillou"),
        ("Élodie Le Dû", "d’Élodie Le Dû"),
        ("Yann Le Floch", "de Yann Le Floch"),
        ("Hugo Riou", "de Hugo Riou"),
    ],
)
def test_the_e_is_dropped_before_a_vowel(name, sentence):
    assert french.of(name) == sentence


@pytest.mark.parametrize(
    ("noun", "sentence"),
    [
        ("les finances", "aux finances"),
        ("le groupement", "au groupement"),
        ("la coordination", "à la coordination"),
        ("l’administration", "à l’administration"),
    ],
)
def test_a_contracts_with_the_article(noun, sentence):
    assert french.to(noun) == sentence


@pytest.mark.parametrize(
    ("words", "at_most", "sentence"),
    [
        ([], None, ""),
        (["un"], None, "un"),
        (["un", "deux"], None, "un et deux"),
        (["un", "deux", "trois"], None, "un, deux et trois"),
        (["un", "deux", "trois"], 3, "un, deux et trois"),
        (["un", "deux", "trois"], 2, "un, deux et 1\u00a0autre"),
        (["un", "deux", "trois"], 1, "un et 2\u00a0autres"),
    ],
)
def test_words_are_listed(words, at_most, sentence):
    assert french.enumeration(words, at_most=at_most) == sentence


def test_another_word_may_stand_before_the_last():
    assert french.enumeration(["un", "deux", "trois"], last="ou") == "un, deux ou trois"


@pytest.mark.parametrize(
    ("count", "words", "sentence"),
    [
        (0, ("jour",), "0\u00a0jour"),
        (1, ("jour ouvré",), "1\u00a0jour ouvré"),
        (2, ("jour ouvré",), "2\u00a0jours ouvrés"),
        (3, ("nouveau",), "3\u00a0nouveaux"),
        (3, ("mois",), "3\u00a0mois"),
        (2, ("relevé à viser", "relevés à viser"), "2\u00a0relevés à viser"),
        (-2, ("jour",), "-2\u00a0jours"),
    ],
)
def test_below_two_is_singular(count, words, sentence):
    assert french.counted(count, *words) == sentence
    assert french.plural(count, *words) == sentence.partition("\u00a0")[2]


def test_a_quotation_is_bound_to_its_marks_and_may_be_cut():
    assert french.quoted("oui") == "«\u00a0oui\u00a0»"
    assert french.quoted("beaucoup trop", at_most=8) == "«\u00a0beaucoup\u00a0»"


def test_the_first_of_a_month_is_an_ordinal():
    first, second = date(2026, 12, 1), date(2026, 12, 2)
    assert [french.ordinal(first), french.ordinal(second)] == ["1er", "2"]
    assert french.day_and_month(first) == "1er décembre"
    assert french.full_date(first) == "1er décembre 2026"
    assert french.weekday_and_day(first) == "mardi 1er"
    assert french.short_weekday(second) == "mer."


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 11, 2), date(2026, 11, 8), "2 au 8 novembre 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 novembre au 6 décembre 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 décembre 2026 au 3 janvier 2027"),
    ],
)
def test_what_two_days_share_is_said_once(first, last, sentence):
    assert french.from_day_to_day(first, last) == sentence


def test_months_are_listed_by_year():
    months = [Month(2026, 10), Month(2026, 9), Month(2026, 10)]
    assert name_months(months) == "septembre et octobre 2026"
    assert name_months([Month(2025, 12), Month(2026, 1)]) == "décembre 2025 et janvier 2026"


def test_a_period_says_its_year_once():
    assert name_period(Month(2026, 3), Month(2026, 3)) == "mars 2026"
    assert name_period(Month(2026, 1), Month(2026, 12)) == "janvier à décembre 2026"
    assert name_period(Month(2025, 11), Month(2026, 3)) == "novembre 2025 à mars 2026"


def test_the_e_of_que_is_dropped_too():
    assert [french.that(name) for name in ("Maëlle", "Inès", "Œillet")] == [
        "que Maëlle",
        "qu’Inès",
        "qu’Œillet",
    ]
    assert french.of("Œillet") == "d’Œillet"


def test_a_sentence_for_one_and_one_for_many():
    sentences = "Un PDF a échoué.", "{n} PDF ont échoué."
    assert [french.numbered(count, *sentences) for count in (1, 2)] == [
        "Un PDF a échoué.",
        "2 PDF ont échoué.",
    ]
