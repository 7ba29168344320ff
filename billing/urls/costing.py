"""Addresses of employer costs, expenses, dues and free lines."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
