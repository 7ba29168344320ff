"""Whole addresses that letters carry."""

from django.urls import reverse


def invitation_address(request, token):
    """The link of an invitation, on the host that ``request`` came to."""
    return request.build_absolute_uri(reverse("members:invitation", args=[token]))
