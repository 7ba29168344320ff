"""Addresses of the app billing, by part of the work; those that begin with a month come last."""

from django.urls import URLPattern

from billing.accounts import urls as accounts
from billing.bank import urls as bank
from billing.charges import urls as charges
from billing.costs import urls as costs
from billing.credit_notes import urls as credit_notes
from billing.day import urls as day
from billing.dispatch import urls as dispatch
from billing.grants import urls as grants
from billing.invoices import urls as invoices
from billing.liability import urls as liability
from billing.month import urls as month
from billing.prices import urls as prices
from billing.reminders import urls as reminders
from billing.true_ups import urls as true_ups

app_name = "billing"

urlpatterns: list[URLPattern] = [
    *day.urlpatterns,
    *dispatch.urlpatterns,
    *charges.urlpatterns,
    *costs.urlpatterns,
    *prices.urlpatterns,
    *accounts.urlpatterns,
    *bank.urlpatterns,
    *reminders.urlpatterns,
    *credit_notes.urlpatterns,
    *liability.urlpatterns,
    *grants.urlpatterns,
    *true_ups.urlpatterns,
    *invoices.urlpatterns,
    *month.urlpatterns,
    *dispatch.of_months,
]
