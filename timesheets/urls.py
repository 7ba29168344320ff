"""Addresses of the app timesheets; those with fixed words stand before those that begin with a month."""

from django.urls import path

from timesheets.views import entry

app_name = "timesheets"

urlpatterns = [
    path("", entry.my_months, name="my_months"),
    path("<month:month>/", entry.my_month, name="my_month"),
    path("<month:month>/personne/<int:employee>/", entry.my_month, name="person_month"),
    path("<month:month>/<int:assignment>/", entry.grid, name="grid"),
]
