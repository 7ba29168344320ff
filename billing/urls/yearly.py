"""Addresses of true-ups, joint liability, the reserve and grants."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
