"""Addresses of the app members."""

from django.urls import path

from members import views

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
    path("demo/connexion/", views.demo_login, name="demo_login"),
]
