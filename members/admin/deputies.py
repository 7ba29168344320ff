"""Deputies: who stands in for whom and when, named for people who cannot do it themselves."""

from django import forms
from django.contrib import admin
from django.utils import timezone

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act
from members import deputising
from members.access import today
from members.admin.site import CurrentFilter
from members.models import Deputy


class DeputyForm(forms.ModelForm):
    """A new deputy; what the act would refuse is said beside the fields. ``by`` is who asks."""

    by = None
    first = forms.DateField(label="premier jour", widget=admin.widgets.AdminDateWidget)
    last = forms.DateField(label="dernier jour", widget=admin.widgets.AdminDateWidget, help_text="Inclus.")

    class Meta:
        model = Deputy
        fields = ["principal", "user", "member"]

    def clean(self):
        super().clean()
        typed = self.cleaned_data
        if {"principal", "user", "first", "last"} <= typed.keys():
            try:
                deputising.refuse(
                    typed["principal"], typed["user"], by=self.by, at=timezone.now(), **self.terms
                )
            except Refusal as refusal:
                self.add_error({"deputy": "user"}.get(refusal.field, refusal.field), refusal.message)
        return typed

    @property
    def terms(self):
        return {name: self.cleaned_data.get(name) for name in ("member", "first", "last")}


@admin.register(Deputy)
class DeputyAdmin(admin.ModelAdmin):
    """Named by the rules of the act, ended by the action of the list; never changed nor deleted by hand."""

    actions = ["end"]
    list_display = ["user", "principal", "member", "starts_on", "ends_before"]
    list_filter = [CurrentFilter, "member"]
    list_select_related = ["user", "principal", "member"]
    search_fields = ["user__name", "user__email", "principal__name", "principal__email", "member__short_name"]
    search_help_text = "Nom, adresse e-mail ou adhérent"
    autocomplete_fields = ["principal", "user", "member"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "-pk"]

    def get_fields(self, request, obj=None):
        days = ["starts_on", "ends_before"] if obj else ["first", "last"]
        return ["principal", "user", "member", *days]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, **{**kwargs, "form": DeputyForm, "fields": None})
        form.by = request.user
        return form

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        typed = form.cleaned_data
        made = deputising.appoint(
            typed["principal"], typed["user"], by=request.user, at=timezone.now(), **form.terms
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description="Mettre fin aujourd’hui aux suppléances choisies", permissions=["view"])
    def end(self, request, queryset):
        for deputyship in queryset.select_related("user").order_by("pk"):
            act(
                request,
                deputising.end,
                deputyship,
                on=today(),
                by=request.user,
                at=timezone.now(),
                success=f"La suppléance {of(str(deputyship.user))} est terminée.",
            )
