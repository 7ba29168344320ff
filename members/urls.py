"""Addresses of the app members."""

from django.urls import path

from members.views import accounts as views
from members.views import rules as rule_views

app_name = "members"

urlpatterns = [
    path("role/", views.switch_role, name="switch_role"),
    path("theme/", views.theme, name="theme"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("lien/<str:token>/", views.link, name="link"),
    path("comptes/<int:pk>/inviter/", views.invite, name="invite"),
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/suppleances/", views.appoint_deputy, name="appoint_deputy"),
    path("preferences/suppleances/<int:pk>/fin/", views.end_deputy, name="end_deputy"),
    path("reglages/regles/", rule_views.index, name="rules"),
    path("reglages/regles/<str:code>/", rule_views.rule, name="rule"),
    path("reglages/regles/<int:pk>/retirer/", rule_views.withdraw_rule, name="withdraw_rule"),
    path("demo/connexion/", views.demo_login, name="demo_login"),
]
