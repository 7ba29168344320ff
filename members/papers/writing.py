"""Write a paper: a template in use filled with its values, frozen with its digest, with the parties it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.printable import refuse_holes
from groupement.kernel.templatetags.formats import long_date, siren
from members.models import Group, Member, User
from members.papers import printing
from members.papers.digesting import digest_of
from members.papers.kinds import KINDS, PaperKind
from members.papers.models import Capacity, Paper, PaperStatus, Party, Template, TemplateStatus
from members.papers.templating import fill

EMPTY = "non renseigné"


class NotWritten(Refusal):
    """The paper cannot be written as it was asked for."""


@dataclass(frozen=True)
class WantedParty:
    """Somebody to be party to a paper, as the paper names them."""

    capacity: Capacity
    name: str
    user: User | None = None
    member: Member | None = None
    must_sign: bool = True


@transaction.atomic
def write(
    kind: PaperKind,
    values: Mapping[str, str],
    parties: Sequence[WantedParty],
    *,
    member: Member | None = None,
    supersedes: Paper | None = None,
    by: User,
    at: datetime,
) -> Paper:
    """Write a paper of ``kind`` with the template in use; its PDF is asked for on commit.

    ``values`` are by field, as they are printed. Raises NotWritten, HoleInPaper, TemplateRefused.
    """
    template = Template.objects.filter(code=kind, status=TemplateStatus.IN_USE).first()
    if template is None:
        raise NotWritten(
            f"Aucun modèle n’est en usage pour ce document{NO_BREAK_SPACE}: demandez à l’administration d’en mettre "
            "un en usage."
        )
    pk, reference = _next(kind, at)
    content = _content(template, reference, values, parties, at)
    made = Paper.objects.create(
        pk=pk,
        kind=kind,
        reference=reference,
        title=template.title,
        template=template,
        content=content,
        digest=digest_of(content),
        member=member,
        supersedes=supersedes,
        written_at=at,
    )
    Party.objects.bulk_create(
        Party(
            paper=made,
            rank=rank,
            capacity=each.capacity,
            name=each.name,
            user=each.user,
            member=each.member,
            must_sign=each.must_sign,
        )
        for rank, each in enumerate(parties, start=1)
    )
    made.steps.create(source="", target=PaperStatus.WRITTEN, by=by, at=at)
    transaction.on_commit(lambda: printing.enqueue([made.pk]), robust=True)
    return made


@transaction.atomic
def write_agreement(
    member: Member, *, signer: User, starts_on: date, supersedes: Paper | None = None, by: User, at: datetime
) -> Paper:
    """Write the framework agreement of ``member`` (C. trav. L1253-1); ``signer`` signs for the group."""
    if not signer.is_active or not signer.sees_every_member:
        raise NotWritten("Choisissez quelqu’un qui peut engager le groupement.", field="signer")
    group = Group.objects.get()
    values = {
        "groupe_nom": group.name,
        "groupe_forme": group.legal_form,
        "groupe_siren": siren(group.siren),
        "groupe_adresse": _address(group),
        "adherent_nom": member.legal_name,
        "adherent_forme": member.legal_form,
        "adherent_siren": siren(member.siren),
        "adherent_adresse": _address(member),
        "date_effet": long_date(starts_on),
    }
    parties = [
        WantedParty(Capacity.GROUP, f"{group.name}, par {signer}", user=signer),
        WantedParty(Capacity.MEMBER, member.legal_name, member=member),
    ]
    return write(PaperKind.AGREEMENT, values, parties, member=member, supersedes=supersedes, by=by, at=at)


def _content(
    template: Template,
    reference: str,
    values: Mapping[str, str],
    parties: Sequence[WantedParty],
    at: datetime,
) -> dict[str, Any]:
    """All that the paper says, as plain values. Raises HoleInPaper for what no font draws."""
    labels = KINDS[template.code].fields
    filled = {name: values.get(name) or EMPTY for name in labels}
    content = {
        "reference": reference,
        "kind": PaperKind(template.code).label,
        "title": template.title,
        "template": {"code": template.code, "version": template.version},
        "written_on": timezone.localdate(at).isoformat(),
        "group": Group.objects.get().letterhead(),
        "values": filled,
        "parties": [
            {"capacity": each.capacity.label, "name": each.name, "must_sign": each.must_sign}
            for each in parties
        ],
        "blocks": fill(template.code, template.body, filled),
    }
    by_label = {label: filled[name] for name, label in labels.items()}
    wording = {"titre du modèle": template.title, "texte du modèle": template.body}
    refuse_holes({**by_label, **wording, "group": content["group"], "parties": content["parties"]})
    return content


def _address(of: Any) -> str:
    return ", ".join(filter(None, [of.street, f"{of.postal_code} {of.city}".strip()]))


def _next(kind: str, at: datetime) -> tuple[int, str]:
    """The key of the row to come and the reference made of it; a paper is no invoice, its number may have gaps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('papers_paper', 'id'))")
        (pk,) = cursor.fetchone()
    return pk, f"{KINDS[kind].prefix}-{at:%Y}-{pk:04}"
