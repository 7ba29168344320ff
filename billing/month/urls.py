"""Addresses of the monthly close."""

from django.urls import URLPattern, path

from billing.month import views

urlpatterns: list[URLPattern] = [
    path("", views.runs, name="runs"),
    path("<month:month>/", views.run, name="run"),
    path("<month:month>/essai/", views.draft, name="draft"),
    path("<month:month>/abandonner/", views.discard, name="discard"),
    path("<month:month>/emettre/", views.issue, name="issue"),
    path("<month:month>/progression/", views.progress, name="progress"),
    path("<month:month>/pdf/refaire/", views.retry, name="retry"),
    path("<month:month>/factures.zip", views.zip_all, name="zip"),
]
