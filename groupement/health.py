"""Two questions for a supervisor: is the process alive, can it work; and the command a container asks them with.

``python -m groupement.health`` asks the site beside it; with the words ``database`` or ``broker`` it asks these itself,
for the containers that serve no page. It ends with 0 when all is well.
"""

import http.client
import logging
import os
import sys
from collections.abc import Iterable

import django
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from groupement.celery import app

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def alive(_request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; a restart cures anything else."""
    return JsonResponse({"vivant": True})


@login_not_required
@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer, else 503 naming which does not; a restart would not cure that."""
    found = {"base": _database_answers(), "file": _broker_answers()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("database did not answer")
        return False
    return True


def _broker_answers() -> bool:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except Exception:  # each transport has its own errors; the supervisor only asks whether
        log.exception("broker did not answer")
        return False
    return True


PARTS = {"database": _database_answers, "broker": _broker_answers}


def ask(port: int, host: str) -> int:
    """Ask the site on this machine whether it is ready; the process’s exit code."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/sante/pret", headers={"Host": host})
        return 0 if asked.getresponse().status == http.HTTPStatus.OK else 1
    except OSError:
        return 1
    finally:
        asked.close()


def ask_parts(words: Iterable[str]) -> int:
    """Ask what the words name, without the site; the process’s exit code. KeyError for a word that names none."""
    return 0 if all(PARTS[word]() for word in words) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        django.setup()
        sys.exit(ask_parts(sys.argv[1:]))
    # The first allowed host is given as Host, since the site refuses any other name, 127.0.0.1 included.
    first_host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip(" .")
    sys.exit(ask(int(os.environ.get("PORT", "8000")), first_host))
