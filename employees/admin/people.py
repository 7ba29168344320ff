"""Employees and their contracts; pay is read here only."""

from django.contrib import admin

from employees.forms import (
    ContractForm,
    ContractMemberForm,
    ContractMemberFormSet,
    ContractTermsForm,
    ContractTermsFormSet,
)
from employees.models import Assignment, Contract, ContractMember, ContractTerms, Employee
from members.admin.site import CurrentFilter, ReadOnlyInline


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
    fields = [
        ("starts_on", "ends_before"),
        ("weekly_minutes", "gross_monthly_pay"),
        ("time_scheme", "yearly_minutes", "yearly_days"),
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
