"""The statement of account as a PDF: made when it is asked for, from the account as it then is."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from billing.settling.account import Account, Position
from groupement import paper
from members.models import Group, Member


def print_account(member: Member, account: Account, position: Position, *, at: datetime) -> bytes:
    """The file of ``account``; what it says of today is as of ``at``. The reasons of finance are not in it."""
    group = Group.objects.get()
    on = timezone.localdate(at)
    context: dict[str, Any] = {
        "group": group,
        "member": member,
        "account": account,
        "position": position,
        "on": on,
    }
    html = render_to_string("paper/account.html", context)
    digest = hashlib.sha256(json.dumps([html, at.isoformat()]).encode()).hexdigest()
    title = f"Relevé de compte, {member.short_name}, {account.last:%d/%m/%Y}"
    return paper.pdf(html, title=title, author=group.name, created_at=at, identifier=f"compte {digest}")
