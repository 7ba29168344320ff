"""Timesheets in Django admin: the hours of a draft can be corrected; the rest is read-only."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from employees.models import Employee
from groupement.kernel.worktime import spell_hours
from members.access import holds, today
from members.admin.comparing import RecordAdmin
from members.admin.journal import HistoryEvent
from members.admin.site import ReadOnly, ReadOnlyInline, StepInline, user_of
from members.models import Member
from members.roles import Role
from timesheets.correcting import EntryForm, EntryFormSet
from timesheets.locking import why_closed
from timesheets.models import ABSENCES, Entry, Timesheet, TimesheetStatus, TimesheetStep
from timesheets.sheet import days as sheet_days

if TYPE_CHECKING:
    from timesheets.models.timesheet import TimesheetQuerySet, TimesheetWithMinutes


EntryEvent: Any = Entry.pgh_event_models["update"]  # type: ignore[attr-defined]
# pghistory makes this model, with an English name that the page would print.
EntryEvent.__str__ = lambda event: f"{event.day:%d/%m}"
CHANGE_LABELS = {"insert": "Saisi", "update": "Modifié", "delete": "Retiré"}


class EntryInline(admin.TabularInline):
    """The hours, open to changes while the timesheet is a draft; the table refuses anything else anyway."""

    model = Entry
    form = EntryForm
    formset = EntryFormSet
    extra = 0
    fields = ["day", "kind", "minutes", "started_at", "ended_at", "break_minutes", "note", "entered_by"]
    readonly_fields = ["entered_by"]
    ordering = ["day", "kind", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # What goes on after midnight is written with the evening before it.
        rows = super().get_queryset(request).filter(goes_on_from_day_before=False)
        return rows.select_related("entered_by")

    def get_fields(self, request: HttpRequest, obj: Timesheet | None = None) -> list[Any]:
        # Hours at the group are absences too: their notes are for the person and the coordination.
        fields: list[Any] = [*self.fields]
        if obj is not None and obj.assignment_id is None and not holds(user_of(request), Role.COORDINATOR):
            fields.remove("note")
        return fields

    def get_formset(self, request: HttpRequest, obj: Entry | None = None, **kwargs: Any) -> type[Any]:
        return type("EntriesBy", (super().get_formset(request, obj, **kwargs),), {"by": user_of(request)})

    def has_add_permission(self, request: HttpRequest, obj: Timesheet | None = None) -> bool:
        return _is_open(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Timesheet | None = None) -> bool:
        return _is_open(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Timesheet | None = None) -> bool:
        return _is_open(request, obj) and super().has_delete_permission(request, obj)


class TimesheetStepInline(StepInline):
    model = TimesheetStep
    fields = ["at", "what", "by", "note", "remarked"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("remarks", "changed")

    @admin.display(description="Étape")
    def what(self, step: TimesheetStep) -> str:
        return sheet_days.event_of(step).label

    @admin.display(description="Jours")
    def remarked(self, step: TimesheetStep) -> str:
        return (
            ", ".join(str(remark) for remark in sorted(step.remarks.all(), key=lambda remark: remark.day))
            or "–"
        )


class EntryEventInline(ReadOnlyInline):
    """Every insertion, change and deletion of an entry, as the triggers recorded it."""

    model = EntryEvent
    verbose_name_plural = "journal des pointages"
    fields = ["at", "deed", "day", "kind", "hours", "words", "entered_by"]
    ordering = ["pgh_created_at", "pgh_id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("entered_by")

    @admin.display(description="Le")
    def at(self, event: HistoryEvent) -> datetime:
        return event.pgh_created_at

    @admin.display(description="Fait")
    def deed(self, event: HistoryEvent) -> str:
        return CHANGE_LABELS[event.pgh_label]

    @admin.display(description="Heures")
    def hours(self, event: Any) -> str:
        return spell_hours(event.minutes)

    @admin.display(description="Note")
    def words(self, event: Any) -> str:
        return _words(event)


class BilledFilter(admin.SimpleListFilter):
    """Held by an invoice, or not."""

    title = "facturé"
    parameter_name = "facture"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("oui", "Oui"), ("non", "Non")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"oui": False, "non": True}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(billed_at__isnull=wanted)


@admin.register(Timesheet)
class TimesheetAdmin(RecordAdmin):
    """Found by person, member and month; opened by the month's page and moved by its acts only."""

    list_display = [
        "employee",
        "where",
        "month_label",
        "supplement",
        "state",
        "hours",
        "approved_at",
        "billed_at",
    ]
    list_filter = ["status", BilledFilter, "assignment__member"]
    list_select_related = ["employee", "assignment__member"]
    search_fields = [
        "employee__last_name__unaccent",
        "employee__first_name__unaccent",
        "employee__payroll_number",
        "assignment__reference",
        "assignment__member__short_name__unaccent",
    ]
    search_help_text = "Nom, matricule de paie, référence de mise à disposition ou adhérent"
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "employee__first_name", "pk"]
    fields = [
        ("employee", "month_label", "supplement"),
        ("assignment", "where"),
        ("state", "hours"),
        ("submitted_at", "confirmed_at", "is_confirmed_tacitly"),
        ("approved_at", "billed_at"),
        ("contested_at", "returned_at"),
    ]
    inlines = [EntryInline, TimesheetStepInline, EntryEventInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return cast("TimesheetQuerySet", super().get_queryset(request)).with_minutes()

    def get_readonly_fields(self, request: HttpRequest, obj: Timesheet | None = None) -> list[str]:
        return [name for row in self.fields for name in row]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Timesheet | None = None) -> bool:
        # Never in bulk; and what has a history keeps it.
        return (
            _is_draft(obj)
            and not obj.steps.exists()
            and not _goes_on_elsewhere(obj)
            and super().has_delete_permission(request, obj)
        )

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: forms.BaseInlineFormSet, change: bool
    ) -> None:
        """Of the inlines, only the hours are written here."""
        if isinstance(formset, EntryFormSet):
            formset.write()
        else:
            formset.save()

    @admin.display(description="Mois", ordering="month")
    def month_label(self, timesheet: Timesheet) -> str:
        return timesheet.month.label

    @admin.display(description="Chez", ordering="assignment__member__short_name")
    def where(self, timesheet: Timesheet) -> Member | str:
        return timesheet.assignment.member if timesheet.assignment else "au groupement"

    @admin.display(description="État", ordering="status")
    def state(self, timesheet: Timesheet) -> str:
        return timesheet.state_label

    @admin.display(description="Heures", ordering="minutes")
    def hours(self, timesheet: TimesheetWithMinutes) -> str:
        return spell_hours(timesheet.minutes)


@admin.register(Entry)
class EntryAdmin(ReadOnly, RecordAdmin):
    """All hours, to search; they are corrected in their timesheet."""

    list_display = ["day", "person", "where", "kind", "hours", "entered_by"]
    list_filter = ["kind", "timesheet__status", "timesheet__assignment__member"]
    list_select_related = ["timesheet__employee", "timesheet__assignment__member", "entered_by"]
    search_fields = [
        "timesheet__employee__last_name__unaccent",
        "timesheet__employee__first_name__unaccent",
        "timesheet__assignment__reference",
    ]
    fields = [
        "timesheet",
        "day",
        "kind",
        "minutes",
        "started_at",
        "ended_at",
        "break_minutes",
        "words",
        "entered_by",
    ]
    date_hierarchy = "day"
    ordering = ["-day", "timesheet", "kind", "pk"]

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        # Asked when a draft timesheet goes with its hours.
        return isinstance(obj, Entry) and _is_draft(obj.timesheet)

    @admin.display(description="Salarié", ordering="timesheet__employee__last_name")
    def person(self, entry: Entry) -> Employee:
        return entry.timesheet.employee

    @admin.display(description="Chez")
    def where(self, entry: Entry) -> Member | str:
        placed = entry.timesheet.assignment
        return placed.member if placed else "au groupement"

    @admin.display(description="Heures", ordering="minutes")
    def hours(self, entry: Entry) -> str:
        return spell_hours(entry.minutes)

    @admin.display(description="Note")
    def words(self, entry: Entry) -> str:
        return _words(entry)


def _words(entry: Any) -> str:
    """The note of hours; that of an absence is for the person and the coordination."""
    return "" if entry.kind in ABSENCES else str(entry.note)


def _is_open(request: HttpRequest, timesheet: Timesheet | None) -> bool:
    """Whether its hours may be corrected here: a draft, and the days to enter its month are not over."""
    return _is_draft(timesheet) and not why_closed(timesheet, user_of(request), today())


def _goes_on_elsewhere(timesheet: Timesheet) -> bool:
    """Whether a night of its last day goes on in the next month's timesheet: that night is taken away first."""
    lasts = timesheet.entries.filter(day=timesheet.month.last, ended_at=time()).values("kind")
    return Entry.objects.filter(
        timesheet__employee=timesheet.employee_id,
        timesheet__assignment=timesheet.assignment_id,
        day=timesheet.month.before,
        goes_on_from_day_before=True,
        kind__in=lasts,
    ).exists()


def _is_draft(timesheet: Timesheet | None) -> TypeGuard[Timesheet]:
    return timesheet is not None and timesheet.status == TimesheetStatus.DRAFT
