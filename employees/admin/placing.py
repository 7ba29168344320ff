"""Assignments with their priced terms."""

from django.contrib import admin
from django.db import transaction

from employees.assigning import next_reference
from employees.forms import AssignmentForm, TermsForm, TermsFormSet, YearlyDurationField
from employees.models import Assignment, Employee, Terms
from groupement.kernel.worktime import DAY, short_hours
from members.access import today
from members.admin.site import CurrentFilter

MOST_A_MONTH = 31 * DAY


class PricedTermsForm(TermsForm):
    monthly_minimum_minutes = YearlyDurationField(
        label="Minimum facturé par mois",
        at_most=MOST_A_MONTH,
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
