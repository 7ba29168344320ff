"""The settling of a period: what people really cost against what was invoiced, shared by a key (domain: true-up)."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from employees.models.merge import ALONG_A_MERGE
from groupement.kernel.lifecycle import Lifecycle, Step
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import MonthField


class TrueUpKey(models.TextChoices):
    HOURS = "hours", "heures de la période"
    PLANNED = "planned", "parts prévues"
    EQUAL = "equal", "parts égales"
    LAST_12_MONTHS = "last_12_months", "heures des douze derniers mois"


class TrueUpStatus(models.TextChoices):
    DRAFT = "draft", "préparée"
    ISSUED = "issued", "émise"


@pghistory.track(pghistory.DeleteEvent())
class TrueUp(Lifecycle):
    """A period settled for some members: prepared as often as one likes, then issued for good."""

    MOVES = {TrueUpStatus.DRAFT: {TrueUpStatus.ISSUED}, TrueUpStatus.ISSUED: set()}

    label = models.CharField("libellé", max_length=120)
    first_month = MonthField("premier mois")
    last_month = MonthField("dernier mois")
    key = models.CharField("clé", max_length=16, choices=TrueUpKey)
    status = models.CharField(
        "état", max_length=10, choices=TrueUpStatus, default=TrueUpStatus.DRAFT, editable=False
    )
    figures = models.JSONField("calcul", default=dict)
    prepared_at = models.DateTimeField("préparée le")
    prepared_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="préparée par",
    )
    issued_at = models.DateTimeField("émise le", null=True, editable=False)

    class Meta:
        verbose_name = "régularisation"
        verbose_name_plural = "régularisations"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_month__gte=F("first_month")), name="true_up_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", issued_at__isnull=True)
                | Q(status="issued", issued_at__isnull=False),
                name="true_up_status_matches_its_stamps",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="issued_true_up_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="issued"),
                func="RAISE EXCEPTION 'an issued true-up never changes' USING ERRCODE = 'check_violation';",
            )
        ]

    def __str__(self) -> str:
        return self.label


class TrueUpStep(Step):
    """One move of a true-up."""

    subject = models.ForeignKey(TrueUp, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape de régularisation"
        verbose_name_plural = "étapes de régularisation"
        triggers = [
            pgtrigger.Protect(
                name="true_up_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


class TrueUpShare(models.Model):
    """One person at one member: its share of the actual cost, what was invoiced, and the difference owed or due back.

    ``amount`` = ``actual`` − ``invoiced``: positive is owed by the member. A person's month is settled once.
    """

    true_up = models.ForeignKey(TrueUp, models.CASCADE, related_name="shares")
    employee = models.ForeignKey("employees.Employee", models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    minutes = models.PositiveIntegerField("minutes", default=0)
    actual = MoneyField("part du coût réel")
    invoiced = MoneyField("déjà facturé")
    amount = MoneyField("à régulariser")
    line = models.OneToOneField("billing.Line", models.PROTECT, null=True, related_name="true_up_share")

    class Meta:
        verbose_name = "part de régularisation"
        verbose_name_plural = "parts de régularisation"
        constraints = [
            models.UniqueConstraint(
                fields=["true_up", "employee", "member"], name="one_true_up_share_per_person_and_member"
            ),
            models.CheckConstraint(
                condition=Q(amount=F("actual") - F("invoiced")), name="true_up_amount_is_the_difference"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="shares_of_an_issued_true_up_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""{ALONG_A_MERGE}
                    PERFORM 1 FROM billing_trueup
                    WHERE status = 'issued'
                      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.true_up_id END,
                                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.true_up_id END);
                    IF FOUND THEN
                        RAISE EXCEPTION 'the shares of an issued true-up never change'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"part de {self.amount}"


class SettledMonth(models.Model):
    """A person's month that an issued true-up settled with a member, or with all: no other true-up takes it again."""

    true_up = models.ForeignKey(TrueUp, models.PROTECT, related_name="settled_months")
    employee = models.ForeignKey("employees.Employee", models.PROTECT, related_name="+")
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="+", verbose_name="adhérent"
    )
    month = MonthField("mois")

    class Meta:
        verbose_name = "mois régularisé"
        verbose_name_plural = "mois régularisés"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "month", "member"],
                name="a_month_is_trued_up_once",
                nulls_distinct=False,
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="settled_months_are_append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""{ALONG_A_MERGE}
                    RAISE EXCEPTION 'a settled month stays settled' USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.month}"
