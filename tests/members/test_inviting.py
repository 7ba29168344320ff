"""Invitations: one valid link at a time, used once, whose letter leaves by the outbox."""

import re
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction

from members import inviting
from members.models import Invitation, Mail, MailStatus
from tests import letters, world

pytestmark = pytest.mark.django_db

SENT = world.at(date(2026, 11, 2), 10)
CHOSEN = "Une haie, deux mares, trois toits"


@pytest.fixture
def nolwenn():
    world.group()
    person = world.staff(world.member())
    person.set_unusable_password()
    person.save()
    return person


def invite(person, *, at=SENT):
    return inviting.invite(person, by=None, at=at)


def test_only_the_digest_of_a_long_token_is_kept(nolwenn):
    token = invite(nolwenn)
    kept = Invitation.objects.get()
    assert len(token) == 43
    assert token not in str(kept.__dict__)
    assert kept.token_digest == inviting._digest(token)
    assert kept.expires_at - kept.sent_at == timedelta(days=7)


def test_an_accepted_invitation_sets_the_password_and_proves_the_address(nolwenn):
    user = inviting.accept(invite(nolwenn), CHOSEN, at=SENT)
    nolwenn.refresh_from_db()
    assert user == nolwenn
    assert nolwenn.check_password(CHOSEN)
    proven = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert list(proven) == [(nolwenn.pk, nolwenn.email, True, True)]


def test_an_invitation_serves_once(nolwenn):
    token = invite(nolwenn)
    inviting.accept(token, CHOSEN, at=SENT)
    with pytest.raises(inviting.BadInvitation, match="a déjà servi"):
        inviting.accept(token, "Un autre mot de passe long", at=SENT)
    nolwenn.refresh_from_db()
    assert nolwenn.check_password(CHOSEN)


def test_an_invitation_expires_at_its_hour(nolwenn):
    token = invite(nolwenn)
    end = SENT + timedelta(days=7)
    assert inviting.read(token, at=end - timedelta(seconds=1)).user == nolwenn
    with pytest.raises(inviting.BadInvitation, match="a expiré"):
        inviting.read(token, at=end)


def test_a_newer_invitation_voids_the_earlier(nolwenn):
    first, second = invite(nolwenn), invite(nolwenn, at=SENT + timedelta(hours=1))
    with pytest.raises(inviting.BadInvitation, match="plus récente remplace celle-ci"):
        inviting.read(first, at=SENT + timedelta(hours=2))
    assert inviting.read(second, at=SENT + timedelta(hours=2)).user == nolwenn


def test_an_unknown_link_says_the_cure(nolwenn):
    with pytest.raises(inviting.BadInvitation, match="Recopiez le lien entier"):
        inviting.read("inconnu", at=SENT)


def test_a_weak_password_is_refused_and_the_link_still_serves(nolwenn):
    token = invite(nolwenn)
    with pytest.raises(inviting.WeakPassword) as refused:
        inviting.accept(token, "123", at=SENT)
    assert refused.value.field == "password"
    assert inviting.accept(token, CHOSEN, at=SENT) == nolwenn


def test_a_closed_account_is_neither_invited_nor_entered(nolwenn):
    token = invite(nolwenn)
    nolwenn.is_active = False
    nolwenn.save()
    with pytest.raises(inviting.ClosedAccount):
        invite(nolwenn)
    with pytest.raises(inviting.ClosedAccount):
        inviting.accept(token, CHOSEN, at=SENT)


def test_the_letter_leaves_by_the_outbox_in_two_forms(nolwenn):
    token = inviting.invite(nolwenn, by=None, at=SENT, address=lambda token: f"https://ge.example/{token}")
    assert mail.outbox == []
    (letter,) = letters.sent(SENT)
    assert (letter.to, letter.subject) == ([nolwenn.email], "Votre accès à La Ronde")
    assert letter.reply_to == ["bonjour@laronde.example"]
    for form in (letter.body, letter.alternatives[0].content):
        text = re.sub(r"[ \n]+", " ", form)
        assert f"https://ge.example/{token}" in text
        assert "jusqu’au 9 novembre 2026 à 10\u00a0h\u00a000" in text


def test_a_letter_never_leaves_after_its_invitation(nolwenn):
    inviting.invite(nolwenn, by=None, at=SENT, address=lambda token: f"https://ge.example/{token}")
    assert letters.sent(SENT + timedelta(days=7)) == []
    assert Mail.objects.get().status == MailStatus.EXPIRED


def test_two_valid_invitations_are_impossible(nolwenn):
    invite(nolwenn)
    invite(nolwenn, at=SENT + timedelta(hours=1))
    with pytest.raises(IntegrityError, match="one_invitation_at_a_time"), transaction.atomic():
        Invitation.objects.update(voided_at=None)
    with pytest.raises(IntegrityError, match="both_used_and_voided"), transaction.atomic():
        Invitation.objects.filter(voided_at__isnull=False).update(used_at=SENT)
