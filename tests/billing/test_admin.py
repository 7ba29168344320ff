"""Billing in Django admin: all can be found, nothing made by an act can be touched, failed papers are sent again."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.urls import reverse

from billing.accounts import payments
from billing.documents import rendering
from billing.models import EmployerCost, Invoice, LegalMention, PayrollImport, Rendering
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db

READ_ONLY = (
    "allocation",
    "billingrun",
    "charge",
    "document",
    "invoice",
    "line",
    "payment",
    "payrollimport",
    "rendering",
    "series",
)
EDITABLE = ("employercost", "legalmention")


def listed(name):
    return reverse(f"admin:billing_{name}_changelist")


def first(name):
    model = next(model for model in admin.site._registry if model._meta.label_lower == f"billing.{name}")
    return reverse(f"admin:billing_{name}_change", args=[model.objects.order_by("pk").first().pk])


@pytest.fixture
def billed():
    run = scene.issued(scene.hosts(1))
    scene.printed(run)
    payments.record_payment(
        run.invoices.get().member,
        amount=Decimal("10.00"),
        received_on=world.NOW.date(),
        method="transfer",
        by=None,
        at=world.NOW,
    )
    PayrollImport.objects.create(
        month=NOVEMBER, file_name="paie.csv", sha256="0" * 64, row_count=1, total=0, imported_at=world.NOW
    )
    return run


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_acts_made_is_read_and_never_written(login, billed, name):
    client = login(world.admin())
    assert client.get(listed(name), {"q": "F-2026"}).status_code == 200
    page = client.get(first(name)).content.decode()
    assert 'name="_save"' not in page
    assert client.post(first(name), {"number": "X"}).status_code == 403
    # A further series is opened there, with its reason (tests/billing/month/test_clock.py).
    assert client.get(reverse(f"admin:billing_{name}_add")).status_code == (200 if name == "series" else 403)
    assert client.post(first(name).replace("change", "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", [*READ_ONLY, *EDITABLE])
def test_only_admins_come_in(login, billed, name):
    assert login(world.finance()).get(listed(name)).status_code == 302


def test_an_invoice_is_found_by_number_and_member(login, billed):
    client = login(world.admin())
    invoice = Invoice.objects.get()
    for words in (invoice.number, "Aloen"):
        assert invoice.number in client.get(listed("invoice"), {"q": words}).content.decode()
    assert invoice.number not in client.get(listed("invoice"), {"q": "Sonam"}).content.decode()


def test_an_invoice_is_shown_with_what_no_form_writes(login, billed):
    page = login(world.admin()).get(first("invoice")).content.decode()
    for shown in (Invoice.objects.get().number, "émise", "Mise à disposition de Maëlle Kerbrat"):
        assert shown in page


def cost_data(cost, **changes):
    return {
        "employee": cost.employee_id,
        "month": str(cost.month),
        "kind": cost.kind,
        "amount": "2700,00",
        **changes,
    }


def test_a_cost_is_mended_while_no_invoice_stands_on_it(login):
    scene.worked(scene.hosts(1))
    cost = EmployerCost.objects.get(kind="gross_pay")
    page = login(world.admin()).post(first("employercost"), cost_data(cost))
    assert page.status_code == 302
    cost.refresh_from_db()
    assert cost.amount == Decimal("2700.00")


def test_a_cost_that_is_invoiced_is_refused_with_a_sentence(login, billed):
    cost = EmployerCost.objects.get(kind="gross_pay")
    client = login(world.admin())
    sentence = "Les coûts de novembre 2026 de cette personne sont facturés\u00a0: ils ne changent plus."
    change = reverse("admin:billing_employercost_change", args=[cost.pk])
    assert sentence in client.post(change, cost_data(cost)).content.decode()
    # Nor is it moved to a month that is open, nor is one added beside it.
    assert sentence in client.post(change, cost_data(cost, month="2026-12")).content.decode()
    add = reverse("admin:billing_employercost_add")
    assert sentence in client.post(add, cost_data(cost, kind="other")).content.decode()
    assert client.post(reverse("admin:billing_employercost_delete", args=[cost.pk])).status_code == 403
    assert list(EmployerCost.objects.filter(kind="gross_pay").values_list("amount", flat=True)) == [
        Decimal("2640.00")
    ]


def test_a_mention_gets_a_new_wording_from_a_day_on(login):
    world.group()
    data = {
        "code": "exemption_261b",
        "text": "Article L. 211-1 du CIBS",
        "source": "CIBS",
        "starts_on": "2090-01-01",
    }
    LegalMention.objects.filter(code="exemption_261b").update(ends_before="2090-01-01")
    answer = login(world.admin()).post(reverse("admin:billing_legalmention_add"), data)
    assert answer.status_code == 302
    assert LegalMention.objects.get(starts_on="2090-01-01").text == "Article L. 211-1 du CIBS"


def test_failed_papers_are_sent_again_and_only_they(login, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(rendering, "enqueue", sent.extend)
    scene.issued(scene.hosts(2))
    failed, waiting = Rendering.objects.order_by("pk")
    Rendering.objects.filter(pk=failed.pk).update(
        status="failed", attempts=3, error="ZeroDivisionError", started_at=world.NOW, finished_at=world.NOW
    )
    data = {"action": "retry", "_selected_action": [failed.pk, waiting.pk]}
    client = login(world.admin())
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(listed("rendering"), data, follow=True)
    assert sent == [failed.invoice_id]
    assert "1\u00a0PDF relancé." in page.content.decode()
    failed.refresh_from_db()
    assert failed.status == "pending"
