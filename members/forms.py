"""The forms of the entrance and of one's preferences: a password chosen twice, the role to work as, a deputy."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from groupement.kernel.fields import choice_field
from members.models import MailFrequency, Member, User
from members.roles import Role


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PasswordForm(forms.Form):
    """A first password; whether it is strong enough is checked by the act."""

    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Douze caractères au moins. Une suite de mots fait un bon mot de passe.",
    )
    again = forms.CharField(
        label="Le même, encore une fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("password", again) != again:
            raise forms.ValidationError("Les deux saisies diffèrent. Recommencez les deux.")
        return again


class RoleForm(forms.Form):
    """The role to work as."""

    role = forms.ChoiceField(choices=Role)


class ThemeForm(forms.Form):
    """Light or dark."""

    theme = forms.ChoiceField(choices=[("light", "clair"), ("dark", "sombre")])


class FrequencyForm(forms.Form):
    """How often to be written to about what waits."""

    mail_frequency = forms.ChoiceField(
        label="Vous écrire sur ce qui vous attend",
        choices=[(value, label.capitalize()) for value, label in MailFrequency.choices],
        widget=forms.RadioSelect,
    )


class DeputyForm(forms.Form):
    """Who stands in, from which day to which, both included. ``candidates``: people by what one answers for."""

    deputy = forms.ChoiceField(label="Qui vous remplace")
    first = forms.DateField(label="Premier jour", widget=_day_input())
    last = forms.DateField(label="Dernier jour", widget=_day_input(), help_text="Inclus. Un an au plus.")

    def __init__(self, *args: Any, candidates: Mapping[Member | None, Iterable[User]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {
            f"{member.pk if member else 0}-{person.pk}": (member, person)
            for member, people in candidates.items()
            for person in people
        }
        groups = [
            (
                str(member or Role.COORDINATOR.heading),
                [(f"{member.pk if member else 0}-{person.pk}", str(person)) for person in people],
            )
            for member, people in candidates.items()
        ]
        # What one answers for is named only where there is a choice.
        options = groups if len(groups) > 1 else [option for _, people in groups for option in people]
        choice_field(self, "deputy").choices = [("", "Choisissez une personne"), *options]

    def clean_deputy(self) -> tuple[Member | None, User]:
        """(member or None for the coordination, person)"""
        return self.offered[self.cleaned_data["deputy"]]
