"""The demonstration goes on: October is approved, costed and invoiced, who is late is reminded, the bank is read."""

from __future__ import annotations

from typing import Any

from . import still
from .store import Store
from .visit import Limits, Visitor

# Who; the page; how the address of its form begins; what is typed; the file that is given.
Step = tuple[str, str, str, dict[str, str], str | None]
COORDINATION, FINANCE, MEMBER = "solene.rivoal", "gael.perrot", "nolwenn.jego"
MONTH, PAYROLL, YEAR = (
    "/facturation/2026-10/",
    "/facturation/couts/importer/",
    "/facturation/annee/regularisations/",
)
CREDIT = {"extent": "whole", "fate": "released", "reason": "Essai"}
TRUE_UP = f"{YEAR}apercu/?du=2026-08&au=2026-09&reserve=garde"
STEPS: tuple[Step, ...] = (
    (COORDINATION, "/heures/mois/2026-10/", "/heures/mois/2026-10/approuver/", {}, None),
    (FINANCE, "/facturation/couts/?mois=2026-10", PAYROLL, {"month": "2026-10"}, "paie-2026-10.csv"),
    (FINANCE, PAYROLL, f"{PAYROLL}colonnes/", {}, None),
    (FINANCE, PAYROLL, f"{PAYROLL}enregistrer/", {}, None),
    (FINANCE, MONTH, f"{MONTH}essai/", {}, None),
    (FINANCE, MONTH, f"{MONTH}emettre/", {}, None),
    (FINANCE, "/facturation/factures/9/avoir/", "/facturation/factures/9/avoir/", CREDIT, None),
    (FINANCE, "/facturation/relances/relire/", "/facturation/relances/envoyer/", {}, None),
    (FINANCE, "/facturation/relances/penalites/", "/facturation/relances/penalites/reclamer/", {}, None),
    (FINANCE, "/facturation/banque/", "/facturation/banque/importer/", {}, "releve.csv"),
    (FINANCE, "/facturation/banque/1/", "/facturation/banque/1/surs/", {}, None),
    (FINANCE, TRUE_UP, f"{YEAR}preparer/", {}, None),
    (FINANCE, f"{YEAR}1/", f"{YEAR}1/emettre/", {}, None),
    (COORDINATION, "/facturation/prix/simulateur/", "/facturation/prix/simulateur/devis/", {}, None),
)
FEW = Limits(plain=4, dated=1, query=2, admin=0)


def go_on(store: Store) -> None:
    """Take every step for good, then walk again as those who see most of it."""
    from celery import current_app
    from django.apps import apps

    apps.get_model("members.Group").objects.update(has_tacit_confirmation=True)
    still.begin("tacit")
    current_app.send_task("timesheets.tasks.confirm_tacitly")
    visitors = {who: _enter(store, who) for who in (COORDINATION, FINANCE, MEMBER)}
    for who, page, action, data, file in STEPS:
        visitors[who].do(page, action, data, file)
        visitors[who].keep_cookies()
    for visitor in visitors.values():
        visitor.who += " at last"
        visitor.reset = still.sequences()
        visitor.visit()


def _enter(store: Store, who: str) -> Any:
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.get(email__startswith=f"{who}@"))
    return Visitor(store, f"{who} later", client, still.sequences(), FEW)
