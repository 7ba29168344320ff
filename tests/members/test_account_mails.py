"""What opens an account goes through the outbox: never readable there, never later than it is worth something."""

import base64
import json
import re
import zlib
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from groupement.kernel import encryption
from members import account_mails, inviting, mailing
from members.access import trust_email
from members.models import Mail, MailKind, MailStatus, User
from tests import letters, world
from tests.house.forms_accounts import READ_TWICE

pytestmark = pytest.mark.django_db
AT = world.at(date(2026, 12, 3), 7, 30)
CODE = r"^[B-Z]{4}-[B-Z]{4}$"
CHOSEN = "Une haie, deux mares, trois toits"


class Down(EmailBackend):
    """A mail server that does not answer."""

    def open(self):
        raise ConnectionRefusedError("connection refused")

    def send_messages(self, messages):
        raise ConnectionRefusedError("connection refused")


@pytest.fixture
def maelle():
    world.group()
    found = world.user("Maëlle Kerbrat")
    trust_email(found)
    return found


@pytest.fixture
def asked(client, maelle, monkeypatch, settings):
    """Every message of the accounts, asked for while the mail server is down: what each address answered."""
    settings.ZEAL_ALLOWLIST = READ_TWICE["ZEAL_ALLOWLIST"]
    monkeypatch.setattr(mailing, "get_connection", Down)
    monkeypatch.setattr("django.core.mail.get_connection", Down)
    answers = {
        "reset": client.post(reverse("account_reset_password"), {"email": maelle.email}),
        "code": client.post(reverse("account_request_login_code"), {"email": maelle.email}),
        "unknown": client.post(reverse("account_reset_password"), {"email": "autre@laronde.example"}),
    }
    client.force_login(maelle)
    client.post(reverse("account_reauthenticate"), {"password": world.PASSWORD})
    typed = {"oldpassword": world.PASSWORD, "password1": CHOSEN, "password2": CHOSEN}
    answers["address"] = client.post(
        reverse("account_email"), {"action_add": "", "email": "m@ailleurs.example"}
    )
    answers["password"] = client.post(reverse("account_change_password"), typed)
    admin = world.admin()
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    client.force_login(admin)
    answers["invitation"] = client.post(reverse("members:invite", args=[world.user("Loïc Tanguy").pk]))
    return answers


def words(mail):
    return json.loads(encryption.decrypt(mail.encrypted))["text"]


def test_a_mail_server_that_is_down_stops_nobody(asked, maelle):
    statuses = {name: answer.status_code for name, answer in asked.items()}
    assert statuses == dict.fromkeys(statuses, 302)
    assert User.objects.get(pk=maelle.pk).check_password(CHOSEN)
    titles = Mail.objects.filter(status=MailStatus.PENDING).order_by("pk").values_list("address", "subject")
    assert list(titles) == [
        (maelle.email, "Choisir un autre mot de passe"),
        (maelle.email, "Votre code de connexion"),
        ("autre@laronde.example", "Aucun compte à cette adresse"),
        ("m@ailleurs.example", "Confirmez votre adresse e-mail"),
        (maelle.email, "Mot de passe changé"),
        ("loic.tanguy@laronde.example", "Votre accès à La Ronde"),
    ]


def dump():
    """All rows of all tables as text, as a dump has them, and what sessions hold, taken out of their wrapping."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        parts = []
        for table in tables:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                parts.append(b"".join(bytes(part) for part in copy).decode())
        cursor.execute("SELECT session_data FROM django_session")
        for (kept,) in cursor.fetchall():
            payload = kept.lstrip(".").partition(":")[0].encode()
            raw = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
            parts.append((zlib.decompress(raw) if kept.startswith(".") else raw).decode())
    return "\n".join(parts)


def test_neither_the_table_nor_a_dump_holds_a_secret(asked, maelle, monkeypatch):
    texts = [words(mail) for mail in Mail.objects.exclude(encrypted="")]
    links = {word for text in texts for word in text.split() if word.startswith("http") and len(word) > 40}
    secrets = {part for link in links for part in link.split("/") if len(part) > 25}
    secrets |= {code for text in texts for code in re.findall(CODE, text, re.MULTILINE)}
    assert len(secrets) == 4, secrets  # a reset, a code, a confirmation, an invitation
    held = dump()
    assert maelle.email in held
    assert [secret for secret in secrets if secret in held] == []
    assert set(Mail.objects.values_list("text", "html")) == {("", "")}
    # Once sent nothing is left of them but that they were.
    monkeypatch.undo()
    assert len(letters.sent()) == 6
    assert set(Mail.objects.values_list("status", "encrypted")) == {(MailStatus.SENT, "")}


def test_the_one_who_is_written_to_reads_it(client, maelle, settings):
    settings.ZEAL_ALLOWLIST = READ_TWICE["ZEAL_ALLOWLIST"]
    client.post(reverse("account_request_login_code"), {"email": maelle.email})
    (letter,) = letters.sent()
    assert letter.to == [maelle.email]
    code = re.search(CODE, letter.body, re.MULTILINE)[0]
    assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
    assert client.session["_auth_user_id"] == str(maelle.pk)


def write(to, *, subject="Votre code", minutes=10, at=AT, text="Le code : XK3-9PQ\n"):
    return account_mails.write(
        to.email, to=to, subject=subject, text=text, at=at, until=at + timedelta(minutes=minutes)
    )


def state(mail):
    mail.refresh_from_db()
    return mail.status, bool(mail.encrypted)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(599, (MailStatus.SENT, False)), (600, (MailStatus.EXPIRED, False))]
)
def test_a_code_leaves_while_it_is_worth_something_or_never(maelle, seconds, expected):
    mail = write(maelle)
    assert state(mail) == (MailStatus.PENDING, True)
    mailing.send_pending(AT + timedelta(seconds=seconds))
    assert state(mail) == expected


def test_it_is_tried_within_minutes_and_given_up_at_its_end(maelle, monkeypatch):
    mail = write(maelle)
    monkeypatch.setattr(mailing, "get_connection", Down)
    tried = {}
    for minute in range(11):
        mailing.send_pending(AT + timedelta(minutes=minute))
        mail.refresh_from_db()
        tried[minute] = (mail.attempts, mail.status)
    assert [minute for minute in tried if minute and tried[minute][0] > tried[minute - 1][0]] == [1, 2, 4, 7]
    assert tried[9] == (5, MailStatus.PENDING)
    assert tried[10] == (5, MailStatus.EXPIRED)
    assert mail.encrypted == ""


def test_who_asks_again_gets_the_last_one_only(maelle):
    first, second = write(maelle), write(maelle, at=AT + timedelta(minutes=1), text="Le code : ABC-123\n")
    other = write(maelle, subject="Mot de passe changé")
    assert [state(mail) for mail in (first, second, other)] == [
        (MailStatus.EXPIRED, False),
        (MailStatus.PENDING, True),
        (MailStatus.PENDING, True),
    ]
    bodies = [letter.body for letter in letters.sent(AT + timedelta(minutes=2))]
    assert bodies == ["Le code : ABC-123\n", "Le code : XK3-9PQ\n"]


def test_a_new_invitation_stops_the_letter_of_the_former(maelle):
    for hour in (0, 1):
        inviting.invite(
            maelle, by=None, at=AT + timedelta(hours=hour), address=lambda token: f"https://x/{token}"
        )
    (letter,) = letters.sent(AT + timedelta(hours=2))
    token = re.search(r"https://x/(\S+)", letter.body)[1]
    assert inviting.read(token, at=AT + timedelta(hours=2)).user == maelle


def test_a_code_goes_before_what_can_wait(maelle):
    mailing.write(
        maelle,
        kind=MailKind.CONTESTED,
        subject="Heures contestées",
        template="notices",
        context={"parts": [], "links": False, "url": "https://ge.example/"},
        at=AT,
    )
    write(maelle)
    assert [letter.subject for letter in letters.sent(AT + timedelta(seconds=1))] == [
        "Votre code",
        "Heures contestées",
    ]


def test_an_address_that_refused_our_last_message_still_gets_a_code(maelle):
    Mail.objects.create(
        to=maelle,
        address=maelle.email,
        kind=MailKind.CONTESTED,
        subject="x",
        text="x",
        html="x",
        queued_at=AT,
        status=MailStatus.FAILED,
        attempts=1,
        error=f"{mailing.REFUSED} (550)",
    )
    mail = write(maelle)
    mailing.send_pending(AT)
    assert state(mail) == (MailStatus.SENT, False)


def test_a_key_is_changed_without_losing_what_waits(maelle, settings):
    settings.ENCRYPTION_KEYS = ["ancienne"]
    mail = write(maelle)
    settings.ENCRYPTION_KEYS = ["nouvelle", "ancienne"]
    assert words(mail) == "Le code : XK3-9PQ\n"
    settings.ENCRYPTION_KEYS = ["nouvelle"]
    with pytest.raises(encryption.UnreadableError):
        words(mail)
    mailing.send_pending(AT)
    assert state(mail) == (MailStatus.PENDING, True)


def test_admins_read_that_it_was_sent_and_not_what(client, maelle):
    admin = world.admin()
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    client.force_login(admin)
    mail = write(maelle)
    for address in (
        reverse("admin:members_mail_change", args=[mail.pk]),
        reverse("admin:members_mail_html", args=[mail.pk]),
        reverse("admin:members_mail_changelist"),
    ):
        page = client.get(address).content.decode()
        assert "XK3-9PQ" not in page
        assert mail.encrypted not in page
    assert (
        "personne ne le lit ici"
        in client.get(reverse("admin:members_mail_change", args=[mail.pk])).content.decode()
    )


def test_a_second_factor_being_set_up_is_not_readable_in_the_session(client, maelle):
    client.force_login(maelle)
    client.post(reverse("account_reauthenticate"), {"password": world.PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session[totp.SECRET_SESSION_KEY]
    assert secret not in dump()
    assert timezone.now() < client.session.get_expiry_date()


def test_sessions_of_before_are_still_read():
    plain = encryption.EncryptedSession()
    assert plain.loads(b'{"role":"finance"}') == {"role": "finance"}
    assert plain.loads(plain.dumps({"role": "finance"})) == {"role": "finance"}
