"""Addresses of the secretariat."""

from django.urls import path

from groupement.secretariat import feed_views, views

app_name = "secretariat"

urlpatterns = [
    path("", views.duties, name="duties"),
    path("ajouter/", views.add_duty, name="add_duty"),
    path("agenda/", feed_views.feeds, name="feeds"),
    path("agenda/ouvrir/", feed_views.open_feed, name="open_feed"),
    path("agenda/<int:pk>/revoquer/", feed_views.revoke_feed, name="revoke_feed"),
    path("agenda/<str:secret>.ics", feed_views.feed, name="feed"),
    path("<str:key>/", views.duty, name="duty"),
    path("<str:key>/faite/", views.fulfil, name="fulfil"),
    path("<str:key>/reprendre/", views.reopen, name="reopen"),
    path("<str:key>/confier/", views.give, name="give"),
    path("<str:key>/preuve/", views.proof, name="proof"),
]
