"""gunicorn's log of requests, without the secrets that addresses hold (gunicorn --logger-class)."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from groupement.kernel.masking import mask


class MaskedLogger(Logger):
    """Masks the line of the request, the page before, and every header that the format may ask for."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What a format of the log may name."""
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: mask(value) if isinstance(value, str) else value for name, value in found.items()}
