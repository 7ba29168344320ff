"""The levels of reminders: the three that the product proposes, and what their texts may name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from billing.models import DunningLevel
from groupement.kernel.french import enumeration, quoted
from groupement.kernel.lifecycle import Refusal

# What a text may name, and what stands in its place.
PLACEHOLDERS = {
    "numero": "« la facture F-2026-0001 », ou « les factures F-2026-0001 et F-2026-0002 »",
    "montant": "ce qui reste dû, « 1\u202f234,56\u00a0€ »",
    "echeance": "« le 2 janvier 2027 », ou « le 2 janvier 2027 pour la plus ancienne »",
    "retard": "« 15\u00a0jours », ou « 15\u00a0jours au plus »",
    "adherent": "la dénomination de l’adhérent",
}
_NAMED = re.compile(r"\{([^{}]*)\}")


class NotInstallable(Refusal):
    """There are levels already: they are changed one by one."""


@dataclass(frozen=True)
class Level:
    """A level that the product proposes."""

    rank: int
    title: str
    days_late: int
    text: str
    asks_for_interest: bool = False


def default_levels() -> list[Level]:
    """Three letters: a friendly one, a firmer one, and the formal notice with interest and indemnity."""
    return [
        Level(
            1,
            "Rappel de paiement",
            5,
            "Sauf erreur de notre part, il reste {montant} à régler pour {numero}. L’échéance, {echeance}, est passée "
            "de {retard}.\n\n"
            "Il s’agit sans doute d’un oubli. Nous vous remercions de nous faire parvenir ce règlement dans les "
            "prochains jours.\n\n"
            "S’il est déjà parti, ne tenez pas compte de ce courrier. Une question sur cette somme\u00a0? Répondez-"
            "nous, ou contestez la facture depuis sa page\u00a0: les relances s’arrêtent le temps de vous répondre.",
        ),
        Level(
            2,
            "Relance",
            15,
            "Malgré notre rappel, nous n’avons pas reçu votre règlement pour {numero}\u00a0: il reste {montant} à "
            "payer. L’échéance, {echeance}, est passée de {retard}.\n\n"
            "Le groupement verse les salaires chaque mois, et ses adhérents répondent ensemble de ses dettes envers "
            "les salariés et les organismes de cotisations (C.\u00a0trav., art. L.\u00a01253-8)\u00a0: un retard pèse "
            "sur tous. Nous vous demandons de régler cette somme sous huit jours.\n\n"
            "Si vous rencontrez une difficulté, dites-le-nous\u00a0: nous chercherons une solution avec vous.",
        ),
        Level(
            3,
            "Mise en demeure",
            30,
            "Nos précédents courriers sont restés sans réponse. Par la présente, nous mettons en demeure {adherent} de "
            "nous régler {montant} pour {numero}, dans les huit jours de la réception de ce courrier. L’échéance, "
            "{echeance}, est passée de {retard}.\n\n"
            "À cette somme s’ajoutent, de plein droit et sans qu’un rappel soit nécessaire, les pénalités de retard et "
            "l’indemnité forfaitaire pour frais de recouvrement (C.\u00a0com., art. L.\u00a0441-10 et "
            "D.\u00a0441-5). Le tableau les donne à ce jour\u00a0; les pénalités courent jusqu’au paiement.\n\n"
            "À défaut de règlement dans ce délai, nous devrons saisir le conseil d’administration, puis la "
            "juridiction compétente.",
            asks_for_interest=True,
        ),
    ]


@transaction.atomic
def install_levels() -> list[DunningLevel]:
    """Write the proposed levels. Raises NotInstallable when there are levels: nobody's words are written over."""
    if DunningLevel.objects.exists():
        raise NotInstallable("Des niveaux existent déjà\u00a0: modifiez-les un à un dans l’administration.")
    return DunningLevel.objects.bulk_create(DunningLevel(**vars(level)) for level in default_levels())


def fault_of(text: str) -> str:
    """Why ``text`` cannot be a level's, as a sentence; empty when it can."""
    for name in _NAMED.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            return f"{quoted(f'{{{name}}}')} ne veut rien dire ici. Vous pouvez écrire {known}."
    if set(_NAMED.sub("", text)) & {"{", "}"}:
        return "Une accolade reste seule\u00a0: écrivez par exemple {montant}, ou retirez-la."
    missing = [f"{{{name}}}" for name in ("numero", "montant") if f"{{{name}}}" not in text]
    if missing:
        return f"Il manque {enumeration(missing)}\u00a0: sans cela, l’adhérent ne sait pas ce qu’il doit."
    return ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with ``values`` by name in place of its braces."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), text)
