"""A written paper, frozen from its first moment, and the parties that it binds or informs."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from groupement.kernel.lifecycle import Lifecycle, Step
from members.access import current_seats
from members.models import User
from members.papers.kinds import PaperKind


class PaperStatus(models.TextChoices):
    WRITTEN = "written", "écrit"
    SIGNING = "signing", "à la signature"
    SIGNED = "signed", "signé"
    VOID = "void", "annulé"


class Capacity(models.TextChoices):
    """In what capacity somebody is party to a paper."""

    GROUP = "group", "le groupement"
    MEMBER = "member", "l’adhérent"
    EMPLOYEE = "employee", "le salarié"
    DEBTOR = "debtor", "le débiteur"
    READER = "reader", "pour information"


class PaperQuerySet(models.QuerySet["Paper"]):
    """Papers, in the scope of who reads."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; else those that one is party to, oneself or by a seat held today."""
        if user.sees_every_member:
            return self
        own = Q(user=user) | Q(member__in=current_seats(user).order_by().values("member"))
        return self.filter(Exists(Party.objects.filter(own, paper=OuterRef("pk"))))


class Paper(Lifecycle):
    """One paper: its wording with its values, frozen with its digest; the PDF follows from the content alone.

    The row is also the durable job of printing it. Whoever wrote it moves it; the link to it is held by their row.
    """

    MOVES = {
        PaperStatus.WRITTEN: {PaperStatus.SIGNING, PaperStatus.VOID},
        PaperStatus.SIGNING: {PaperStatus.SIGNED, PaperStatus.VOID},
        PaperStatus.SIGNED: set(),
        PaperStatus.VOID: set(),
    }

    kind = models.CharField("nature", max_length=24, choices=PaperKind)
    reference = models.CharField("référence", max_length=24, unique=True)
    title = models.CharField("titre", max_length=160)
    template = models.ForeignKey(
        "papers.Template", models.PROTECT, related_name="papers", verbose_name="modèle"
    )
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte du contenu (SHA-256)", max_length=64)
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="+", verbose_name="adhérent"
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name="remplace"
    )
    status = models.CharField("état", max_length=8, choices=PaperStatus, default=PaperStatus.WRITTEN)
    written_at = models.DateTimeField("écrit le")
    opened_at = models.DateTimeField("à la signature depuis le", null=True)
    signed_at = models.DateTimeField("signé le", null=True)
    voided_at = models.DateTimeField("annulé le", null=True)
    pdf = models.ForeignKey("members.File", models.PROTECT, null=True, related_name="+", verbose_name="PDF")
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("dernière erreur", max_length=300, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="a_paper_holds_a_digest"
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        status="written",
                        opened_at__isnull=True,
                        signed_at__isnull=True,
                        voided_at__isnull=True,
                    )
                    | Q(
                        status="signing",
                        opened_at__isnull=False,
                        signed_at__isnull=True,
                        voided_at__isnull=True,
                    )
                    | Q(
                        status="signed",
                        opened_at__isnull=False,
                        signed_at__isnull=False,
                        voided_at__isnull=True,
                    )
                    | Q(status="void", signed_at__isnull=True, voided_at__isnull=False)
                ),
                name="paper_status_matches_its_stamps",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_written_paper_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # What it says stays from the first moment; its PDF is given once.
                func="""
                    IF (NEW.kind, NEW.reference, NEW.title, NEW.template_id, NEW.content, NEW.digest, NEW.member_id,
                        NEW.supersedes_id, NEW.written_at)
                        IS DISTINCT FROM (OLD.kind, OLD.reference, OLD.title, OLD.template_id, OLD.content, OLD.digest,
                        OLD.member_id, OLD.supersedes_id, OLD.written_at)
                        OR (OLD.pdf_id IS NOT NULL AND NEW.pdf_id IS DISTINCT FROM OLD.pdf_id)
                        OR (OLD.status IN ('signed', 'void') AND NEW.status <> OLD.status)
                    THEN
                        RAISE EXCEPTION 'a written paper never changes' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="papers_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.reference}"

    @property
    def short_digest(self) -> str:
        """What is printed at the foot of the PDF and typed back from a scan."""
        return self.digest[:8]


class PaperStep(Step):
    """One move of a paper."""

    subject = models.ForeignKey(Paper, models.PROTECT, related_name="steps")

    class Meta:
        verbose_name = "étape de document"
        verbose_name_plural = "étapes de document"
        triggers = [
            pgtrigger.Protect(
                name="paper_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


class Party(models.Model):
    """Somebody whom a paper binds or informs: a person by their account or name, a member by its representative."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="parties", verbose_name="document")
    rank = models.PositiveSmallIntegerField("rang")
    capacity = models.CharField("qualité", max_length=8, choices=Capacity)
    name = models.CharField("nom", max_length=160)
    user = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="personne"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="+", verbose_name="adhérent"
    )
    must_sign = models.BooleanField("signe", default=True)

    class Meta:
        verbose_name = "partie"
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["paper", "rank"], name="a_rank_of_a_paper_is_one_party"),
            models.CheckConstraint(
                condition=Q(capacity="member", member__isnull=False)
                | (~Q(capacity="member") & Q(member__isnull=True)),
                name="a_member_is_party_as_a_member",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="parties_are_frozen_with_their_paper",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        PERFORM 1 FROM papers_paper WHERE id = NEW.paper_id AND status = 'written' FOR SHARE;
                        IF FOUND THEN RETURN NEW; END IF;
                    END IF;
                    RAISE EXCEPTION 'the parties of a paper never change' USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name
