"""Addresses of costs."""

from django.urls import URLPattern, path

from billing.costs.views import costs, payroll

urlpatterns: list[URLPattern] = [
    path("couts/", costs.costs, name="costs"),
    path("couts/importer/", payroll.import_costs, name="import_costs"),
    path("couts/importer/colonnes/", payroll.columns, name="cost_columns"),
    path("couts/importer/enregistrer/", payroll.confirm, name="cost_confirm"),
    path("couts/estimer/", costs.estimate, name="cost_estimate"),
    path("couts/provisions/", costs.provisions, name="cost_provisions"),
    path("couts/provisions/<int:pk>/solder/", costs.settle, name="cost_settle_provision"),
    path("couts/aides/", costs.aids, name="cost_aids"),
    path("couts/<month:month>/modele.csv", costs.sample, name="cost_sample"),
    path("couts/<month:month>/modele.xlsx", costs.sample_xlsx, name="cost_sample_xlsx"),
]
