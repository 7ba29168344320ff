"""Addresses of accounts."""

from django.urls import URLPattern, path

from billing.accounts.views import accounts, settlements

urlpatterns: list[URLPattern] = [
    path("reglements/", accounts.payments, name="payments"),
    path("reglements/nouveau/", accounts.record, name="record_payment"),
    path("reglements/<int:pk>/", accounts.payment, name="payment"),
    path("reglements/<int:pk>/imputer/", settlements.allocate, name="allocate"),
    path("reglements/<int:pk>/annuler/", settlements.reverse_payment, name="reverse_payment"),
    path("reglements/<int:pk>/erreur/", settlements.undo_payment, name="undo_payment"),
    path("imputations/<int:pk>/annuler/", settlements.unallocate, name="unallocate"),
    path("factures/<int:pk>/abandonner/", settlements.write_off, name="write_off"),
    path("avoirs/<int:pk>/imputer/", settlements.apply_credit, name="apply_credit"),
    path("comptes/", accounts.ageing, name="ageing"),
    path("comptes/<int:pk>/", accounts.account, name="account"),
    path("comptes/<int:pk>/releve.pdf", accounts.account_pdf, name="account_pdf"),
]
