"""Invoices, runs and documents in the admin: read-only; a failed PDF is queued again, legal mentions are edited."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from billing.documents import numbering, rendering
from billing.models import (
    BillingRun,
    BillingRunStep,
    Charge,
    Document,
    Invoice,
    InvoiceKind,
    InvoiceStep,
    LegalMention,
    Line,
    Rendering,
    RunProblem,
    Series,
    Settlement,
)
from billing.month.summing import work_taken_back
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, spell
from members.access import UserRequest
from members.admin.keeping import KeptRecordAdmin
from members.admin.site import ReadOnlyInline, ReadOnlyRecordAdmin, StepInline
from members.models import User


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("member", "employee")


class SettlementInline(ReadOnlyInline):
    model = Settlement
    fields = ["employee", "month", "employer_cost", "charged", "reserve"]
    ordering = ["month", "employee__last_name", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("employee")


@admin.register(BillingRun)
class BillingRunAdmin(ReadOnlyRecordAdmin):
    list_display = [
        "__str__",
        "status",
        "employer_cost",
        "charged_now",
        "reserve_now",
        "drafted_at",
        "issued_at",
    ]
    list_filter = ["status"]
    date_hierarchy = "month"
    ordering = ["-month", "pk"]
    inlines = [ProblemInline, SettlementInline, RunStepInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = work_taken_back().filter(credits__charge__run=OuterRef("pk")).order_by()
        total = rows.values("credits__charge__run").annotate(sum=Sum("net")).values("sum")
        runs: Any = super().get_queryset(request)
        found: QuerySet[Any] = runs.annotate(taken_back=Coalesce(Subquery(total), ZERO))
        return found

    @admin.display(description="refacturé, avoirs déduits", ordering="charged")
    def charged_now(self, run: Any) -> Decimal | None:
        return None if run.charged is None else run.charged - run.taken_back

    @admin.display(description="à la réserve, avoirs compris", ordering="reserve")
    def reserve_now(self, run: Any) -> Decimal | None:
        return None if run.reserve is None else run.reserve + run.taken_back


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyRecordAdmin):
    list_display = [
        "__str__",
        "kind",
        "member",
        "service_month",
        "status",
        "signed_net",
        "signed_vat",
        "signed_total",
        "issued_on",
        "due_on",
    ]
    list_filter = ["kind", "status", "member"]
    list_select_related = ["member"]
    search_fields = ["number", "member__short_name", "member__legal_name", "member__siren"]
    date_hierarchy = "service_month"
    ordering = ["-service_month", "-sequence", "-pk"]
    inlines = [LineInline, InvoiceStepInline]

    @admin.display(description="HT", ordering="net")
    def signed_net(self, invoice: Invoice) -> str:
        return _signed(invoice, invoice.net)

    @admin.display(description="TVA", ordering="vat")
    def signed_vat(self, invoice: Invoice) -> str:
        return _signed(invoice, invoice.vat)

    @admin.display(description="TTC", ordering="total")
    def signed_total(self, invoice: Invoice) -> str:
        return _signed(invoice, invoice.total)


def _signed(invoice: Invoice, amount: Decimal) -> str:
    """An amount in euros on one line; that of a credit note, kept without sign, comes in less."""
    return spell(-amount if invoice.kind == InvoiceKind.CREDIT_NOTE else amount)


@admin.register(Line)
class LineAdmin(ReadOnlyRecordAdmin):
    list_display = ["invoice", "position", "label", "quantity", "unit", "unit_price", "net", "vat_regime"]
    list_filter = ["vat_regime", "unit"]
    list_select_related = ["invoice"]
    search_fields = ["label", "detail", "invoice__number"]
    ordering = ["-invoice", "position", "pk"]


@admin.register(Charge)
class ChargeAdmin(ReadOnlyRecordAdmin):
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


class FurtherSeriesForm(forms.ModelForm):
    """Opens a further series of the year by the act that does; what it refuses becomes an error of the form."""

    by: User

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            self.instance = numbering.open_series(**self.cleaned_data, by=self.by, at=timezone.now())
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


@admin.register(Series)
class SeriesAdmin(ReadOnlyRecordAdmin):
    """Counters are written by issuing alone; a further series may be opened where one stands in the future."""

    list_display = ["__str__", "kind", "year", "prefix", "last_sequence", "last_issued_on", "reason"]
    form = FurtherSeriesForm
    list_filter = ["kind", "year"]
    ordering = ["-year", "kind", "pk"]

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_admin", False))

    def get_fields(self, request: HttpRequest, obj: object | None = None) -> list[Any]:
        return super().get_fields(request, obj) if obj else ["kind", "prefix", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: object | None = None) -> list[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_form(self, request: HttpRequest, *args: Any, **facts: Any) -> Any:
        form = super().get_form(request, *args, **facts)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        """Opened by the form, with the act."""


@admin.register(Document)
class DocumentAdmin(ReadOnlyRecordAdmin):
    list_display = ["invoice", "path", "size", "chain_position", "sha256", "made_at"]
    list_select_related = ["invoice"]
    search_fields = ["invoice__number", "path", "sha256"]
    date_hierarchy = "made_at"
    ordering = ["-chain_position", "pk"]


@admin.register(Rendering)
class RenderingAdmin(ReadOnlyRecordAdmin):
    list_display = ["invoice", "status", "attempts", "error", "queued_at", "started_at", "finished_at"]
    list_filter = ["status"]
    list_select_related = ["invoice"]
    search_fields = ["invoice__number", "error"]
    ordering = ["-queued_at", "-pk"]
    actions = ["retry"]

    @admin.action(description="Refaire les PDF en échec", permissions=["view"])
    def retry(self, request: UserRequest, queryset: QuerySet[Rendering]) -> None:
        """Queue the failed ones among those chosen again; a PDF that exists is never made twice."""
        count = rendering.retry(queryset.values_list("invoice", flat=True), at=timezone.now())
        if count:
            messages.success(request, f"{counted(count, 'PDF relancé', 'PDF relancés')}.")
        else:
            messages.info(request, "Aucun PDF en échec dans votre choix\u00a0: rien n’est relancé.")


@admin.register(LegalMention)
class LegalMentionAdmin(KeptRecordAdmin):
    list_display = ["code", "text", "source", "starts_on", "ends_before"]
    list_filter = ["code"]
    search_fields = ["code", "text", "source"]
    ordering = ["code", "-starts_on", "pk"]
