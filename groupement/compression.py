"""Pages go out compressed, one tenth of their size on the way to a phone; files as they are, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompressionMiddleware(GZipMiddleware):
    """HTML alone: a PDF would not get smaller, and would lose its length, which tells how far a download is.

    Tokens and keys of forms differ in each answer, and Django adds bytes by chance: the length of a compressed page
    tells nothing of them (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what is HTML where the browser takes it."""
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
