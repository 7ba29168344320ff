"""Forms of disputes: why an invoice is contested, and how the dispute ended."""

from django import forms

LONGEST = 300


class DisputeForm(forms.Form):
    """Why an invoice is contested; read by both sides."""

    reason = forms.CharField(
        label="Ce que vous contestez",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Une ligne, des heures, un prix… Le groupement le lit tel quel, et les relances s’arrêtent.",
        error_messages={"required": "Dites ce que vous contestez\u00a0: une ligne, des heures, un prix…"},
    )


class OutcomeForm(forms.Form):
    """How a dispute ended; read by both sides."""

    outcome = forms.CharField(
        label="Comment il se termine",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Un avoir, un accord, un maintien… L’adhérent le lit tel quel.",
        error_messages={
            "required": "Dites comment le litige se termine\u00a0: un avoir, un accord, un maintien…"
        },
    )
