"""Costs in Django admin: what was carried, put aside for leave, and how payroll files are read; all read-only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from billing.costs import closing
from billing.models import ActualCost, CarriedCost, EmployerCost, PayrollImport, PayrollLayout, ProvisionEntry
from employees.models import Employee
from members.admin.comparing import RecordAdmin
from members.admin.site import ReadOnlyRecordAdmin


@admin.register(PayrollImport)
class PayrollImportAdmin(ReadOnlyRecordAdmin):
    list_display = ["month", "file_name", "row_count", "total", "imported_by", "imported_at"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "month"
    ordering = ["-imported_at", "-pk"]


class EmployerCostForm(forms.ModelForm):
    """A cost by hand, refused with a sentence once an invoice stands on it."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        before = {"employee": self.instance.employee_id, "month": self.instance.month}
        for employee, month in [
            (before["employee"], before["month"]),
            (_key(data.get("employee")), data.get("month")),
        ]:
            if employee and month and closing.is_closed(employee, month):
                raise forms.ValidationError(
                    f"Les coûts {month.of_label} de cette personne sont facturés\u00a0: ils ne changent plus. "
                    "Une différence se corrige par une régularisation."
                )
        return data


def _key(employee: Employee | None) -> int | None:
    return employee.pk if employee else None


@admin.register(EmployerCost)
class EmployerCostAdmin(RecordAdmin):
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

    def has_delete_permission(self, request: HttpRequest, obj: EmployerCost | None = None) -> bool:
        """A cost that an invoice stands on stays."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not closing.is_closed(obj.employee_id, obj.month))


@admin.register(ActualCost)
class ActualCostAdmin(ReadOnlyRecordAdmin):
    list_display = ["month", "employee", "kind", "amount", "source"]
    list_filter = ["kind"]
    list_select_related = ["employee", "source"]
    search_fields = ["employee__last_name", "employee__first_name", "employee__payroll_number"]
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "kind", "pk"]


@admin.register(CarriedCost)
class CarriedCostAdmin(ReadOnlyRecordAdmin):
    list_display = ["from_month", "into_month", "employee", "amount", "noted_at"]
    list_select_related = ["employee"]
    search_fields = ["employee__last_name", "employee__first_name", "employee__payroll_number"]
    date_hierarchy = "from_month"
    ordering = ["-from_month", "employee__last_name", "into_month", "pk"]


@admin.register(ProvisionEntry)
class ProvisionEntryAdmin(ReadOnlyRecordAdmin):
    list_display = ["month", "employee", "member", "kind", "amount", "noted_by", "noted_at"]
    list_filter = ["kind", "member"]
    list_select_related = ["employee", "member", "noted_by"]
    search_fields = ["employee__last_name", "employee__first_name", "member__short_name"]
    date_hierarchy = "month"
    ordering = ["-month", "employee__last_name", "member__short_name", "kind", "pk"]


@admin.register(PayrollLayout)
class PayrollLayoutAdmin(ReadOnlyRecordAdmin):
    list_display = ["__str__", "used_at"]
    search_fields = ["titles_digest"]
    ordering = ["-used_at", "pk"]
