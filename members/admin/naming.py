"""What the administration calls columns that many tables have: a table that names its own is not asked.

Where nothing is said, Django shows the name of the attribute, which is English.
"""

from __future__ import annotations

from django.db import models

NAMES = {
    "assignment": "mise à disposition",
    "charge": "somme due",
    "closed_by": "clos par",
    "created_at": "créé le",
    "employee": "salarié",
    "imported_by": "importé par",
    "is_blocking": "bloquant",
    "kind": "type",
    "last_issued_on": "dernière émission",
    "last_sequence": "dernier rang",
    "last_used_at": "dernier usage",
    "line": "ligne",
    "locked_by": "verrouillé par",
    "made_by": "fait par",
    "member": "adhérent",
    "noted_by": "noté par",
    "opened_by": "ouvert par",
    "prefix": "préfixe",
    "recorded_by": "enregistré par",
    "run": "clôture mensuelle",
    "sent_by": "envoyé par",
    "sequence": "rang",
    "series": "série",
    "tagged_by": "rattaché par",
    "terms": "conditions",
    "timesheet": "relevé d’heures",
    "true_up": "régularisation",
    "user": "compte",
    "year": "année",
}


def name_columns(model: type[models.Model]) -> None:
    """Give the columns of ``model`` that have no name of their own the one that all tables share.

    The migrations know nothing of it: they keep what the model says.
    """
    for column in model._meta.fields:
        if is_unnamed(column):
            column.verbose_name = NAMES.get(column.name, column.verbose_name)


def is_unnamed(column: models.Field[object, object]) -> bool:
    """Whether nobody gave the column a name: it has that of its attribute."""
    return bool(column.verbose_name == column.name.replace("_", " "))
