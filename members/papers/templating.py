"""Templates: what their text may hold, how it is laid out and filled, and their life from draft to retired."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from groupement.kernel.french import NO_BREAK_SPACE, enumeration, quoted
from groupement.kernel.lifecycle import Refusal
from members.models import User
from members.papers.kinds import KINDS
from members.papers.models import Template, TemplateStatus

_FIELD = re.compile(r"\{([^{}]*)\}")
# What other template languages run: {{ }}, {% %}, {# #}, ${ }; and what a browser would.
_RUN = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\$\{")
_TAG = re.compile(r"<\s*[a-z!/?]|\[[^\]]*\]\(", re.IGNORECASE)
_LOOP = re.compile(
    r"^\s*(?:for|endfor|if|endif|else|pour|si|chaque|#each|each|include|load)\b", re.IGNORECASE
)
_BOLD = re.compile(r"\*\*(.+?)\*\*")

Pieces = list[list[Any]]


class TemplateRefused(Refusal):
    """The text holds something else than words and the listed fields."""


def check(code: str, body: str) -> None:
    """Refuse what is no wording: a loop, a tag, a field that the kind does not list. Raises TemplateRefused."""
    fields = KINDS[code].fields
    known = enumeration(f"{{{name}}}" for name in fields)
    if not body.strip():
        raise TemplateRefused("Écrivez le texte du modèle.", field="body")
    named = _FIELD.findall(body)
    if found := next((name for name in named if _LOOP.match(name)), None):
        raise TemplateRefused(
            f"Un modèle n’a ni boucle ni condition{NO_BREAK_SPACE}: retirez «{NO_BREAK_SPACE}{{{found[:40]}}}"
            f"{NO_BREAK_SPACE}» et écrivez le texte en entier.",
            field="body",
        )
    if match := _RUN.search(body):
        raise TemplateRefused(
            f"Un modèle n’a ni boucle ni balise{NO_BREAK_SPACE}: retirez {quoted(body[match.start() :], at_most=20)}. "
            "Un champ s’écrit entre deux accolades simples.",
            field="body",
        )
    if match := _TAG.search(body):
        raise TemplateRefused(
            f"Un modèle n’a ni balise ni lien{NO_BREAK_SPACE}: retirez {quoted(body[match.start() :], at_most=20)}. "
            "Le gras s’écrit entre deux paires d’étoiles, un titre après deux dièses.",
            field="body",
        )
    unknown = [name for name in named if name not in fields]
    if unknown:
        raise TemplateRefused(
            f"Le champ {{{unknown[0][:40]}}} n’existe pas. Les champs de ce modèle sont {known}.",
            field="body",
        )
    if "{" in _FIELD.sub("", body) or "}" in _FIELD.sub("", body):
        raise TemplateRefused(
            f"Une accolade est seule dans le texte{NO_BREAK_SPACE}: un champ s’écrit entre deux accolades, et les "
            f"champs de ce modèle sont {known}.",
            field="body",
        )


def fill(code: str, body: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The blocks of a checked text with its values: headings, paragraphs, lists, each of pieces [text, is bold].

    The text is laid out before it is filled, so that no value becomes a title or a list. Raises TemplateRefused.
    """
    check(code, body)
    return [_filled(block, values) for block in _blocks(body)]


@transaction.atomic
def use(template: Template, *, by: User, at: datetime) -> Template:
    """Put a draft in use; the one in use so far is retired at the same moment. Raises TemplateRefused, IllegalMove."""
    if template.may_move(TemplateStatus.IN_USE):
        check(template.code, template.body)
    # No lock: move() asks for the state that it leaves, and one_template_of_a_code_is_in_use for one of each.
    former = Template.objects.filter(code=template.code, status=TemplateStatus.IN_USE).order_by("pk").first()
    if former is not None and template.may_move(TemplateStatus.IN_USE):
        former.move(TemplateStatus.RETIRED, by=by, at=at, retired_at=at)
    template.move(TemplateStatus.IN_USE, by=by, at=at, in_use_at=at)
    return template


@transaction.atomic
def retire(template: Template, *, by: User, at: datetime) -> Template:
    """Take a template out of use; papers written with it stay. Raises IllegalMove."""
    template.move(TemplateStatus.RETIRED, by=by, at=at, retired_at=at)
    return template


@transaction.atomic
def draft_next(template: Template, *, by: User, at: datetime) -> Template:
    """A new draft that begins with the text of ``template``, under the next version."""
    last = Template.objects.filter(code=template.code).aggregate(last=Max("version"))["last"]
    draft = Template.objects.create(
        code=template.code, version=last + 1, title=template.title, body=template.body
    )
    draft.steps.create(source="", target=TemplateStatus.DRAFT, by=by, at=at)
    return draft


def _blocks(body: str) -> Iterator[dict[str, Any]]:
    for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        if lines and lines[0].startswith("## "):
            yield {"kind": "heading", "pieces": _pieces(lines.pop(0)[3:])}
        if lines and all(line.startswith("- ") for line in lines):
            yield {"kind": "list", "items": [_pieces(line[2:]) for line in lines]}
        elif lines:
            yield {"kind": "paragraph", "pieces": _pieces(" ".join(lines))}


def _pieces(text: str) -> Pieces:
    """Texts and whether each is bold: every second part of the split stood between stars."""
    return [[part, bool(rank % 2)] for rank, part in enumerate(_BOLD.split(text)) if part]


def _filled(block: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    def of(pieces: Pieces) -> Pieces:
        return [[_FIELD.sub(lambda match: values[match[1]], text), bold] for text, bold in pieces]

    if block["kind"] == "list":
        return {**block, "items": [of(pieces) for pieces in block["items"]]}
    return {**block, "pieces": of(block["pieces"])}
