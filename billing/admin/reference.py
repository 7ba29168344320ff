"""Reference rows of prices and VAT in Django admin: rates by day."""

from django.contrib import admin

from billing.models import VatRate


@admin.register(VatRate)
class VatRateAdmin(admin.ModelAdmin):
    """A new rate is a new row; the one before ends that day."""

    list_display = ["regime", "rate", "starts_on", "ends_before", "source"]
    list_filter = ["regime"]
    ordering = ["regime", "-starts_on", "pk"]
