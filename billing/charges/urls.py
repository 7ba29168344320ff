"""Addresses of charges."""

from django.urls import URLPattern, path

from billing.charges.views import expenses, recorded

urlpatterns: list[URLPattern] = [
    path("frais/", expenses.mine, name="my_expenses"),
    path("frais/tous/", expenses.everybodys, name="expenses"),
    path("frais/<int:pk>/", expenses.one, name="expense"),
    path("frais/<int:pk>/justificatif/", expenses.receipt, name="receipt"),
    path("frais/<int:pk>/accepter/", expenses.accept, name="accept_expense"),
    path("frais/<int:pk>/refuser/", expenses.refuse, name="refuse_expense"),
    path("frais/<int:pk>/reprendre/", expenses.put_back, name="put_back_expense"),
    path("frais/<int:pk>/retirer/", expenses.withdraw, name="withdraw_expense"),
    path("cotisations/", recorded.overview, name="dues"),
    path("cotisations/appeler/", recorded.call, name="call_dues"),
    path("cotisations/depots/", recorded.ask_deposits, name="ask_deposits"),
    path("lignes/", recorded.waiting, name="waiting_charges"),
    path("lignes/ajouter/", recorded.add, name="add_line"),
    path("lignes/<int:pk>/retirer/", recorded.withdraw, name="withdraw_charge"),
]
