"""The levels: three polite texts, installed once, and texts that name only what is known."""

import pytest

from billing.models import DunningLevel
from billing.reminders import wording
from billing.reminders.wording import fill_in
from tests import world

pytestmark = pytest.mark.django_db


def test_three_levels_are_proposed_and_installed_once():
    wording.install_levels()
    rows = DunningLevel.objects.order_by("rank").values_list("rank", "days_late", "asks_for_interest")
    assert list(rows) == [(1, 5, False), (2, 15, False), (3, 30, True)]
    with pytest.raises(wording.NotInstallable):
        wording.install_levels()


def test_what_is_proposed_has_no_fault():
    assert [wording.text_fault(level.text) for level in wording.proposed_levels()] == ["", "", ""]
    for level in wording.proposed_levels():
        filled = fill_in(level.text, dict.fromkeys(wording.PLACEHOLDERS, "X"))
        assert "{" not in filled


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{numero} {montant} {total}", "«\u00a0{total}\u00a0» ne veut rien dire ici."),
        ("{numero} {montant} {}", "«\u00a0{}\u00a0» ne veut rien dire ici."),
        ("{numero} {montant} {", "Une accolade reste seule"),
        ("{numero} {montant} {{adherent}}", "Une accolade reste seule"),
        ("{numero} seulement", "Il manque {montant}"),
        ("Payez.", "Il manque {numero} et {montant}"),
    ],
)
def test_a_text_that_cannot_be_filled_is_told_why(text, sentence):
    assert wording.text_fault(text).startswith(sentence)


LEVELS = "/admin/billing/dunninglevel/"


@pytest.fixture
def malo(client):
    from allauth.mfa.models import Authenticator

    admin = world.admin()
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    client.force_login(admin)
    world.group()
    wording.install_levels()
    return client


def change(client, level, **facts):
    data = {
        "rank": level.rank,
        "title": level.title,
        "days_late": level.days_late,
        "text": level.text,
        "is_active": "on",
    }
    return client.post(f"{LEVELS}{level.pk}/change/", data | facts)


def test_an_admin_changes_words_and_delays(malo):
    level = DunningLevel.objects.get(rank=1)
    assert "{numero} = «" in malo.get(f"{LEVELS}{level.pk}/change/").content.decode()
    answer = change(malo, level, days_late=7, text="Bonjour. {numero}\u00a0: {montant}.")
    assert answer.status_code == 302
    level.refresh_from_db()
    assert (level.days_late, level.text) == (7, "Bonjour. {numero}\u00a0: {montant}.")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"text": "Payez {somme}."}, "ne veut rien dire ici"),
        ({"days_late": 15}, "les délais suivent"),
        ({"rank": 0}, "1"),
        ({"rank": 2}, "existe déjà"),
    ],
)
def test_a_level_that_makes_no_sense_is_refused(malo, facts, sentence):
    level = DunningLevel.objects.get(rank=1)
    answer = change(malo, level, **facts)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert sentence in " ".join(str(error) for errors_of in errors.values() for error in errors_of)
    level.refresh_from_db()
    assert (level.rank, level.days_late) == (1, 5)
