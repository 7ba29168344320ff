"""Addresses of the bank."""

from django.urls import URLPattern, path

from billing.bank.views import layouts, operations, statements

urlpatterns: list[URLPattern] = [
    path("banque/", statements.bank, name="bank"),
    path("banque/importer/", statements.import_bank, name="import_bank"),
    path("banque/colonnes/", statements.bank_columns, name="bank_columns"),
    path("banque/formats/", layouts.layouts, name="bank_layouts"),
    path("banque/formats/<int:pk>/oublier/", layouts.drop_layout, name="drop_layout"),
    path("banque/<int:pk>/", statements.statement, name="statement"),
    path("banque/<int:pk>/annuler/", statements.undo_import, name="undo_import"),
    path("banque/<int:pk>/surs/", statements.accept_certain, name="accept_certain"),
    path("banque/<int:pk>/sorties/", statements.set_aside_unrelated, name="set_aside_unrelated"),
    path("banque/operations/<int:pk>/", operations.operation, name="operation"),
    path("banque/operations/<int:pk>/accepter/", operations.accept_candidate, name="accept_operation"),
    path(
        "banque/operations/<int:pk>/regler/<int:member>/",
        operations.record_as_payment,
        name="settle_operation",
    ),
    path("banque/operations/<int:pk>/repris/", operations.record_as_return, name="take_back"),
    path("banque/operations/<int:pk>/rendu/", operations.record_as_refund, name="give_back_operation"),
    path("banque/operations/<int:pk>/ecarter/", operations.set_aside, name="set_aside_operation"),
    path("banque/operations/<int:pk>/ventiler/", operations.split_operation, name="split_operation"),
    path("banque/operations/<int:pk>/annuler/", operations.undo_matching, name="undo_operation"),
]
