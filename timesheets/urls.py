"""Addresses of the app timesheets."""

from django.urls import URLPattern

app_name = "timesheets"

urlpatterns: list[URLPattern] = []
