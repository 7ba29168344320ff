"""Whole addresses that letters carry."""

from django.http import HttpRequest
from django.urls import reverse


def invitation_address(request: HttpRequest, token: str) -> str:
    """The link of an invitation, on the host that ``request`` came to."""
    return request.build_absolute_uri(reverse("members:invitation", args=[token]))
