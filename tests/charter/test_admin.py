"""The charter in the admin: drafts are written, what is open or signed is read-only."""

from datetime import date

import pytest
from django.urls import reverse

from charter import signing, writing
from charter.models import Charter, Signature
from tests import world
from tests.charter import agreed

pytestmark = pytest.mark.django_db

OPENED = world.at(date(2026, 10, 12), 9)
LIST = reverse("admin:charter_charter_changelist")


@pytest.fixture
def malo(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    person = world.admin()
    client.force_login(person)
    return person


def parts_open(client, url):
    """The parts of the record that the page lets one change."""
    inlines = client.get(url).context["inline_admin_formsets"]
    return [inline.formset.prefix for inline in inlines if inline.has_change_permission]


def run(client, action, charter):
    return client.post(
        LIST, {"action": action, "_selected_action": [charter.pk]}, follow=True
    ).content.decode()


def test_a_draft_is_written_with_its_articles_and_commitments(client, malo):
    url = reverse("admin:charter_charter_change", args=[agreed.draft().pk])
    assert parts_open(client, url) == ["articles", "commitments"]


def test_an_open_version_is_read_only(client, malo):
    charter = writing.open_for_signature(agreed.draft(), by=malo, at=OPENED)
    url = reverse("admin:charter_charter_change", args=[charter.pk])
    assert parts_open(client, url) == []
    assert client.post(url, {"title": "Autre"}).status_code == 403
    assert (
        client.post(reverse("admin:charter_charter_delete", args=[charter.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert Charter.objects.get().title == "Charte commune"


def test_the_actions_move_a_version_and_say_so(client, malo):
    charter = agreed.draft()
    assert "La version 1 est ouverte à la signature." in run(client, "open_for_signature", charter)
    assert "Aucune structure n’a encore signé" in run(client, "put_in_force", charter)
    aloen = world.member()
    signing.sign(charter, member=aloen, by=world.staff(aloen), at=OPENED, consent=True)
    assert "La version 1 est en vigueur." in run(client, "put_in_force", charter)
    assert "Le brouillon de la version 2 est prêt." in run(client, "draft_next", charter)
    states = Charter.objects.order_by("version").values_list("version", "status")
    assert list(states) == [(1, "in_force"), (2, "draft")]


def test_a_version_begins_with_the_next_number(client, malo):
    agreed.draft(4)
    page = client.get(reverse("admin:charter_charter_add"))
    assert page.context["adminform"].form.initial["version"] == 5


def test_signatures_are_read_only(client, malo):
    charter = writing.open_for_signature(agreed.draft(), by=malo, at=OPENED)
    aloen = world.member()
    signature = signing.sign(charter, member=aloen, by=world.staff(aloen), at=OPENED, consent=True)
    shown = client.get(reverse("admin:charter_signature_changelist")).content.decode()
    assert charter.digest in shown
    for name, arguments in (("add", []), ("delete", [signature.pk])):
        url = reverse(f"admin:charter_signature_{name}", args=arguments)
        assert client.post(url, {"post": "yes"}).status_code == 403
    change = reverse("admin:charter_signature_change", args=[signature.pk])
    assert client.post(change, {"signer_name": "Autre"}).status_code == 403
    assert Signature.objects.get().signer_name == "Nolwenn Jégo"
