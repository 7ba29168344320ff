"""Addresses of what is sent."""

from django.urls import URLPattern, path

from billing.dispatch import views

urlpatterns: list[URLPattern] = [
    path("factures/<int:pk>/envoyer/", views.send_invoice, name="send_invoice"),
    path("devis/<int:pk>/envoyer/", views.send_quote, name="send_quote"),
]
of_months: list[URLPattern] = [path("<month:month>/envoyer/", views.send_month, name="send_month")]
