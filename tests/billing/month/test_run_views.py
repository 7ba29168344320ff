"""The pages of a month’s run: who sees and does what, the trial, the issue, the PDFs as they come."""

import html
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.documents import rendering
from billing.models import BillingRun, Invoice, Rendering
from groupement.kernel.money import spell
from members.models import VatAttestation
from tests import world
from tests.billing import scene
from tests.markup import flat
from tests.members.admin_forms import change_url, filled
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db

RUN = reverse("billing:run", args=[NOVEMBER])
DRAFT = reverse("billing:draft", args=[NOVEMBER])
DISCARD = reverse("billing:discard", args=[NOVEMBER])
ISSUE = reverse("billing:issue", args=[NOVEMBER])
PROGRESS = reverse("billing:progress", args=[NOVEMBER])
RETRY = reverse("billing:retry", args=[NOVEMBER])
ZIP = reverse("billing:zip", args=[NOVEMBER])
HTMX = {"HX-Request": "true"}


@pytest.fixture
def queued(monkeypatch):
    """What is handed to the worker, instead of the worker."""
    sent = []
    monkeypatch.setattr(rendering, "enqueue", sent.extend)
    return sent


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """A POST with what it leaves for after the commit."""

    def post(client, *args):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(*args)

    return post


def words(response):
    """What the page says, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def plain(amount):
    return re.sub(r"[\u00a0\u202f]", " ", spell(Decimal(amount)))


def states():
    return list(Invoice.objects.order_by("pk").values_list("status", flat=True))


def test_a_month_begins_with_the_draft(login):
    scene.worked(scene.hosts(2))
    page = login(world.finance()).get(RUN)
    assert "Faire un essai" in words(page)
    assert "Émettre" not in words(page)
    answer = login(world.user("Deux", is_finance=True)).post(DRAFT)
    assert answer.url == RUN
    assert states() == ["draft", "draft"]
    assert "L’essai de novembre 2026 est fait. Rien n’est numéroté." in words(page.client.get(RUN))


def test_what_is_missing_is_said_with_one_action_each(login):
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    world.timesheet(world.assignment(maelle, aloen), world.hours(NOVEMBER, 7), status="submitted")
    page = login(world.finance()).get(RUN)
    assert "Un relevé n’est pas approuvé" in words(page)
    assert "Le coût d’une personne manque" in words(page)
    assert page.content.decode().count(f'href="{reverse("billing:costs")}?mois=2026-11"') == 1
    assert (
        page.content.decode().count(
            f'class="btn is-sm" href="{reverse("timesheets:month", args=[NOVEMBER])}"'
        )
        == 1
    )


def test_the_draft_s_problems_each_have_their_action(login):
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen, price_method="actual", vat_regime="E261B")
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    client = login(world.finance())
    client.post(DRAFT)
    assert "Un coût manque" in words(client.get(RUN))
    world.timesheet(maelle)
    world.cost(maelle)
    client.post(DRAFT)
    page = client.get(RUN)
    assert "Une attestation de TVA manque" in words(page)
    assert f'href="mailto:{aloen.billing_email}"' in page.content.decode()
    assert "Émettre" not in words(page)


def test_the_equation_stands_on_the_page_to_the_cent(login):
    scene.drafted(scene.hosts(2))
    run = BillingRun.objects.get()
    page = words(login(world.finance()).get(RUN))
    assert run.employer_cost == run.charged + run.reserve == Decimal("3637.92")
    for amount in (run.employer_cost, run.charged, run.reserve):
        assert plain(amount) in page
    assert "Équilibré au centime" in page


def test_the_price_is_explained_to_finance_and_no_wage_to_the_coordinator(login):
    scene.drafted(scene.hosts(1))
    seen = words(login(world.finance()).get(RUN))
    assert "Salaire brut 2 640,00" in seen
    assert "Frais de gestion : 6 % de" in seen
    assert "Voir le détail par personne" in seen
    hidden = words(login(world.coordinator()).get(RUN))
    assert "Le compte est bon" in hidden
    assert "2 640,00" not in hidden
    assert "Voir le détail par personne" not in hidden


def test_a_difference_with_the_month_before_is_shown_and_marked(login):
    members = scene.hosts(1)
    maelle = scene.worked(members, month=NOVEMBER.previous)
    scene.drafting.draft(NOVEMBER.previous, by=None, at=world.NOW)
    scene.issuing.issue_run(BillingRun.objects.get(), by=None, at=world.NOW)
    for sheet in maelle.assignments.all():
        world.timesheet(sheet, world.hours(NOVEMBER, 7))
    world.timesheet(maelle)
    world.cost(maelle, gross="3000.00", contributions="1365.50")
    scene.drafting.draft(NOVEMBER, by=None, at=world.NOW)
    page = words(login(world.finance()).get(RUN))
    assert "+771,23 +20 %" in page
    assert "+20 % : à vérifier" in page


@pytest.mark.parametrize("method", ["draft", "discard", "issue", "retry"])
@pytest.mark.parametrize("who", ["coordinator", "admin"])
def test_only_finance_acts(login, who, method):
    scene.drafted(scene.hosts(1))
    answer = login(getattr(world, who)()).post(reverse(f"billing:{method}", args=[NOVEMBER]))
    assert answer.status_code == 403
    assert "réservée aux finances" in words(answer)
    assert states() == ["draft"]


@pytest.mark.parametrize("who", ["coordinator", "admin"])
def test_coordinator_and_admin_read_without_buttons(login, who):
    scene.drafted(scene.hosts(1))
    page = login(getattr(world, who)()).get(RUN)
    assert "Brouillons" in words(page)
    for act in (DRAFT, DISCARD, ISSUE):
        assert act not in page.content.decode()


def test_issuing_asks_first_with_count_and_amount_even_without_javascript(login):
    scene.drafted(scene.hosts(2))
    client = login(world.finance())
    asked = client.get(RUN, {"confirmer": "emission"})
    assert 'aria-labelledby="emission-title" open>' in flat(asked.content.decode())
    assert 'aria-labelledby="emission-title">' in flat(client.get(RUN).content.decode())
    total = sum(Invoice.objects.values_list("total", flat=True))
    assert "Émettre les 2 factures de novembre 2026 ?" in words(asked)
    assert f"Total TTC {plain(total)}" in words(asked)
    assert "C’est définitif" in words(asked)


def test_what_a_month_leaves_behind_is_said_before_issuing(login):
    aloen, sonam = scene.hosts(2)
    maelle = world.employee(members=[aloen, sonam])
    world.timesheet(world.assignment(maelle, aloen), world.hours(NOVEMBER, 7))
    youenn = world.employee("Youenn", "Talec", members=[sonam])
    world.timesheet(world.assignment(youenn, sonam, price_method="actual"), world.hours(NOVEMBER, 7))
    client = login(world.finance())
    client.post(DRAFT)
    page = words(client.get(RUN, {"confirmer": "emission"}))
    assert "Émettre la facture de novembre 2026 ?" in page
    assert "Un point reste à régler. Ce qu’il retient n’est pas dans ces factures" in page


def test_issuing_numbers_in_order_and_has_the_papers_made(login, queued, committed):
    scene.drafted(scene.hosts(2))
    client = login(world.finance())
    assert committed(client, ISSUE).url == RUN
    issued = list(Invoice.objects.order_by("number").values_list("pk", "number"))
    assert [number for _, number in issued] == ["F-2026-0001", "F-2026-0002"]
    assert queued == [pk for pk, _ in issued]
    assert "2 factures sont émises. Leurs PDF se préparent." in words(client.get(RUN))


def test_a_queue_that_is_down_does_not_undo_the_issue(login, monkeypatch, committed):
    def down(_ids):
        raise ConnectionError

    monkeypatch.setattr(rendering, "enqueue", down)
    scene.drafted(scene.hosts(1))
    assert committed(login(world.finance()), ISSUE).url == RUN
    assert states() == ["issued"]
    assert Rendering.objects.get().status == "pending"


def test_what_cannot_be_issued_says_why_and_stays_a_draft(login, queued):
    members = scene.hosts(1)
    maelle = scene.worked(members)
    client = login(world.finance())
    client.post(DRAFT)
    maelle.assignments.get().terms.update(management_rate=Decimal("7.00"))
    client.post(ISSUE)
    assert states() == ["draft"]
    assert queued == []
    assert "Aloen : Les heures ou le prix de Maëlle Kerbrat ont changé" in words(client.get(RUN))


def test_drafts_are_discarded_and_an_issued_month_is_not(login, queued):
    scene.drafted(scene.hosts(1))
    client = login(world.finance())
    client.post(DISCARD)
    assert states() == []
    client.post(DRAFT)
    client.post(ISSUE)
    client.post(DISCARD)
    assert states() == ["issued"]
    assert "Abandonner" not in client.get(RUN).content.decode()


def test_a_month_without_a_run_has_nothing_to_issue(login):
    world.group()
    client = login(world.finance())
    assert client.post(ISSUE).status_code == 404
    assert client.post(DISCARD).status_code == 404
    assert client.get(ZIP).status_code == 404
    assert "Pas d’heures ce mois-ci" in words(client.get(RUN))


def test_the_page_polls_while_papers_are_made_and_stops_at_the_end(login):
    run = scene.issued(scene.hosts(2))
    client = login(world.finance())
    assert 'hx-trigger="every 2s"' in client.get(RUN).content.decode()
    still = {"prets": "0", "echecs": "0"}
    assert client.get(PROGRESS, still, headers=HTMX).status_code == 204
    scene.printed(run)
    part = client.get(PROGRESS, still, headers=HTMX)
    assert "<html" not in part.content.decode()
    assert "2 PDF sur 2 prêts." in words(part)
    assert "every 2s" not in part.content.decode()
    assert ZIP in part.content.decode()
    assert client.get(PROGRESS).url == RUN


def test_a_failed_paper_is_shown_and_made_again(login, queued, monkeypatch, committed):
    scene.issued(scene.hosts(2))
    first, second = Invoice.objects.order_by("number")
    with monkeypatch.context() as broken:
        broken.setattr(rendering, "print_pdf", lambda _invoice: 1 / 0)
        for _ in range(rendering.MOST_ATTEMPTS):
            with pytest.raises(ZeroDivisionError):
                rendering.render(first.pk, at=world.NOW)
    rendering.render(second.pk, at=world.NOW)
    client = login(world.finance())
    page = client.get(RUN)
    assert "Un PDF a échoué. Sa facture est bien émise et gardée" in words(page)
    assert ZIP not in page.content.decode()
    assert "every 2s" not in page.content.decode()
    committed(client, RETRY, {"facture": second.pk})
    assert queued == []
    committed(client, RETRY, {"facture": first.pk})
    assert queued == [first.pk]
    assert "1 PDF se prépare de nouveau." in words(client.get(RUN))


def test_the_zip_holds_one_pdf_for_each_invoice(login):
    run = scene.issued(scene.hosts(2))
    client = login(world.finance())
    assert client.get(ZIP).url == RUN
    assert "0 PDF sur 2 sont prêts" in words(client.get(RUN))
    scene.printed(run)
    answer = client.get(ZIP)
    assert answer["Content-Disposition"] == 'attachment; filename="factures-2026-11.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert [archive.read(name)[:5] for name in archive.namelist()] == [b"%PDF-", b"%PDF-"]
    assert login(world.coordinator()).get(ZIP).status_code == 403


def test_the_months_are_listed_with_where_they_stand(login):
    members = scene.hosts(1)
    maelle = scene.worked(members, month=NOVEMBER.previous)
    scene.issued(members, person=maelle)
    page = words(login(world.coordinator()).get(reverse("billing:runs")))
    assert page.index("Novembre 2026 Émise 2 sur 2 1") < page.index("Octobre 2026 À préparer 2 sur 2 —")


@pytest.mark.parametrize("count", [1, 3])
def test_a_run_takes_the_same_queries_whatever_its_invoices(login, count, django_assert_num_queries):
    scene.issued(scene.hosts(count))
    client = login(world.finance())
    client.get(RUN)
    with django_assert_num_queries(17):
        client.get(RUN)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_months_takes_the_same_queries(login, count, django_assert_num_queries):
    members = scene.hosts(1)
    maelle = None
    for back in range(count):
        maelle = scene.worked(members, month=NOVEMBER.shift(-back), person=maelle)
    client = login(world.finance())
    client.get(reverse("billing:runs"))
    with django_assert_num_queries(8):
        client.get(reverse("billing:runs"))


def test_receipts_beyond_the_limit_are_told_in_the_run_and_in_the_admin(login):
    (aloen,) = scene.hosts(1)
    stated = world.attestation(aloen)
    VatAttestation.objects.update(taxable_receipts_percent=Decimal("35.00"))
    scene.worked([aloen], vat_regime="E261B")
    client = login(world.finance())
    client.post(DRAFT)
    page = words(client.get(RUN))
    assert (
        "l’attestation dit 35 % de recettes taxables, et des lignes de novembre 2026 sont exonérées" in page
    )
    assert "Émettre" in page  # told, not refused: by use the exemption may hold
    VatAttestation.objects.update(taxable_receipts_percent=Decimal("19.99"))
    client.post(DRAFT)
    assert "recettes taxables" not in words(client.get(RUN))
    client = login(world.admin())
    stated.refresh_from_db()
    for percent, is_shown in (("19.99", False), ("20.00", True), ("35.00", True)):
        typed = {**filled(client, stated), "taxable_receipts_percent": percent}
        answer = words(client.post(change_url(stated), typed, follow=True))
        assert ("seul ce qui sert aux activités exonérées se facture sans TVA" in answer) is is_shown, percent
