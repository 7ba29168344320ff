"""The form that signs the charter: for which member, and the box that is never ticked beforehand."""

from collections.abc import Iterable
from typing import Any

from django import forms

from groupement.kernel.fields import record_field
from members.models import Member


class SignatureForm(forms.Form):
    """One of ``members`` to engage, hidden: its name is beside the box and on the button."""

    member = forms.ModelChoiceField(Member.objects.none(), widget=forms.HiddenInput)
    # Required by the browser only: the act refuses what has no consent, whatever the way in.
    consent = forms.BooleanField(
        label="accord", required=False, widget=forms.CheckboxInput(attrs={"required": True})
    )

    def __init__(self, *args: Any, members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record_field(self, "member").queryset = Member.objects.filter(
            pk__in=[member.pk for member in members]
        )
        signer = self.initial.get("member") or self.data.get("member")
        # Several forms may stand on one page, one for each member represented.
        self.auto_id = f"sign-{getattr(signer, 'pk', signer)}-%s"
