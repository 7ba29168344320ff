"""Addresses of payments, bank statements, accounts and reminders."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
