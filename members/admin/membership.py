"""Memberships, moved by acts only, and the declarations to the administration that they owe."""

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.utils import timezone

from groupement.kernel.pages import act
from members import joining
from members.access import today
from members.admin.site import StepInline
from members.models import Declaration, Membership, MembershipStep

TERMS = ["college", "votes", "deposit", "yearly_dues"]


class DatedActionForm(ActionForm):
    """The day on which an act takes effect; without one, the day itself."""

    day = forms.DateField(
        label="Date d’effet",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class MembershipForm(forms.ModelForm):
    """A new application, or the terms of a membership."""

    def clean_member(self):
        member = self.cleaned_data["member"]
        if member.memberships.open().exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Cet adhérent a déjà une adhésion en cours. Poursuivez celle-là.")
        return member


class MembershipStepInline(StepInline):
    model = MembershipStep


class DeclarationInline(admin.TabularInline):
    model = Declaration
    extra = 0
    fields = ["subject", "event_on", "due_on", "sent_on", "letter_reference"]
    ordering = ["due_on", "pk"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Candidate, admitted, leaving, left: the actions of the list move them."""

    form = MembershipForm
    action_form = DatedActionForm
    actions = ["admit", "announce_departure", "stay", "leave"]
    list_display = ["member", "status", "applied_on", "starts_on", "notice_on", "ends_before", "votes"]
    list_filter = ["status", "college"]
    list_select_related = ["member"]
    search_fields = ["member__short_name", "member__legal_name"]
    autocomplete_fields = ["member"]
    ordering = ["member__short_name", "-applied_on", "-pk"]
    inlines = [DeclarationInline, MembershipStepInline]

    def get_fields(self, request, obj=None):
        dates = ["status", "applied_on", "starts_on", "notice_on", "ends_before"]
        return ["member", *(dates if obj else []), *TERMS]

    def get_readonly_fields(self, request, obj=None):
        return ["member", "status", "applied_on", "starts_on", "notice_on", "ends_before"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        terms = {name: form.cleaned_data[name] for name in TERMS}
        made = joining.apply(obj.member, by=request.user, at=timezone.now(), **terms)
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description="Admettre (à la date d’effet)")
    def admit(self, request, queryset):
        self._each(request, queryset, joining.admit, "est admis.", starts_on=_day(request))

    @admin.action(description="Annoncer le départ (à la date d’effet)")
    def announce_departure(self, request, queryset):
        ends_before = _day(request) or today()
        self._each(request, queryset, joining.announce_departure, "est en départ.", ends_before=ends_before)

    @admin.action(description="Reprendre l’annonce du départ")
    def stay(self, request, queryset):
        self._each(request, queryset, joining.stay, "reste adhérent.")

    @admin.action(description="Constater le départ")
    def leave(self, request, queryset):
        self._each(request, queryset, joining.leave, "n’est plus adhérent.")

    @staticmethod
    def _each(request, queryset, deed, sentence, **facts):
        for membership in queryset.select_related("member").order_by("pk"):
            act(
                request,
                deed,
                membership,
                by=request.user,
                at=timezone.now(),
                success=f"{membership.member} {sentence}",
                **facts,
            )


class SentFilter(admin.SimpleListFilter):
    """Declarations by what is left to do."""

    title = "envoi"
    parameter_name = "envoi"

    def lookups(self, request, model_admin):
        return [("due", "À envoyer"), ("late", "En retard"), ("sent", "Envoyées")]

    def queryset(self, request, queryset):
        chosen = {
            "due": {"sent_on__isnull": True},
            "late": {"sent_on__isnull": True, "due_on__lt": today()},
            "sent": {"sent_on__isnull": False},
        }
        return queryset.filter(**chosen.get(self.value(), {}))


@admin.register(Declaration)
class DeclarationAdmin(admin.ModelAdmin):
    """What the labour administration must be told within one month (C. trav. D1253-3, D1253-6)."""

    list_display = ["subject", "event_on", "due_on", "sent_on", "letter_reference"]
    list_filter = [SentFilter]
    search_fields = ["subject", "letter_reference", "membership__member__short_name"]
    autocomplete_fields = ["membership"]
    date_hierarchy = "due_on"
    ordering = ["due_on", "pk"]


def _day(request):
    form = DatedActionForm(request.POST)
    form.fields["action"].required = False
    form.is_valid()
    return form.cleaned_data.get("day")
