"""Addresses of the app timesheets; those with fixed words stand before those that begin with a month."""

from django.urls import path

from timesheets.balances import views as balances
from timesheets.grid.views import day, month
from timesheets.importing import views as exchange
from timesheets.overview import views as overview
from timesheets.sheet import views as sheet
from timesheets.visas import views as visas
from timesheets.watching import views as watching

app_name = "timesheets"

urlpatterns = [
    path("", month.my_months, name="my_months"),
    path("mois/", overview.months, name="months"),
    path("mois/<month:month>/", overview.month, name="month"),
    path("mois/<month:month>/a-faire/", overview.inbox, name="inbox"),
    path("mois/<month:month>/relancer/", overview.remind_late, name="remind_late"),
    path("mois/<month:month>/alertes/", overview.alerts, name="month_alerts"),
    path("mois/<month:month>/ouvrir/", overview.open_month, name="open"),
    path("mois/<month:month>/approuver/", overview.approve_confirmed, name="approve_confirmed"),
    path("mois/<month:month>/annuler/", overview.undo_approvals, name="undo_approvals"),
    path("alertes/", watching.findings, name="findings"),
    path("alertes/<int:employee>/", watching.acknowledge, name="acknowledge"),
    path("a-viser/", visas.to_confirm, name="to_confirm"),
    path("a-viser/viser/", visas.confirm_all, name="confirm_all"),
    path("a-viser/reprendre/", visas.take_back_all, name="take_back_all"),
    path("import/", exchange.import_hours, name="import"),
    path("import/valider/", exchange.confirm, name="import_confirm"),
    path("import/erreurs/", exchange.report, name="import_report"),
    path("import/colonnes/", exchange.choose_columns, name="import_columns"),
    path("import/colonnes/<int:pk>/oublier/", exchange.forget_columns, name="forget_columns"),
    path("import/modele/", exchange.sample, name="import_sample"),
    path("export/", exchange.export, name="export"),
    path("annee/", balances.everybody, name="balances"),
    path("mon-annee/", balances.mine, name="my_balance"),
    path("engagement/", balances.at_member, name="member_balance"),
    path("releve/<int:pk>/", sheet.sheet, name="sheet"),
    path("releve/<int:pk>/signe/<int:version>/", sheet.signed, name="signed"),
    path("releve/<int:pk>/viser/", visas.confirm, name="confirm"),
    path("releve/<int:pk>/reprendre/", visas.take_back, name="take_back"),
    path("releve/<int:pk>/approuver/", sheet.approve, name="approve"),
    path("releve/<int:pk>/annuler/", sheet.undo, name="undo"),
    path("releve/<int:pk>/trancher/", sheet.settle, name="settle"),
    path("releve/<int:pk>/garder/", sheet.keep, name="keep"),
    path("releve/<int:pk>/retenir/", sheet.retain, name="retain"),
    path("releve/<int:pk>/renvoyer/", sheet.send_back, name="return"),
    path("releve/<int:pk>/rouvrir/", sheet.reopen, name="reopen"),
    path("releve/<int:pk>/relancer/", sheet.remind, name="remind"),
    path("releve/<int:pk>/prolonger/", sheet.prolong, name="prolong"),
    path("releve/<int:pk>/complement/", sheet.supplement, name="supplement"),
    path("<month:month>/", month.my_month, name="my_month"),
    path("<month:month>/alertes/", watching.my_findings, name="my_findings"),
    path("<month:month>/jour/<day:day>/", day.my_day, name="day"),
    path("<month:month>/personne/<int:employee>/", month.person_month, name="person_month"),
    path("<month:month>/personne/<int:employee>/jour/<day:day>/", day.person_day, name="person_day"),
    path("<month:month>/<int:assignment>/", month.grid, name="grid"),
    path("<month:month>/<int:assignment>/jour/<day:day>/", day.grid_day, name="grid_day"),
]
