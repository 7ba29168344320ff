"""The form of a credit note: the whole invoice, or lines, days, quantities and amounts of it, and the reason."""

from collections.abc import Iterable
from typing import Any

from django import forms

from billing.credit_notes import composing, crediting
from billing.credit_notes.remaining import EntryRemainder, InvoiceRemainder, LineRemainder
from billing.credit_notes.replacing import CorrectedPrice, InvoicedPrice
from billing.models import Fate
from employees.models import TERMS_REGIMES
from groupement.kernel import worktime
from groupement.kernel.fields import choice_field
from groupement.kernel.money import AmountField
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import amount, day, euros

WHOLE, LINES = "whole", "lines"
# Beyond this many days, those of a line are asked for one by one: a request holds a thousand fields at most.
MOST_DAYS_AT_ONCE = 300


class CreditForm(forms.Form):
    """Fields by line and by day of the ``remainder`` of an invoice; when valid, ``requests`` are what to credit."""

    extent = forms.ChoiceField(
        label="Que voulez-vous créditer\u00a0?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez toute la facture, ou une partie."},
    )
    fate = forms.ChoiceField(
        label="Que deviennent les heures et les sommes créditées\u00a0?",
        widget=forms.RadioSelect,
        choices=[
            (Fate.RELEASED, "Les facturer de nouveau\u00a0: elles rejoignent la prochaine clôture"),
            (Fate.VOIDED, "Les abandonner\u00a0: elles ne seront plus jamais facturées"),
        ],
        help_text="Les relevés signés et la paie ne changent pas. Un montant ou une quantité en partie n’est jamais "
        "refacturé.",
        error_messages={"required": "Choisissez ce que deviennent les heures et les sommes."},
    )
    reason = forms.CharField(
        label="Motif",
        max_length=crediting.REASON_LENGTH,
        help_text="Il figure sur l’avoir, l’adhérent le lit.",
        error_messages={
            "required": "Indiquez le motif de l’avoir.",
            "max_length": f"Le motif tient en {crediting.REASON_LENGTH} caractères.",
        },
    )
    seen = forms.DecimalField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, remainder: InvoiceRemainder, opened: Iterable[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.remainder = remainder
        choice_field(self, "extent").choices = [
            (WHOLE, f"Toute la facture, ce qui en reste\u00a0: {euros(remainder.total)} TTC"),
            (LINES, "Une partie\u00a0: des lignes, des journées, un montant"),
        ]
        days = sum(len(row.entries) for row in remainder.lines)
        self.lines = [row for row in remainder.lines if not row.is_fully_credited]
        self.opened = {row.line.pk for row in self.lines if days <= MOST_DAYS_AT_ONCE} | set(opened)
        for row in self.lines:
            self._add_fields(row)

    def _add_fields(self, row: LineRemainder) -> None:
        pk = row.line.pk
        what = "tout ce qui en reste" if row.has_credits else "toute la ligne"
        self.fields[f"line-{pk}"] = forms.BooleanField(
            label=f"Créditer {what}\u00a0: {euros(row.net)} HT", required=False
        )
        if row.is_hourly:
            for entry in row.entries if pk in self.opened else ():
                if entry.left:
                    when = day(entry.day) + (", trajet" if entry.is_travel else "")
                    self.fields[f"day-{entry.entry}"] = forms.BooleanField(label=when, required=False)
                    self.fields[f"hours-{entry.entry}"] = forms.CharField(
                        label=f"Heures à créditer, {when}", required=False, max_length=12
                    )
        elif row.has_quantity:
            self.fields[f"quantity-{pk}"] = AmountField(
                label=f"Quantité à créditer, {amount(row.quantity)} au plus", required=False
            )
        else:
            self.fields[f"amount-{pk}"] = AmountField(
                label=f"Montant HT à créditer, {euros(row.net)} au plus", required=False
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each line with its fields, for the template."""
        return [self._row(row) for row in self.lines]

    def _row(self, row: LineRemainder) -> dict[str, Any]:
        pk = row.line.pk
        part = next((name for name in (f"quantity-{pk}", f"amount-{pk}") if name in self.fields), None)
        days: list[dict[str, Any]] = [
            {
                "entry": entry,
                "tick": self[f"day-{entry.entry}"] if entry.left else None,
                "hours": self[f"hours-{entry.entry}"] if entry.left else None,
            }
            for entry in (row.entries if pk in self.opened else ())
        ]
        wrong = any(each["hours"] and each["hours"].errors for each in days)
        chosen = any(each["tick"] and (each["tick"].value() or each["hours"].value()) for each in days)
        return {
            "remainder": row,
            "tick": self[f"line-{pk}"],
            "part": self[part] if part else None,
            "days": days,
            "is_open": wrong or chosen or len(self.lines) == 1,
        }

    def clean(self) -> dict[str, Any]:
        """Fill ``requests``, as ``crediting.issue_credit_note`` takes them."""
        data = super().clean() or self.cleaned_data
        self.requests: list[composing.CreditRequest] = []
        if "seen" in self.errors:
            self.add_error(None, "Regardez de nouveau l’avoir avant de l’émettre.")
        if data.get("extent") == WHOLE:
            self.requests = crediting.whole_invoice(self.remainder, Fate(data.get("fate") or Fate.VOIDED))
        elif data.get("extent") == LINES:
            asked = [self._request(row, data) for row in self.lines]
            self.requests = [request for request in asked if request]
            if not self.requests and not self.errors:
                self.add_error(None, "Choisissez au moins une ligne, une journée ou un montant.")
        return data

    def _request(self, row: LineRemainder, data: dict[str, Any]) -> composing.CreditRequest | None:
        line, fate = row.line, Fate(data.get("fate") or Fate.VOIDED)
        minutes = self._minutes(row, data)
        part = data.get(f"quantity-{line.pk}"), data.get(f"amount-{line.pk}")
        if data.get(f"line-{line.pk}"):
            if minutes or any(part):
                self.add_error(
                    f"line-{line.pk}", "Cochez toute la ligne ou choisissez une partie, pas les deux."
                )
            return composing.CreditWhole(line, fate)
        if minutes:
            return composing.CreditHours(line, minutes, fate)
        if part[0] is not None:
            return composing.CreditQuantity(line, part[0])
        return None if part[1] is None else composing.CreditAmount(line, part[1])

    def _minutes(self, row: LineRemainder, data: dict[str, Any]) -> dict[int, int]:
        found: dict[int, int] = {}
        for entry in row.entries:
            typed = data.get(f"hours-{entry.entry}")
            if data.get(f"day-{entry.entry}"):
                found[entry.entry] = entry.left
                if typed:
                    self.add_error(
                        f"hours-{entry.entry}",
                        "Cochez toute la journée ou indiquez des heures, pas les deux.",
                    )
            elif typed:
                self._read_hours(entry, typed, found)
        return found

    def _read_hours(self, entry: EntryRemainder, typed: str, found: dict[int, int]) -> None:
        try:
            minutes = worktime.parse_minutes(typed)
        except worktime.BadDuration as error:
            self.add_error(f"hours-{entry.entry}", str(error))
            return
        if minutes > entry.left:
            left = spell_duration(entry.left)
            self.add_error(f"hours-{entry.entry}", f"Il reste {left} à créditer ce jour-là.")
        elif minutes:
            found[entry.entry] = minutes


class ReplaceForm(forms.Form):
    """What each price of an invoice should have been; when valid, ``corrected`` are the prices by their terms (id)."""

    reason = forms.CharField(
        label="Motif",
        max_length=crediting.REASON_LENGTH,
        help_text="Il figure sur l’avoir, l’adhérent le lit.",
        error_messages={
            "required": "Indiquez le motif de l’avoir.",
            "max_length": f"Le motif tient en {crediting.REASON_LENGTH} caractères.",
        },
    )
    seen = forms.DecimalField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, prices: Iterable[InvoicedPrice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prices = list(prices)
        for price in self.prices:
            pk = price.terms.pk
            self.fields[f"prix-{pk}"] = AmountField(label=price.label, initial=price.value)
            self.fields[f"tva-{pk}"] = forms.ChoiceField(
                label="Régime de TVA",
                choices=[(regime.value, regime.label) for regime in TERMS_REGIMES],
                initial=price.terms.vat_regime,
            )

    @property
    def rows(self) -> list[tuple[InvoicedPrice, forms.BoundField, forms.BoundField]]:
        """Each price with its two fields."""
        return [(each, self[f"prix-{each.terms.pk}"], self[f"tva-{each.terms.pk}"]) for each in self.prices]

    @property
    def corrected(self) -> dict[int, CorrectedPrice]:
        data = self.cleaned_data
        keys = [each.terms.pk for each in self.prices]
        return {pk: CorrectedPrice(data[f"prix-{pk}"], data[f"tva-{pk}"]) for pk in keys}
