"""Addresses of invoices."""

from django.urls import URLPattern, path

from billing.invoices import views

urlpatterns: list[URLPattern] = [
    path("factures/", views.invoices, name="invoices"),
    path("factures/<int:pk>/", views.invoice, name="invoice"),
    path("factures/<int:pk>/brouillon.pdf", views.draft_pdf, name="draft_pdf"),
    path("factures/<int:pk>/pdf/", views.pdf, name="pdf"),
]
