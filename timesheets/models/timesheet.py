"""The timesheet: one employee's month on one assignment, or at the group; its steps, remarks and signed versions."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self, TypedDict, cast

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from employees.models.merge import ALONG_A_MERGE
from groupement.kernel.lifecycle import Lifecycle, Step
from groupement.kernel.periods import MonthField
from members.models import User
from timesheets.models import approving
from timesheets.models.step_triggers import STEP_TRIGGERS

# People by name, of each of them the members by name, hours at the group last (nulls come last by themselves).
BY_PERSON_AND_MEMBER = (
    Lower("employee__last_name__unaccent"),
    Lower("employee__first_name__unaccent"),
    "employee",
    Lower("assignment__member__short_name__unaccent"),
    "supplement",
    "pk",
)


class TimesheetStatus(models.TextChoices):
    DRAFT = "draft", "À saisir"
    SUBMITTED = "submitted", "Soumis"
    CONFIRMED = "confirmed", "Visé"
    APPROVED = "approved", "Approuvé"


class StepKind(models.TextChoices):
    """Which act a step was, in the words of its history."""

    SUPPLEMENT = "supplement", "Complément ouvert"
    SUBMIT = "submit", "Soumis"
    RECALL = "recall", "Rappelé"
    CONFIRM = "confirm", "Visé"
    CONTEST = "contest", "Contesté"
    TACIT = "tacit", "Visé tacitement"
    TAKE_BACK = "take_back", "Visa repris"
    SETTLE = "settle", "Tranché par la coordination"
    RETURN = "return", "Renvoyé"
    APPROVE = "approve", "Approuvé"
    UNDO = "undo", "Approbation annulée"
    REOPEN = "reopen", "Rouvert"
    CHANGE = "change", "Heures changées"


# The acts by which hours stand confirmed.
CONFIRMING = (StepKind.CONFIRM, StepKind.TACIT, StepKind.SETTLE)

# From which states each act leads to which.
_LEADS = {
    StepKind.SUPPLEMENT: (("",), ("draft",)),
    StepKind.SUBMIT: (("draft",), ("submitted",)),
    StepKind.RECALL: (("submitted",), ("draft",)),
    StepKind.CONFIRM: (("submitted",), ("confirmed",)),
    StepKind.CONTEST: (("submitted",), ("draft",)),
    StepKind.TACIT: (("submitted",), ("confirmed",)),
    StepKind.SETTLE: (("submitted",), ("confirmed",)),
    StepKind.TAKE_BACK: (("confirmed",), ("submitted",)),
    StepKind.RETURN: (("submitted", "confirmed"), ("draft",)),
    StepKind.APPROVE: (("submitted", "confirmed"), ("approved",)),
    StepKind.UNDO: (("approved",), ("submitted", "confirmed")),
    StepKind.REOPEN: (("approved",), ("draft",)),
    StepKind.CHANGE: (("draft",), ("draft",)),
}


class TimesheetQuerySet(models.QuerySet["Timesheet"]):
    """Timesheets, in the scope of a reader."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; one's own; those on assignments at members where ``user`` has a seat.

        The group may keep from them what is not submitted yet (``draft_visibility``), unless they enter it.
        """
        if user.sees_every_member:
            return self
        from members.models import DraftVisibility, Group, Member

        kept = Group.objects.filter(draft_visibility=DraftVisibility.NOTHING)
        in_sight = (
            ~Q(status=TimesheetStatus.DRAFT)
            | Q(contested_at__isnull=False)
            | ~models.Exists(kept)
            | Q(assignment__hours_entry__in=["both", "member"]) & self._answering(user)
        )
        seats = Member.objects.visible_to(user).values("pk")
        return self.filter(Q(employee__user=user) | Q(assignment__member__in=seats) & in_sight)

    def answerable_by(self, user: User) -> Self:
        """Those at a member for which ``user`` may answer; never one's own, nor those of one's principal."""
        return self.filter(self._answering(user))

    def _answering(self, user: User) -> Q:
        """access.answers_for() as a condition on rows."""
        from members.access import current_seats
        from members.models.people import WRITERS

        # An employee without an account is nobody's own.
        person = models.functions.Coalesce(models.OuterRef("employee__user"), 0)
        seats = current_seats(user).filter(member=models.OuterRef("assignment__member"), function__in=WRITERS)
        return models.Exists(seats.exclude(user=person)) & ~Q(employee__user=user)

    def with_minutes(self) -> "models.QuerySet[TimesheetWithMinutes]":
        """Adds ``minutes``: the sum of the entries, zero when there are none."""
        from timesheets.models.entry import Entry

        rows = Entry.objects.filter(timesheet=models.OuterRef("pk")).order_by().values("timesheet")
        total = rows.annotate(total=models.Sum("minutes")).values("total")
        minutes = models.functions.Coalesce(models.Subquery(total), 0)
        return cast("models.QuerySet[TimesheetWithMinutes]", self.annotate(minutes=minutes))


class Timesheet(Lifecycle):
    """One employee’s month on one assignment; with none, "at the group": absences, training, meetings."""

    MOVES = {
        TimesheetStatus.DRAFT: {TimesheetStatus.SUBMITTED},
        TimesheetStatus.SUBMITTED: {
            TimesheetStatus.DRAFT,
            TimesheetStatus.CONFIRMED,
            TimesheetStatus.APPROVED,
        },
        TimesheetStatus.CONFIRMED: {
            TimesheetStatus.DRAFT,
            TimesheetStatus.SUBMITTED,
            TimesheetStatus.APPROVED,
        },
        TimesheetStatus.APPROVED: {
            TimesheetStatus.DRAFT,
            TimesheetStatus.CONFIRMED,
            TimesheetStatus.SUBMITTED,
        },
    }

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    month = MonthField("mois")
    assignment = models.ForeignKey(
        "employees.Assignment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="mise à disposition",
    )
    supplement = models.PositiveSmallIntegerField("complément n°", default=0)
    status = models.CharField(
        "état", max_length=10, choices=TimesheetStatus, default=TimesheetStatus.DRAFT, editable=False
    )
    submitted_at = models.DateTimeField("soumis le", null=True, editable=False)
    confirmed_at = models.DateTimeField("visé le", null=True, editable=False)
    is_confirmed_tacitly = models.BooleanField("visa tacite", default=False, editable=False)
    approved_at = models.DateTimeField("approuvé le", null=True, editable=False)
    contested_at = models.DateTimeField("contesté le", null=True, editable=False)
    returned_at = models.DateTimeField("renvoyé le", null=True, editable=False)
    accepted_days = models.JSONField(
        "jours acceptés",
        default=dict,
        blank=True,
        editable=False,
        help_text="Les jours que l’adhérent n’a pas contestés, avec leurs minutes\u00a0: il n’a pas à les relire.",
    )
    billed_at = models.DateTimeField("facturé le", null=True, editable=False)

    objects = TimesheetQuerySet.as_manager()

    class Meta:
        verbose_name = "relevé d’heures"
        verbose_name_plural = "relevés d’heures"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "month", "assignment", "supplement"],
                nulls_distinct=False,
                name="one_timesheet_per_employee_month_and_assignment",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        status="draft",
                        submitted_at__isnull=True,
                        confirmed_at__isnull=True,
                        approved_at__isnull=True,
                    )
                    | Q(
                        status="submitted",
                        submitted_at__isnull=False,
                        confirmed_at__isnull=True,
                        approved_at__isnull=True,
                    )
                    | Q(
                        status="confirmed",
                        assignment__isnull=False,
                        submitted_at__isnull=False,
                        confirmed_at__isnull=False,
                        approved_at__isnull=True,
                    )
                    | (
                        Q(status="approved", submitted_at__isnull=False, approved_at__isnull=False)
                        & (Q(assignment__isnull=True) | Q(confirmed_at__isnull=False))
                    )
                ),
                name="timesheet_status_matches_its_stamps",
            ),
            models.CheckConstraint(
                condition=Q(billed_at__isnull=True) | Q(status="approved", billed_at__gte=F("approved_at")),
                name="only_an_approved_timesheet_is_billed",
            ),
            models.CheckConstraint(
                condition=Q(contested_at__isnull=True, returned_at__isnull=True) | Q(status="draft"),
                name="only_a_draft_is_contested_or_returned",
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed_tacitly=False) | Q(confirmed_at__isnull=False),
                name="a_tacit_confirmation_is_a_confirmation",
            ),
        ]
        indexes = [
            models.Index(fields=["month", "status"], name="timesheet_by_month_and_status"),
            models.Index(fields=["assignment", "month"], name="timesheet_by_assignment"),
        ]
        triggers = [
            *approving.TRIGGERS,
            pgtrigger.Trigger(
                name="timesheet_keeps_who_and_when",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""{ALONG_A_MERGE}
                    IF TG_OP = 'UPDATE' AND (NEW.employee_id, NEW.month, NEW.assignment_id, NEW.supplement)
                        IS DISTINCT FROM (OLD.employee_id, OLD.month, OLD.assignment_id, OLD.supplement)
                    THEN
                        RAISE EXCEPTION 'a timesheet keeps its employee, month and assignment'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'INSERT' AND NEW.assignment_id IS NOT NULL THEN
                        PERFORM 1 FROM employees_assignment
                        WHERE id = NEW.assignment_id AND employee_id = NEW.employee_id
                          AND starts_on < (NEW.month + interval '1 month')
                          AND (ends_before IS NULL OR ends_before > NEW.month);
                        IF NOT FOUND THEN
                            RAISE EXCEPTION 'a timesheet is for its employee''s own assignment, in its months'
                                USING ERRCODE = 'check_violation';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="approved_timesheet_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["submitted", "confirmed", "approved"]),
                func="""
                    IF TG_OP = 'DELETE' THEN
                        RAISE EXCEPTION 'only a draft timesheet is deleted' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.billed_at IS NOT NULL AND NEW.status <> 'approved' THEN
                        RAISE EXCEPTION 'a billed timesheet is not reopened'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="the_stamps_of_a_timesheet_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["submitted", "confirmed", "approved"]),
                # A step back takes its stamps away; the others stay as they were set, and what is billed stays billed.
                func="""
                    IF OLD.billed_at IS NOT NULL AND NEW.billed_at IS DISTINCT FROM OLD.billed_at
                       OR NEW.status <> 'draft' AND NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
                       OR OLD.confirmed_at IS NOT NULL AND NEW.status IN ('confirmed', 'approved')
                          AND (NEW.confirmed_at, NEW.is_confirmed_tacitly)
                              IS DISTINCT FROM (OLD.confirmed_at, OLD.is_confirmed_tacitly)
                       OR OLD.status = 'approved' AND NEW.status = 'approved'
                          AND (NEW.approved_at, NEW.confirmed_at, NEW.is_confirmed_tacitly, NEW.accepted_days)
                              IS DISTINCT FROM
                              (OLD.approved_at, OLD.confirmed_at, OLD.is_confirmed_tacitly, OLD.accepted_days) THEN
                        RAISE EXCEPTION 'when hours were submitted, confirmed, approved and billed stays'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"relevé {self.month} n° {self.pk or '—'}"

    @property
    def state(self) -> str:
        """What people see: the status, refined by contest, return and billing (ui: badge data-state)."""
        if self.billed_at:
            return "invoiced"
        if self.contested_at:
            return "contested"
        if self.returned_at:
            return "returned"
        return self.status

    @property
    def state_label(self) -> str:
        labels = {"invoiced": "Facturé", "contested": "Contesté", "returned": "Renvoyé"}
        return labels.get(self.state) or TimesheetStatus(self.status).label


class Minutes(TypedDict):
    """What with_minutes() adds to each."""

    minutes: int


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    TimesheetWithMinutes = WithAnnotations[Timesheet, Minutes]


class TimesheetStep(Step):
    """One move of a timesheet: which act, who, when, why."""

    subject = models.ForeignKey(Timesheet, models.CASCADE, related_name="steps")
    kind = models.CharField("acte", max_length=10, choices=StepKind)

    class Meta:
        verbose_name = "étape de relevé"
        verbose_name_plural = "étapes de relevé"
        constraints = [
            models.CheckConstraint(
                condition=reduce(
                    or_,
                    (
                        Q(kind=kind, source__in=sources, target__in=targets)
                        for kind, (sources, targets) in _LEADS.items()
                    ),
                ),
                name="a_step_leads_where_its_act_does",
            ),
            models.CheckConstraint(
                condition=~Q(kind=StepKind.CHANGE) | Q(note__regex=r"\S"),
                name="who_changes_anothers_hours_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="timesheet_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            *STEP_TRIGGERS,
        ]


class Remark(models.Model):
    """Why one day was contested or returned, in the words of who did it."""

    step = models.ForeignKey(TimesheetStep, models.CASCADE, related_name="remarks")
    day = models.DateField("jour")
    reason = models.CharField("motif", max_length=500)
    expected_minutes = models.PositiveSmallIntegerField("minutes attendues", null=True, blank=True)

    class Meta:
        verbose_name = "remarque"
        verbose_name_plural = "remarques"
        constraints = [models.UniqueConstraint(fields=["step", "day"], name="one_remark_a_day_in_a_step")]
        triggers = [
            pgtrigger.Protect(name="remarks_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m} : {self.reason[:40]}"
