"""A valid posting for each address of the accounts: login, password, e-mail, second factor, sessions (allauth’s views).

They hold at any moment; the limits on how often somebody may try are off while they are sent.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.account.views import INTERNAL_RESET_SESSION_KEY, PasswordResetFromKeyView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.access import trust_email
from members.models import User
from tests import letters, world
from tests.house.form import Filled, Form
from tests.house.house import House

# A code is also good for the half minute before and after, so that none runs out between making and sending.
SETTINGS = {"ACCOUNT_RATE_LIMITS": False, "MFA_TOTP_TOLERANCE": 1}
# What allauth and Django read twice, where we have no say: an address that is confirmed, a passkey that goes, the
# session that ends.
READ_TWICE = {
    "ZEAL_ALLOWLIST": [
        {"model": "account.EmailAddress", "field": "*"},
        {"model": "mfa.Authenticator", "field": "get()"},
        {"model": "sessions.Session", "field": "get()"},
    ]
}
NEW = "Trois haies, deux mares, un toit"
OTHER_ADDRESS = "personne@ailleurs.example"
TWICE = {"password1": NEW, "password2": NEW}
# Secrets of the code app that is being added; those of apps in use are drawn anew, since a code serves once.
ADDED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

# Addresses that take POST and have no valid form here, and why.
WITHOUT_FORM = {
    "account_signup": "accounts are opened by invitation: whatever is sent, the answer says that signup is closed",
    "mfa_add_webauthn": "what is sent is signed by the browser’s authenticator over a challenge of this session",
    "mfa_login_webauthn": "what is sent is signed by the browser’s authenticator over a challenge of this session",
    "mfa_reauthenticate_webauthn": "what is sent is signed by the browser’s authenticator over a challenge of this "
    "session",
}


def _sender(house: House, role: str) -> User | None:
    """Who sends, as the database knows them now."""
    user = house.users[role]
    return User.objects.get(pk=user.pk) if user else None


def _maelle(house: House) -> User:
    """Maëlle, who proved that she reads her mail."""
    user = User.objects.get(pk=house.maelle.user_id)
    trust_email(user)
    return user


def _enter_password(house: House, role: str) -> User | None:
    """Let the sender type their password again, as changes of the second factor ask."""
    if user := _sender(house, role):
        house.client(role).post(reverse("account_reauthenticate"), {"password": world.PASSWORD})
    return user


def _add_code_app(user: User) -> str:
    """Give ``user`` an app of codes in place of the one that they had; answers its secret."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def _code(secret: str) -> str:
    """The code that the app shows now."""
    counters = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counters[len(counters) // 2]))


def _is_in(answer: Any) -> bool:
    return "_auth_user_id" in answer.client.session


def _login(house: House, role: str) -> Filled:
    return Filled(fields={"login": _maelle(house).email, "password": world.PASSWORD})


def _request_code(house: House, role: str) -> Filled:
    mail.outbox.clear()
    return Filled(fields={"email": _maelle(house).email})


def _code_asked(client: Client) -> str:
    """The code that was sent by mail, as the session of the sender keeps it."""
    return str(client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"])


def _has_code(answer: Any) -> bool:
    return len(letters.sent()) == 1 and _code_asked(answer.client) in mail.outbox[0].body


def _confirm_code(house: House, role: str) -> Filled:
    client = house.client(role)
    if role != "anonymous":
        return Filled(fields={"code": "000000"})
    client.post(reverse("account_request_login_code"), {"email": _maelle(house).email})
    return Filled(fields={"code": _code_asked(client)})


def _authenticate(house: House, role: str) -> Filled:
    user = _maelle(house)
    secret = _add_code_app(user)
    if role == "anonymous":
        typed = {"login": user.email, "password": world.PASSWORD}
        house.client(role).post(reverse("account_login"), typed)
    return Filled(fields={"code": _code(secret)})


def _reauthenticate(house: House, role: str) -> Filled:
    return Filled(fields={"password": world.PASSWORD})


def _typed_again(answer: Any) -> bool:
    records = answer.client.session.get("account_authentication_methods", [])
    return any(record.get("reauthenticated") for record in records)


def _add_email(house: House, role: str) -> Filled:
    """Who has a second factor keeps their address, allauth says: the sender has none here."""
    Authenticator.objects.filter(user=house.users[role]).delete()
    return Filled(fields={"action_add": "", "email": OTHER_ADDRESS})


def _is_added(answer: Any) -> bool:
    # The address of the account is written down as well, whatever comes of the form.
    return EmailAddress.objects.filter(email=OTHER_ADDRESS, verified=False).exists()


def _confirm_email(house: House, role: str) -> Filled:
    address = EmailAddress.objects.create(user=_maelle(house), email=OTHER_ADDRESS)
    return Filled({"key": EmailConfirmationHMAC(address).key})


def _is_proven(answer: Any) -> bool:
    return EmailAddress.objects.filter(email=OTHER_ADDRESS, verified=True).exists()


def _change_password(house: House, role: str) -> Filled:
    return Filled(fields={"oldpassword": world.PASSWORD, **TWICE})


def _set_password(house: House, role: str) -> Filled:
    if user := _sender(house, role):
        user.set_unusable_password()
        user.save()
        # Whoever loses the password is logged out: they came in by a code since.
        house.client(role).force_login(user)
    return Filled(fields=TWICE)


def _reset_password(house: House, role: str) -> Filled:
    mail.outbox.clear()
    return Filled(fields={"email": _maelle(house).email})


def _reset_mail(answer: Any) -> bool:
    return [message.to for message in letters.sent()] == [["maelle.kerbrat@laronde.example"]]


def _reset_from_key(house: House, role: str) -> Filled:
    uidb36 = user_pk_to_url_str(_maelle(house))
    return Filled({"uidb36": uidb36, "key": PasswordResetFromKeyView.reset_url_key}, TWICE)


def _reset_key(house: House, role: str) -> dict[str, Any]:
    """What the link of the mail leaves in the session."""
    return {INTERNAL_RESET_SESSION_KEY: default_token_generator.make_token(_maelle(house))}


def _reauthenticate_by_code(house: House, role: str) -> Filled:
    user = _sender(house, role)
    return Filled(fields={"code": _code(_add_code_app(user)) if user else "000000"})


def _activate_codes(house: House, role: str) -> Filled:
    if user := _enter_password(house, role):
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    return Filled(fields={"code": _code(ADDED)})


def _added_secret(house: House, role: str) -> dict[str, Any]:
    """What the page with the QR code leaves in the session."""
    return {totp.SECRET_SESSION_KEY: ADDED}


def _with_code_app(house: House, role: str) -> Filled:
    """Nothing but the button, for somebody who has an app of codes."""
    if user := _enter_password(house, role):
        _add_code_app(user)
    return Filled()


def _passkey(house: House, role: str) -> dict[str, Any]:
    """A passkey of Maëlle’s; its credential is never read by what is tried here."""
    _enter_password(house, role)
    return {"pk": WebAuthn.add(_maelle(house), "Clé", {}).instance.pk}


def _rename_passkey(house: House, role: str) -> Filled:
    return Filled(_passkey(house, role), {"name": "Clé du bureau"})


def _remove_passkey(house: House, role: str) -> Filled:
    return Filled(_passkey(house, role))


def _second_browser(house: House, role: str) -> Filled:
    """The sender is logged in twice."""
    if user := _sender(house, role):
        other = Client()
        other.force_login(user)
        for browser in (other, house.client(role)):
            known = {"ip": "127.0.0.1", "session_key": browser.session.session_key}
            UserSession.objects.create(user=user, user_agent="", **known)
    return Filled()


def _is_alone(answer: Any) -> bool:
    keys = UserSession.objects.values_list("session_key", flat=True)
    return _is_in(answer) and list(keys) == [answer.client.session.session_key]


def _form(make: Any, **more: Any) -> Form:
    return Form(make, settings=SETTINGS | READ_TWICE, **more)


FORMS = {
    "account_login": _form(_login, shows=_is_in),
    "account_logout": _form(lambda *_: Filled(), writes=False, shows=lambda answer: not _is_in(answer)),
    "account_request_login_code": _form(_request_code, shows=_has_code),
    "account_confirm_login_code": _form(_confirm_code, shows=_is_in),
    "account_reauthenticate": _form(_reauthenticate, writes=False, shows=_typed_again),
    "account_email": _form(_add_email, shows=_is_added),
    "account_confirm_email": _form(_confirm_email, shows=_is_proven),
    "account_change_password": _form(_change_password),
    "account_set_password": _form(_set_password),
    "account_reset_password": _form(_reset_password, shows=_reset_mail),
    "account_reset_password_from_key": _form(_reset_from_key, session=_reset_key),
    "mfa_authenticate": _form(_authenticate, shows=_is_in),
    "mfa_reauthenticate": _form(_reauthenticate_by_code),
    "mfa_activate_totp": _form(_activate_codes, session=_added_secret),
    "mfa_deactivate_totp": _form(_with_code_app),
    "mfa_generate_recovery_codes": _form(_with_code_app),
    "mfa_edit_webauthn": _form(_rename_passkey),
    "mfa_remove_webauthn": _form(_remove_passkey),
    "usersessions_list": _form(_second_browser, writes=False, shows=_is_alone),
}
