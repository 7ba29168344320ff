"""The outbox in the admin: found, opened as it was sent, sent again; never written by hand."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from members import mailing
from members.models import Mail, MailKind, MailStatus
from tests import world

pytestmark = pytest.mark.django_db
AT = world.at(date(2026, 12, 3), 7, 30)
LIST = reverse("admin:members_mail_changelist")


@pytest.fixture
def malo(client):
    admin = world.admin()
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    client.force_login(admin)
    return client


@pytest.fixture
def written():
    """A message to Nolwenn that waits, and one to Anaïs that failed."""
    world.group()
    aloen = world.member()
    return [
        mailing.write(
            world.staff(aloen, name),
            kind=MailKind.CONFIRM_DIGEST,
            day=AT.date(),
            subject=f"{count}\u00a0relevés attendent votre visa",
            template="visas",
            context={
                "lines": ["Aloen & compagnie"],
                "visas": count,
                "is_tacit": True,
                "asked_by": "",
                "url": "https://ge.example/heures/a-viser/",
            },
            at=AT,
        )
        for name, count in [("Nolwenn Jégo", 2), ("Anaïs Moal", 3)]
    ]


def shown(answer):
    return [mail.to.name for mail in answer.context["cl"].result_list]


def test_messages_are_searched_and_filtered(malo, written):
    Mail.objects.filter(pk=written[1].pk).update(status=MailStatus.FAILED)
    assert sorted(shown(malo.get(LIST))) == ["Anaïs Moal", "Nolwenn Jégo"]
    assert shown(malo.get(LIST, {"q": "Jégo"})) == ["Nolwenn Jégo"]
    assert shown(malo.get(LIST, {"status__exact": "failed"})) == ["Anaïs Moal"]
    assert shown(malo.get(LIST, {"kind__exact": "contested"})) == []
    assert len(shown(malo.get(LIST, {"queued_at__year": "2026", "queued_at__month": "12"}))) == 2


def test_a_message_is_opened_and_cannot_be_changed(malo, written):
    page = reverse("admin:members_mail_change", args=[written[0].pk])
    text = malo.get(page).content.decode()
    assert "2\u00a0relevés attendent votre visa" in text
    assert "Bonjour Nolwenn Jégo," in text
    assert reverse("admin:members_mail_html", args=[written[0].pk]) in text
    assert malo.post(page, {"subject": "Autre"}).status_code == 403
    assert malo.post(reverse("admin:members_mail_delete", args=[written[0].pk])).status_code == 403
    assert malo.get(reverse("admin:members_mail_add")).status_code == 403


def test_the_html_is_shown_as_sent_and_may_do_nothing(malo, written):
    answer = malo.get(reverse("admin:members_mail_html", args=[written[0].pk]))
    assert answer.content.decode() == written[0].html
    assert "Aloen &amp; compagnie" in written[0].html
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "sandbox": "",
    }


def test_only_admins_open_the_outbox(client, written):
    client.force_login(written[0].to)
    for page in (LIST, reverse("admin:members_mail_html", args=[written[0].pk])):
        assert client.get(page).status_code == 302


def test_failed_messages_are_sent_again_from_the_list(malo, written, django_capture_on_commit_callbacks):
    asked = {"action": "resend", "_selected_action": [mail.pk for mail in written]}
    assert "Aucun message en échec" in malo.post(LIST, asked, follow=True).content.decode()
    Mail.objects.filter(pk=written[1].pk).update(status=MailStatus.FAILED, attempts=3, error="busy")
    with django_capture_on_commit_callbacks() as sent:
        assert "1\u00a0message remis en file" in malo.post(LIST, asked, follow=True).content.decode()
    assert len(sent) == 1
    again = Mail.objects.get(pk=written[1].pk)
    assert (again.status, again.attempts, again.error) == (MailStatus.PENDING, 0, "")
