"""Billing in Django admin: each part of the work shows its own records."""

from billing.accounts import admin as accounts
from billing.bank import admin as bank
from billing.charges import admin as charges
from billing.costs import admin as costs
from billing.dispatch import admin as dispatch
from billing.grants import admin as grants
from billing.invoices import admin as invoices
from billing.liability import admin as liability
from billing.prices import admin as prices
from billing.reminders import admin as reminders
from billing.true_ups import admin as true_ups

__all__ = [
    "accounts",
    "bank",
    "charges",
    "costs",
    "dispatch",
    "grants",
    "invoices",
    "liability",
    "prices",
    "reminders",
    "true_ups",
]
