"""The signed link of a message opens the very page: as who is logged in, or after the login; it lets nobody in."""

import pytest
from django.conf import settings
from django.urls import reverse

from members import linking
from members.access import trust_email
from tests import world
from tests.markup import flat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def claire():
    world.group()
    person = world.staff(world.member("Book"), "Claire Danno")
    trust_email(person)
    return person


@pytest.fixture
def path(claire):
    return linking.link(claire, "timesheets:to_confirm").removeprefix(settings.SITE_URL)


def test_who_is_logged_in_reads_the_very_page(client, claire, path):
    client.force_login(claire)
    assert client.get(path).url == reverse("timesheets:to_confirm")


def test_after_the_login_the_very_page_opens_and_not_before(client, claire, path):
    asked = client.get(path)
    assert asked.url.startswith(reverse("account_login"))
    typed = {"login": claire.email, "password": world.PASSWORD}
    entered = client.post(asked.url, typed, follow=True)
    assert entered.redirect_chain[-1][0] == reverse("timesheets:to_confirm")
    assert entered.wsgi_request.user == claire


def test_somebody_else_sees_the_page_as_themselves_and_is_told(client, path):
    youenn = world.employee("Youenn", "Talec").user
    client.force_login(youenn)
    answer = client.get(path, follow=True)
    assert answer.status_code == 403
    assert answer.wsgi_request.user == youenn
    assert "Ce lien a été envoyé à une autre personne" in flat(answer.content.decode())


@pytest.mark.parametrize(
    "change", [lambda token: token[:-3], lambda token: "x" + token, lambda token: "rien"]
)
def test_a_link_that_was_cut_or_made_up_says_so_and_leads_nowhere(client, claire, path, change):
    client.force_login(claire)
    token = path.rstrip("/").rsplit("/", 1)[1]
    answer = client.get(reverse("members:link", args=[change(token)]), follow=True)
    assert answer.redirect_chain[0][0] == settings.LOGIN_REDIRECT_URL
    assert "Ce lien est incomplet" in flat(answer.content.decode())
