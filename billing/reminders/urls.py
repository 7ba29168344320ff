"""Addresses of reminders."""

from django.urls import URLPattern, path

from billing.reminders import views

urlpatterns: list[URLPattern] = [
    path("relances/", views.reminders, name="reminders"),
    path("relances/relire/", views.review, name="review_reminders"),
    path("relances/envoyer/", views.send, name="send_reminders"),
    path("relances/envoyees/", views.sent, name="sent_reminders"),
    path("relances/courriers/<int:pk>/", views.letter, name="reminder_letter"),
    path("relances/courriers/<int:pk>/pdf/", views.pdf, name="reminder_pdf"),
    path("relances/niveaux/", views.levels, name="dunning_levels"),
    path("relances/niveaux/installer/", views.install_levels, name="install_levels"),
    path("relances/penalites/", views.late_costs, name="late_costs"),
    path("relances/penalites/reclamer/", views.charge_interest, name="charge_interest"),
    path("factures/<int:pk>/contester/", views.dispute, name="dispute"),
    path("litiges/<int:pk>/clore/", views.close_dispute, name="close_dispute"),
]
