"""Addresses of liability."""

from django.urls import URLPattern, path

from billing.liability import views

urlpatterns: list[URLPattern] = [
    path("annee/solidarite/", views.liability, name="liability"),
    path("annee/solidarite/releve.pdf", views.liability_pdf, name="liability_pdf"),
    path("annee/solidarite/ma-part/", views.my_share, name="my_share"),
    path("annee/reserve/", views.reserve, name="reserve"),
    path("annee/reserve/noter/", views.record, name="note_reserve"),
]
