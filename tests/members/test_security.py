"""The security log: who came in, who could not, what opens doors; and no secret in any log."""

import importlib
import json
import logging
import re
from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.conf import settings as site_settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from employees import feeds
from groupement import access_log
from groupement.kernel import encryption, masking
from members import inviting, security, tasks
from members.access import trust_email
from members.models import Group, SecurityEvent, SecurityEventKind
from tests import world
from tests.house.forms_accounts import READ_TWICE
from tests.members.admin_forms import change_url, filled

pytestmark = pytest.mark.django_db
LOGIN = reverse("account_login")
START = world.at(date(2026, 12, 3), 9)


@pytest.fixture(autouse=True)
def _read_twice(settings):
    settings.ZEAL_ALLOWLIST = READ_TWICE["ZEAL_ALLOWLIST"]
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def lines():
    """The lines that are shipped."""
    kept: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: kept.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("groupement.security")
    logger.addHandler(handler)
    yield kept
    logger.removeHandler(handler)


@pytest.fixture
def maelle():
    world.group()
    found = world.user("Maëlle Kerbrat")
    trust_email(found)
    return found


def noted():
    rows = SecurityEvent.objects.order_by("pk")
    return [(row.kind, row.user_id, row.address, row.detail) for row in rows]


def code_of(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def log_in(client, user, password=world.PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


def test_logins_failures_and_lock_outs_are_written_down_and_shipped(client, maelle, lines):
    for _ in range(6):
        log_in(client, maelle, "autre chose")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        log_in(client, maelle)
    failed = (SecurityEventKind.LOGIN_FAILED, None, maelle.email, "mot de passe")
    assert noted() == [
        *[failed] * 5,
        (SecurityEventKind.LOCKED_OUT, None, maelle.email, ""),
        (SecurityEventKind.LOGIN, maelle.pk, "", "mot de passe"),
    ]
    shipped = [json.loads(line) for line in lines]
    assert [line["event"] for line in shipped] == [*["login_failed"] * 5, "locked_out", "login"]
    assert {line["ip"] for line in shipped} == {"127.0.0.1"}
    assert world.PASSWORD not in "".join(lines)
    assert "autre chose" not in "".join(lines)


def test_second_factors_and_passwords_are_written_down(client, maelle, django_capture_on_commit_callbacks):
    log_in(client, maelle)
    client.post(reverse("account_reauthenticate"), {"password": world.PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session[totp.SECRET_SESSION_KEY]
    code = code_of(secret)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    other = Client()
    log_in(other, maelle)
    other.post(reverse("mfa_authenticate"), {"code": "000000"})
    found = [(kind, detail) for kind, _, _, detail in noted()]
    assert (SecurityEventKind.SECOND_FACTOR, "totp_activated") in found
    assert found[-1] == (SecurityEventKind.LOGIN_FAILED, "second facteur")
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_roles_seats_and_iban_are_written_down_without_their_values(client, maelle):
    client.force_login(world.admin())
    row = filled(client, maelle)
    client.post(change_url(maelle), {**row, "is_finance": "on"})
    group = world.group()
    client.post(change_url(group), {**filled(client, group), "iban": "FR1420041010050500013M02606"})
    details = [detail for kind, _, _, detail in noted() if kind == SecurityEventKind.ROLE]
    assert details == [
        f"compte {maelle.pk} (Maëlle Kerbrat)\u00a0: is_finance",
        "groupement 1 (La Ronde)\u00a0: iban",
    ]


def test_shut_doors_and_exports_are_written_down(client, maelle):
    client.force_login(maelle)
    shut = reverse("billing:liability")
    assert client.get(shut).status_code == 403
    invite = reverse("members:invite", args=[maelle.pk])
    assert client.post(invite).status_code == 404
    assert [detail for kind, _, _, detail in noted() if kind == SecurityEventKind.REFUSED][:1] == [
        f"GET {shut}"
    ]
    assert f"POST {invite}" in [detail for *_, detail in noted()]
    client.force_login(world.finance())
    sample = reverse("billing:cost_sample", args=[world.NOVEMBER])
    answer = client.get(sample)
    assert answer["Content-Disposition"].startswith("attachment")
    assert noted()[-1][0] == SecurityEventKind.EXPORT
    assert noted()[-1][3] == f"GET {sample}"


def test_nobody_changes_it(maelle):
    with connection.cursor() as cursor:
        cursor.execute("SELECT note_security_event(now(), 'login', %s, '', NULL, '')", [maelle.pk])
    rows = SecurityEvent.objects.filter(user=maelle)
    assert rows.count() == 1
    for change in (lambda: rows.update(detail="rien"), rows.delete):
        with pytest.raises(DatabaseError, match="kept until its end"), transaction.atomic():
            change()


@pytest.mark.parametrize(("months", "left"), [(12, ["5", "11"]), (6, ["5"])])
def test_the_log_ends_with_the_months_of_the_group(maelle, months, left):
    """What is older goes at night, and nothing younger goes, whoever asks."""
    Group.objects.update(security_log_months=months)
    with connection.cursor() as cursor:
        for age in (5, 11, 13):
            cursor.execute(
                "SELECT note_security_event(now() - make_interval(months => %s), 'login', %s, '', NULL, %s)",
                [age, maelle.pk, str(age)],
            )
    rows = SecurityEvent.objects.filter(user=maelle, detail__in=["5", "11", "13"])
    with pytest.raises(DatabaseError, match="kept until its end"), transaction.atomic():
        rows.filter(detail="5").delete()
    tasks.forget_security_events()
    assert sorted(rows.values_list("detail", flat=True), key=int) == left
    # A clock that runs ahead takes nothing away.
    assert security.forget(timezone.now() + timedelta(days=400)) == 0


def test_admins_read_it_and_nobody_else(client, maelle):
    log_in(Client(), maelle)
    page = reverse("admin:members_securityevent_changelist")
    client.force_login(maelle)
    assert client.get(page).status_code == 302
    client.force_login(world.admin())
    text = client.get(page).content.decode()
    assert "Maëlle Kerbrat" in text
    assert "connexion" in text
    assert client.get(reverse("admin:members_securityevent_add")).status_code == 403


SECRET = "Zk3" + "x9_-Q" * 8
SECRETS_IN = {
    f"GET /invitation/{SECRET}/ HTTP/1.1": "GET /invitation/…/ HTTP/1.1",
    f"GET /equipe/agenda/{SECRET}.ics HTTP/1.1": "GET /equipe/agenda/….ics HTTP/1.1",
    f"GET /lien/{SECRET}/ HTTP/1.1": "GET /lien/…/ HTTP/1.1",
    f"/compte/confirm-email/{SECRET[:30]}:1xY:{SECRET[:20]}/": "/compte/confirm-email/…/",
    f"/compte/password/reset/key/1-{SECRET}/": "/compte/password/reset/key/…/",
    f"Gone: /invitation/{SECRET}/": "Gone: /invitation/…/",
    f"/compte/login/?next=%2Finvitation%2F{SECRET}%2F": "/compte/login/?next=%2Finvitation%2F…%2F",
    f"http://ge.example/invitation/{SECRET}/": "http://ge.example/invitation/…/",
    "/facturation/2026-11/factures/12/": "/facturation/2026-11/factures/12/",
    "/admin/members/securityevent/?q=a&p=2": "/admin/members/securityevent/?q=a&p=2",
    "/static/js/webauthn-json.js": "/static/js/webauthn-json.js",
}


def test_secrets_of_addresses_are_masked_and_nothing_else():
    assert {text: masking.mask(text) for text in SECRETS_IN} == SECRETS_IN


def test_no_address_of_a_page_is_taken_for_a_secret():
    from tests.house.doors import routes

    plain = {f"/{route}" for route in routes().values() if "<" not in route and "(?P" not in route}
    assert [address for address in plain if masking.mask(address) != address] == []


def test_the_log_of_requests_holds_no_secret():
    class Asked:
        method, path, uri, version, headers = (
            "GET",
            f"/invitation/{SECRET}/",
            f"/invitation/{SECRET}/",
            (1, 1),
            [],
        )

    class Given:
        status, sent, headers = "200 OK", 10, []

    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": Asked.uri,
        "PATH_INFO": Asked.path,
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    environ["HTTP_REFERER"] = f"http://ge.example/invitation/{SECRET}/"
    logger = access_log.MaskedLogger.__new__(access_log.MaskedLogger)
    atoms = logger.atoms(Given(), Asked(), environ, timedelta(seconds=1))
    assert atoms["r"] == "GET /invitation/…/ HTTP/1.1"
    assert [name for name, value in atoms.items() if SECRET in str(value)] == []


def test_django_writes_no_secret_into_its_log(client, maelle):
    token = inviting.invite(maelle, by=None, at=timezone.now() - timedelta(days=30))
    handler = site_settings.LOGGING["handlers"]["console"]
    assert handler["filters"] == ["secrets"]
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 1, "%s: %s", ("Gone", f"/invitation/{token}/"), None
    )
    assert masking.MaskSecrets().filter(record)
    assert record.getMessage() == "Gone: /invitation/…/"


def test_every_start_of_the_web_server_masks():
    for name in ("docker-compose.yml", "Makefile"):
        assert re.search(
            r"--logger-class\W+groupement\.access_log\.MaskedLogger",
            (site_settings.BASE_DIR / name).read_text(),
        )


def test_a_calendar_ends_when_its_address_does(client):
    world.group()
    person = world.employee("Maëlle", "Kerbrat", members=[world.member()])
    with time_machine.travel(START, tick=False) as clock:
        feed, secret = feeds.open_feed(person.user, employee=person, at=START, days=90)
        address = reverse("employees:feed", args=[secret])
        clock.shift(timedelta(days=90, seconds=-1))
        assert client.get(address).status_code == 200
        assert feeds.live_feeds(person.user) == [feed]
        clock.shift(timedelta(seconds=1))
        assert client.get(address).status_code == 404
        assert feeds.live_feeds(person.user) == []


@pytest.mark.parametrize(("typed", "expected"), [({}, 365), ({"days": "90"}, 90), ({"days": "0"}, None)])
def test_who_makes_an_address_chooses_its_end(client, typed, expected):
    from employees.models import CalendarFeed

    world.group()
    person = world.employee("Maëlle", "Kerbrat", members=[world.member()])
    client.force_login(person.user)
    client.post(reverse("employees:open_feed"), {"calendar": f"personne-{person.pk}", **typed})
    feed = CalendarFeed.objects.get()
    assert (feed.expires_at - feed.made_at).days == expected if expected else feed.expires_at is None


def test_second_factors_of_before_are_encrypted_and_still_open(maelle):
    secret, seed = totp.generate_totp_secret(), RecoveryCodes.generate_seed()
    old = Authenticator.objects.create(user=maelle, type=Authenticator.Type.TOTP, data={"secret": secret})
    codes = Authenticator.objects.create(
        user=maelle, type=Authenticator.Type.RECOVERY_CODES, data={"seed": seed, "used_mask": 0}
    )
    before = RecoveryCodes(codes).generate_codes()
    migration = importlib.import_module("members.migrations.0022_encrypt_second_factors")
    for _ in range(2):  # a second time changes nothing
        migration.encrypt_all(apps, None)
    old.refresh_from_db()
    codes.refresh_from_db()
    assert encryption.decrypt(old.data["secret"]) == secret
    assert encryption.is_encrypted(codes.data["seed"])
    assert RecoveryCodes(codes).generate_codes() == before
    code = code_of(secret)
    assert totp.TOTP(old).validate_code(code)
    migration.decrypt_all(apps, None)
    old.refresh_from_db()
    assert old.data == {"secret": secret}
