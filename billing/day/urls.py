"""The address of finance's day."""

from django.urls import URLPattern, path

from billing.day import views

urlpatterns: list[URLPattern] = [path("aujourd-hui/", views.day, name="day")]
