"""Addresses of the monthly close, its costs and its invoices."""

from django.urls import path

from billing.views import invoices, run, runs

urlpatterns = [
    path("", runs.runs, name="runs"),
    path("factures/", invoices.invoices, name="invoices"),
    path("factures/<int:pk>/", invoices.invoice, name="invoice"),
    path("factures/<int:pk>/pdf/", invoices.pdf, name="pdf"),
    path("<month:month>/", run.run, name="run"),
    path("<month:month>/essai/", run.draft, name="draft"),
    path("<month:month>/abandonner/", run.discard, name="discard"),
    path("<month:month>/emettre/", run.issue, name="issue"),
    path("<month:month>/progression/", run.progress, name="progress"),
    path("<month:month>/pdf/refaire/", run.retry, name="retry"),
    path("<month:month>/factures.zip", run.zip_all, name="zip"),
]
