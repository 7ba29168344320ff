"""Addresses of grants."""

from django.urls import URLPattern, path

from billing.grants import views

urlpatterns: list[URLPattern] = [
    path("financements/", views.lines, name="funding"),
    path("financements/<int:pk>/", views.line, name="funding_line"),
    path("financements/<int:pk>/heures/", views.tag, name="funding_tag"),
    path("financements/<int:pk>/heures/retirer/", views.untag, name="funding_untag"),
    path("financements/<int:pk>/depenses/", views.tag_expense, name="funding_tag_expense"),
    path("financements/depenses/<int:pk>/retirer/", views.untag_expense, name="funding_untag_expense"),
    path("financements/<int:pk>/verrouiller/", views.lock, name="funding_lock"),
    path("financements/etats/<int:pk>.csv", views.as_csv, name="funding_csv"),
    path("financements/etats/<int:pk>.xlsx", views.as_workbook, name="funding_xlsx"),
    path("financements/etats/<int:pk>.pdf", views.as_pdf, name="funding_pdf"),
]
