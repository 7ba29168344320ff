"""Guards around every request of every test: no N+1, no GET that writes, no undefined variable, no faulty HTML."""

from __future__ import annotations

import gzip
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zeal
from django.conf import settings
from django.db import connection
from django.template.base import FilterExpression
from django.test.client import Client
from zeal.constants import initialize_app_registry
from zeal.patch import patch as patch_orm

from tests import markup, units

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
WRITING = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE)\b.*?\"(\w+)\"", re.IGNORECASE | re.DOTALL)
# Sessions remember where a login stands, and when it was last used; that is not the product's data.
BOOKKEEPING = {"django_session", "usersessions_usersession"}
OURS = str(Path(settings.BASE_DIR) / "templates")


class Undefined(str):
    """Stands for a template variable that does not exist: fails the test when our own template prints it."""

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> Any:
        frame = inspect.currentframe()
        frame = frame.f_back if frame else None
        expression = frame.f_locals.get("self") if frame else None
        if isinstance(expression, FilterExpression) and expression.filters:
            name = expression.filters[0][0].__name__
            if name in {"default", "default_if_none"}:
                return self._filtered(expression, frame.f_locals["context"])  # type: ignore[union-attr]
        origin = _template_of(frame)
        if origin and origin.startswith(OURS):
            raise AssertionError(
                f"{Path(origin).relative_to(OURS)}: the variable «{variable}» does not exist"
            )
        return ""

    @staticmethod
    def _filtered(expression: FilterExpression, context: Any) -> Any:
        value: Any = ""
        for function, arguments in expression.filters:
            values = [argument.resolve(context) if lookup else argument for lookup, argument in arguments]
            value = function(value, *values)
        return value


def _template_of(frame: Any) -> str | None:
    while frame:
        node = frame.f_locals.get("self")
        origin = getattr(node, "origin", None)
        if origin is not None and "context" in frame.f_locals:
            return str(origin.name)
        frame = frame.f_back
    return None


@contextmanager
def no_writing() -> Iterator[None]:
    """Fail on a statement that changes a row."""

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITING.match(sql)
        if found and found[2] not in BOOKKEEPING:
            raise AssertionError(f"a GET wrote: {sql[:200]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def install() -> None:
    """Teach the ORM to count repeated loads, and templates to fail on what does not exist."""
    initialize_app_registry()
    patch_orm()
    # Numbers are taken one by one under the lock of their row: that is what keeps them without gap.
    settings.ZEAL_ALLOWLIST = [{"model": "billing.Series", "field": "get()"}]
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
    units.install()
    _real_request = Client.request

    def guarded(self: Client, **request: Any) -> Any:
        method, path = request.get("REQUEST_METHOD", "GET"), request.get("PATH_INFO", "/")
        with zeal.zeal_context(), units.listening():
            if method in SAFE_METHODS and not path.startswith("/compte/"):  # signing out by GET is allauth's
                with no_writing():
                    response = _real_request(self, **request)
            else:
                response = _real_request(self, **request)
        check(response, path)
        return response

    Client.request = guarded  # type: ignore[method-assign]


def check(response: Any, path: str) -> None:
    """Read every HTML answer as a browser and a screen reader would."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return
    is_packed = response.get("Content-Encoding") == "gzip"
    text = (gzip.decompress(response.content) if is_packed else response.content).decode()
    if text.strip():
        faults = markup.faults(text, own=not path.startswith("/admin/"))
        if "sandbox" in response.get("Content-Security-Policy", ""):
            # A mail shown as it was sent brings its style along, into a document that may do nothing else.
            faults = [fault for fault in faults if fault != "inline style element"]
        if found := response.wsgi_request.resolver_match:
            faults += units.faults(text, found.view_name)
        assert not faults, f"{path}: " + "; ".join(faults)
