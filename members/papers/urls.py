"""Addresses of papers."""

from django.urls import path

from members.papers import views

app_name = "papers"

urlpatterns = [
    path("", views.papers, name="papers"),
    path("conventions/nouvelle/", views.write_agreement, name="write_agreement"),
    path("<int:pk>/", views.paper, name="paper"),
    path("<int:pk>/pdf/", views.pdf, name="pdf"),
    path("<int:pk>/ouvrir/", views.open_for_signature, name="open_for_signature"),
    path("<int:pk>/annuler/", views.void, name="void"),
    path("<int:pk>/verifier/", views.verify, name="verify"),
    path("parties/<int:pk>/signer/", views.sign, name="sign"),
    path("parties/<int:pk>/copie/", views.record_copy, name="record_copy"),
    path("signatures/<int:pk>/copie/", views.signed_copy, name="signed_copy"),
    path("signatures/<int:pk>/retirer/", views.withdraw, name="withdraw"),
]
