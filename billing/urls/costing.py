"""Addresses of employer costs, expenses, dues and free lines."""

from django.urls import path

from billing.views.costing import costs, deciding, dues, expenses, lines, payroll, provisions

urlpatterns = [
    path("couts/", costs.costs, name="costs"),
    path("couts/importer/", payroll.import_costs, name="import_costs"),
    path("couts/importer/colonnes/", payroll.columns, name="cost_columns"),
    path("couts/importer/enregistrer/", payroll.confirm, name="cost_confirm"),
    path("couts/estimer/", costs.estimate, name="cost_estimate"),
    path("couts/provisions/", provisions.provisions, name="cost_provisions"),
    path("couts/provisions/<int:pk>/solder/", provisions.settle, name="cost_settle_provision"),
    path("couts/aides/", provisions.aids, name="cost_aids"),
    path("couts/<month:month>/modele.csv", costs.sample, name="cost_sample"),
    path("couts/<month:month>/modele.xlsx", costs.sample_xlsx, name="cost_sample_xlsx"),
    path("frais/", expenses.mine, name="my_expenses"),
    path("frais/tous/", expenses.everybodys, name="expenses"),
    path("frais/<int:pk>/", expenses.one, name="expense"),
    path("frais/<int:pk>/justificatif/", expenses.receipt, name="receipt"),
    path("frais/<int:pk>/accepter/", deciding.accept, name="accept_expense"),
    path("frais/<int:pk>/refuser/", deciding.refuse, name="refuse_expense"),
    path("frais/<int:pk>/reprendre/", deciding.put_back, name="put_back_expense"),
    path("frais/<int:pk>/retirer/", deciding.withdraw, name="withdraw_expense"),
    path("cotisations/", dues.overview, name="dues"),
    path("cotisations/appeler/", dues.call, name="call_dues"),
    path("cotisations/depots/", dues.ask_deposits, name="ask_deposits"),
    path("lignes/", lines.waiting, name="waiting_charges"),
    path("lignes/ajouter/", lines.add, name="add_line"),
    path("lignes/<int:pk>/retirer/", lines.withdraw, name="withdraw_charge"),
]
