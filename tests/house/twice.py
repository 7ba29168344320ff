"""Send a form twice at once, on two connections, and read what the database holds then and after sending it once.

Rows are compared without what is drawn anew each time: numbers of rows, secrets, what PostgreSQL’s own clock says.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.contrib.messages import get_messages
from django.core import mail
from django.core.cache import cache as kept_values
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from tests import emptying
from tests.house import trying
from tests.house.door import Door
from tests.house.form import Form
from tests.house.house import ROLES, House
from tests.house.posting import reason_not_done, writing
from tests.together import Meeting, all_at_once, meet

# No data of the product: where logins stand, and which forms were sent.
BOOKKEEPING = {"django_session", "usersessions_usersession", "members_sentform", "pghistory_context"}
DRAWN = re.compile(r"(^|_)id$|password|digest|token|secret|^key$|^created_at$|^action_time$|^pgh_")
# The name of a stored file, the secret of an app of codes, a link that is signed with its moment, what is encrypted.
NAMED = re.compile(r"(?<=/lien/)[\w:-]+|\bgAAAAA[\w-]+=*|[0-9a-f]{24,}|\b[A-Z2-7]{32}\b")
# A login that is sent twice is two logins, or a login and a code that has served: so the security log says.
LOGINS = {"login", "login_failed"}
# Each answer brings its browser a code of its own: the last one opens, the mail of the one before is over and blank.
CODE_ASKED = "account_request_login_code"
REPLACED = re.compile(r'^members_mail .*"encrypted": "", .*"status": "expired"')
KEY = "A-key-of-this-form-1"

Rows = Counter[str]
Send = Callable[[], Any]


class Base:
    """The house with everybody logged in, as often as it is asked for: its rows are copied into an empty database."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.cookies = {role: deepcopy(client.cookies) for role, client in house.clients.items()}
        self.rows = {table: _read(table) for table in emptying.filled()}
        self.counts = _counts()
        self.bring_back()  # each address begins with the same counts

    def bring_back(self) -> None:
        """As it was: rows, cookies, mails, counts of tries."""
        assert emptying.empty()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for table, rows in self.rows.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as copy:
                    copy.write(rows)
            cursor.execute("SET session_replication_role = origin")
            # The same numbers again: some are told in what is written of a row.
            cursor.execute(
                "SELECT setval(name::regclass, count) FROM unnest(%s::text[], %s::bigint[]) AS n(name, count)",
                [list(self.counts), list(self.counts.values())],
            )
        for role, client in self.house.clients.items():
            client.cookies = deepcopy(self.cookies[role])
        mail.outbox.clear()
        kept_values.clear()


def _read(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
        return b"".join(bytes(part) for part in copy)


def _counts() -> dict[str, int]:
    """How far each sequence has counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(sequencename), coalesce(last_value, 1) FROM pg_sequences")
        return dict(cursor.fetchall())


def sender(door: Door) -> str:
    """The first of those who may."""
    return next(role for role in ROLES if role in door.actors)


@dataclass(frozen=True)
class Way:
    """How a form is sent: fields beside its own, and headers; ``may_be_page``: what is done may answer a page."""

    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    may_be_page: bool = False


FROM_A_PAGE = Way()
FROM_A_POPUP = Way(fields={"_popup": "1"}, may_be_page=True)
BY_HTMX = Way(headers={"HX-Request": "true"}, may_be_page=True)


def fault(base: Base, name: str, door: Door, form: Form, *, with_key: bool, way: Way = FROM_A_PAGE) -> str:
    """What two sendings at once do that one does not; nothing, when they do the same."""
    with override_settings(**{**_settings_of(name), **form.settings}):
        try:
            once, is_done = _once(base, name, sender(door), form, way)
            base.bring_back()
            if is_done:
                return f"is not done once: {is_done}"
            return _difference(base, name, sender(door), form, once, with_key=with_key, way=way)
        finally:
            base.bring_back()


# Who loses the race for a row of columns reads it again, in get_or_create(). How often Django admin reads is not ours.
LAYOUTS = ("timesheets.HoursLayout", "billing.PayrollLayout")
READ_AGAIN = {"ZEAL_ALLOWLIST": [{"model": name, "field": "get()"} for name in LAYOUTS]}
READ_OFTEN = {"ZEAL_ALLOWLIST": [{"model": "*", "field": "*"}]}


def _settings_of(name: str) -> Mapping[str, Any]:
    if name.startswith("admin:"):
        return READ_OFTEN
    return trying.SETTINGS | trying.READ_TWICE if is_of_account(name) else READ_AGAIN


def is_of_account(name: str) -> bool:
    """Whether it is one of allauth’s."""
    return ":" not in name


def _once(base: Base, name: str, role: str, form: Form, way: Way) -> tuple[Rows, str]:
    """What one sending leaves, and why it was not done, if it was not."""
    send = _filled(base, name, role, form, with_key=False, way=way)
    with writing() as tables:
        answer = send()
    rows = read()  # before the form is asked what it shows: that opens the letters, which sends them
    is_page = form.is_page or (way.may_be_page and answer.status_code == 200)
    reason = reason_not_done(replace(form, is_page=is_page), answer, tables)
    return rows, reason


# A new password ends all sessions of before, that of the second press too where it was read a moment too soon.
ENDS_SESSIONS = {"account_change_password"}


def _is_login(answer: Any) -> bool:
    return str(answer.get("Location", "")).startswith(reverse("account_login"))


def _difference(base: Base, name: str, role: str, form: Form, once: Rows, *, with_key: bool, way: Way) -> str:
    send = _filled(base, name, role, form, with_key=with_key, way=way)
    first, second = _at_once(send) if with_key else _met(send)
    for answer in (first, second):
        if isinstance(answer, Exception):
            return f"raises {type(answer).__name__}: {str(answer)[:200]}"
        if answer.status_code >= 500:
            return f"answers {answer.status_code}"
    if (
        with_key
        and role != "anonymous"
        and not way.may_be_page
        and first.status_code == 302
        and first["Location"] != second.get("Location")
        and not (name in ENDS_SESSIONS and any(_is_login(answer) for answer in (first, second)))
    ):
        return f"is led to {first['Location']}, then to {second.get('Location')}"
    found = read()
    if name == CODE_ASKED:
        found = Counter({row: count for row, count in found.items() if not REPLACED.match(row)})
    if found != once:
        shown = get_messages(second.wsgi_request) if second.wsgi_request else ()
        sentences = [str(each) for each in shown]
        return f"leaves {_spelled(found - once)} instead of {_spelled(once - found)}; says {sentences}"
    return ""


def _spelled(rows: Rows) -> str:
    """Without what is long: letters, pages of mails."""
    short = (re.sub(r'"(\w+)": "(?:[^"\\]|\\.){200,}"', r'"\1": …', row) for row in rows.elements())
    return "; ".join(short) or "nothing"


def _filled(base: Base, name: str, role: str, form: Form, *, with_key: bool, way: Way) -> Send:
    """Make what the form needs; what sends it, each time from a browser with the cookies of that login."""
    address, fields = trying.filled(base.house, name, role, form)
    trying.leave_in_session(base.house, role, form)
    cookies = deepcopy(base.house.client(role).cookies)
    key = {"form_key": KEY} if with_key else {}

    def send() -> Any:
        client = Client()
        client.cookies = deepcopy(cookies)
        sent = {**fields, **way.fields, **key}
        return client.post(address, deepcopy(sent), headers=dict(way.headers))

    return send


def _at_once(send: Send) -> tuple[Any, Any]:
    first, second = all_at_once([send, send])
    return tuple(call.error or call.result for call in (first, second))  # type: ignore[return-value]


def _met(send: Send) -> tuple[Any, Any]:
    """The second begins when the first has done all but commit: it has read everything before, if it reads early."""
    meeting: Meeting = meet(send, send)
    return meeting.first, meeting.second


def read() -> Rows:
    """Every row of every table, without what is drawn anew."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        found = [(table, json.loads(NAMED.sub("…", row))) for table, row in cursor.fetchall()]
    return Counter(f"{table} {_plain(row)}" for table, row in found if not _is_login(table, row))


def _is_login(table: str, row: Mapping[str, Any]) -> bool:
    return table == "members_securityevent" and row["kind"] in LOGINS


def _plain(row: Mapping[str, Any]) -> str:
    return json.dumps({name: value for name, value in row.items() if not DRAWN.search(name)}, sort_keys=True)


@cache
def _question() -> str:
    quote = connection.ops.quote_name
    names = sorted(set(connection.introspection.table_names()) - emptying.KEPT - BOOKKEEPING)
    return " UNION ALL ".join(f"SELECT '{name}', row_to_json(t)::text FROM {quote(name)} t" for name in names)
