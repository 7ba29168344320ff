"""Addresses of payments, bank statements, accounts and reminders."""

from django.urls import URLPattern, path

from billing.views.collecting import accounts, lateness, payments, reminders, settlements

urlpatterns: list[URLPattern] = [
    path("reglements/", payments.payments, name="payments"),
    path("reglements/nouveau/", payments.record, name="record_payment"),
    path("reglements/<int:pk>/", payments.payment, name="payment"),
    path("reglements/<int:pk>/imputer/", settlements.allocate, name="allocate"),
    path("reglements/<int:pk>/annuler/", settlements.reverse_payment, name="reverse_payment"),
    path("reglements/<int:pk>/erreur/", settlements.undo_payment, name="undo_payment"),
    path("imputations/<int:pk>/annuler/", settlements.unallocate, name="unallocate"),
    path("factures/<int:pk>/abandonner/", settlements.write_off, name="write_off"),
    path("avoirs/<int:pk>/imputer/", settlements.apply_credit, name="apply_credit"),
    path("comptes/", accounts.ageing, name="ageing"),
    path("comptes/<int:pk>/", accounts.account, name="account"),
    path("comptes/<int:pk>/releve.pdf", accounts.account_pdf, name="account_pdf"),
    path("relances/", reminders.reminders, name="reminders"),
    path("relances/relire/", reminders.review, name="review_reminders"),
    path("relances/envoyer/", reminders.send, name="send_reminders"),
    path("relances/envoyees/", reminders.sent, name="sent_reminders"),
    path("relances/courriers/<int:pk>/", reminders.letter, name="reminder_letter"),
    path("relances/courriers/<int:pk>/pdf/", reminders.pdf, name="reminder_pdf"),
    path("relances/niveaux/", lateness.levels, name="dunning_levels"),
    path("relances/niveaux/installer/", lateness.install_levels, name="install_levels"),
    path("relances/penalites/", lateness.late_costs, name="late_costs"),
    path("relances/penalites/reclamer/", lateness.charge_interest, name="charge_interest"),
    path("factures/<int:pk>/contester/", lateness.dispute, name="dispute"),
    path("litiges/<int:pk>/clore/", lateness.close_dispute, name="close_dispute"),
]
