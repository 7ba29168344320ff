"""Dated rules of the group: what it decided once, true from a day to another, each with where it comes from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import JSONObject

from groupement.kernel.periods import Dated, DatedQuerySet, ends_after_start, no_overlap

# What a group had before it noted any other is dated from here: before all hours, prices and papers.
BEGINNING = date(2000, 1, 1)
# Invoices of a month's services are periodic (CGI 289, I-3): 45 days of their date, whatever the basis.
MOST_DAYS = 45
DAYS_TO_THE_END = 30
RESERVED = """
    IF NEW.origin IN ('initial', 'taken_over', 'decision') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM members_grouprule reserving
        WHERE reserving.code = 'reserved' AND reserving.withdrawn_at IS NULL
            AND reserving.starts_on <= (NEW.noted_at AT TIME ZONE 'Europe/Paris')::date
            AND (reserving.ends_before IS NULL
                OR reserving.ends_before > (NEW.noted_at AT TIME ZONE 'Europe/Paris')::date)
            AND (reserving.value -> 'assembly' @> to_jsonb(NEW.code)
                OR reserving.value -> 'board' @> to_jsonb(NEW.code))
    ) THEN
        RAISE EXCEPTION 'only a decision sets the rule %', NEW.code USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# C. com. L441-10, II, unless the accountant’s reason is written down; a value without its figures is refused too.
PENALTY = """
    IF ((NEW.value ->> 'rate')::numeric >= 3 * (NEW.value ->> 'legal_rate')::numeric
        AND (NEW.value ->> 'legal_rate')::numeric >= 0) IS NOT TRUE
        AND (NEW.value ->> 'reason' <> '' AND (NEW.value ->> 'rate')::numeric >= 0) IS NOT TRUE THEN
        RAISE EXCEPTION 'the penalty is below three times the legal rate' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
PERCENTAGE = """
    IF ((NEW.value ->> 'rate')::numeric BETWEEN 0 AND 100) IS NOT TRUE THEN
        RAISE EXCEPTION 'a rate is from 0 to 100' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
KEPT = """
    IF to_jsonb(NEW) - '{ends_before,withdrawn_at,withdrawn_by_id}'::text[]
        <> to_jsonb(OLD) - '{ends_before,withdrawn_at,withdrawn_by_id}'::text[] OR OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a rule keeps its value and its first day' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class RuleCode(models.TextChoices):
    """What a group decides for itself, with days; members.rule_codes says what each holds and who reads it."""

    CONFIRMATION_DAYS = "confirmation_days", "délai de visa"
    PAYMENT_TERMS = "payment_terms", "délai de paiement"
    LATE_PENALTY_RATE = "late_penalty_rate", "pénalités de retard"
    LIABILITY_KEY = "liability_key", "clé de la responsabilité solidaire"
    MANAGEMENT_RATE = "management_rate", "taux de gestion"
    RESERVED = "reserved", "règles réservées à une décision"


class RuleOrigin(models.TextChoices):
    """Where a rule comes from."""

    INITIAL = "initial", "valeur d’origine"
    TAKEN_OVER = "taken_over", "reprise"
    ADMIN = "admin", "réglage"
    DECISION = "decision", "décision"


# Prices of a month are reckoned whole: what they read begins with one, else a month would have two.
WITH_A_MONTH = (RuleCode.MANAGEMENT_RATE,)


class GroupRuleQuerySet(DatedQuerySet["GroupRule"]):
    """Rules by their days."""

    def kept(self) -> Self:
        """Those that nobody withdrew, code by code in the order of their days."""
        return self.filter(withdrawn_at__isnull=True).order_by("code", "starts_on")

    def as_rows(self) -> models.QuerySet[Any, Any]:
        """Each as the JSON that members.rules reads, days as texts."""
        columns = ("code", "value", "starts_on", "ends_before", "origin", "source", "noted_at")
        return self.values_list(JSONObject(id="pk", **{name: name for name in columns}), flat=True)


class GroupRule(Dated):
    """One value of one rule, from a day on. It never changes: another one follows it, or it is withdrawn.

    ``value`` has the shape of its code (members.rule_codes); percents and euros are texts, "12.15". ``source`` is where
    it was decided, as people say it: "AG du 12/05/2026, décision 2026-04".
    """

    code = models.CharField("règle", max_length=24, choices=RuleCode)
    value = models.JSONField("valeur")
    origin = models.CharField("origine", max_length=10, choices=RuleOrigin, default=RuleOrigin.ADMIN)
    source = models.CharField("source", max_length=200, blank=True)
    noted_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="notée par"
    )
    noted_at = models.DateTimeField("notée le")
    withdrawn_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="retirée par"
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True)

    objects: ClassVar = GroupRuleQuerySet.as_manager()

    if TYPE_CHECKING:
        noted_by_id: int | None
        withdrawn_by_id: int | None

    class Meta:
        verbose_name = "règle du groupement"
        verbose_name_plural = "règles du groupement"
        constraints = [
            no_overlap(
                "rules_of_a_code_do_not_overlap",
                "code",
                condition=Q(withdrawn_at__isnull=True),
                message="Une autre règle vaut déjà ces jours-là.",
            ),
            ends_after_start("a_rule_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(origin="decision") | ~Q(source=""),
                name="a_decided_rule_names_its_decision",
                violation_error_message="Dites de quelle décision vient cette règle.",
            ),
            models.CheckConstraint(condition=Q(code__in=RuleCode.values), name="a_rule_has_a_known_code"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("noted_at")),
                name="a_rule_is_withdrawn_after_it_was_noted",
            ),
            models.CheckConstraint(
                condition=~Q(code__in=WITH_A_MONTH) | Q(starts_on__day=1),
                name="what_prices_read_begins_with_a_month",
                violation_error_message="Cette règle commence le premier jour d’un mois.",
            ),
            models.CheckConstraint(
                condition=~Q(code="confirmation_days") | Q(value__days__gte=0, value__days__lte=365),
                name="a_rule_of_confirmation_has_its_days",
            ),
            models.CheckConstraint(
                condition=~Q(code="payment_terms")
                | Q(value__basis="invoice_date", value__days__gte=0, value__days__lte=60)
                | Q(value__days__gte=0, value__days__lte=45),
                name="a_rule_of_payment_stays_within_the_law",
            ),
            models.CheckConstraint(
                # How much an end of month adds depends on the day: its most counts.
                condition=~Q(code="payment_terms")
                | Q(value__basis="invoice_date", value__days__lte=MOST_DAYS)
                | Q(value__days__lte=MOST_DAYS - DAYS_TO_THE_END)
                | ~Q(value__reason=""),
                name="periodic_invoices_are_due_within_45_days",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_rule_that_began_keeps_its_value",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=KEPT,
            ),
            pgtrigger.Protect(name="rules_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="late_penalty_is_three_times_the_legal_rate",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__code="late_penalty_rate"),
                func=PENALTY,
            ),
            pgtrigger.Trigger(
                name="a_management_rate_is_a_percentage",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__code="management_rate"),
                func=PERCENTAGE,
            ),
            pgtrigger.Trigger(
                name="a_reserved_rule_has_its_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=RESERVED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}, {self.starts_on:%d/%m/%Y}"
