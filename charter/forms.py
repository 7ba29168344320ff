"""The form that signs the charter: for which member, and the box that is never ticked beforehand."""

from django import forms

from members.models import Member


class SignatureForm(forms.Form):
    """One of ``members`` to engage, hidden: its name is beside the box and on the button."""

    member = forms.ModelChoiceField(Member.objects.none(), widget=forms.HiddenInput)
    # Required by the browser only: the act refuses what has no consent, whatever the way in.
    consent = forms.BooleanField(
        label="accord", required=False, widget=forms.CheckboxInput(attrs={"required": True})
    )

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = Member.objects.filter(pk__in=[member.pk for member in members])
        signer = self.initial.get("member") or self.data.get("member")
        # Several forms may stand on one page, one for each member represented.
        self.auto_id = f"sign-{getattr(signer, 'pk', signer)}-%s"
