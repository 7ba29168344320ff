"""What the process that reads files from outside loads before the first of them: the site's code, and no database."""

import os

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupement.settings")
    django.setup()

from groupement.kernel import table_files  # noqa: F401 - a file's process finds it loaded
