"""Merging two records in the admin: the action of the list with what it would do, and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from employees import merging
from employees.models import Employee, EmployeeMerge
from groupement.kernel.pages import act
from members.access import UserRequest
from members.admin.comparing import RecordAdmin
from members.admin.site import ReadOnly

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Employee]
else:
    Base = object


class MergeForm(forms.Form):
    """Which of two records stays, and why they are of one person."""

    target = forms.TypedChoiceField(label="Fiche à garder", coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Pourquoi est-ce la même personne\u00a0?",
        max_length=merging.LONGEST_REASON,
        help_text="Le journal des fusions garde ce motif.",
    )

    def __init__(self, data: Any, records: Sequence[int], people: Sequence[Employee]) -> None:
        super().__init__(data)
        words = {each.pk: f"{each.full_name}, matricule {each.payroll_number}" for each in people}
        self.fields["target"].choices = [(pk, words.get(pk, f"n°\u00a0{pk}")) for pk in records]  # type: ignore[attr-defined]


class MergesRecords(Base):
    """The action: two records are ticked, read side by side, and become one."""

    @admin.action(description="Fusionner deux fiches d’une même personne…", permissions=["delete"])
    def merge(self, request: UserRequest, queryset: QuerySet[Employee]) -> HttpResponse | None:
        chosen = sorted({int(pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal()})
        people = list(queryset.order_by("pk"))
        form = MergeForm(request.POST if "target" in request.POST else None, chosen, people)
        if len(chosen) == 2 and form.is_bound and form.is_valid():
            target = form.cleaned_data["target"]
            (source,) = set(chosen) - {target}
            terms = {"reason": form.cleaned_data["reason"], "by": request.user, "at": timezone.now()}
            if act(request, merging.merge, source, target, form=form, success=_merged, **terms):
                return None
        if len(people) != 2:
            words = "Cochez les deux fiches de la personne, et elles seules."
            self.message_user(request, words, messages.WARNING)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Fusionner deux fiches",
            "opts": self.opts,
            "form": form,
            "preview": merging.preview(*people, at=timezone.now()),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/merge_employees.html", context, status=status)


def _merged(done: EmployeeMerge) -> str:
    return f"Les deux fiches {done.target_name} n’en font plus qu’une. Le journal des fusions garde ce qui a changé."


@admin.register(EmployeeMerge)
class EmployeeMergeAdmin(ReadOnly, RecordAdmin):
    """Which records became one: who did it, when, why, and what moved."""

    list_display = ["at", "source_name", "source_payroll_number", "target_name", "by", "reason"]
    list_select_related = ["by"]
    search_fields = ["source_name__unaccent", "target_name__unaccent", "source_payroll_number", "reason"]
    search_help_text = "Nom, matricule de paie ou motif"
    date_hierarchy = "at"
    fields = [
        *("at", "by", "reason", "source", "source_name", "source_payroll_number", "target", "target_name"),
        *("what_moved", "what_else"),
    ]
    readonly_fields = ["what_moved", "what_else"]
    ordering = ["-at", "-pk"]

    @admin.display(description="Ce qui a changé de fiche")
    def what_moved(self, merge: EmployeeMerge) -> str:
        return ", ".join(f"{label}\u00a0: {len(rows)}" for label, rows in merge.moved.items()) or "—"

    @admin.display(description="Et aussi")
    def what_else(self, merge: EmployeeMerge) -> str:
        return ", ".join(merge.notes) or "—"
