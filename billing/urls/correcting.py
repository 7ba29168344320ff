"""Addresses of credit notes."""

from django.urls import path

from billing.views.correcting import credit

urlpatterns = [
    path("factures/<int:pk>/avoir/", credit.credit, name="credit"),
    path("factures/<int:pk>/pdf/refaire/", credit.retry, name="retry_paper"),
]
