"""The pages of true-ups: keys side by side, the draft, its issue, letters, who sees what, and how many queries."""

import html
import re

import pytest
from django.urls import reverse

from billing.documents import letters
from billing.models import Invoice, Letter, TrueUp
from billing.true_ups import issuing
from members.models import Member
from tests import world
from tests.billing import scene
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

PREVIEW = reverse("billing:true_up_preview")
PREPARE = reverse("billing:prepare_true_up")
HALF_YEAR = {"du": "2026-06", "au": "2026-11"}


def words(response):
    """What the page says, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def test_three_keys_stand_side_by_side(login):
    period.half_year()
    page = words(login(world.coordinator()).get(PREVIEW, HALF_YEAR))
    # Invoiced, then by hours, by plan (a day a week each: equal), in equal parts.
    assert "Aloen 720,00 19 008,00 +840,65 sur 19 848,65 −5 408,00 sur 13 600,00" in page
    assert "Optim’ism 240" not in page
    assert "Optim’ism 290,00 7 656,00 +338,59 sur 7 994,59" in page
    assert "Total 1480,00 39 072,00 +1 728,00 sur 40 800,00" in page.replace("1 480,00", "1480,00")
    assert "Préparer la régularisation" not in page


def test_finance_prepares_issues_and_reads_the_papers(login):
    period.half_year()
    client = login(world.finance())
    answer = client.post(PREPARE, HALF_YEAR | {"cle": "hours", "libelle": "Année 2026"})
    true_up = TrueUp.objects.get()
    assert answer.url == reverse("billing:true_up", args=[true_up.pk])
    page = client.get(answer.url)
    assert "Année 2026" in words(page)
    assert "Différence HT +1 728,00 €" in words(page)
    again = page.context["again"]
    assert "19 848,65" in words(client.get(again))
    assert client.post(reverse("billing:issue_true_up", args=[true_up.pk])).url == answer.url
    page = words(client.get(answer.url))
    assert "La régularisation est émise : 3 documents. Les PDF se préparent." in page
    assert "Facture F-2026-0019 Courrier" in page
    letter = Letter.objects.order_by("pk").first()
    letters.open_pdf(letter).close()
    file = client.get(reverse("billing:true_up_letter", args=[letter.pk]))
    assert b"".join(file.streaming_content).startswith(b"%PDF")


def test_a_key_and_a_period_are_asked_for(login):
    period.half_year(is_issued=False)
    client = login(world.finance())
    answer = client.post(PREPARE, HALF_YEAR)
    assert answer.status_code == 422
    assert "Choisissez la clé." in words(answer)
    answer = client.get(PREVIEW, {"du": "2026-11", "au": "2026-06", "gestion": "12,50"})
    assert answer.status_code == 422
    assert (
        "La période se termine avant de commencer : choisissez un dernier mois après novembre 2026."
        in words(answer)
    )
    assert 'value="12,50"' in answer.content.decode()
    for bad, sentence in (
        ({"du": "x", "au": "2026-11"}, "« x » n’est pas un mois"),
        ({"du": "", "au": ""}, "Indiquez le premier mois."),
        (HALF_YEAR | {"gestion": "-3"}, "Les frais de gestion réels ne sont pas négatifs."),
        (HALF_YEAR | {"personnes": "0"}, "Choisissez des personnes de la liste."),
    ):
        answer = client.get(PREVIEW, bad)
        assert answer.status_code == 422
        assert sentence in words(answer)


def test_obstacles_are_told_before_and_after(login):
    period.half_year(is_issued=False)
    client = login(world.finance())
    sentence = "coût qu’aucune clôture émise ne reprend. Faites d’abord la clôture."
    assert sentence in words(client.get(PREVIEW, HALF_YEAR))
    answer = client.post(PREPARE, HALF_YEAR | {"cle": "hours"})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert TrueUp.objects.count() == 0


def test_a_period_without_anything_says_so(login):
    world.group()
    page = login(world.finance()).get(PREVIEW, HALF_YEAR)
    assert "Aucun coût employeur ni facture sur cette période." in words(page)


def test_what_changed_is_said_when_it_is_issued(login):
    maelle = period.half_year()
    true_up = period.prepared()
    placed = maelle.assignments.get(member__short_name="Aloen")
    world.timesheet(placed, {NOVEMBER.first.replace(day=30): 60}, supplement=1)
    client = login(world.finance())
    answer = client.post(reverse("billing:issue_true_up", args=[true_up.pk]), follow=True)
    assert "ont changé depuis la préparation" in words(answer)
    assert not Invoice.objects.filter(true_up=true_up).exists()


def test_a_draft_is_abandoned(login):
    period.half_year()
    true_up = period.prepared()
    client = login(world.finance())
    asked = client.get(reverse("billing:true_up", args=[true_up.pk]), {"confirmer": "abandon"})
    assert "Garder" in words(asked)
    answer = client.post(reverse("billing:discard_true_up", args=[true_up.pk]), follow=True)
    assert "est abandonnée." in words(answer)
    assert TrueUp.objects.count() == 0


def test_a_members_staff_reads_its_own_letter_and_nothing_else(login):
    period.half_year()
    true_up = period.prepared()
    issuing.issue(true_up, by=None, at=NOW)
    sonam = Member.objects.get(short_name="Sonam")
    client = login(world.staff(sonam))
    own = Letter.objects.get(member=sonam)
    letters.open_pdf(own).close()
    other = Letter.objects.get(member__short_name="Aloen")
    file = client.get(reverse("billing:true_up_letter", args=[own.pk]))
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert client.get(reverse("billing:true_up_letter", args=[other.pk])).status_code == 404
    assert client.get(reverse("billing:true_up", args=[true_up.pk])).status_code == 404
    invoice = Invoice.objects.get(true_up=true_up, member=sonam)
    page = words(client.get(reverse("billing:invoice", args=[invoice.pk])))
    assert "548,76" in page
    for hidden in ("Aloen", "840,65", "40 800", "6 800"):
        assert hidden not in page


def test_only_finance_prepares_and_issues(login):
    period.half_year()
    true_up = period.prepared()
    client = login(world.coordinator())
    assert client.post(PREPARE, HALF_YEAR | {"cle": "hours"}).status_code == 403
    assert client.post(reverse("billing:issue_true_up", args=[true_up.pk])).status_code == 404
    page = words(client.get(reverse("billing:true_up", args=[true_up.pk])))
    assert "Différence HT +1 728,00 €" in page
    assert "Émettre" not in page


@pytest.mark.parametrize("members", [1, 3])
def test_pages_ask_a_fixed_number_of_queries(login, django_assert_num_queries, members):
    hosts = scene.hosts(members)
    for name in ("Ana", "Bo", "Cy")[:members]:
        person = world.employee(name, "Le Bris", members=hosts)
        scene.worked(hosts, person=person)
    period.issue(NOVEMBER)
    november = {"du": "2026-11", "au": "2026-11"}
    client = login(world.finance())
    client.get(PREVIEW, november)
    with django_assert_num_queries(30):
        client.get(PREVIEW, november)
    true_up = period.prepared(first=NOVEMBER, last=NOVEMBER)
    with django_assert_num_queries(11):
        client.get(reverse("billing:true_up", args=[true_up.pk]))
    for rank in range(members - 1):
        TrueUp.objects.create(
            label=f"n° {rank}", first_month=NOVEMBER, last_month=NOVEMBER, key="hours", prepared_at=NOW
        )
    with django_assert_num_queries(10):
        client.get(reverse("billing:year"))
