"""Addresses of month."""

from django.urls import URLPattern, path

from billing.month.views import run

urlpatterns: list[URLPattern] = [
    path("", run.runs, name="runs"),
    path("<month:month>/", run.run, name="run"),
    path("<month:month>/essai/", run.draft, name="draft"),
    path("<month:month>/abandonner/", run.discard, name="discard"),
    path("<month:month>/emettre/", run.issue, name="issue"),
    path("<month:month>/progression/", run.progress, name="progress"),
    path("<month:month>/pdf/refaire/", run.retry, name="retry"),
    path("<month:month>/factures.zip", run.zip_all, name="zip"),
]
