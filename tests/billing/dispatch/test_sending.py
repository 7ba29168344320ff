"""Documents leave with their file, to the billing contact, logged; again in one click, never twice by two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.urls import reverse

from billing.dispatch import sending
from billing.dispatch.sending import NotDispatchable
from billing.documents import rendering
from billing.models import Dispatch, Invoice
from members import mailing
from members.models import Mail, Member
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import credit_all
from tests.billing.prices.test_quoting import quoted
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db


def printed(count: int = 1) -> list[Invoice]:
    """The invoices of November with their PDF."""
    scene.issued(scene.hosts(count))
    rows = list(Invoice.objects.select_related("member").order_by("sequence"))
    for row in rows:
        rendering.render(row.pk, at=NOW)
    return rows


def send(*invoices: Invoice, at: Any = NOW) -> list[sending.SentDocument]:
    return sending.send_invoices(invoices, by=None, at=at)


def leave(at: Any = NOW) -> list[Any]:
    """What the mail server got."""
    outbox.outbox.clear()
    mailing.send_pending(at)
    return list(outbox.outbox)


def test_an_invoice_leaves_with_its_file_to_the_billing_address() -> None:
    (invoice,) = printed()
    (sent,) = send(invoice)
    assert sent.addresses == [invoice.member.billing_email]
    (letter,) = leave()
    assert (letter.to, letter.subject) == (
        [invoice.member.billing_email],
        f"Facture {invoice.number}, novembre 2026",
    )
    ((name, content, kind),) = letter.attachments
    with rendering.open_document(Invoice.objects.get(pk=invoice.pk).document) as kept:
        assert (name, content, kind) == (f"{invoice.number}.pdf", kept.read(), "application/pdf")
    assert "ci-joint la facture F-2026-0001" in letter.body
    (logged,) = sending.mails_of(Dispatch.objects.filter(invoice=invoice))
    assert (logged.status, logged.address) == ("sent", invoice.member.billing_email)


def test_two_clicks_send_one_and_later_it_is_sent_again() -> None:
    (invoice,) = printed()
    send(invoice)
    with pytest.raises(NotDispatchable, match="déjà en route"):
        send(invoice)
    assert len(leave()) == 1
    send(invoice, at=NOW + timedelta(hours=1))
    assert len(leave(NOW + timedelta(hours=2))) == 1
    assert (Dispatch.objects.count(), Mail.objects.count()) == (2, 2)


def test_without_billing_address_it_goes_to_who_represents_the_member() -> None:
    (invoice,) = printed()
    Member.objects.update(billing_email="")
    with pytest.raises(NotDispatchable, match="aucune adresse"):
        send(invoice)
    assert not Dispatch.objects.exists()
    person = world.staff(invoice.member)
    assert [each.addresses for each in send(invoice)] == [[person.email]]


def test_what_has_no_file_yet_waits_and_nothing_of_the_month_leaves() -> None:
    scene.issued(scene.hosts(2))
    first, second = Invoice.objects.order_by("sequence")
    rendering.render(first.pk, at=NOW)
    with pytest.raises(NotDispatchable, match="se prépare encore"):
        send(first, second)
    assert not Mail.objects.exists()


def test_a_credit_note_and_a_quote_leave_too() -> None:
    (invoice,) = printed()
    note = credit_all(invoice)
    rendering.render(note.pk, at=NOW)
    send(note)
    quote = quoted(world.finance(), invoice.member)
    sent = sending.send_quote(quote, by=None, at=NOW)
    assert sent.addresses == [invoice.member.billing_email]
    letters = {letter.attachments[0][0]: letter for letter in leave()}
    assert set(letters) == {f"{note.number}.pdf", f"{quote.letter.content['reference']}.pdf"}
    assert f"Sur la facture {invoice.number}" in letters[f"{note.number}.pdf"].body
    assert all(letter.attachments[0][1].startswith(b"%PDF-") for letter in letters.values())


def test_a_file_that_was_altered_does_not_leave(private_files) -> None:
    (invoice,) = printed()
    send(invoice)
    (stored,) = private_files.rglob(f"{invoice.number}.pdf")
    stored.chmod(0o600)
    stored.write_bytes(b"%PDF-other")
    assert leave() == []
    assert Mail.objects.get().status == "pending"


def test_finance_sends_a_month_in_one_click_and_sees_where_each_went(login) -> None:
    rows = printed(3)
    finance = login(world.finance())
    run = reverse("billing:run", args=[NOVEMBER])
    assert "Envoyer les 3 factures par e-mail" in finance.get(run).content.decode().replace("\u00a0", " ")
    finance.post(reverse("billing:send_month", args=[NOVEMBER]))
    finance.post(reverse("billing:send_month", args=[NOVEMBER]))
    assert len(leave()) == len(rows)
    finance.get(run)  # its messages are read
    assert "par e-mail" not in finance.get(run).content.decode()
    page = reverse("billing:invoice", args=[rows[0].pk])
    shown = finance.get(page).content.decode()
    assert rows[0].member.billing_email in shown
    assert "Renvoyer par e-mail" in shown
    finance.post(reverse("billing:send_invoice", args=[rows[0].pk]))
    assert Dispatch.objects.filter(invoice=rows[0]).count() == 2
    member = login(world.staff(rows[0].member))
    assert "Envois par e-mail" not in member.get(page).content.decode()
