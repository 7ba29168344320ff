"""Addresses of prices, the simulator and quotes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
