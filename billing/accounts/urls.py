"""Addresses of payments, allocations and accounts."""

from django.urls import URLPattern, path

from billing.accounts.views import accounts, payments, refunds

urlpatterns: list[URLPattern] = [
    path("reglements/", payments.payment_list, name="payments"),
    path("reglements/nouveau/", payments.record_payment, name="record_payment"),
    path("reglements/<int:pk>/", payments.payment, name="payment"),
    path("reglements/<int:pk>/imputer/", payments.allocate, name="allocate"),
    path("reglements/<int:pk>/annuler/", payments.reverse_payment, name="reverse_payment"),
    path("reglements/<int:pk>/erreur/", payments.undo_payment, name="undo_payment"),
    path("reglements/<int:pk>/rembourser/", refunds.refund_payment, name="refund_payment"),
    path("avoirs/<int:pk>/rembourser/", refunds.refund_credit_note, name="refund_credit_note"),
    path("remboursements/", refunds.refund_list, name="refunds"),
    path("remboursements/<int:pk>/", refunds.refund, name="refund"),
    path("remboursements/<int:pk>/annuler/", refunds.cancel_refund, name="cancel_refund"),
    path("imputations/<int:pk>/annuler/", payments.unallocate, name="unallocate"),
    path("factures/<int:pk>/abandonner/", accounts.write_off, name="write_off"),
    path("factures/<int:pk>/solder/", accounts.settle_whole, name="settle_whole"),
    path("avoirs/<int:pk>/imputer/", accounts.apply_credit, name="apply_credit"),
    path("comptes/", accounts.aged_balance, name="ageing"),
    path("comptes/<int:pk>/", accounts.account, name="account"),
    path("comptes/<int:pk>/releve.pdf", accounts.account_pdf, name="account_pdf"),
]
