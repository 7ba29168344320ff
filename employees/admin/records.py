"""Django admin for who works, and where: people, contracts, assignments, plans, calendar feeds, working-time limits."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from employees import feeds
from employees.admin.merging import MergesRecords
from employees.assigning import next_reference
from employees.forms import (
    AssignmentForm,
    ContractForm,
    ContractMemberForm,
    ContractMemberFormSet,
    ContractTermsForm,
    ContractTermsFormSet,
    EmployeeForm,
    LimitsForm,
    TermsFormSet,
    YearlyDurationField,
)
from employees.models import (
    Absence,
    Assignment,
    CalendarFeed,
    Contract,
    ContractMember,
    ContractTerms,
    Employee,
    PlannedDay,
    Terms,
    WorkingTimeLimits,
)
from employees.terms_form import TermsForm
from groupement.kernel.cells import plain
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.worktime import DAY, short_hours
from members.access import UserRequest, today
from members.admin.comparing import RecordAdmin
from members.admin.site import CurrentFilter, ReadOnly, ReadOnlyInline
from members.models import Member

MEASURES = ["day", "rest", "week", "average"]


@admin.register(WorkingTimeLimits)
class WorkingTimeLimitsAdmin(RecordAdmin):
    """Without any row the law holds; findings of days that have passed follow the rows of those days."""

    form = LimitsForm
    list_display = ["agreement", "starts_on", "ends_before", *MEASURES, "extra_hours_share"]
    list_filter = [CurrentFilter]
    search_fields = ["collective_agreement__unaccent"]
    search_help_text = "Convention collective"
    ordering = ["collective_agreement", "-starts_on", "-pk"]
    fieldsets = [
        (None, {"fields": ["collective_agreement", ("starts_on", "ends_before"), "warning_percent"]}),
        (
            "La journée",
            {
                "fields": [
                    ("daily_minutes", "daily_most_minutes"),
                    ("break_after_minutes", "break_minutes"),
                    "daily_rest_minutes",
                ]
            },
        ),
        (
            "La semaine",
            {
                "fields": [
                    ("weekly_minutes", "weekly_most_minutes"),
                    ("average_minutes", "average_weeks"),
                    ("days_a_week", "weekly_rest_minutes"),
                    ("legal_week_minutes", "cycle_week_minutes"),
                ]
            },
        ),
        ("L’année", {"fields": [("yearly_overtime_minutes", "yearly_minutes")]}),
        (
            "Congés payés et heures supplémentaires",
            {"fields": [("leave_counts_from", "leave_counts_in_cycles_from")]},
        ),
        (
            "Temps partiel et changements",
            {
                "fields": [
                    ("part_time_minutes", "extra_hours_share"),
                    ("part_time_breaks", "part_time_break_minutes"),
                    "notice_days",
                ]
            },
        ),
        (
            "Moins de 18 ans",
            {
                "fields": [
                    ("minor_daily_minutes", "minor_weekly_minutes"),
                    ("minor_break_after_minutes", "minor_break_minutes"),
                    ("minor_daily_rest_minutes", "child_daily_rest_minutes"),
                    "minor_days_a_week",
                ]
            },
        ),
    ]

    @admin.display(description="Convention collective", ordering="collective_agreement")
    def agreement(self, limits: WorkingTimeLimits) -> str:
        return limits.collective_agreement or "Code du travail"

    @admin.display(description="Journée", ordering="daily_minutes")
    def day(self, limits: WorkingTimeLimits) -> str:
        return spell_duration(limits.daily_minutes)

    @admin.display(description="Repos", ordering="daily_rest_minutes")
    def rest(self, limits: WorkingTimeLimits) -> str:
        return spell_duration(limits.daily_rest_minutes)

    @admin.display(description="Semaine", ordering="weekly_minutes")
    def week(self, limits: WorkingTimeLimits) -> str:
        return spell_duration(limits.weekly_minutes)

    @admin.display(description="Moyenne", ordering="average_minutes")
    def average(self, limits: WorkingTimeLimits) -> str:
        return spell_duration(limits.average_minutes)


class ContractInline(ReadOnlyInline):
    model = Contract
    fields = ["kind", "starts_on", "ends_before", "signed_on"]
    ordering = ["-starts_on", "-pk"]
    show_change_link = True


class AssignmentInline(ReadOnlyInline):
    model = Assignment
    fields = ["reference", "member", "job", "starts_on", "ends_before"]
    ordering = ["-starts_on", "-pk"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member")


@admin.register(Employee)
class EmployeeAdmin(MergesRecords, RecordAdmin):
    """The personnel register's people; their contracts and assignments are a click away."""

    form = EmployeeForm
    list_display = ["last_name", "first_name", "job", "payroll_number", "user"]
    list_display_links = ["last_name", "first_name"]
    list_filter = ["job", "sex"]
    list_select_related = ["user"]
    search_fields = ["last_name__unaccent", "first_name__unaccent", "payroll_number", "job", "user__email"]
    search_help_text = "Nom, matricule de paie, emploi ou adresse e-mail"
    autocomplete_fields = ["user"]
    ordering = ["last_name", "first_name", "pk"]
    actions = ["merge"]
    inlines = [ContractInline, AssignmentInline]
    fieldsets = [
        (None, {"fields": [("last_name", "first_name"), "user", "payroll_number"]}),
        ("Registre du personnel", {"fields": ["birth_date", "sex", "nationality", "job", "qualification"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Employee | None = None) -> list[Any]:
        """Whether it is another person is asked only when there is one of that name."""
        asked = {f"{name}__plain": plain(request.POST.get(name, "")) for name in ("last_name", "first_name")}
        others = Employee.objects.exclude(pk=obj.pk) if obj else Employee.objects.all()
        question = [("Homonyme", {"fields": ["is_another_person"]})]
        is_asked = request.method == "POST" and others.filter(**asked).exists()
        return [*super().get_fieldsets(request, obj), *(question if is_asked else [])]


class ContractTermsInline(admin.StackedInline):
    model = ContractTerms
    form = ContractTermsForm
    formset = ContractTermsFormSet
    extra = 0
    min_num = 1
    fields = [
        ("starts_on", "ends_before"),
        ("weekly_minutes", "gross_monthly_pay"),
        ("time_scheme", "yearly_minutes", "yearly_days", "cycle_starts_on"),
        "classification",
    ]
    ordering = ["starts_on", "pk"]


class ContractMemberInline(admin.TabularInline):
    model = ContractMember
    form = ContractMemberForm
    formset = ContractMemberFormSet
    extra = 0
    min_num = 1
    autocomplete_fields = ["member"]
    ordering = ["starts_on", "pk"]
    verbose_name_plural = "adhérents prévus au contrat (C. trav. L1253-9)"


@admin.register(Contract)
class ContractAdmin(RecordAdmin):
    """A contract with its terms and the members where the person may work."""

    form = ContractForm
    list_display = ["employee", "kind", "starts_on", "ends_before", "signed_on"]
    list_filter = [CurrentFilter, "kind"]
    list_select_related = ["employee"]
    search_fields = [
        "employee__last_name__unaccent",
        "employee__first_name__unaccent",
        "employee__payroll_number",
    ]
    search_help_text = "Nom ou matricule de paie"
    autocomplete_fields = ["employee"]
    ordering = ["employee__last_name", "-starts_on", "-pk"]
    inlines = [ContractTermsInline, ContractMemberInline]

    def get_fields(self, request: HttpRequest, obj: Contract | None = None) -> list[Any]:
        fields = ["employee", "kind", ("starts_on", "ends_before"), "signed_on"]
        return [*fields, "is_confirmed"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Contract | None = None) -> list[str]:
        return ["employee"] if obj else []


class PricedTermsForm(TermsForm):
    monthly_minimum_minutes = YearlyDurationField(
        label="Minimum facturé par mois",
        at_most=31 * DAY,
        required=False,
        help_text="En heures, pour un prix horaire\u00a0: un mois plus court est facturé à ce minimum.",
    )


class TermsInline(admin.StackedInline):
    model = Terms
    form = PricedTermsForm
    formset = TermsFormSet
    extra = 0
    min_num = 1
    ordering = ["starts_on", "pk"]
    # By kind of absence: the kinds are known above this app, and are chosen on the page of prices.
    readonly_fields = ["absence_rules"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("starts_on", "ends_before"),
                    ("weekly_pattern", "alternate_pattern"),
                    ("price_method", "hourly_price", "flat_amount"),
                    ("management_rate", "absence_rule"),
                    "absence_rules",
                    ("vat_regime", "is_trued_up"),
                    "monthly_minimum_minutes",
                    ("index_code", "index_base"),
                    "notice_days",
                ]
            },
        )
    ]


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin):
    """A person at a member, with the priced terms; the contract is found by the rules."""

    form = AssignmentForm
    list_display = ["reference", "employee", "member", "job", "starts_on", "ends_before", "week"]
    list_filter = [CurrentFilter, "member", "hours_entry", "terms__price_method", "terms__vat_regime"]
    list_select_related = ["employee", "member"]
    search_fields = [
        "reference",
        "job",
        "employee__last_name__unaccent",
        "employee__first_name__unaccent",
        "member__short_name__unaccent",
    ]
    search_help_text = "Référence, mission, nom ou adhérent"
    autocomplete_fields = ["employee", "member", "site"]
    ordering = ["-starts_on", "reference", "pk"]
    inlines = [TermsInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("terms")

    def get_fields(self, request: HttpRequest, obj: Assignment | None = None) -> list[Any]:
        fields = [
            "reference",
            "employee",
            "member",
            "site",
            "job",
            "use",
            "hours_entry",
            ("starts_on", "ends_before"),
        ]
        return [*fields, "contract", "is_confirmed"] if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Assignment | None = None) -> list[str]:
        """Hours and invoices know the assignment by its person and member."""
        return ["employee", "member", "contract"] if obj else []

    @admin.display(description="Semaine type")
    def week(self, assignment: Assignment) -> str:
        """Hours a week of the terms that hold today, or of the first to come."""
        terms = sorted(assignment.terms.all(), key=lambda row: row.starts_on)
        held = next((row for row in terms if row.covers(today())), terms[0] if terms else None)
        return f"{short_hours(held.weekly_minutes)} h" if held else "—"

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Assignment, form: forms.ModelForm, change: bool) -> None:
        Employee.objects.select_for_update().get(pk=obj.employee_id)
        obj.reference = obj.reference or next_reference(obj.employee)
        super().save_model(request, obj, form, change)


PERSON = ["employee__last_name__unaccent", "employee__first_name__unaccent"]


@admin.register(PlannedDay)
class PlannedDayAdmin(ReadOnly, RecordAdmin):
    """Days planned apart; the planning changes them, with the notice that is due."""

    list_display = ["day", "employee", "member", "duration", "reason", "made_by", "made_at"]
    list_filter = ["assignment__member"]
    list_select_related = ["assignment__employee", "assignment__member", "made_by"]
    search_fields = [
        *(f"assignment__{name}" for name in PERSON),
        "assignment__member__short_name__unaccent",
        "assignment__reference",
        "reason",
    ]
    search_help_text = "Nom, adhérent, référence ou motif"
    date_hierarchy = "day"
    fields = ["assignment", "day", "duration", "reason", "made_by", "made_at"]
    ordering = ["-day", "pk"]

    @admin.display(description="Personne", ordering="assignment__employee__last_name")
    def employee(self, planned: PlannedDay) -> Employee:
        return planned.assignment.employee

    @admin.display(description="Adhérent", ordering="assignment__member__short_name")
    def member(self, planned: PlannedDay) -> Member:
        return planned.assignment.member

    @admin.display(description="Durée", ordering="minutes")
    def duration(self, planned: PlannedDay) -> str:
        return spell_duration(planned.minutes)


@admin.register(Absence)
class AbsenceAdmin(ReadOnly, RecordAdmin):
    """Absences known in advance; the planning notes them, and their note is for the person and the coordination."""

    list_display = ["employee", "kind", "starts_on", "last", "recorded_by", "recorded_at"]
    list_filter = [CurrentFilter, "kind"]
    list_select_related = ["employee", "recorded_by"]
    search_fields = [*PERSON, "employee__payroll_number"]
    search_help_text = "Nom ou matricule de paie"
    date_hierarchy = "starts_on"
    fields = ["employee", "kind", "starts_on", "last", "recorded_by", "recorded_at"]
    ordering = ["-starts_on", "-pk"]

    @admin.display(description="Dernier jour", ordering="ends_before")
    def last(self, absence: Absence) -> date | None:
        return absence.last_day


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly, RecordAdmin):
    """Who reads which calendar elsewhere; the addresses themselves are stored nowhere."""

    actions = ["revoke"]
    list_display = ["user", "employee", "member", "made_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "member"]
    list_select_related = ["user", "employee", "member"]
    search_fields = ["user__name", "user__email", *PERSON, "member__short_name__unaccent"]
    search_help_text = "Nom, adresse e-mail ou adhérent"
    fields = ["user", "employee", "member", "made_at", "expires_at", "revoked_at"]
    ordering = ["-made_at", "-pk"]

    @admin.action(description="Révoquer les adresses choisies", permissions=["view"])
    def revoke(self, request: UserRequest, queryset: QuerySet[CalendarFeed]) -> None:
        now = timezone.now()
        for feed in queryset.order_by("pk"):
            feeds.revoke_feed(feed, now)
        self.message_user(request, "Les adresses choisies ne montrent plus rien.")
