"""Addresses of true-ups, joint liability, the reserve and grants."""

from django.urls import path

from billing.views.yearly import funding, funding_reports, liability, true_up, year

urlpatterns = [
    path("annee/", year.year, name="year"),
    path("annee/regularisations/apercu/", true_up.preview, name="true_up_preview"),
    path("annee/regularisations/preparer/", true_up.prepare, name="prepare_true_up"),
    path("annee/regularisations/<int:pk>/", true_up.true_up, name="true_up"),
    path("annee/regularisations/<int:pk>/emettre/", true_up.issue, name="issue_true_up"),
    path("annee/regularisations/<int:pk>/abandonner/", true_up.discard, name="discard_true_up"),
    path("annee/regularisations/courriers/<int:pk>/", true_up.letter, name="true_up_letter"),
    path("annee/solidarite/", liability.liability, name="liability"),
    path("annee/solidarite/releve.pdf", liability.liability_pdf, name="liability_pdf"),
    path("annee/solidarite/ma-part/", liability.my_share, name="my_share"),
    path("annee/reserve/", liability.reserve, name="reserve"),
    path("annee/reserve/noter/", liability.note, name="note_reserve"),
    path("financements/", funding.lines, name="funding"),
    path("financements/<int:pk>/", funding.line, name="funding_line"),
    path("financements/<int:pk>/heures/", funding.tag, name="funding_tag"),
    path("financements/<int:pk>/heures/retirer/", funding.untag, name="funding_untag"),
    path("financements/<int:pk>/depenses/", funding.tag_expense, name="funding_tag_expense"),
    path("financements/depenses/<int:pk>/retirer/", funding.untag_expense, name="funding_untag_expense"),
    path("financements/<int:pk>/verrouiller/", funding_reports.lock, name="funding_lock"),
    path("financements/etats/<int:pk>.csv", funding_reports.as_csv, name="funding_csv"),
    path("financements/etats/<int:pk>.xlsx", funding_reports.as_workbook, name="funding_xlsx"),
    path("financements/etats/<int:pk>.pdf", funding_reports.as_pdf, name="funding_pdf"),
]
