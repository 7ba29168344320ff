"""The form of priced terms in the administration: the week, the price, and what the price lets a member compute."""

from __future__ import annotations

from typing import Any, ClassVar

from employees.forms import RowForm, WeekField
from employees.models import Terms
from members.models import Group

# The figures come once it is saved: they are reckoned above this app (billing.prices.admin).
READ_BY_MEMBER = (
    "Au coût réel, l’adhérent peut calculer ce que coûte une heure travaillée, et en deviner la paie\u00a0: une fois "
    "enregistré, le prix dit en chiffres ce qu’il laisse calculer."
)


class TermsForm(RowForm):
    owner = "assignment"
    weekly_pattern = WeekField(
        label="Semaine type",
        help_text="Sept durées, du lundi au dimanche, séparées par des espaces\u00a0: 7 7 3,5 0 0 0 0.",
        initial="7 7 7 7 7 0 0",
    )
    alternate_pattern = WeekField(
        label="Semaine B",
        required=False,
        help_text="Une semaine sur deux\u00a0; celle où ces conditions commencent est une semaine A. "
        "Vide\u00a0: toutes les semaines se ressemblent.",
    )

    class Meta:
        model = Terms
        exclude = ["assignment"]
        help_texts: ClassVar = {"price_method": READ_BY_MEMBER}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "absence_rule" in self.fields:
            rule = Group.objects.order_by("pk").values_list("absence_rule", flat=True).first()
            self.initial["absence_rule"] = rule or self.fields["absence_rule"].initial
