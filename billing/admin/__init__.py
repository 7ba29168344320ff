"""Billing in Django admin: all can be looked up; only reference rows and costs not yet invoiced can be mended."""

from billing.admin import bank, cost, dunning, ledger, money, pricing, reference, spending, yearly

__all__ = ["bank", "cost", "dunning", "ledger", "money", "pricing", "reference", "spending", "yearly"]
