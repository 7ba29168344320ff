"""The group's own row: one, changed, never added twice nor deleted."""

from django.contrib import admin
from django.db import models
from django.shortcuts import redirect

from members.models import Group


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    """Identity printed on documents, and default rules."""

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
                    "payment_days",
                    "payment_basis",
                    "late_penalty_rate",
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
                    "confirmation_days",
                    "has_tacit_confirmation",
                    "entry_grace_days",
                    "draft_visibility",
                    "holiday_zone",
                ]
            },
        ),
        ("Règles", {"fields": ["absence_rule", "invitation_days"]}),
        ("Responsabilité solidaire", {"fields": ["liability_key", "liability_months"]}),
        ("Coûts", {"fields": ["leave_method", "payroll_tax_percent"]}),
    ]

    def changelist_view(self, request, extra_context=None):
        """There is one row: go to it."""
        group = Group.objects.order_by("pk").first()
        if group is None:
            return super().changelist_view(request, extra_context)
        return redirect("admin:members_group_change", group.pk)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Group.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.pk = 1  # the table allows no other
        super().save_model(request, obj, form, change)
