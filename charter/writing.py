"""The life of a charter's version: drafted, opened for signature with its text frozen, put in force, superseded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Max

from charter.models import Article, Charter, CharterStatus, Commitment
from groupement.kernel.lifecycle import Refusal
from members.models import User


class NothingToSign(Refusal):
    """A charter without a preamble or without a commitment cannot be signed."""


class AnotherIsOpen(Refusal):
    """One version at a time is open for signature."""


class NobodySigned(Refusal):
    """A version that no member has signed engages nobody."""


def compose(charter: Charter) -> dict[str, Any]:
    """The text of a version as it stands in its rows: preamble, articles, commitments by theme, all in order."""
    articles = charter.articles.order_by("position", "pk")
    commitments = charter.commitments.select_related("theme").order_by(
        "theme__position", "theme__pk", "position", "pk"
    )
    return {
        "version": charter.version,
        "title": charter.title,
        "preamble": charter.preamble,
        "articles": [
            {"position": each.position, "title": each.title, "text": each.text} for each in articles
        ],
        "themes": [
            {
                "code": theme.code,
                "label": theme.label,
                "summary": theme.summary,
                "commitments": [
                    {"position": each.position, "title": each.title, "text": each.text} for each in group
                ],
            }
            for theme, group in groupby(commitments, key=lambda commitment: commitment.theme)
        ],
    }


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the text in canonical JSON (sorted keys, no blanks, UTF-8): 64 hexadecimal digits."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def verify(charter: Charter) -> bool:
    """Whether the frozen text and every signature of it still have the digest of the day it was opened."""
    if charter.content is None or digest(charter.content) != charter.digest:
        return False
    return not charter.signatures.exclude(digest=charter.digest).exists()


@transaction.atomic
def open_for_signature(charter: Charter, *, by: User, at: datetime) -> Charter:
    """Freeze the text of a draft with its digest and let members sign it.

    Raises NothingToSign, AnotherIsOpen, IllegalMove when it is no draft.
    """
    # Held until commit: an article added meanwhile would be in the rows and not in the frozen text; and of two
    # versions that open at once the second reads that the first is open.
    _lock_versions()
    charter.refresh_from_db()
    if charter.status == CharterStatus.DRAFT:
        _check_text(charter)
        _check_alone(charter)
    content = compose(charter)
    charter.move(CharterStatus.OPEN, by=by, at=at, opened_at=at, content=content, digest=digest(content))
    return charter


@transaction.atomic
def put_in_force(charter: Charter, *, by: User, at: datetime) -> Charter:
    """Put an open version in force; the one it follows is superseded at the same moment.

    Raises NobodySigned, IllegalMove when it is not open.
    """
    if charter.status == CharterStatus.OPEN and not charter.signatures.exists():
        raise NobodySigned(
            "Aucune structure n’a encore signé cette version. Recueillez d’abord une signature."
        )
    # No lock: move() asks for the state that it leaves, and one_charter_is_open_and_one_in_force for one of each.
    former = Charter.objects.filter(status=CharterStatus.IN_FORCE).order_by("pk").first()
    if former is not None and charter.may_move(CharterStatus.IN_FORCE):
        former.move(CharterStatus.SUPERSEDED, by=by, at=at, superseded_at=at)
    charter.move(CharterStatus.IN_FORCE, by=by, at=at, in_force_at=at)
    return charter


@transaction.atomic
def draft_next(charter: Charter, *, by: User, at: datetime) -> Charter:
    """A new draft that begins with the text of ``charter``, under the next free version number."""
    _lock_versions()  # two drafts at once: the second reads the number of the first
    last = Charter.objects.aggregate(last=Max("version"))["last"]
    draft = Charter.objects.create(version=last + 1, title=charter.title, preamble=charter.preamble)
    draft.steps.create(source="", target=CharterStatus.DRAFT, by=by, at=at)
    articles, commitments = charter.articles.order_by("pk"), charter.commitments.order_by("pk")
    Article.objects.bulk_create(
        Article(charter=draft, position=each.position, title=each.title, text=each.text) for each in articles
    )
    Commitment.objects.bulk_create(
        Commitment(
            charter=draft, theme_id=each.theme_id, position=each.position, title=each.title, text=each.text
        )
        for each in commitments
    )
    return draft


def _lock_versions() -> None:
    """Every version there is, in one order."""
    list(Charter.objects.select_for_update().order_by("pk").values_list("pk"))


def _check_text(charter: Charter) -> None:
    if not charter.preamble.strip():
        raise NothingToSign("La charte n’a pas de préambule. Écrivez-le, puis ouvrez-la à la signature.")
    if not charter.commitments.exists():
        raise NothingToSign(
            "La charte n’a aucun engagement. Ajoutez-en au moins un, puis ouvrez-la à la signature."
        )


def _check_alone(charter: Charter) -> None:
    other = Charter.objects.filter(status=CharterStatus.OPEN).exclude(pk=charter.pk).order_by("pk").first()
    if other is not None:
        raise AnotherIsOpen(
            f"La version {other.version} est déjà ouverte à la signature. Mettez-la d’abord en vigueur."
        )
