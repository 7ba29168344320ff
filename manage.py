#!/usr/bin/env python
"""Django’s command line; starts the local database first when no other is named."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groupement.settings")
    from django.core.management import execute_from_command_line

    from groupement import local

    local.start_if_chosen()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
