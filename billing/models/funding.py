"""Grants behind the work: hours and costs tagged to a funding line, each once, and the locked reports made of them."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from groupement.kernel.money import MoneyField
from groupement.kernel.periods import Dated, DateRange, MonthField, ends_after_start


class FundingLine(Dated):
    """A grant, or one action of it, that pays for part of the work (such as Coop'Ter)."""

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("libellé", max_length=160)
    funder = models.CharField("financeur", max_length=120)
    budget = MoneyField("montant accordé", null=True, blank=True)

    class Meta:
        verbose_name = "ligne de financement"
        verbose_name_plural = "lignes de financement"
        constraints = [
            ends_after_start("funding_line_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0), name="a_budget_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.code


# A locked report stands on its tags: none of its period may be added, changed or taken away. The line is held first,
# so that a lock under way is waited for.
OF_A_LOCKED_REPORT = """
    FOREACH named IN ARRAY ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.line_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.line_id END
    ] LOOP
        CONTINUE WHEN named IS NULL;
        PERFORM 1 FROM billing_fundingline WHERE id = named FOR KEY SHARE;
        PERFORM 1 FROM billing_fundingreport
        WHERE line_id = named
          AND ((TG_OP <> 'INSERT' AND OLD.month BETWEEN first_month AND last_month)
            OR (TG_OP <> 'DELETE' AND NEW.month BETWEEN first_month AND last_month));
        IF FOUND THEN
            RAISE EXCEPTION 'a locked funding report stands on this' USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class FundedHours(models.Model):
    """Minutes of one entry that a funding line pays for, under one action; never more than the entry has."""

    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="hours", verbose_name="financement")
    entry = models.ForeignKey("timesheets.Entry", models.PROTECT, related_name="+", verbose_name="pointage")
    month = MonthField("mois")
    action = models.CharField("action", max_length=120)
    minutes = models.PositiveIntegerField("minutes")
    tagged_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    tagged_at = models.DateTimeField("affecté le")

    class Meta:
        verbose_name = "heures financées"
        verbose_name_plural = "heures financées"
        constraints = [
            models.UniqueConstraint(fields=["line", "entry", "action"], name="an_action_takes_an_entry_once"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="funded_hours_hold_minutes"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="funded_hours_of_a_locked_report_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("named", "bigint")],
                func=OF_A_LOCKED_REPORT,
            ),
            pgtrigger.Trigger(
                name="no_hour_is_funded_twice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("worked", "integer"), ("taken", "integer")],
                func="""
                    SELECT minutes INTO worked FROM timesheets_entry WHERE id = NEW.entry_id FOR NO KEY UPDATE;
                    PERFORM 1 FROM timesheets_entry
                    JOIN timesheets_timesheet ON timesheets_timesheet.id = timesheets_entry.timesheet_id
                    WHERE timesheets_entry.id = NEW.entry_id AND timesheets_timesheet.month = NEW.month
                      AND timesheets_timesheet.status = 'approved';
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'a funded hour is approved, and of its month'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    SELECT COALESCE(SUM(minutes), 0) INTO taken FROM billing_fundedhours
                    WHERE entry_id = NEW.entry_id AND id <> NEW.id;
                    IF taken + NEW.minutes > worked THEN
                        RAISE EXCEPTION 'an hour is funded once' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min {self.month}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class FundedCost(models.Model):
    """A part of a cost that is not a person's hours (a purchase, a trip), paid for by a funding line."""

    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="costs", verbose_name="financement")
    expense = models.ForeignKey(
        "billing.Expense", models.PROTECT, related_name="funded", verbose_name="dépense"
    )
    month = MonthField("mois")
    action = models.CharField("action", max_length=120)
    amount = MoneyField("montant")
    tagged_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    tagged_at = models.DateTimeField("affecté le")

    class Meta:
        verbose_name = "coût financé"
        verbose_name_plural = "coûts financés"
        constraints = [
            models.UniqueConstraint(
                fields=["line", "expense", "action"], name="an_action_takes_an_expense_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_funded_cost_is_positive"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="funded_costs_of_a_locked_report_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("named", "bigint")],
                func=OF_A_LOCKED_REPORT,
            ),
            pgtrigger.Trigger(
                name="no_expense_is_funded_twice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("spent", "numeric"), ("taken", "numeric")],
                func="""
                    SELECT amount INTO spent FROM billing_expense
                    WHERE id = NEW.expense_id AND charge_id IS NOT NULL
                      AND date_trunc('month', spent_on)::date = NEW.month FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'a funded expense is accepted, and of its month'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_fundedcost
                    WHERE expense_id = NEW.expense_id AND id <> NEW.id;
                    IF taken + NEW.amount > spent THEN
                        RAISE EXCEPTION 'an expense is funded once' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.month}"


class FundingReport(models.Model):
    """The locked "hours × cost by person, action, month" of a funding line: copied, digested, never changed."""

    line = models.ForeignKey(FundingLine, models.PROTECT, related_name="reports", verbose_name="financement")
    first_month = MonthField("premier mois")
    last_month = MonthField("dernier mois")
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte (SHA-256)", max_length=64)
    locked_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    locked_at = models.DateTimeField("verrouillé le")

    class Meta:
        verbose_name = "état de financement"
        verbose_name_plural = "états de financement"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_month__gte=F("first_month")), name="funding_report_ends_after_it_starts"
            ),
            models.UniqueConstraint(fields=["line", "first_month"], name="one_report_from_a_month_on"),
            ExclusionConstraint(
                name="a_month_of_a_line_is_locked_once",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    (
                        DateRange(
                            "first_month",
                            "last_month",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="funding_report_holds_a_digest"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="funding_reports_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"état {self.first_month} à {self.last_month}"
