"""Duties in people’s own calendars: the file at a secret address, and the page that makes and revokes the address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from employees import feeds as addresses
from employees.models import CalendarFeed, FeedTopic
from groupement.kernel.pages import act, calendar_file, page
from groupement.kernel.sent_forms import form_key
from groupement.secretariat import calendars
from groupement.secretariat.forms import FeedForm
from members.access import UserRequest, for_roles
from members.roles import Role

EVERYBODY = tuple(Role)


@login_not_required
@require_safe
def feed(request: UserRequest, secret: str) -> HttpResponseBase:
    """The duties, for who knows the address: programs have no login. Unknown or revoked, it does not exist."""
    found = addresses.find_feed(secret, at=timezone.now(), topic=FeedTopic.DUTIES)
    if found is None:
        raise Http404
    return calendar_file(request, calendars.write_calendar(found, at=timezone.now()), "echeances.ics")


@require_safe
@for_roles(*EVERYBODY)
def feeds(request: UserRequest) -> HttpResponse:
    """One’s address, and how to make one."""
    return _show(request, FeedForm())


@never_cache
@require_POST
@for_roles(*EVERYBODY)
def open_feed(request: UserRequest) -> HttpResponse:
    """Make the address and show it, this once: what is stored cannot be shown again."""
    form = FeedForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    terms: dict[str, Any] = {
        "topic": FeedTopic.DUTIES,
        "at": timezone.now(),
        "form_key": form_key(request),
        "days": form.cleaned_data["days"],
    }
    done = act(request, addresses.open_feed, request.user, **terms, form=form)
    if not done or done.value is None:
        return _show(request, form)
    _, secret = done.value
    return _show(request, FeedForm(), f"{settings.SITE_URL}{reverse('secretariat:feed', args=[secret])}")


@require_POST
@for_roles(*EVERYBODY)
def revoke_feed(request: UserRequest, pk: int) -> HttpResponse:
    """Close one’s address."""
    found = get_object_or_404(CalendarFeed, pk=pk, user=request.user, topic=FeedTopic.DUTIES)
    addresses.revoke_feed(found, timezone.now())
    messages.success(request, "L’adresse est révoquée\u00a0: elle ne montre plus rien.")
    return redirect("secretariat:feeds")


def _show(request: UserRequest, form: FeedForm, address: str = "") -> HttpResponse:
    context = {
        "form": form,
        "feeds": addresses.live_feeds(request.user, FeedTopic.DUTIES),
        "address": address,
        "webcal": f"webcal://{address.partition('://')[2]}" if address else "",
    }
    return page(request, "secretariat/feeds.html", context=context, status=422 if form.errors else 200)
