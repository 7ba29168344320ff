"""What kinds of papers there are: their name, the fields that a template may use, and a wording to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class PaperKind(models.TextChoices):
    """The codes of templates and papers."""

    AGREEMENT = "agreement", "convention-cadre"


@dataclass(frozen=True)
class Kind:
    """``prefix`` begins the references; ``fields`` are the placeholders with what each says, in French."""

    prefix: str
    fields: Mapping[str, str]
    starter: str


AGREEMENT_TEXT = """Entre {groupe_nom}, {groupe_forme}, SIREN {groupe_siren}, {groupe_adresse}, \
ci-après **le groupement**, et {adherent_nom}, {adherent_forme}, SIREN {adherent_siren}, {adherent_adresse}, \
ci-après **l’adhérent**.

## Objet

Le groupement met à la disposition de l’adhérent des salariés liés à lui par un contrat de travail écrit \
(Code du travail, articles L1253-1 et suivants), dans un but non lucratif.

## Ce que chacun prend en charge

- Le groupement recrute, emploie et paie les salariés\u00a0; il facture à l’adhérent ce que coûte le travail \
fait chez lui.
- L’adhérent répond des conditions d’exécution du travail\u00a0: durée, nuit, repos, santé et sécurité \
(article L1253-12).
- Chaque mise à disposition a sa fiche, qui dit le poste, l’horaire et le prix.

## Durée et fin

Cette convention prend effet le {date_effet}. Elle dure aussi longtemps que l’adhésion\u00a0; chaque partie y met fin \
par écrit dans les conditions des statuts.

## Responsabilité

Les adhérents sont solidaires des dettes du groupement envers les salariés et les organismes sociaux, \
selon la règle que fixent les statuts (article L1253-8)."""

KINDS: Mapping[str, Kind] = {
    PaperKind.AGREEMENT: Kind(
        prefix="CONV",
        fields={
            "groupe_nom": "nom du groupement",
            "groupe_forme": "forme juridique du groupement",
            "groupe_siren": "SIREN du groupement",
            "groupe_adresse": "adresse du groupement",
            "adherent_nom": "raison sociale de l’adhérent",
            "adherent_forme": "forme juridique de l’adhérent",
            "adherent_siren": "SIREN de l’adhérent",
            "adherent_adresse": "adresse de l’adhérent",
            "date_effet": "jour de prise d’effet",
        },
        starter=AGREEMENT_TEXT,
    ),
}
