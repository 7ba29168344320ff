"""The entries of a timesheet, and the coordinator's notes on what working-time rules found in them."""

from datetime import time

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from employees.models.merge import ALONG_A_MERGE


class Kind(models.TextChoices):
    """What the time was; members see only present or absent."""

    WORKED = "worked", "Travail"
    TRAVEL = "travel", "Trajet entre deux lieux de travail"
    TRAINING = "training", "Formation"
    MEETING = "meeting", "Réunion du groupement"
    LEAVE = "leave", "Congé"
    SICKNESS = "sickness", "Maladie"
    HOLIDAY = "holiday", "Jour férié"
    DOWNTIME = "downtime", "Sans mission"
    OTHER = "other", "Autre absence"


ASSIGNMENT_KINDS = frozenset({Kind.WORKED, Kind.TRAVEL})
GROUP_KINDS = frozenset(set(Kind) - ASSIGNMENT_KINDS)
ABSENCES = frozenset({Kind.LEAVE, Kind.SICKNESS, Kind.HOLIDAY, Kind.OTHER})


# What goes on from a day before on which nothing of that kind ends at midnight, there.
_ORPHANS = """
                    PERFORM 1 FROM timesheets_entry morning
                    JOIN timesheets_timesheet sheet ON sheet.id = morning.timesheet_id
                    WHERE morning.goes_on_from_day_before AND NOT EXISTS (
                        SELECT 1 FROM timesheets_entry evening
                        JOIN timesheets_timesheet other ON other.id = evening.timesheet_id
                        WHERE (evening.day, evening.kind, evening.ended_at)
                            = (morning.day - 1, morning.kind, time '00:00')
                          AND other.employee_id = sheet.employee_id
                          AND other.assignment_id IS NOT DISTINCT FROM sheet.assignment_id
                    )"""
_REFUSED = """IF FOUND THEN
                        RAISE EXCEPTION 'hours go on from an evening that ends at midnight'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;"""


# Deletions too: hours that were taken away are asked about as often as hours that were changed.
@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Entry(models.Model):
    """Minutes of one kind on one day of a timesheet; start, end and the breaks between are optional.

    Locked as soon as the timesheet leaves draft. Work past midnight is two entries, each on its day and timesheet: the
    evening that ends at 0 h, and what goes on from it. Spans of before that rule may still end on the next day.
    """

    timesheet = models.ForeignKey(
        "timesheets.Timesheet", models.CASCADE, related_name="entries", verbose_name="relevé"
    )
    day = models.DateField("jour")
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.WORKED)
    minutes = models.PositiveSmallIntegerField("minutes")
    started_at = models.TimeField("début", null=True, blank=True)
    ended_at = models.TimeField("fin", null=True, blank=True)
    break_minutes = models.PositiveSmallIntegerField("pause (minutes)", default=0)
    goes_on_from_day_before = models.BooleanField("suite de la veille", default=False)
    note = models.CharField("note", max_length=200, blank=True)
    entered_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="saisi par"
    )

    class Meta:
        verbose_name = "pointage"
        verbose_name_plural = "pointages"
        constraints = [
            models.UniqueConstraint(
                fields=["timesheet", "day", "kind", "goes_on_from_day_before"],
                name="one_entry_a_day_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(goes_on_from_day_before=False)
                | Q(
                    started_at__isnull=False, started_at=time(0), ended_at__isnull=False, ended_at__gt=time(0)
                ),
                name="what_goes_on_begins_at_midnight",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0, minutes__lte=1440), name="entry_minutes_fit_in_a_day"
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, ended_at__isnull=True, break_minutes=0)
                | Q(started_at__isnull=False, ended_at__isnull=False, break_minutes__lt=1440),
                name="an_entry_has_both_its_times_or_none",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="entries_change_only_in_a_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("sheet", "timesheets_timesheet%ROWTYPE"), ("named", "bigint")],
                func="""
                    FOREACH named IN ARRAY ARRAY[
                        CASE WHEN TG_OP <> 'INSERT' THEN OLD.timesheet_id END,
                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.timesheet_id END
                    ] LOOP
                        CONTINUE WHEN named IS NULL;
                        SELECT * INTO sheet FROM timesheets_timesheet WHERE id = named FOR SHARE;
                        IF sheet.status <> 'draft' THEN
                            RAISE EXCEPTION 'the entries of a timesheet change only while it is a draft'
                                USING ERRCODE = 'check_violation';
                        END IF;
                    END LOOP;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    IF NEW.day < sheet.month OR NEW.day >= sheet.month + interval '1 month' THEN
                        RAISE EXCEPTION 'an entry lies in the month of its timesheet'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF (sheet.assignment_id IS NOT NULL) <> (NEW.kind IN ('worked', 'travel')) THEN
                        RAISE EXCEPTION 'an entry fits the kind of its timesheet'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="a_persons_hours_are_not_rewritten_silently",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__entered_by__df=pgtrigger.F("new__entered_by"))
                & pgtrigger.Q(old__minutes__df=pgtrigger.F("new__minutes")),
                func="""
                    PERFORM 1 FROM timesheets_timesheet sheet
                    JOIN employees_employee employee ON employee.id = sheet.employee_id
                    WHERE sheet.id = NEW.timesheet_id AND employee.user_id = OLD.entered_by_id;
                    IF NOT FOUND THEN RETURN NEW; END IF;
                    PERFORM 1 FROM timesheets_changedhours changed
                    JOIN timesheets_timesheetstep step ON step.id = changed.step_id
                    WHERE step.subject_id = NEW.timesheet_id AND step.by_id = NEW.entered_by_id
                      AND (changed.day, changed.kind, changed.goes_on_from_day_before)
                        = (NEW.day, NEW.kind, NEW.goes_on_from_day_before)
                      AND (changed.before_minutes, changed.after_minutes) = (OLD.minutes, NEW.minutes);
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'hours that a person wrote are rewritten with a reason only'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # What was written before this rule stays as it is, until somebody changes its times.
            pgtrigger.Trigger(
                name="an_entry_ends_by_midnight",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'UPDATE' AND (NEW.day, NEW.started_at, NEW.ended_at)
                        IS NOT DISTINCT FROM (OLD.day, OLD.started_at, OLD.ended_at)
                    THEN
                        RETURN NEW;
                    END IF;
                    IF NEW.ended_at < NEW.started_at AND NEW.ended_at > '00:00' THEN
                        RAISE EXCEPTION 'work past midnight is parted into its two days'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="what_goes_on_has_its_evening",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__goes_on_from_day_before=True),
                func=f"""
                    {_ORPHANS} AND morning.id = NEW.id;
                    {_REFUSED}
                """,
            ),
            pgtrigger.Trigger(
                name="an_evening_keeps_what_goes_on_from_it",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__ended_at=time(0)),
                func=f"""
                    {_ORPHANS} AND (morning.day, morning.kind) = (OLD.day + 1, OLD.kind);
                    {_REFUSED}
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m} {self.kind} {self.minutes} min"


class Acknowledgement(models.Model):
    """A finding that was read and answered, with a note; it counts for these figures only.

    Findings themselves are computed, never stored: ``rule`` and ``day`` name one, ``measured`` is what it found,
    in minutes or days.
    """

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    rule = models.CharField("règle", max_length=30)
    day = models.DateField("jour")
    measured = models.IntegerField("mesuré")
    note = models.TextField("note", max_length=2000)
    by = models.ForeignKey("members.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "alerte lue"
        verbose_name_plural = "alertes lues"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "rule", "day", "measured"], name="a_finding_is_acknowledged_once"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="an_acknowledgement_has_a_note"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="acknowledgements_are_append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""{ALONG_A_MERGE}
                    RAISE EXCEPTION 'what was read and answered stays' USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} du {self.day:%d/%m/%Y}"
