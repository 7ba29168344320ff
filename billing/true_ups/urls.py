"""Addresses of true ups."""

from django.urls import URLPattern, path

from billing.true_ups import views

urlpatterns: list[URLPattern] = [
    path("annee/", views.year, name="year"),
    path("annee/regularisations/apercu/", views.preview, name="true_up_preview"),
    path("annee/regularisations/preparer/", views.prepare, name="prepare_true_up"),
    path("annee/regularisations/<int:pk>/", views.true_up, name="true_up"),
    path("annee/regularisations/<int:pk>/emettre/", views.issue, name="issue_true_up"),
    path("annee/regularisations/<int:pk>/abandonner/", views.discard, name="discard_true_up"),
    path("annee/regularisations/courriers/<int:pk>/", views.letter, name="true_up_letter"),
]
