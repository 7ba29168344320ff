"""Addresses of credit notes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
