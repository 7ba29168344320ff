"""Which hours an invoice holds: whole timesheets when it is issued, and minutes that a credit note gave back since."""

import pgtrigger
from django.db import models
from django.db.models import Q

from billing.charge_kinds import STANDS_FOR_HOURS
from billing.models.invoice import OF_AN_ISSUED_INVOICE, Invoice

# Sums that pay for all hours of their days: a credit note releases the hours with the sum.
KINDS_FOR_HOURS = ", ".join(f"'{kind.value}'" for kind in STANDS_FOR_HOURS)


class InvoicedTimesheet(models.Model):
    """A timesheet whose hours an invoice holds: it stands in the annex and is sealed at issue; one invoice at most."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="timesheets", verbose_name="facture")
    timesheet = models.OneToOneField(
        "timesheets.Timesheet", models.PROTECT, related_name="+", verbose_name="relevé"
    )

    class Meta:
        verbose_name = "relevé facturé"
        verbose_name_plural = "relevés facturés"
        triggers = [
            pgtrigger.Trigger(
                name="timesheets_of_an_issued_invoice_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("named", "bigint"), ("found_status", "text")],
                func=OF_AN_ISSUED_INVOICE,
            )
        ]

    def __str__(self) -> str:
        return f"relevé n° {self.timesheet_id}"


class Fate(models.TextChoices):
    """What becomes of credited hours, at the choice of who credits."""

    RELEASED = "released", "à facturer de nouveau"
    VOIDED = "voided", "abandonnées"


class Release(models.Model):
    """Minutes of one entry that a credit note took off the charge that billed them, and what became of them.

    A flat amount or a share of a cost that is released whole gives back the hours of its days, so that an hourly price
    put in its place bills them. Released minutes wait with ``charge`` empty until a run bills them again; voided ones
    never are. Of an entry, a charge bills all its minutes (the first time), or the minutes of the releases that name it
    as ``charge``; nobody credits more than that: a trigger counts.
    """

    line = models.ForeignKey(
        "billing.Line", models.CASCADE, related_name="releases", verbose_name="ligne de l’avoir"
    )
    credited = models.ForeignKey(
        "billing.Charge", models.PROTECT, related_name="releases", verbose_name="somme créditée"
    )
    entry = models.ForeignKey("timesheets.Entry", models.PROTECT, related_name="+", verbose_name="pointage")
    minutes = models.PositiveIntegerField("minutes")
    fate = models.CharField("sort", max_length=8, choices=Fate)
    charge = models.ForeignKey(
        "billing.Charge",
        models.SET_NULL,
        null=True,
        related_name="takes_up",
        verbose_name="facturées de nouveau par",
    )

    class Meta:
        verbose_name = "heures créditées"
        verbose_name_plural = "heures créditées"
        constraints = [
            models.UniqueConstraint(fields=["line", "entry"], name="a_line_credits_an_entry_once"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="a_release_holds_minutes"),
            models.CheckConstraint(
                condition=Q(fate="released") | Q(charge__isnull=True),
                name="voided_minutes_are_not_billed_again",
            ),
        ]
        indexes = [
            models.Index(
                fields=["entry"], condition=Q(fate="released", charge__isnull=True), name="release_waiting"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="minutes_are_credited_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("claimed", "integer"), ("given", "integer")],
                func=f"""
                    PERFORM 1 FROM billing_charge WHERE id = NEW.credited_id FOR NO KEY UPDATE;
                    SELECT SUM(minutes) INTO claimed FROM billing_release
                    WHERE charge_id = NEW.credited_id AND entry_id = NEW.entry_id;
                    IF claimed IS NULL THEN
                        -- A first bill holds the whole entry, if its invoice holds the sheet.
                        SELECT timesheets_entry.minutes INTO claimed FROM timesheets_entry
                        JOIN billing_invoicedtimesheet
                          ON billing_invoicedtimesheet.timesheet_id = timesheets_entry.timesheet_id
                        JOIN billing_line ON billing_line.invoice_id = billing_invoicedtimesheet.invoice_id
                        JOIN billing_charge ON billing_charge.line_id = billing_line.id
                        WHERE timesheets_entry.id = NEW.entry_id AND billing_charge.id = NEW.credited_id;
                    END IF;
                    IF claimed IS NULL THEN
                        -- A flat amount or a share stands for the hours of its month, on whatever invoice they are.
                        SELECT timesheets_entry.minutes INTO claimed FROM timesheets_entry
                        JOIN timesheets_timesheet ON timesheets_timesheet.id = timesheets_entry.timesheet_id
                        JOIN billing_invoicedtimesheet
                          ON billing_invoicedtimesheet.timesheet_id = timesheets_timesheet.id
                        JOIN billing_charge ON billing_charge.assignment_id = timesheets_timesheet.assignment_id
                          AND billing_charge.service_month = timesheets_timesheet.month
                        WHERE timesheets_entry.id = NEW.entry_id AND billing_charge.id = NEW.credited_id
                          AND billing_charge.kind IN ({KINDS_FOR_HOURS});
                    END IF;
                    SELECT COALESCE(SUM(minutes), 0) INTO given FROM billing_release
                    WHERE credited_id = NEW.credited_id AND entry_id = NEW.entry_id;
                    IF claimed IS NULL OR given + NEW.minutes > claimed THEN
                        RAISE EXCEPTION 'an hour is credited once' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - written by us, no value of anybody  # nosec B608
            ),
            pgtrigger.Protect(
                name="what_a_release_says_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("line", "credited", "entry", "minutes", "fate"),
            ),
            pgtrigger.Trigger(
                name="what_an_issued_credit_note_released_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # While waiting, minutes go on a draft and off it again; billed again for good, they stay there.
                func="""
                    IF TG_OP = 'UPDATE' THEN
                        PERFORM 1 FROM billing_charge charge JOIN billing_line line ON line.id = charge.line_id
                        JOIN billing_invoice invoice ON invoice.id = line.invoice_id AND invoice.status = 'issued'
                        WHERE charge.id = OLD.charge_id AND NEW.charge_id IS DISTINCT FROM OLD.charge_id;
                    ELSE
                        PERFORM 1 FROM billing_line line
                        JOIN billing_invoice invoice ON invoice.id = line.invoice_id AND invoice.status = 'issued'
                        WHERE line.id = CASE TG_OP WHEN 'DELETE' THEN OLD.line_id ELSE NEW.line_id END;
                    END IF;
                    IF FOUND THEN
                        RAISE EXCEPTION 'what an issued document released or billed again stays'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min {self.fate}"
