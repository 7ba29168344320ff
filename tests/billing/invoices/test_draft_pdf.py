"""A draft is seen on paper before it is issued: marked, without number, and kept nowhere."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from billing.models import Document, Invoice, Rendering, Series
from billing.month import issuing
from tests import world
from tests.billing import scene
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_the_pdf_of_a_draft_is_marked_on_each_page_and_kept_nowhere(login, private_files) -> None:
    run = scene.drafted(scene.hosts(1))
    draft = run.invoices.get()
    finance = login(world.finance())
    page = finance.get(reverse("billing:invoice", args=[draft.pk])).content.decode()
    address = reverse("billing:draft_pdf", args=[draft.pk])
    assert address in page
    answer = finance.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    pages = [each.extract_text() for each in PdfReader(io.BytesIO(answer.content)).pages]
    assert pages
    assert all("BROUILLON" in text.upper() for text in pages)
    assert "Sans numéro ni valeur" in pages[0]
    assert "F-2026" not in "".join(pages)
    draft.refresh_from_db()
    assert (draft.status, draft.number, draft.snapshot) == ("draft", None, None)
    assert [rows.objects.count() for rows in (Document, Rendering, Series)] == [0, 0, 0]
    assert list(private_files.rglob("*.pdf")) == []
    issuing.issue_run(run, by=None, at=NOW)
    assert Invoice.objects.get(pk=draft.pk).number == "F-2026-0001"
    assert finance.get(address).status_code == 404


def test_a_member_sees_no_draft(login) -> None:
    (aloen,) = scene.hosts(1)
    draft = scene.drafted([aloen]).invoices.get()
    assert login(world.staff(aloen)).get(reverse("billing:draft_pdf", args=[draft.pk])).status_code in (
        403,
        404,
    )
