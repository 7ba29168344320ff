"""Addresses of the app charter."""

from django.urls import path

from charter import views

app_name = "charter"

urlpatterns = [
    path("", views.charter, name="charter"),
    path("<int:version>/", views.version, name="version"),
    path("<int:version>/signer/", views.sign, name="sign"),
]
