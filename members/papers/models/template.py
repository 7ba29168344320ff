"""The wording of a kind of paper, version by version: one in use at a time, frozen since it is."""

import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.kernel.lifecycle import Lifecycle, Step
from members.papers.kinds import PaperKind


class TemplateStatus(models.TextChoices):
    DRAFT = "draft", "brouillon"
    IN_USE = "in_use", "en usage"
    RETIRED = "retired", "retiré"


class Template(Lifecycle):
    """One version of a wording: Markdown with placeholders of its kind's list, and nothing that runs."""

    MOVES = {
        TemplateStatus.DRAFT: {TemplateStatus.IN_USE},
        TemplateStatus.IN_USE: {TemplateStatus.RETIRED},
        TemplateStatus.RETIRED: set(),
    }

    code = models.CharField("nature", max_length=24, choices=PaperKind)
    version = models.PositiveSmallIntegerField("version")
    title = models.CharField("titre", max_length=160)
    body = models.TextField("texte")
    status = models.CharField(
        "état", max_length=8, choices=TemplateStatus, default=TemplateStatus.DRAFT, editable=False
    )
    in_use_at = models.DateTimeField("en usage depuis le", null=True, editable=False)
    retired_at = models.DateTimeField("retiré le", null=True, editable=False)

    class Meta:
        verbose_name = "modèle de document"
        verbose_name_plural = "modèles de document"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="a_version_of_a_template_is_one",
                violation_error_message="Un modèle de cette nature a déjà ce numéro de version.",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(status="in_use"), name="one_template_of_a_code_is_in_use"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="draft", in_use_at__isnull=True, retired_at__isnull=True)
                    | Q(status="in_use", in_use_at__isnull=False, retired_at__isnull=True)
                    | Q(status="retired", in_use_at__isnull=False, retired_at__isnull=False)
                ),
                name="template_status_matches_its_stamps",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_template_in_use_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["in_use", "retired"]),
                func="""
                    IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR (NEW.code, NEW.version, NEW.title, NEW.body)
                        IS DISTINCT FROM (OLD.code, OLD.version, OLD.title, OLD.body)
                        OR NEW.in_use_at <> OLD.in_use_at
                    THEN
                        RAISE EXCEPTION 'a template in use is frozen' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class TemplateStep(Step):
    """One move of a template."""

    subject = models.ForeignKey(Template, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape de modèle"
        verbose_name_plural = "étapes de modèle"
        triggers = [
            pgtrigger.Protect(
                name="template_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]
