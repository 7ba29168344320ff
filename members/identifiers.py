"""Identifiers of French organisations and banks: how they are typed, and the French sentence when one is wrong."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.eu import at_02
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as Invalid
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from groupement.kernel.columns import CharColumn

SEPARATORS = str.maketrans("", "", " \t.-\u00a0\u202f\u2009")

check_rna = RegexValidator(
    r"^W\d{9}$", "Un numéro RNA commence par W, suivi de neuf chiffres, par exemple W561000001."
)
check_naf = RegexValidator(r"^\d{4}[A-Z]$", "Un code NAF a quatre chiffres et une lettre, par exemple 8559B.")


def compact(text: str) -> str:
    """The identifier without blanks, points or hyphens, in capitals: "fr76 3000-6…" is "FR7630006…"."""
    return text.translate(SEPARATORS).upper()


def check_siren(value: str) -> None:
    """Raise ValidationError unless ``value`` is nine digits whose key is right."""
    _check(
        stdnum_siren, value, "Ce SIREN n’est pas valable\u00a0: neuf chiffres, à recopier de l’avis INSEE."
    )


def check_siret(value: str) -> None:
    """Raise ValidationError unless ``value`` is fourteen digits whose keys are right."""
    _check(
        stdnum_siret,
        value,
        "Ce SIRET n’est pas valable\u00a0: quatorze chiffres, le SIREN puis cinq chiffres, "
        "à recopier de l’avis INSEE.",
    )


def check_vat_number(value: str) -> None:
    """Raise ValidationError unless ``value`` is a VAT number of the Union, country and key included."""
    _check(
        eu_vat,
        value,
        "Ce numéro de TVA n’est pas valable\u00a0: FR, une clé de deux caractères, puis le SIREN.",
    )


def check_iban(value: str) -> None:
    """Raise ValidationError unless the key of ``value`` is right."""
    _check(stdnum_iban, value, "Cet IBAN n’est pas valable\u00a0: recopiez-le du relevé d’identité bancaire.")


def check_bic(value: str) -> None:
    """Raise ValidationError unless ``value`` is eight or eleven characters of the right kinds."""
    _check(
        stdnum_bic, value, "Ce BIC n’est pas valable\u00a0: huit ou onze caractères, par exemple AGRIFRPP."
    )


def check_creditor_id(value: str) -> None:
    """Raise ValidationError unless ``value`` is a SEPA creditor identifier (ICS) whose key is right."""
    _check(at_02, value, "Cet ICS n’est pas valable\u00a0: recopiez celui que la banque vous a donné.")


def check_number_template(value: str) -> None:
    """Raise ValidationError unless numbers made by ``value`` are portable and restart each year without a clash.

    At most twenty characters even with a long prefix and six digits, since the State's portal keeps no more (rule
    G1.05); only letters, digits, + - _ and / (BR-FR-02); the year and the rank are in it, the rank last.
    """
    if "{year}" not in value:
        raise ValidationError(
            "Ajoutez {year}\u00a0: la numérotation recommence chaque année, et deux factures auraient le même numéro.",
            code="invalid",
        )
    if value.count("{sequence}") != 1 or not value.endswith("{sequence}"):
        raise ValidationError("Terminez le modèle par {sequence}, une seule fois.", code="invalid")
    rest = value.replace("{prefix}", "").replace("{year}", "").replace("{sequence}", "")
    if not re.fullmatch(r"[A-Za-z0-9+_/-]*", rest):
        raise ValidationError(
            "Un numéro ne contient que des lettres sans accent, des chiffres et + - _ /, sans espace.",
            code="invalid",
        )
    longest = value.replace("{prefix}", "F" * 4).replace("{year}", "2026").replace("{sequence}", "123456")
    if len(longest) > 20:
        raise ValidationError(
            "Ce modèle dépasse vingt caractères, la limite du portail public\u00a0: raccourcissez-le.",
            code="invalid",
        )


def prefixes_clash(template: str, one: str, other: str) -> bool:
    """Whether numbers of two prefixes would be the same some day, by a template of check_number_template().

    So they are when the prefix is not printed, and when it touches the rank and the one is the other with more digits:
    the 10001st of F and the first of F1 are both F10001. A rank has four digits at least and does not begin with 0.
    """
    if "{prefix}" not in template or one == other:
        return True
    if not template.endswith("{prefix}{sequence}"):
        return False
    shorter, longer = sorted((one, other), key=len)
    return re.fullmatch(f"{re.escape(shorter)}[1-9][0-9]*", longer) is not None


def belongs_to(vat_number: str, siren: str) -> bool:
    """Whether a French ``vat_number`` ends with this ``siren``; other countries' do not contain it."""
    return not vat_number.startswith("FR") or vat_number.endswith(siren)


def _check(kind: ModuleType, value: str, sentence: str) -> None:
    try:
        kind.validate(value)
    except Invalid as error:
        raise ValidationError(sentence, code="invalid") from error


class IdentifierFormField(forms.CharField):
    """A text field that takes an identifier as people copy it, blanks included, and keeps it compact."""

    def to_python(self, value: Any) -> str:
        return compact(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength: the browser would cut "123 456 789" before its blanks are removed.
        return {"autocomplete": "off", "spellcheck": "false"}


ST = TypeVar("ST")
GT = TypeVar("GT")


class IdentifierField(CharColumn[ST, GT]):
    """A column that keeps an identifier compact, whoever writes it through a form."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": IdentifierFormField, **kwargs})
