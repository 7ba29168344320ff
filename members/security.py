"""The security log: a row that admins read, and a line of JSON that operations ship (logger groupement.security)."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from groupement.kernel.masking import mask
from members.models import Group, SecurityEventKind, User
from members.models.group import MOST_LOG

log = logging.getLogger("groupement.security")
problems = logging.getLogger(__name__)
LONGEST = 300
# A function of the database writes the row, so that whoever runs the site needs no right to change the table.
FORGET = "DELETE FROM members_securityevent WHERE at < least(%s, now()) - make_interval(months => %s)"
WRITE = "SELECT note_security_event(%s, %s, %s, %s, %s, %s)"


def forget(at: datetime) -> int:
    """Take away what is older than the group keeps it (six to twelve months, CNIL 2021-122); returns how many rows."""
    months = Group.objects.order_by("pk").values_list("security_log_months", flat=True).first()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORGET, [at, months or MOST_LOG])
        return int(cursor.rowcount)


def note(
    kind: SecurityEventKind, request: Any, *, user: User | None = None, address: str = "", detail: str = ""
) -> None:
    """Write down what happened in ``request``; ``user``: of whom, else who is logged in. Never in anybody's way."""
    who = user or (request.user if request.user.is_authenticated else None)
    found = {"address": address[:254], "ip": _ip(request), "detail": mask(detail)[:LONGEST]}
    at = timezone.now()
    line = {"at": at.isoformat(), "event": str(kind), "user": who.pk if who else None, **found}
    log.info(json.dumps(line, ensure_ascii=False))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WRITE, [at, str(kind), line["user"], *found.values()])
    except DatabaseError:
        problems.exception("security event not kept")


def _ip(request: Any) -> str | None:
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return None
