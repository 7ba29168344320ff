"""Addresses of the app billing, by part of the work; those that begin with a month come last."""

from billing.urls import collecting, correcting, costing, month, pricing, yearly

app_name = "billing"

urlpatterns = [
    *correcting.urlpatterns,
    *collecting.urlpatterns,
    *costing.urlpatterns,
    *pricing.urlpatterns,
    *yearly.urlpatterns,
    *month.urlpatterns,
]
