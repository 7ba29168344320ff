"""Addresses of the app employees: the planning, its changes, absences, calendars."""

from django.urls import path, register_converter

from employees.calendar import WeekConverter
from employees.views import absences, feeds, planning, rescheduling

register_converter(WeekConverter, "week")

app_name = "employees"

urlpatterns = [
    path("planning/", planning.planning, name="planning"),
    path("planning/<week:week>/", planning.week, name="week"),
    path("planning/<month:month>/", planning.month, name="month"),
    path("planning/mission/<int:pk>/duree/", rescheduling.set_day, name="set_day"),
    path("planning/mission/<int:pk>/deplacer/", rescheduling.move_day, name="move_day"),
    path("planning/mission/<int:pk>/liberer/", rescheduling.clear_days, name="clear_days"),
    path("planning/mission/<int:pk>/retablir/", rescheduling.restore_day, name="restore_day"),
    path("planning/absences/", absences.record, name="record_absence"),
    path("planning/absences/<int:pk>/modifier/", absences.change, name="change_absence"),
    path("planning/absences/<int:pk>/annuler/", absences.cancel, name="cancel_absence"),
    path("agenda/", feeds.feeds, name="feeds"),
    path("agenda/ouvrir/", feeds.open_feed, name="open_feed"),
    path("agenda/<int:pk>/revoquer/", feeds.revoke_feed, name="revoke_feed"),
    path("agenda/<str:secret>.ics", feeds.feed, name="feed"),
]
