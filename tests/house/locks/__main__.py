"""Leave out each lock in turn and show that its case fails: ``make locks``, for some ``make locks ARGS="members"``.

Who waited is not asked here: what came of the two acts has to differ.
"""

from __future__ import annotations

import sys

from tests import environment

environment.prepare()

from django.core import mail  # noqa: E402 - Django is set up by now
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment  # noqa: E402

from tests import emptying  # noqa: E402
from tests.house.locks import sites  # noqa: E402

RED, GREEN, UNREACHED = "red", "GREEN", "NOT REACHED"


def say(text: str) -> None:
    """Print at once: who waits sees how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def result_without(name: str) -> tuple[str, str]:
    """How the case of ``name`` ends without its lock, and the first line of its fault."""
    site, case = sites.sites()[name], sites.load_cases()[name]
    with sites.reached(without=site) as seen:
        try:
            case()
        except Exception as error:  # whatever it is, the suite is red
            colour, fault = RED, (str(error).splitlines() or [""])[0]
            fault = f"{type(error).__name__}: {fault}"
        else:
            colour, fault = GREEN, ""
    emptying.empty()
    emptying.bring()
    cache.clear()
    mail.outbox.clear()
    return (colour, fault) if site.position in seen else (UNREACHED, fault)


def main(prefixes: list[str]) -> int:
    """Print every site with its result; 1 when a lock can go unseen."""
    setup_test_environment()
    environment.start()
    try:
        name = connection.creation._get_test_db_name()
        setup_databases(verbosity=0, interactive=False, keepdb=environment.clone_database(name))
        unseen = 0
        for site in sites.sites():
            if prefixes and not site.startswith(tuple(prefixes)):
                continue
            if site not in sites.load_cases():
                say(f"{'NO CASE':<12}{site}")
                unseen += 1
                continue
            colour, fault = result_without(site)
            unseen += colour != RED
            say(f"{colour:<12}{site}  {sites.CASES[site].__name__}\n            {fault[:150]}")
        connection.close()
        return bool(unseen)
    finally:
        environment.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
