"""A month's invoices sent by the programs of production: a real worker takes the files to a real mail server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.dispatch import sending
from billing.documents import rendering
from billing.models import Invoice
from members.mailing import TASK
from members.models import Mail
from tests.billing import scene
from tests.journeys import letterbox
from tests.journeys.machines import Machines
from tests.journeys.test_real_mails import ask
from tests.journeys.test_real_worker import needs_redis
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box():
    with letterbox.opened() as opened:
        yield opened


@pytest.fixture
def machines(tmp_path, files, box):
    """Programs set up as in production, with our own mail server."""
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(box.port), "EMAIL_TLS": "no"}
    site = {"LOCAL_MODE": "no", "ALLOWED_HOSTS": "ge.example", "EMAIL_FROM": "ge@ge.example"}
    started = Machines(tmp_path, variables=mail | site)
    yield started
    started.stop()


@needs_redis
def test_each_member_gets_its_invoice_with_the_file(machines, box):
    scene.issued(scene.hosts(3))
    rows = list(Invoice.objects.select_related("member").order_by("sequence"))
    for row in rows:
        rendering.render(row.pk, at=NOW)
    # The programs read the real clock.
    sending.send_invoices(rows, by=None, at=timezone.now() - timedelta(minutes=1))
    machines.redis()
    machines.worker()
    ask(machines, TASK)
    machines.until(lambda: Mail.objects.filter(status="sent").count() == len(rows))
    assert box.readers() == sorted(row.member.billing_email for row in rows)
    for row in rows:
        (attached,) = box.letter(row.member.billing_email).iter_attachments()
        with rendering.open_document(Invoice.objects.get(pk=row.pk).document) as kept:
            assert attached.get_filename() == f"{row.number}.pdf"
            assert attached.get_content() == kept.read()
