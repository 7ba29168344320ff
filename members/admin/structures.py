"""Members and what hangs on them: sites, seats, memberships, statements behind an exempt VAT regime."""

from django.contrib import admin

from members.admin.site import ReadOnlyInline
from members.joining import choose_mark
from members.models import Member, Membership, Seat, Site, VatAttestation


class SiteInline(admin.StackedInline):
    model = Site
    extra = 0
    fields = ["name", "street", ("postal_code", "city"), "holiday_zone"]
    ordering = ["name", "pk"]


class SeatInline(admin.TabularInline):
    model = Seat
    extra = 0
    autocomplete_fields = ["user"]
    ordering = ["starts_on", "pk"]


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ["status", "applied_on", "starts_on", "notice_on", "ends_before"]
    ordering = ["-applied_on", "-pk"]
    show_change_link = True


class VatAttestationInline(admin.StackedInline):
    model = VatAttestation
    extra = 0
    ordering = ["-starts_on", "-pk"]


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """An employer that belongs to the group."""

    list_display = ["short_name", "legal_name", "legal_form", "siren", "city", "is_taxable_person"]
    list_filter = ["legal_form", "is_taxable_person", "counts_as_local_authority", "is_public_buyer"]
    search_fields = ["short_name", "legal_name", "siren", "siret", "city"]
    search_help_text = "Nom, SIREN, SIRET ou ville"
    ordering = ["short_name", "pk"]
    inlines = [MembershipInline, SeatInline, SiteInline, VatAttestationInline]
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

    def get_changeform_initial_data(self, request):
        hue, shape = choose_mark()
        return {"hue": hue, "shape": shape, **super().get_changeform_initial_data(request)}


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    """Places of work."""

    list_display = ["name", "member", "city", "holiday_zone"]
    list_filter = ["holiday_zone", "member"]
    list_select_related = ["member"]
    search_fields = ["name", "city", "member__short_name"]
    autocomplete_fields = ["member"]
    ordering = ["member__short_name", "name", "pk"]


@admin.register(VatAttestation)
class VatAttestationAdmin(admin.ModelAdmin):
    """Statements behind an exempt regime (CGI art. 261 B), with their end."""

    list_display = ["member", "taxable_receipts_percent", "starts_on", "ends_before", "signed_on"]
    list_filter = ["member"]
    list_select_related = ["member"]
    search_fields = ["member__short_name", "member__legal_name"]
    autocomplete_fields = ["member"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "-pk"]


@admin.register(Seat)
class SeatAdmin(admin.ModelAdmin):
    """Who sits for whom, and since when."""

    list_display = ["user", "member", "function", "starts_on", "ends_before"]
    list_filter = ["function", "member"]
    list_select_related = ["user", "member"]
    search_fields = ["user__name", "user__email", "member__short_name"]
    search_help_text = "Nom, adresse e-mail ou adhérent"
    autocomplete_fields = ["user", "member"]
    ordering = ["member__short_name", "starts_on", "pk"]
