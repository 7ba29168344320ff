"""What the entrance says to who cannot get in: too often, without a second proof, without a role."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse

from members.access import trust_email
from tests import world
from tests.markup import flat

pytestmark = pytest.mark.django_db

ADVICE = "ou demandez un code par e-mail"
LOGIN = reverse("account_login")


@pytest.fixture
def gael():
    """Of the finances, with a code app."""
    world.group()
    found = world.finance()
    trust_email(found)
    totp.TOTP.activate(found, totp.generate_totp_secret())
    return found


def test_a_lock_advises_a_code_by_mail_only_where_there_is_one(client, gael):
    wrong = {"login": gael.email, "password": "autre chose"}
    answers = [client.post(LOGIN, wrong) for _ in range(8)]
    assert "Trop d’essais" in answers[-1].content.decode()
    assert ADVICE in answers[-1].content.decode()


def test_a_lock_of_the_second_proof_only_asks_to_wait(client, gael):
    client.post(LOGIN, {"login": gael.email, "password": world.PASSWORD})
    answers = [client.post(reverse("mfa_authenticate"), {"code": "000000"}) for _ in range(8)]
    page = answers[-1].content.decode()
    assert "Trop d’essais à la suite. Attendez cinq minutes, puis recommencez." in page
    assert ADVICE not in page


def test_too_many_requests_have_a_page_of_ours(client, settings, gael):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    answers = [client.post(LOGIN, {"login": gael.email, "password": "x"}) for _ in range(2)]
    assert answers[-1].status_code == 429
    page = flat(answers[-1].content.decode())
    assert "Attendez une minute" in page
    assert "/static/css/" in page


def test_who_has_no_role_reads_who_can_give_one(client, gael):
    admin = world.admin()
    client.force_login(world.user("Perig Le Roux"))
    page = flat(client.get("/").content.decode())
    assert f'href="mailto:{admin.email}"' in page
    assert "La coordination" not in page
