"""The same site for an asynchronous server; production uses wsgi.py."""

import os

from django.core.asgi import get_asgi_application

from groupement import local, worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupement.settings")
local.start_if_chosen()
application = get_asgi_application()
worker.start_if_chosen()

from groupement.kernel import reading_apart  # noqa: E402 - it needs the apps, which are loaded by now

reading_apart.get_ready_soon()
