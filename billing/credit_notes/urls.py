"""Addresses of credit notes."""

from django.urls import URLPattern, path

from billing.credit_notes import views

urlpatterns: list[URLPattern] = [
    path("factures/<int:pk>/avoir/", views.credit, name="credit"),
    path("factures/<int:pk>/remplacer/", views.credit_and_replace, name="credit_and_replace"),
    path("cotisations/depots/<int:pk>/rendre/", views.release_deposit, name="release_deposit"),
    path("factures/<int:pk>/pdf/refaire/", views.retry, name="retry_paper"),
]
