"""migrate, as the role that owns the tables; then the site’s own role is let in to what there is."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from groupement.database_roles import as_owner, let_in


class Command(migrate.Command):
    """Django’s command, with OWNER_DATABASE_URL where one is set."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """The checks before it ask the database too: all of it is done as the owner."""
        using, owner = options["database"], settings.OWNER_DATABASE
        with as_owner(using, owner) as connection:
            printed: str | None = super().execute(*args, **options)
            site = settings.DATABASES[using]
            only_asks = options["plan"] or options["check_unapplied"]
            if owner and owner["USER"] != site["USER"] and not only_asks:
                let_in(connection, site["USER"], site.get("PASSWORD", ""))
        return printed
