"""The forms of the entrance: a password chosen twice, the role to work as."""

from django import forms

from members.access import Role


class PasswordForm(forms.Form):
    """A first password; whether it is strong enough is for the act to say."""

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

    def clean_again(self):
        again = self.cleaned_data["again"]
        if self.cleaned_data.get("password", again) != again:
            raise forms.ValidationError("Les deux saisies diffèrent. Recommencez les deux.")
        return again


class RoleForm(forms.Form):
    """The role to work as."""

    role = forms.ChoiceField(choices=Role)


class ThemeForm(forms.Form):
    """Light or dark."""

    theme = forms.ChoiceField(choices=[("light", "clair"), ("dark", "sombre")])
