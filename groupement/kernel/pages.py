"""Answers to requests: page() as a whole or in part, files, act() with its message, paginate(), is_phone()."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Generic, Literal, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.context_processors import csrf
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers

from groupement.kernel import paper
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.sent_forms import claimed

T = TypeVar("T")
R = TypeVar("R")

MOST_ERRORS = 10
# What browsers say of the device without being asked.
DEVICE_HEADERS = ("Sec-CH-UA-Mobile", "User-Agent")


@dataclass(frozen=True)
class Done(Generic[T]):
    """An act that was done, with its ``value``; true."""

    value: T
    refusal: None = None

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class Refused:
    """An act that was refused, with its ``refusal``; false."""

    refusal: Refusal
    value: None = None

    def __bool__(self) -> Literal[False]:
        return False


def is_phone(request: HttpRequest) -> bool:
    """Whether the browser says that it runs on a phone: by its hint, else by the word that all phones' names have."""
    hint = request.headers.get(DEVICE_HEADERS[0])
    return hint == "?1" if hint else "Mobi" in request.headers.get(DEVICE_HEADERS[1], "")


def page(
    request: HttpRequest,
    template: str,
    *,
    part: str | None = None,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole ``template``; when htmx asks, only its partial ``part``, and the pending messages."""
    partial = part is not None and _wants_part(request)
    name = f"{template}#{part}" if partial else template
    response = render(request, name, dict(context or {}), status=status)
    if partial and (pending := messages.get_messages(request)):
        # Without the request: the context processors have worked once for the part already.
        toasts = {"messages": pending, "oob": True, **csrf(request)}
        response.write(render_to_string("components/messages.html", toasts))
    # The same address has two answers: no cache may hand one out for the other.
    patch_vary_headers(response, ["HX-Request"])
    return response


def act(
    request: HttpRequest,
    function: Callable[..., T],
    /,
    *args: Any,
    form: forms.BaseForm | None = None,
    success: str | Callable[[T], str] | None = None,
    undo: str = "",
    **kwargs: Any,
) -> Done[T] | Refused:
    """Run ``function(*args, **kwargs)``; a Refusal becomes an error of ``form`` if there is one, else a message.

    ``success`` is the sentence to show when it was done, or a function from its result to that sentence; with ``undo``,
    an address of ours, the sentence has a button that posts there.
    Whatever is not a Refusal is a fault of ours and goes through. The form that was sent is used up with the act: sent
    again it does nothing, and its sender reads the same answer.
    """
    try:
        with claimed(request):
            value = function(*args, **kwargs)
    except Refusal as refusal:
        if form is None:
            _message(request, refusal)
        else:
            mark(form, refusal)
        return Refused(refusal)
    if form is not None:
        tell_holes(request, form)
    if success is not None:
        sentence = success(value) if callable(success) else success
        messages.success(request, sentence, extra_tags=undo)
    return Done(value)


def tell_holes(request: HttpRequest, form: forms.BaseForm) -> None:
    """Say which characters of what was saved no paper can print: emoji, ideograms."""
    for name, value in getattr(form, "cleaned_data", {}).items():
        if isinstance(value, str) and (found := paper.unprintable(value)):
            messages.warning(
                request,
                f"{form.fields[name].label or name}\u00a0: {' '.join(found)} ne s’imprime pas. "
                "Une facture qui le porte ne peut pas être émise.",
            )


def paginate(request: HttpRequest, rows: QuerySet[Any, R] | Sequence[R], per_page: int = 50) -> Page[R]:
    """The page of ordered ``rows`` that ``?page=`` names; out of range, the nearest one."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def _wants_part(request: HttpRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    # A boosted link swaps the whole body, and the back button needs the whole page again.
    return bool(htmx) and not (htmx.boosted or htmx.history_restore_request)


def mark(form: forms.BaseForm, refusal: Refusal) -> None:
    """Make a refusal the error of its field, and what it lists errors of the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.message)
    for error in refusal.errors:
        form.add_error(None, error)


def _message(request: HttpRequest, refusal: Refusal) -> None:
    messages.error(request, refusal.message)
    for error in refusal.errors[:MOST_ERRORS]:
        messages.error(request, error)
    if (more := len(refusal.errors) - MOST_ERRORS) > 0:
        messages.error(request, f"… et {counted(more, 'autre')}.")


def attachment(file: IO[bytes], name: str, media_type: str) -> FileResponse:
    """A kept file as an answer: to be saved under ``name``, never shown within the site, as what its content is."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def calendar_file(request: HttpRequest, content: bytes, name: str) -> HttpResponseBase:
    """A calendar (RFC 5545) as programs ask for it, again and again: unchanged, it is not sent a second time.

    It is asked for each time, so that a revoked address is empty at once.
    """
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
