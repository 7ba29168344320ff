"""Billing in Django admin: everything can be looked up; only mentions and costs not yet invoiced can be mended."""

from django import forms
from django.contrib import admin, messages
from django.utils import timezone

from billing import costing, rendering
from billing.models import (
    BillingRun,
    BillingRunStep,
    Charge,
    Document,
    EmployerCost,
    Invoice,
    InvoiceStep,
    LegalMention,
    Line,
    PayrollImport,
    Rendering,
    RunProblem,
    Series,
    Settlement,
)
from members.admin.site import ReadOnly, ReadOnlyInline, StepInline


class Kept(ReadOnly, admin.ModelAdmin):
    """A record shown whole, with the columns that no form may write; the printed copy is read on the invoice itself."""

    hidden = ("id", "snapshot")

    def get_fields(self, request, obj=None):
        return [field.name for field in self.model._meta.fields if field.name not in self.hidden]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)


class LineInline(ReadOnlyInline):
    model = Line
    fields = ["position", "label", "detail", "quantity", "unit", "unit_price", "net", "vat_regime"]
    ordering = ["position"]


class InvoiceStepInline(StepInline):
    model = InvoiceStep


class RunStepInline(StepInline):
    model = BillingRunStep


class ProblemInline(ReadOnlyInline):
    model = RunProblem
    fields = ["code", "message", "is_blocking", "member", "employee"]
    ordering = ["-is_blocking", "code", "pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("member", "employee")


class SettlementInline(ReadOnlyInline):
    model = Settlement
    fields = ["employee", "month", "employer_cost", "charged", "reserve"]
    ordering = ["month", "employee__last_name", "pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("employee")


@admin.register(BillingRun)
class BillingRunAdmin(Kept):
    list_display = ["month", "status", "employer_cost", "charged", "reserve", "drafted_at", "issued_at"]
    list_filter = ["status"]
    date_hierarchy = "month"
    ordering = ["-month", "pk"]
    inlines = [ProblemInline, SettlementInline, RunStepInline]


@admin.register(Invoice)
class InvoiceAdmin(Kept):
    list_display = [
        "__str__",
        "member",
        "service_month",
        "status",
        "issued_on",
        "due_on",
        "net",
        "vat",
        "total",
    ]
    list_filter = ["status", "member"]
    list_select_related = ["member"]
    search_fields = ["number", "member__short_name", "member__legal_name", "member__siren"]
    date_hierarchy = "service_month"
    ordering = ["-service_month", "-sequence", "-pk"]
    inlines = [LineInline, InvoiceStepInline]


@admin.register(Line)
class LineAdmin(Kept):
    list_display = ["invoice", "position", "label", "quantity", "unit", "unit_price", "net", "vat_regime"]
    list_filter = ["vat_regime", "unit"]
    list_select_related = ["invoice"]
    search_fields = ["label", "detail", "invoice__number"]
    ordering = ["-invoice", "position", "pk"]


@admin.register(Charge)
class ChargeAdmin(Kept):
    list_display = [
        "service_month",
        "member",
        "employee",
        "kind",
        "quantity",
        "unit_price",
        "net",
        "vat_regime",
    ]
    list_filter = ["kind", "vat_regime", "member"]
    list_select_related = ["member", "employee"]
    search_fields = [
        "member__short_name",
        "employee__last_name",
        "employee__first_name",
        "assignment__reference",
    ]
    date_hierarchy = "service_month"
    ordering = ["-service_month", "member__short_name", "pk"]


@admin.register(Series)
class SeriesAdmin(Kept):
    list_display = ["__str__", "kind", "year", "prefix", "last_sequence", "last_issued_on"]
    list_filter = ["kind", "year"]
    ordering = ["-year", "kind", "pk"]


@admin.register(Document)
class DocumentAdmin(Kept):
    list_display = ["invoice", "path", "size", "chain_position", "sha256", "made_at"]
    list_select_related = ["invoice"]
    search_fields = ["invoice__number", "path", "sha256"]
    date_hierarchy = "made_at"
    ordering = ["-chain_position", "pk"]


@admin.register(Rendering)
class RenderingAdmin(Kept):
    list_display = ["invoice", "status", "attempts", "error", "queued_at", "started_at", "finished_at"]
    list_filter = ["status"]
    list_select_related = ["invoice"]
    search_fields = ["invoice__number", "error"]
    ordering = ["-queued_at", "-pk"]
    actions = ["retry"]

    @admin.action(description="Refaire les PDF en échec", permissions=["view"])
    def retry(self, request, queryset):
        """Queue the failed ones among those chosen again; a PDF that exists is never made twice."""
        count = rendering.retry(queryset.values("invoice"), at=timezone.now())
        if count:
            messages.success(request, f"{count} PDF relancé{'s' if count > 1 else ''}.")
        else:
            messages.info(request, "Aucun PDF en échec dans votre choix\u00a0: rien n’est relancé.")


@admin.register(PayrollImport)
class PayrollImportAdmin(Kept):
    list_display = ["month", "file_name", "row_count", "total", "imported_by", "imported_at"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "month"
    ordering = ["-imported_at", "-pk"]


class EmployerCostForm(forms.ModelForm):
    """A cost by hand, refused with a sentence once an invoice stands on it."""

    def clean(self):
        data = super().clean()
        before = {"employee": self.instance.employee_id, "month": self.instance.month}
        for employee, month in [
            (before["employee"], before["month"]),
            (_key(data.get("employee")), data.get("month")),
        ]:
            if employee and month and costing.is_closed(employee, month):
                raise forms.ValidationError(
                    f"Les coûts {month.of_label} de cette personne sont facturés\u00a0: ils ne changent plus. "
                    "Une différence se corrige par une régularisation."
                )
        return data


def _key(employee):
    return employee.pk if employee else None


@admin.register(EmployerCost)
class EmployerCostAdmin(admin.ModelAdmin):
    form = EmployerCostForm
    list_display = ["month", "employee", "kind", "amount", "is_estimate", "source"]
    list_filter = ["kind", "is_estimate"]
    list_select_related = ["employee", "source"]
    search_fields = ["employee__last_name", "employee__first_name", "employee__payroll_number"]
    autocomplete_fields = ["employee"]
    readonly_fields = ["source"]
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "kind", "pk"]
    actions = None

    def has_delete_permission(self, request, obj=None):
        """A cost that an invoice stands on stays."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not costing.is_closed(obj.employee_id, obj.month))


@admin.register(LegalMention)
class LegalMentionAdmin(admin.ModelAdmin):
    list_display = ["code", "text", "source", "starts_on", "ends_before"]
    list_filter = ["code"]
    search_fields = ["code", "text", "source"]
    ordering = ["code", "-starts_on", "pk"]
