"""The words of a line."""

import pytest

from billing import french


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Maëlle Kerbrat", "de Maëlle Kerbrat"),
        ("Inès Guillou", "d’Inès Guillou"),
        ("Élodie Le Dû", "d’Élodie Le Dû"),
        ("Yann Le Floch", "de Yann Le Floch"),
        ("Hugo Riou", "de Hugo Riou"),
    ],
)
def test_the_e_is_dropped_before_a_vowel(name, said):
    assert french.of(name) == said
