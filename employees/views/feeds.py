"""Calendars in people’s own programs: the file at a secret address, and the page that makes and revokes addresses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from employees import feeds
from employees.models import CalendarFeed
from employees.views.choices import RESERVED
from employees.views.forms import CalendarForm
from groupement.kernel.pages import act, calendar_file, page
from groupement.kernel.sent_forms import form_key
from members.access import UserRequest


@login_not_required
@require_safe
def feed(request: UserRequest, secret: str) -> HttpResponseBase:
    """The calendar, for who knows the address: programs have no login. Unknown or revoked, it does not exist."""
    found = feeds.find_feed(secret, at=timezone.now())
    if found is None:
        raise Http404
    return calendar_file(request, feeds.write_calendar(found, at=timezone.now()), "planning.ics")


@require_safe
def list_feeds(request: UserRequest) -> HttpResponse:
    """One’s addresses, and how to make one."""
    return _show(request, _form(request))


@never_cache
@require_POST
def open_feed(request: UserRequest) -> HttpResponse:
    """Make an address and show it, this once: what is stored cannot be shown again."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return _show(request, form)
    calendar, now = form.cleaned_data["calendar"], timezone.now()
    terms = {"at": now, "form_key": form_key(request), "days": form.cleaned_data["days"]}
    done = act(request, feeds.open_feed, request.user, **calendar, **terms, form=form)
    if not done or done.value is None:
        return _show(request, form)
    made, secret = done.value
    address = f"{settings.SITE_URL}{reverse('employees:feed', args=[secret])}"
    return _show(request, _form(request), made=made, address=address)


@require_POST
def revoke_feed(request: UserRequest, pk: int) -> HttpResponse:
    """Close one of one’s addresses."""
    found = get_object_or_404(CalendarFeed, pk=pk, user=request.user)
    feeds.revoke_feed(found, timezone.now())
    messages.success(
        request, "L’adresse est révoquée\u00a0: les agendas qui la lisaient ne se mettent plus à jour."
    )
    return redirect("employees:feeds")


def _form(request: UserRequest, data: Any = None) -> CalendarForm:
    user: Any = request.user
    people, members = feeds.calendars(user)
    if not people and not members:
        raise PermissionDenied(RESERVED)
    return CalendarForm(data, people=people, members=members)


def _show(
    request: UserRequest, form: CalendarForm, made: CalendarFeed | None = None, address: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "is_single": len(form.offered) == 1,
        "feeds": feeds.live_feeds(request.user),
        "made": made,
        "address": address,
        "webcal": f"webcal://{address.partition('://')[2]}" if address else "",
    }
    return page(request, "employees/feeds.html", context=context, status=422 if form.errors else 200)
