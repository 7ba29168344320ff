"""The charter's pages: read by everybody, signed by a representative, one query count whatever the number of rows."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from charter import signing, writing
from charter.models import Signature
from charter.reading import read
from members.access import today
from tests import world
from tests.charter import agreed
from tests.markup import flat

pytestmark = pytest.mark.django_db

LONG_AGO = date(2020, 1, 1)
OPENED = world.at(date(2026, 10, 12), 9)
SIGNED = world.at(date(2026, 10, 14), 9, 41)
PAGE = reverse("charter:charter")


@pytest.fixture(autouse=True)
def _password_alone(settings):
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def solene():
    return world.coordinator()


@pytest.fixture
def charter(solene):
    return writing.open_for_signature(agreed.draft(), by=solene, at=OPENED)


@pytest.fixture
def aloen():
    return world.member(admitted_on=LONG_AGO)


@pytest.fixture
def nolwenn(aloen):
    return world.staff(aloen, starts_on=LONG_AGO)


def signed(charter, names):
    for name in names:
        member = world.member(name, admitted_on=LONG_AGO)
        person = world.staff(member, f"Voix de {name}", starts_on=LONG_AGO)
        signing.sign(charter, member=member, by=person, at=SIGNED, consent=True)


def text_of(client, person, url=PAGE):
    client.force_login(person)
    return flat(client.get(url).content.decode())


def test_the_page_tells_the_text_by_theme(client, charter, nolwenn):
    text = text_of(client, nolwenn)
    order = [
        "Nous partageons.",
        "Biodiversité",
        "Un espace",
        "Des trajets",
        "Inclusion",
        "1. Une voix",
        "2. Des",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "Version 1, ouverte à la signature depuis le 12 octobre 2026." in text


@pytest.mark.parametrize("who", ["coordinator", "finance", "admin", "employee", "staff"])
def test_everybody_reads_every_signature(client, charter, aloen, who):
    signed(charter, ["Sonam"])
    people = {"employee": lambda: world.employee().user, "staff": lambda: world.staff(aloen)}
    person = people.get(who, lambda: getattr(world, who)(f"Personne {who}"))()
    text = text_of(client, person)
    assert "Voix de Sonam, 14 octobre 2026, 9\u00a0h\u00a041" in text
    assert "1\u00a0signature sur 2, il manque Aloen" in text
    digest = charter.digest[:16].upper()
    assert " ".join(digest[n : n + 4] for n in range(0, 16, 4)) in text


def test_a_representative_signs_and_the_page_says_so(client, charter, aloen, nolwenn):
    before = text_of(client, nolwenn)
    assert "Signer pour Aloen" in before
    assert "checked" not in before
    answer = client.post(
        reverse("charter:sign", args=[1]), {"member": aloen.pk, "consent": "on"}, follow=True
    )
    text = answer.content.decode()
    assert answer.redirect_chain == [(reverse("charter:version", args=[1]), 302)]
    assert "Aloen a signé la version 1." in text
    assert "Signer pour Aloen" not in text
    signature = Signature.objects.get()
    assert (signature.member, signature.signer_name, signature.digest) == (
        aloen,
        "Nolwenn Jégo",
        charter.digest,
    )
    assert abs(timezone.now() - signature.signed_at).total_seconds() < 60


def test_without_the_box_nothing_is_signed_and_the_page_says_why(client, charter, aloen, nolwenn):
    client.force_login(nolwenn)
    answer = client.post(reverse("charter:sign", args=[1]), {"member": aloen.pk})
    assert answer.status_code == 422
    assert "Cochez la case\u00a0:" in answer.content.decode()
    assert Signature.objects.count() == 0


def test_a_second_signature_is_refused_on_the_page(client, charter, aloen, nolwenn):
    signing.sign(charter, member=aloen, by=nolwenn, at=SIGNED, consent=True)
    client.force_login(nolwenn)
    answer = client.post(reverse("charter:sign", args=[1]), {"member": aloen.pk, "consent": "on"})
    assert answer.status_code == 422
    assert "Aloen a déjà signé la version 1." in answer.content.decode()


def test_a_reader_of_the_same_structure_cannot_sign(client, charter, aloen):
    reader = world.staff(aloen, "Lecture Seule", function="reader", starts_on=LONG_AGO)
    assert "Votre structure n’a pas encore signé." in text_of(client, reader)
    assert "Signer pour" not in text_of(client, reader)
    answer = client.post(reverse("charter:sign", args=[1]), {"member": aloen.pk, "consent": "on"})
    assert "Vous ne représentez pas Aloen" in answer.content.decode()
    assert Signature.objects.count() == 0


@pytest.mark.parametrize("member", ["other", "999999", "x", ""])
def test_a_member_that_is_not_theirs_does_not_exist(client, charter, nolwenn, member):
    sonam = world.member("Sonam")
    client.force_login(nolwenn)
    chosen = sonam.pk if member == "other" else member
    answer = client.post(reverse("charter:sign", args=[1]), {"member": chosen, "consent": "on"})
    assert answer.status_code == 404
    assert Signature.objects.count() == 0


def test_who_represents_two_members_signs_for_each(client, charter, aloen, nolwenn):
    sonam = world.member("Sonam", admitted_on=LONG_AGO)
    world.seat(nolwenn, sonam, starts_on=LONG_AGO)
    text = text_of(client, nolwenn)
    assert [name for name in ("Aloen", "Sonam") if f"Signer pour {name}" in text] == ["Aloen", "Sonam"]


def test_a_draft_exists_for_the_group_only(client, solene, nolwenn):
    agreed.draft()
    url = reverse("charter:version", args=[1])
    assert "Brouillon de la version 1." in text_of(client, solene, url)
    assert "La charte n’est pas encore écrite" in text_of(client, nolwenn)
    assert client.get(url).status_code == 404
    assert client.post(reverse("charter:sign", args=[1]), {}).status_code == 404


def test_the_version_in_force_leads_to_the_one_to_sign_and_to_the_former(client, charter, solene, nolwenn):
    signed(charter, ["Sonam"])
    writing.put_in_force(charter, by=solene, at=SIGNED)
    second = writing.open_for_signature(agreed.draft(2), by=solene, at=SIGNED)
    text = text_of(client, nolwenn)
    assert "Version 1, en vigueur depuis le 14 octobre 2026." in text
    assert "La version 2 est ouverte à la signature." in text
    signing.sign(second, member=nolwenn.seats.get().member, by=nolwenn, at=SIGNED, consent=True)
    writing.put_in_force(second, by=solene, at=SIGNED)
    assert "Version 2, en vigueur depuis" in text_of(client, nolwenn)
    former = text_of(client, nolwenn, reverse("charter:version", args=[1]))
    assert "en vigueur du 14 octobre 2026 au 14 octobre 2026. Une version plus récente la remplace." in former
    assert "1\u00a0signature sur 1" in former
    assert "Signer pour" not in former


@pytest.mark.parametrize("signers", [1, 3])
def test_reading_asks_the_same_of_the_database_whatever_the_number(
    charter, nolwenn, signers, django_assert_num_queries
):
    signed(charter, [f"Maison {n}" for n in range(signers)])
    with django_assert_num_queries(5):
        reading = read(nolwenn, today())
        assert len(reading.lines) == signers + 1
        assert (reading.is_intact, reading.figure) == (True, f"{signers}/{signers + 1}")
        assert [member.short_name for member in reading.to_sign] == ["Aloen"]
        assert reading.open_version is None
