"""Django admin for who works, and where: employees, contracts, assignments with their terms; pay is read here only."""

from django.contrib import admin
from django.db import transaction

from employees.assigning import next_reference
from employees.forms import (
    AssignmentForm,
    ContractForm,
    ContractMemberForm,
    ContractMemberFormSet,
    ContractTermsForm,
    ContractTermsFormSet,
    TermsForm,
    TermsFormSet,
)
from employees.models import Assignment, Contract, ContractMember, ContractTerms, Employee, Terms
from groupement.worktime import short_hours
from members.access import today
from members.admin.site import ReadOnlyInline


class CurrentFilter(admin.SimpleListFilter):
    """Rows that hold today, or not."""

    title = "période"
    parameter_name = "periode"

    def lookups(self, request, model_admin):
        return [("actuel", "En cours"), ("venir", "À venir"), ("fini", "Terminé")]

    def queryset(self, request, queryset):
        now = today()
        return {
            "actuel": lambda: queryset.on(now),
            "venir": lambda: queryset.filter(starts_on__gt=now),
            "fini": lambda: queryset.filter(ends_before__lte=now),
        }.get(self.value(), lambda: queryset)()


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

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("member")


@admin.register(Employee)
class EmployeeAdmin(admin.ModelAdmin):
    """The personnel register's people; their contracts and assignments are a click away."""

    list_display = ["last_name", "first_name", "job", "payroll_number", "user"]
    list_display_links = ["last_name", "first_name"]
    list_filter = ["job", "sex"]
    list_select_related = ["user"]
    search_fields = ["last_name__unaccent", "first_name__unaccent", "payroll_number", "job", "user__email"]
    search_help_text = "Nom, matricule de paie, emploi ou adresse e-mail"
    autocomplete_fields = ["user"]
    ordering = ["last_name", "first_name", "pk"]
    inlines = [ContractInline, AssignmentInline]
    fieldsets = [
        (None, {"fields": [("last_name", "first_name"), "user", "payroll_number"]}),
        ("Registre du personnel", {"fields": ["birth_date", "sex", "nationality", "job", "qualification"]}),
    ]


class ContractTermsInline(admin.StackedInline):
    model = ContractTerms
    form = ContractTermsForm
    formset = ContractTermsFormSet
    extra = 0
    min_num = 1
    fields = [("starts_on", "ends_before"), ("weekly_minutes", "gross_monthly_pay"), "classification"]
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
class ContractAdmin(admin.ModelAdmin):
    """A contract with its terms and the members where the person may work."""

    form = ContractForm
    fields = ["employee", "kind", ("starts_on", "ends_before"), "signed_on"]
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

    def get_readonly_fields(self, request, obj=None):
        return ["employee"] if obj else []


class TermsInline(admin.StackedInline):
    model = Terms
    form = TermsForm
    formset = TermsFormSet
    extra = 0
    min_num = 1
    ordering = ["starts_on", "pk"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("starts_on", "ends_before"),
                    "weekly_pattern",
                    ("price_method", "hourly_price", "flat_amount"),
                    ("management_rate", "absence_rule"),
                    ("vat_regime", "is_trued_up"),
                    "notice_days",
                ]
            },
        )
    ]


@admin.register(Assignment)
class AssignmentAdmin(admin.ModelAdmin):
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

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("terms")

    def get_fields(self, request, obj=None):
        fields = [
            "reference",
            "employee",
            "member",
            "site",
            "job",
            "hours_entry",
            ("starts_on", "ends_before"),
        ]
        return [*fields, "contract"] if obj else fields

    def get_readonly_fields(self, request, obj=None):
        """Hours and invoices know the assignment by its person and member."""
        return ["employee", "member", "contract"] if obj else []

    @admin.display(description="Semaine type")
    def week(self, assignment):
        """Hours a week of the terms that hold today, or of the first to come."""
        terms = sorted(assignment.terms.all(), key=lambda row: row.starts_on)
        held = next((row for row in terms if row.covers(today())), terms[0] if terms else None)
        return f"{short_hours(held.weekly_minutes)} h" if held else "—"

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        Employee.objects.select_for_update().get(pk=obj.employee_id)
        obj.reference = obj.reference or next_reference(obj.employee)
        super().save_model(request, obj, form, change)
