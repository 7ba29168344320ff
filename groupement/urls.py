"""Every address: each app’s own, the account pages, the admin, health."""

from django.contrib import admin
from django.urls import include, path

from groupement import health, home

urlpatterns = [
    path("", home.home, name="home"),
    path("accueil/", home.member_home, name="member_home"),
    path("", include("members.urls")),
    path("charte/", include("charter.urls")),
    path("equipe/", include("employees.urls")),
    path("heures/", include("timesheets.urls")),
    path("facturation/", include("billing.urls")),
    path("compte/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("sante/vivant", health.alive, name="alive"),
    path("sante/pret", health.ready, name="ready"),
]
