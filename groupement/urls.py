"""Every address: each app’s own, the account pages, the admin, health."""

from django.contrib import admin
from django.urls import include, path

from groupement import health, home
from members.views.accounts import confirm_email

urlpatterns = [
    path("", home.home, name="home"),
    path("accueil/", home.member_home, name="member_home"),
    path("", include("members.urls")),
    path("documents/", include("members.papers.urls")),
    path("charte/", include("charter.urls")),
    path("equipe/", include("employees.urls")),
    path("heures/", include("timesheets.urls")),
    path("echeances/", include("groupement.secretariat.urls")),
    path("facturation/", include("billing.urls")),
    # In the place of allauth's, which lets anybody who has the link confirm.
    path("compte/confirm-email/<str:key>/", confirm_email, name="account_confirm_email"),
    path("compte/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("sante/vivant", health.alive, name="alive"),
    path("sante/pret", health.ready, name="ready"),
]
