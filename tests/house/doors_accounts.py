"""Who may open which address: login, password, e-mail, second factor, sessions (allauth’s views)."""

from __future__ import annotations

from typing import Any

from tests.house import records
from tests.house.door import ANYBODY, FINANCE, LOGGED_IN, MAELLE, MISSING, NOBODY, Door, page

VISITOR = frozenset({"anonymous"})
# Who has a code app; the others have their password alone.
WITH_CODES = frozenset({"coordinator", "coordinator_deputy", "finance", "admin"})


def entrance(**facts: Any) -> Door:
    """For visitors; who is logged in is sent on to where their day begins."""
    return Door(
        **{
            "get": ANYBODY,
            "post": VISITOR,
            "refused": LOGGED_IN,
            "sent_on": LOGGED_IN,
            "is_open": True,
            **facts,
        }
    )


def own(**facts: Any) -> Door:
    """Of one’s own account, for whoever is logged in."""
    return Door(**{"get": LOGGED_IN, "post": LOGGED_IN, **facts})


def guarded(**facts: Any) -> Door:
    """The same, after one has typed one’s password again."""
    return own(sent_on=LOGGED_IN, **facts)


# Whoever holds the link of a mail uses it, logged in or not.
BY_MAIL: dict[str, Any] = {"get": ANYBODY, "post": ANYBODY, "is_open": True, "hides": ()}
CODES: dict[str, Any] = {
    "get": FINANCE,
    "make": records.recovery_codes,
    "sent_on": FINANCE,
    "others": MISSING,
}

DOORS: dict[str, Door] = {
    "account_login": entrance(),
    "account_logout": Door(get=ANYBODY, post=LOGGED_IN, refused=VISITOR, sent_on=VISITOR, is_open=True),
    "account_inactive": page(ANYBODY, is_open=True),
    # Accounts are opened by invitation: whatever is sent, signup is closed.
    "account_signup": entrance(post=NOBODY, refused=ANYBODY),
    "account_reauthenticate": own(),
    "account_email": own(),
    "account_email_verification_sent": page(ANYBODY, is_open=True),
    "account_change_password": own(),
    # They have one: it is changed, not set.
    "account_set_password": own(sent_on=LOGGED_IN),
    "account_reset_password": Door(**BY_MAIL),
    # Nobody gets there without having asked for a code.
    "account_confirm_login_code": entrance(sent_on=ANYBODY),
    # A changed address is confirmed by the account that it is of.
    "account_confirm_email": own(
        post=MAELLE,
        refused=LOGGED_IN - MAELLE,
        sent_on=LOGGED_IN - MAELLE,
        make=records.address_to_confirm,
        hides=(),
    ),
    "account_reset_password_from_key_done": page(ANYBODY, is_open=True),
    "account_reset_password_from_key": Door(**BY_MAIL, make=records.password_key),
    "account_reset_password_done": page(ANYBODY, is_open=True),
    "account_request_login_code": entrance(),
    "mfa_index": page(LOGGED_IN),
    "mfa_authenticate": entrance(sent_on=ANYBODY),  # nor without the password
    "mfa_reauthenticate": own(sent_on=LOGGED_IN - WITH_CODES),
    "mfa_activate_totp": guarded(),
    "mfa_deactivate_totp": Door(get=WITH_CODES, post=LOGGED_IN, sent_on=WITH_CODES, others=MISSING),
    "mfa_view_recovery_codes": Door(**CODES),
    "mfa_generate_recovery_codes": guarded(),
    "mfa_download_recovery_codes": Door(**CODES),
    "mfa_list_webauthn": page(LOGGED_IN),
    "mfa_add_webauthn": guarded(),
    "mfa_reauthenticate_webauthn": guarded(),
    "mfa_remove_webauthn": Door(get=LOGGED_IN, post=MAELLE, sent_on=LOGGED_IN, make=records.passkey),
    "mfa_edit_webauthn": Door(get=LOGGED_IN, post=MAELLE, sent_on=LOGGED_IN, make=records.passkey),
    "mfa_login_webauthn": entrance(sent_on=ANYBODY),
    "usersessions_list": own(),
}
