"""The group, its members with their places of work and seats, and their memberships with the declarations due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.media_types import MediaType
from groupement.kernel.money import spell_percent
from groupement.kernel.pages import act
from members import joining, settings_rules
from members.access import UserRequest, today
from members.admin.comparing import RecordAdmin
from members.admin.files import AttestationForm, FileForm, KeepsFiles, KeptFileField, ServesFile
from members.admin.keeping import KeptFormSet, KeptRecordAdmin
from members.admin.seats import KeptSeatInline
from members.admin.site import Proven, ReadOnlyInline, StepInline, user_of
from members.joining import choose_mark
from members.models import Declaration, Group, Member, Membership, MembershipStep, Site, VatAttestation
from members.models.member import MOST_TAXABLE


class GroupForm(FileForm):
    """The settings, with what upper apps refuse of them."""

    file_column = "logo"
    logo = KeptFileField(label="Logo", kinds=(MediaType.PNG, MediaType.JPEG))

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            settings_rules.refuse(self.instance, today())
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


@admin.register(Group)
class GroupAdmin(ServesFile, Proven, RecordAdmin):
    """Identity printed on documents, and default rules."""

    file_column = "logo"
    proven = ("iban", "bic", "bank_name", "sepa_creditor_id", "email")
    form = GroupForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["name", "tagline", "legal_form", "logo"]}),
        ("Identifiants", {"fields": ["siren", "siret", "vat_number", "rna", "collective_agreement"]}),
        ("Coordonnées", {"fields": ["street", "postal_code", "city", "email", "phone", "website"]}),
        ("Banque", {"fields": ["iban", "bic", "bank_name", "sepa_creditor_id"]}),
        (
            "Facturation",
            {
                "fields": [
                    "invoice_prefix",
                    "credit_prefix",
                    "number_template",
                    "recovery_indemnity",
                    "discount_terms",
                    "write_off_limit",
                    "vat_on_debits",
                    "vat_franchise",
                    "price_detail",
                ]
            },
        ),
        (
            "Heures",
            {
                "fields": [
                    "has_tacit_confirmation",
                    "entry_grace_days",
                    "draft_visibility",
                    "holiday_zone",
                ]
            },
        ),
        ("Règles", {"fields": ["absence_rule", "invitation_days", "security_log_months"]}),
        ("Coûts", {"fields": ["leave_method", "payroll_tax_percent"]}),
        ("Échéances", {"fields": ["payroll_day", "vat_period", "vat_first_period", "vat_day"]}),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one row: go to it."""
        group = Group.objects.order_by("pk").first()
        if group is None:
            return super().changelist_view(request, extra_context)
        return redirect("admin:members_group_change", group.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Group.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Group, form: forms.ModelForm, change: bool) -> None:
        obj.pk = 1  # the table allows no other
        super().save_model(request, obj, form, change)


class SiteInline(admin.StackedInline):
    model = Site
    extra = 0
    fields = ["name", "street", ("postal_code", "city"), "holiday_zone"]
    ordering = ["name", "pk"]


class MemberSeatInline(KeptSeatInline):
    autocomplete_fields = ["user"]


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ["status", "applied_on", "starts_on", "notice_on", "ends_before"]
    ordering = ["-applied_on", "-pk"]
    show_change_link = True


class VatAttestationInline(admin.StackedInline):
    model = VatAttestation
    form = AttestationForm
    formset = KeptFormSet
    extra = 0
    ordering = ["-starts_on", "-pk"]


def _warn_of_receipts(request: HttpRequest, saved: Iterable[VatAttestation]) -> None:
    """Say it where taxable receipts are beyond what the exemption takes: the record is kept, the regime is decided."""
    for row in saved:
        if row.is_beyond_the_limit:
            messages.warning(
                request,
                f"{row.member}\u00a0: {spell_percent(row.taxable_receipts_percent)} de recettes taxables. Dès "
                f"{MOST_TAXABLE}\u00a0%, seul ce qui sert aux activités exonérées se facture sans TVA (CGI, article "
                "261 B, BOI-RES-000082)\u00a0: voyez-le avec l’expert-comptable.",
            )


@admin.register(Member)
class MemberAdmin(KeepsFiles, RecordAdmin):
    """An employer that belongs to the group."""

    list_display = ["short_name", "legal_name", "legal_form", "siren", "city", "is_taxable_person"]
    list_filter = ["legal_form", "is_taxable_person", "counts_as_local_authority", "is_public_buyer"]
    search_fields = ["short_name", "legal_name", "siren", "siret", "city"]
    search_help_text = "Nom, SIREN, SIRET ou ville"
    ordering = ["short_name", "pk"]
    inlines = [MembershipInline, MemberSeatInline, SiteInline, VatAttestationInline]
    fieldsets = [
        (None, {"fields": ["short_name", "legal_name", "legal_form", ("hue", "shape")]}),
        ("Identifiants", {"fields": ["siren", "siret", "vat_number", "naf"]}),
        (
            "Statut",
            {
                "fields": [
                    "is_taxable_person",
                    "counts_as_local_authority",
                    "collective_agreement",
                    "headcount",
                ]
            },
        ),
        ("Adresse", {"fields": ["street", "postal_code", "city"]}),
        (
            "Facturation",
            {
                "fields": [
                    "billing_street",
                    "billing_postal_code",
                    "billing_city",
                    "billing_email",
                    "is_public_buyer",
                    "e_invoicing_address",
                    "order_reference",
                ]
            },
        ),
    ]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is VatAttestation:
            changed = [row for row, _ in formset.changed_objects]
            _warn_of_receipts(request, [*formset.new_objects, *changed])

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        hue, shape = choose_mark()
        return {"hue": hue, "shape": shape, **super().get_changeform_initial_data(request)}


@admin.register(Site)
class SiteAdmin(RecordAdmin):
    """Places of work."""

    list_display = ["name", "member", "city", "holiday_zone"]
    list_filter = ["holiday_zone", "member"]
    list_select_related = ["member"]
    search_fields = ["name", "city", "member__short_name"]
    autocomplete_fields = ["member"]
    ordering = ["member__short_name", "name", "pk"]


@admin.register(VatAttestation)
class VatAttestationAdmin(ServesFile, KeptRecordAdmin):
    """Statements behind an exempt regime (CGI art. 261 B), with their end."""

    file_column = "document"
    form = AttestationForm
    list_display = ["member", "taxable_receipts_percent", "starts_on", "ends_before", "signed_on"]
    list_filter = ["member"]
    list_select_related = ["member"]
    search_fields = ["member__short_name", "member__legal_name"]
    autocomplete_fields = ["member"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "-pk"]

    def save_model(self, request: HttpRequest, obj: VatAttestation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _warn_of_receipts(request, [obj])


TERMS = ["college", "votes", "deposit", "yearly_dues"]


class DatedActionForm(ActionForm):
    """The day on which an act takes effect; without one, the day itself."""

    day = forms.DateField(
        label="Date d’effet",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    is_confirmed = forms.BooleanField(label="J’ai lu ce qui dépasse la fin, je confirme", required=False)


class MembershipForm(forms.ModelForm):
    """A new application, or the terms of a membership."""

    def clean_member(self) -> Member:
        member: Member = self.cleaned_data["member"]
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
class MembershipAdmin(RecordAdmin):
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

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[Any]:
        dates = ["status", "applied_on", "starts_on", "notice_on", "ends_before"]
        return ["member", *(dates if obj else []), *TERMS]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["member", "status", "applied_on", "starts_on", "notice_on", "ends_before"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        terms = {name: form.cleaned_data[name] for name in TERMS}
        made = joining.apply(obj.member, by=user_of(request), at=timezone.now(), **terms)
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description="Admettre (à la date d’effet)")
    def admit(self, request: UserRequest, queryset: QuerySet[Membership]) -> None:
        self._each(request, queryset, joining.admit, "est admis.", starts_on=_day(request))

    @admin.action(description="Annoncer le départ (à la date d’effet)")
    def announce_departure(self, request: UserRequest, queryset: QuerySet[Membership]) -> None:
        ends_before = _day(request) or today()
        facts = {"ends_before": ends_before, "is_confirmed": "is_confirmed" in request.POST}
        self._each(request, queryset, joining.announce_departure, "est en départ.", **facts)

    @admin.action(description="Reprendre l’annonce du départ")
    def stay(self, request: UserRequest, queryset: QuerySet[Membership]) -> None:
        self._each(request, queryset, joining.stay, "reste adhérent.")

    @admin.action(description="Constater le départ")
    def leave(self, request: UserRequest, queryset: QuerySet[Membership]) -> None:
        self._each(request, queryset, joining.leave, "n’est plus adhérent.")

    @staticmethod
    def _each(
        request: UserRequest,
        queryset: QuerySet[Membership],
        function: Callable[..., Any],
        sentence: str,
        **facts: Any,
    ) -> None:
        for membership in queryset.select_related("member").order_by("pk"):
            act(
                request,
                function,
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

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("due", "À envoyer"), ("late", "En retard"), ("sent", "Envoyées")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen: dict[str, dict[str, Any]] = {
            "due": {"sent_on__isnull": True},
            "late": {"sent_on__isnull": True, "due_on__lt": today()},
            "sent": {"sent_on__isnull": False},
        }
        return queryset.filter(**chosen.get(self.value() or "", {}))


@admin.register(Declaration)
class DeclarationAdmin(RecordAdmin):
    """What has to be declared to the labour administration within one month (C. trav. D1253-3, D1253-6)."""

    list_display = ["subject", "event_on", "due_on", "sent_on", "letter_reference"]
    list_filter = [SentFilter]
    search_fields = ["subject", "letter_reference", "membership__member__short_name"]
    autocomplete_fields = ["membership"]
    date_hierarchy = "due_on"
    ordering = ["due_on", "pk"]


def _day(request: UserRequest) -> date | None:
    form = DatedActionForm(request.POST)
    form.fields["action"].required = False
    form.is_valid()
    return form.cleaned_data.get("day")
