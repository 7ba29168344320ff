"""Addresses of the bank."""

from django.urls import URLPattern, path

from billing.bank import views

urlpatterns: list[URLPattern] = [
    path("banque/", views.bank, name="bank"),
    path("banque/importer/", views.import_bank, name="import_bank"),
    path("banque/colonnes/", views.bank_columns, name="bank_columns"),
    path("banque/<int:pk>/", views.statement, name="statement"),
    path("banque/<int:pk>/surs/", views.accept_certain, name="accept_certain"),
    path("banque/<int:pk>/sorties/", views.set_aside_unrelated, name="set_aside_unrelated"),
    path("banque/operations/<int:pk>/", views.operation, name="operation"),
    path("banque/operations/<int:pk>/accepter/", views.accept_candidate, name="accept_operation"),
    path("banque/operations/<int:pk>/regler/<int:member>/", views.record_as_payment, name="settle_operation"),
    path("banque/operations/<int:pk>/repris/", views.record_as_return, name="take_back"),
    path("banque/operations/<int:pk>/ecarter/", views.set_aside, name="set_aside_operation"),
    path("banque/operations/<int:pk>/ventiler/", views.split_operation, name="split_operation"),
    path("banque/operations/<int:pk>/annuler/", views.undo_matching, name="undo_operation"),
]
