"""Duties of belonging: changes to declare to the labour administration, attestations of VAT that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from groupement.kernel.french import of
from groupement.kernel.templatetags.formats import long_date
from members.duties import Audience, Due
from members.fulfilling import DECLARATION
from members.models import Declaration, DutyRole, DutyTopic, Membership, VatAttestation
from members.models.people import Function

SIGNERS = frozenset({Function.REPRESENTATIVE})


def due(first: date, before: date) -> list[Due]:
    """Those of [first, before), done or not, and those due before that are still open. Two queries."""
    return [*_declarations(first, before), *_attestations(first, before)]


def _declarations(first: date, before: date) -> Iterator[Due]:
    """Within one month of a change (C. trav. L1253-6, D1253-3, D1253-6); the record is members.Declaration."""
    rows = Declaration.objects.filter(Q(due_on__gte=first) | Q(sent_on=None), due_on__lt=before)
    for row in rows.order_by("due_on", "pk"):
        yield Due(
            key=f"{DECLARATION}{row.pk}",
            title=f"Déclarer à l’inspection du travail\u00a0: {row.subject}"[:160],
            article="C. trav. L1253-6, D1253-3, D1253-6",
            detail=f"Un mois après le changement du {long_date(row.event_on)}",
            due_on=row.due_on,
            topic=DutyTopic.MEMBERS,
            role=DutyRole.COORDINATOR,
            wants_proof=True,
            done_on=row.sent_on,
            has_record=True,
        )


def _attestations(first: date, before: date) -> Iterator[Due]:
    """The next attestation, on the last day of the one that ends while the membership goes on (CGI 261 B)."""
    following = VatAttestation.objects.filter(
        member=OuterRef("member"), starts_on__gte=OuterRef("ends_before")
    ).order_by("starts_on", "pk")
    rows = (
        VatAttestation.objects.filter(ends_before__lte=before)
        .annotate(goes_on=Exists(_admitting()), done_on=Subquery(following.values("signed_on")[:1]))
        .filter(Q(ends_before__gt=first) | Q(done_on=None), goes_on=True)
        .select_related("member")
        .order_by("ends_before", "pk")
    )
    for row in rows:
        if row.ends_before is not None:
            yield Due(
                key=f"attestation:{row.pk}",
                title=f"Attestation de TVA {of(row.member.short_name)} à renouveler",
                article="CGI, art. 261 B",
                detail="Sans elle, ses heures sont facturées avec TVA dès le lendemain",
                due_on=row.ends_before - timedelta(days=1),
                topic=DutyTopic.MONEY,
                role=DutyRole.FINANCE,
                audience=Audience(finance=True, member=row.member_id, functions=SIGNERS),
                wants_proof=True,
                done_on=row.done_on,
            )


def _admitting() -> models.QuerySet[Membership]:
    """Memberships of the member that hold on the day after the attestation."""
    return Membership.objects.filter(
        Q(ends_before__isnull=True) | Q(ends_before__gt=OuterRef("ends_before")),
        member=OuterRef("member"),
        starts_on__lte=OuterRef("ends_before"),
    )
