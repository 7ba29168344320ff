"""The signed timesheets behind an invoice: named by its annex, handed out with it, each to its own member only."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.documents import rendering
from billing.models import BillingRun
from billing.month import drafting, issuing
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER, NOW
from timesheets import freezing
from timesheets.models import SignedSheet, Timesheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    """November of one person at two members, signed, then issued and printed."""
    scene.worked(scene.hosts(2), price_method="actual", management_rate=Decimal("6.00"))
    freezing.sign(list(Timesheet.objects.exclude(assignment=None).order_by("pk")), at=NOW)
    drafting.draft(NOVEMBER, by=None, at=NOW)
    run = BillingRun.objects.get()
    issuing.issue_run(run, by=None, at=NOW)
    scene.printed(run)
    return run


def test_the_annex_names_the_signed_sheet_and_its_digest(run):
    annexes = [invoice.snapshot["annex"] for invoice in run.invoices.order_by("sequence")]
    named = [(sheet["signed"]["timesheet"], sheet["signed"]["digest"]) for (sheet,) in annexes]
    stored = SignedSheet.objects.order_by("timesheet__assignment__member__short_name")
    assert named == list(stored.values_list("timesheet", "digest"))


def test_the_bundle_waits_for_the_signed_sheets_then_holds_them(run):
    with pytest.raises(freezing.NotPrinted):
        rendering.zip_of(run)
    for row in SignedSheet.objects.order_by("pk"):
        freezing.print_signed(row.pk, at=NOW)
    with rendering.zip_of(run) as bundle, zipfile.ZipFile(io.BytesIO(bundle.read())) as archive:
        names = archive.namelist()
    first, second = SignedSheet.objects.order_by("timesheet__assignment__member__short_name")
    assert names == [
        "F-2026-0001 Aloen-structure-de-demonstration.pdf",
        f"F-2026-0001 Aloen-structure-de-demonstration annexes/2026-11 Maelle-Kerbrat {first.timesheet_id}-1.pdf",
        "F-2026-0002 Sonam-structure-de-demonstration.pdf",
        f"F-2026-0002 Sonam-structure-de-demonstration annexes/2026-11 Maelle-Kerbrat {second.timesheet_id}-1.pdf",
    ]


def test_a_member_downloads_its_own_signed_sheets_only(run, client):
    first, second = SignedSheet.objects.order_by("timesheet__assignment__member__short_name")
    client.force_login(world.staff(first.timesheet.assignment.member))
    own = reverse("timesheets:signed", args=[first.timesheet_id, 1])
    assert client.get(own).url == reverse("timesheets:sheet", args=[first.timesheet_id])
    freezing.print_signed(first.pk, at=NOW)
    answer = client.get(own)
    assert (
        answer["Content-Disposition"] == f'attachment; filename="releve-2026-11-{first.timesheet_id}-1.pdf"'
    )
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.7")
    assert client.get(reverse("timesheets:signed", args=[second.timesheet_id, 1])).status_code == 404
    page = client.get(
        reverse("billing:invoice", args=[run.invoices.get(member=first.timesheet.assignment.member).pk])
    )
    assert own in page.content.decode()
