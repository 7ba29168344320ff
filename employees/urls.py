"""Addresses of the app employees: the planning, its changes, absences, calendars."""

from django.urls import path, register_converter

from employees.calendar.week import WeekConverter
from employees.views import changes, feeds, planning

register_converter(WeekConverter, "week")

app_name = "employees"

urlpatterns = [
    path("planning/", planning.planning, name="planning"),
    path("planning/<week:week>/", planning.week, name="week"),
    path("planning/<month:month>/", planning.month, name="month"),
    path("planning/mission/<int:pk>/duree/", changes.set_day, name="set_day"),
    path("planning/mission/<int:pk>/deplacer/", changes.move_day, name="move_day"),
    path("planning/mission/<int:pk>/deplacer/verifier/", changes.check_move, name="check_move"),
    path("planning/mission/<int:pk>/liberer/", changes.clear_days, name="clear_days"),
    path("planning/mission/<int:pk>/retablir/", changes.restore_day, name="restore_day"),
    path("planning/absences/", changes.record_absence, name="record_absence"),
    path("planning/absences/<int:pk>/modifier/", changes.change_absence, name="change_absence"),
    path("planning/absences/<int:pk>/annuler/", changes.cancel_absence, name="cancel_absence"),
    path("agenda/", feeds.list_feeds, name="feeds"),
    path("agenda/ouvrir/", feeds.open_feed, name="open_feed"),
    path("agenda/<int:pk>/revoquer/", feeds.revoke_feed, name="revoke_feed"),
    path("agenda/<str:secret>.ics", feeds.feed, name="feed"),
]
