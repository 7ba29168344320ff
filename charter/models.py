"""What was agreed: the charter's versions, its commitments by theme, and who signed exactly what."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Lifecycle, Step
from members.models import Seat, User
from members.models.people import seat_keeps_its_day


class CharterStatus(models.TextChoices):
    DRAFT = "draft", "brouillon"
    OPEN = "open", "ouverte à la signature"
    IN_FORCE = "in_force", "en vigueur"
    SUPERSEDED = "superseded", "remplacée"


FROZEN_WHEN_OPEN = """
    PERFORM 1 FROM charter_charter
    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.charter_id END,
                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.charter_id END)
    FOR SHARE;
    PERFORM 1 FROM charter_charter
    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.charter_id END,
                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.charter_id END)
      AND status <> 'draft';
    IF FOUND THEN
        RAISE EXCEPTION 'a charter open for signature is frozen' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


pgtrigger.register(
    seat_keeps_its_day(
        "a_seat_that_signed_keeps_its_day",
        "SELECT seat_id, member_id, (signed_at AT TIME ZONE 'Europe/Paris')::date AS day FROM charter_signature",
    )
)(Seat)


class CharterQuerySet(models.QuerySet["Charter"]):
    """Versions of the charter, in the scope of the reader."""

    def visible_to(self, user: User) -> Self:
        """Every version once it is open for signature; drafts for group-wide roles only."""
        return self if user.sees_every_member else self.exclude(status=CharterStatus.DRAFT)

    def by_version(self) -> Self:
        """The newest first."""
        return self.order_by("-version")


class Charter(Lifecycle):
    """One version of the charter; from the moment it opens for signature its text and digest are frozen."""

    MOVES = {
        CharterStatus.DRAFT: {CharterStatus.OPEN},
        CharterStatus.OPEN: {CharterStatus.IN_FORCE},
        CharterStatus.IN_FORCE: {CharterStatus.SUPERSEDED},
        CharterStatus.SUPERSEDED: set(),
    }

    version = models.PositiveSmallIntegerField("version", unique=True)
    title = models.CharField("titre", max_length=160)
    preamble = models.TextField("préambule")
    status = models.CharField(
        "état", max_length=12, choices=CharterStatus, default=CharterStatus.DRAFT, editable=False
    )
    opened_at = models.DateTimeField("ouverte à la signature le", null=True, editable=False)
    in_force_at = models.DateTimeField("en vigueur depuis le", null=True, editable=False)
    superseded_at = models.DateTimeField("remplacée le", null=True, editable=False)
    content = models.JSONField("texte figé", null=True, editable=False)
    digest = models.CharField("empreinte SHA-256", max_length=64, blank=True, editable=False)

    objects = CharterQuerySet.as_manager()

    class Meta:
        verbose_name = "charte"
        verbose_name_plural = "chartes"
        constraints = [
            models.UniqueConstraint(
                "status",
                condition=Q(status__in=["open", "in_force"]),
                name="one_charter_is_open_and_one_in_force",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="draft", opened_at__isnull=True, content__isnull=True, digest="")
                    | Q(
                        status__in=["open", "in_force", "superseded"],
                        opened_at__isnull=False,
                        content__isnull=False,
                        digest__regex=r"^[0-9a-f]{64}$",
                    )
                ),
                name="charter_is_frozen_once_open",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=["draft", "open"], in_force_at__isnull=True, superseded_at__isnull=True)
                    | Q(status="in_force", in_force_at__isnull=False, superseded_at__isnull=True)
                    | Q(status="superseded", in_force_at__isnull=False, superseded_at__isnull=False)
                ),
                name="charter_status_matches_its_stamps",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="charter_text_is_frozen_once_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["open", "in_force", "superseded"]),
                func="""
                    IF TG_OP = 'DELETE' OR NEW.version <> OLD.version OR NEW.title <> OLD.title
                        OR NEW.preamble <> OLD.preamble OR NEW.content <> OLD.content
                        OR NEW.digest <> OLD.digest OR NEW.opened_at <> OLD.opened_at
                    THEN
                        RAISE EXCEPTION 'a charter open for signature is frozen'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class CharterStep(Step):
    """One move of a charter's version."""

    subject = models.ForeignKey(Charter, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape de charte"
        verbose_name_plural = "étapes de charte"
        triggers = [
            pgtrigger.Protect(
                name="charter_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


@pghistory.track()
class Theme(models.Model):
    """A theme of the charter: biodiversity, living together, inclusion, solidarity, or one the group adds."""

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("nom", max_length=60)
    summary = models.CharField("en une phrase", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=1)

    class Meta:
        verbose_name = "thème"
        verbose_name_plural = "thèmes"

    def __str__(self) -> str:
        return self.label


class Article(models.Model):
    """An article of a charter's version: how the group lives with its charter."""

    charter = models.ForeignKey(Charter, models.CASCADE, related_name="articles", verbose_name="charte")
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("titre", max_length=160)
    text = models.TextField("texte")

    class Meta:
        verbose_name = "article"
        verbose_name_plural = "articles"
        constraints = [
            models.UniqueConstraint(
                fields=["charter", "position"],
                name="article_position_is_unique_in_a_charter",
                violation_error_message="Un autre article a déjà ce rang.",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="articles_are_frozen_once_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=FROZEN_WHEN_OPEN,
            )
        ]

    def __str__(self) -> str:
        return self.title


class Commitment(models.Model):
    """Something every signatory promises, under one theme."""

    charter = models.ForeignKey(Charter, models.CASCADE, related_name="commitments", verbose_name="charte")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="commitments", verbose_name="thème")
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("engagement", max_length=160)
    text = models.TextField("texte")

    class Meta:
        verbose_name = "engagement"
        verbose_name_plural = "engagements"
        constraints = [
            models.UniqueConstraint(
                fields=["charter", "theme", "position"],
                name="commitment_position_is_unique_in_a_theme",
                violation_error_message="Un autre engagement de ce thème a déjà ce rang.",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="commitments_are_frozen_once_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=FROZEN_WHEN_OPEN,
            )
        ]

    def __str__(self) -> str:
        return self.title


class Signature(models.Model):
    """A member's signature, by a representative, of exactly the text whose digest it holds; append-only."""

    charter = models.ForeignKey(Charter, models.PROTECT, related_name="signatures", verbose_name="charte")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    seat = models.ForeignKey("members.Seat", models.PROTECT, related_name="+", verbose_name="siège")
    signer_name = models.CharField("signé par", max_length=120)
    signed_at = models.DateTimeField("signé le")
    digest = models.CharField("empreinte de ce qui a été signé", max_length=64)

    class Meta:
        verbose_name = "signature"
        verbose_name_plural = "signatures"
        constraints = [
            models.UniqueConstraint(
                fields=["charter", "member"],
                name="a_member_signs_a_charter_once",
                violation_error_message="Cette structure a déjà signé cette version.",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="signature_holds_a_digest"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signatures_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="signature_matches_the_open_text",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM charter_charter
                        WHERE id = NEW.charter_id AND digest = NEW.digest AND status IN ('open', 'in_force')
                    ) OR NOT EXISTS (
                        SELECT 1 FROM members_seat
                        WHERE id = NEW.seat_id AND member_id = NEW.member_id AND function = 'representative'
                    ) THEN
                        RAISE EXCEPTION 'a signature is of the open text, by a representative seat'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"signature {of(self.signer_name)}"
