"""How roles are named."""

import pytest

from members.roles import Role, deputy_of, only, reserved


def test_a_page_is_reserved_to_whom_it_names():
    assert reserved("Cette page est réservée", Role.COORDINATOR) == (
        "Cette page est réservée à la coordination."
    )
    assert reserved("Cette page est réservée", *Role) == (
        "Cette page est réservée aux salariés partagés, aux équipes des structures adhérentes, à la coordination, "
        "aux finances et à l’administration."
    )


def test_only_one_role_may():
    assert only(Role.COORDINATOR, "relance les personnes") == "Seule la coordination relance les personnes."


@pytest.mark.parametrize(
    ("principal", "sentence"), [("Solène", "Suppléance de Solène"), ("Anaïs Moal", "Suppléance d’Anaïs Moal")]
)
def test_a_deputy_is_named_after_whom_they_stand_in_for(principal, sentence):
    assert deputy_of(principal) == sentence


def test_a_menu_begins_a_role_with_a_capital():
    assert [role.heading for role in (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)] == [
        "Coordination",
        "Finances",
        "Administration",
    ]
