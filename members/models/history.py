"""What the history of every row names: who changed it, when and on which address; kept as it was written."""

from __future__ import annotations

import pgtrigger
from pghistory.models import Context


class ChangeContext(Context):
    """The circumstances of a change, as pghistory writes them, with what keeps them.

    A request adds to its own while it lasts; from an hour on nothing changes them, and nothing takes them away.
    """

    class Meta:
        proxy = True
        verbose_name = "circonstances d’un changement"
        verbose_name_plural = "circonstances de changements"
        triggers = [
            pgtrigger.Trigger(
                name="circumstances_of_a_change_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'DELETE' OR OLD.created_at < now() - interval '1 hour'
                        OR (NEW.id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.created_at) THEN
                        RAISE EXCEPTION 'who changed what, and when, stays' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
