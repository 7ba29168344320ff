"""Billing in Django admin: all can be looked up; only reference rows and costs not yet invoiced can be mended."""

from billing.admin import bank, dunning, ledger, money, pricing, yearly

__all__ = ["bank", "dunning", "ledger", "money", "pricing", "yearly"]
