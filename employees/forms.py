"""Forms of contracts and assignments for the admin: durations in hours, and the rules of the acts as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django import forms

from employees.assigning import CHECKED, contract_for, refuse_terms
from employees.hiring import refuse_contract, refuse_contract_terms, refuse_namesake
from employees.models import Assignment, Contract, ContractTerms, TimeScheme, WorkingTimeLimits
from employees.models.assignment import PRICE_COLUMNS
from groupement.kernel.french import NARROW_SPACE, WEEKDAYS
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import mark
from groupement.kernel.periods import overlaps
from groupement.kernel.worktime import HOUR, BadDuration, parse_minutes, short_hours
from members.standing import Days, StandingKind, lost_days, refuse_beyond

MOST_A_WEEK = 60 * 60
MOST_A_YEAR = 2000 * 60


class DurationField(forms.CharField):
    """Minutes, read and shown as "7,5" or "35"."""

    def __init__(self, *, at_most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at_most = at_most

    def to_python(self, value: Any) -> Any:
        try:
            return parse_minutes(super().to_python(value) or "", at_most=self.at_most)
        except BadDuration as fault:
            raise forms.ValidationError(str(fault)) from fault

    def prepare_value(self, value: Any) -> Any:
        # No space in it: what is shown is typed back.
        return short_hours(value).replace(NARROW_SPACE, "") if isinstance(value, int) else value


class YearlyDurationField(DurationField):
    """Minutes of a year, or none."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or None


class WeekField(forms.CharField):
    """A weekly pattern, one duration a day from Monday to Sunday: "7 7 7 7 7 0 0"; none when it may be left empty."""

    def to_python(self, value: Any) -> Any:
        if not self.required and not str(value or "").strip():
            return None
        texts = (super().to_python(value) or "").replace(";", " ").split()
        if len(texts) != len(WEEKDAYS):
            raise forms.ValidationError(
                f"Écrivez sept durées séparées par des espaces, du lundi au dimanche\u00a0: il y en a {len(texts)}."
            )
        faults, minutes = [], []
        for day, text in zip(WEEKDAYS, texts, strict=True):
            try:
                minutes.append(parse_minutes(text))
            except BadDuration as fault:
                faults.append(f"{day.capitalize()}\u00a0: {fault}")
        if faults:
            raise forms.ValidationError(faults)
        return minutes

    def prepare_value(self, value: Any) -> Any:
        return " ".join(short_hours(minutes) for minutes in value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


A_WEEK, A_YEAR = 7 * 24 * HOUR, 366 * 24 * HOUR
DURATIONS = [field for field in WorkingTimeLimits._meta.fields if field.name.endswith("_minutes")]


class LimitField(DurationField):
    """A duration that has to be typed: nothing is no limit, 0 is one that everybody exceeds."""

    def to_python(self, value: object) -> Any:
        return super().to_python(value) if str(value or "").strip() else None


class LimitsForm(forms.ModelForm):
    """Durations in hours, days and shares as they are."""

    locals().update(
        {
            field.name: LimitField(
                label=str(field.verbose_name).capitalize(),
                initial=field.default,
                at_most=A_YEAR if field.name.startswith("yearly_") else A_WEEK,
            )
            for field in DURATIONS
        }
    )


class EmployeeForm(forms.ModelForm):
    """A person of the register; the same names and date of birth twice are asked about."""

    is_another_person = forms.BooleanField(label="C’est une autre personne", required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        identity = ("last_name", "first_name", "birth_date")
        is_new = not self.instance.pk or not set(identity).isdisjoint(self.changed_data)
        if is_new and typed.keys() >= set(identity) and not typed.get("is_another_person"):
            who = {name: typed[name] for name in identity}
            _ask(self, partial(refuse_namesake, **who, besides=self.instance))
        return typed


class DatedFormSet(forms.BaseInlineFormSet):
    """Dated rows of one record: no two with the same ``same`` fields hold the same day."""

    same: tuple[str, ...] = ()
    _is_saving = False

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form not in self.deleted_forms and _is_dated(form)]
        rows.sort(key=lambda form: form.cleaned_data["starts_on"])
        for position, form in enumerate(rows):
            if any(self._clash(earlier, form) for earlier in rows[:position]):
                form.add_error(
                    "starts_on",
                    "Ces dates en chevauchent d’autres\u00a0: donnez d’abord une fin aux précédentes.",
                )
            else:
                _ask(form, partial(self.refuse, form))

    def refuse(self, form: forms.ModelForm) -> None:
        """Raise the Refusal of the row, if there is one."""

    def save_existing_objects(self, commit: bool = True) -> Any:
        """Save rows that make room before those that take it: PostgreSQL checks every step."""
        self._is_saving = True
        try:
            return super().save_existing_objects(commit)
        finally:
            self._is_saving = False

    @property
    def initial_forms(self) -> list[Any]:
        rows = super().initial_forms
        return sorted(rows, key=lambda form: _takes_room(form, self)) if self._is_saving else rows

    def _clash(self, earlier: forms.ModelForm, form: forms.ModelForm) -> bool:
        one, other = earlier.cleaned_data, form.cleaned_data
        return all(one.get(name) == other.get(name) for name in self.same) and overlaps(
            one["starts_on"], one.get("ends_before"), other["starts_on"], other.get("ends_before")
        )


class RowForm(forms.ModelForm):
    """One row of a DatedFormSet, which checks overlaps: the row alone cannot know the others."""

    owner = ""

    def validate_constraints(self) -> None:
        # Both are Django’s own, undocumented: its ModelForm does the same.
        exclude = {*self._get_validation_exclusions(), self.owner}  # type: ignore[attr-defined]
        try:
            self.instance.validate_constraints(exclude=exclude)
        except forms.ValidationError as faults:
            self._update_errors(faults)  # type: ignore[attr-defined]


class ContractTermsForm(RowForm):
    owner = "contract"
    weekly_minutes = DurationField(
        label="Durée hebdomadaire", at_most=MOST_A_WEEK, help_text="En heures\u00a0: 35 ou 17h30."
    )
    yearly_minutes = YearlyDurationField(
        label="Durée annuelle",
        at_most=MOST_A_YEAR,
        required=False,
        help_text="D’un temps annualisé, en heures\u00a0: 1607. Vide\u00a0: la durée légale, au prorata (L3121-41).",
    )

    class Meta:
        model = ContractTerms
        fields = [
            "starts_on", "ends_before", "weekly_minutes", "time_scheme", "yearly_minutes", "yearly_days",
            "cycle_starts_on", "gross_monthly_pay", "classification",
        ]  # fmt: skip


class ContractTermsFormSet(DatedFormSet):
    """At least one row; each within the law."""

    def refuse(self, form: forms.ModelForm) -> None:
        facts = form.cleaned_data
        if "weekly_minutes" in facts and "gross_monthly_pay" in facts:
            refuse_contract_terms(
                weekly_minutes=facts["weekly_minutes"],
                gross_monthly_pay=facts["gross_monthly_pay"],
                time_scheme=facts.get("time_scheme", TimeScheme.WEEKLY),
                yearly_minutes=facts.get("yearly_minutes"),
                yearly_days=facts.get("yearly_days"),
                cycle_starts_on=facts.get("cycle_starts_on"),
            )


class ContractMemberForm(RowForm):
    owner = "contract"


class ContractMemberFormSet(DatedFormSet):
    """The list of members that the contract names, at least one (C. trav. L1253-9)."""

    same = ("member",)

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if form.instance.pk and (form in self.deleted_forms or _is_dated(form)):
                _ask(form, partial(self._refuse_beyond, form))

    def _refuse_beyond(self, form: forms.ModelForm) -> None:
        """The box is on the form of the contract, which is posted with these rows."""
        held = form.initial["starts_on"], form.initial["ends_before"]
        facts = form.cleaned_data
        lost = [held]
        if form not in self.deleted_forms:
            lost = lost_days(held, (facts["starts_on"], facts.get("ends_before")))
        is_confirmed = bool(self.data.get("is_confirmed"))
        refuse_beyond(StandingKind.CONTRACT_MEMBER, form.instance.pk, lost, is_confirmed=is_confirmed)


class EndingForm(forms.ModelForm):
    """A dated record on which others stand: days that it loses list what stands there, and ask."""

    standing_kind: StandingKind
    is_confirmed = forms.BooleanField(
        label="J’ai lu ce qui dépasse cette fin, je confirme",
        required=False,
        help_text="À cocher quand l’enregistrement a montré des heures ou des missions au-delà des nouvelles dates.",
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if self.instance.pk and facts.get("starts_on"):
            _ask(self, lambda: self._refuse_beyond(facts))
        return facts

    def _refuse_beyond(self, facts: dict[str, Any]) -> None:
        held = self.initial["starts_on"], self.initial["ends_before"]
        lost = lost_days(held, (facts["starts_on"], facts.get("ends_before")))
        is_confirmed = bool(facts.get("is_confirmed"))
        refuse_beyond(self.standing_kind, self.instance.pk, lost, is_confirmed=is_confirmed)


class ContractForm(EndingForm):
    """A contract beside the person's others."""

    standing_kind = StandingKind.CONTRACT

    class Meta:
        model = Contract
        fields = ["employee", "kind", "starts_on", "ends_before", "signed_on"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        employee = facts.get("employee") or (self.instance.pk and self.instance.employee)
        if employee and facts.get("starts_on") and facts.get("kind"):
            dates = {"starts_on": facts["starts_on"], "ends_before": facts.get("ends_before")}
            held = self.instance if self.instance.pk else None
            _ask(self, lambda: refuse_contract(employee, kind=facts["kind"], contract=held, **dates))
        return facts


class AssignmentForm(EndingForm):
    """A person at a member; the contract that allows it is found, not chosen."""

    standing_kind = StandingKind.ASSIGNMENT

    class Meta:
        model = Assignment
        fields = [
            "reference", "employee", "member", "site", "job", "use", "hours_entry", "starts_on", "ends_before",
        ]  # fmt: skip
        help_texts = {"reference": "Laissez vide\u00a0: elle est donnée à l’enregistrement."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reference" in self.fields:
            self.fields["reference"].required = bool(self.instance.pk)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        held = self.instance if self.instance.pk else None
        employee = held.employee if held else facts.get("employee")
        member = held.member if held else facts.get("member")
        if employee and member and facts.get("starts_on"):
            _ask(self, lambda: self._find_contract(employee, member, facts, held))
        return facts

    def _find_contract(
        self, employee: Any, member: Any, facts: dict[str, Any], held: Assignment | None
    ) -> None:
        self.instance.contract = contract_for(
            employee,
            member=member,
            site=facts.get("site"),
            starts_on=facts["starts_on"],
            ends_before=facts.get("ends_before"),
            assignment=held,
            use=facts.get("use") or "",
        )


class TermsFormSet(DatedFormSet):
    """Priced terms that the assignment, the attestations and the tax rules allow; an invoiced price stays."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if self.instance.pk and (form.instance.pk or _is_dated(form)):
                _ask(form, partial(self._refuse_invoiced, form))

    def _refuse_invoiced(self, form: forms.ModelForm) -> None:
        spans = list(self._days_of_another_price(form))
        refuse_beyond(StandingKind.PRICE, self.instance.pk, spans, is_confirmed=True)

    def _days_of_another_price(self, form: forms.ModelForm) -> Iterator[Days]:
        """The days on which a row that is changed, added or deleted says another price than before."""
        held = (form.initial["starts_on"], form.initial["ends_before"]) if form.instance.pk else None
        wanted = None
        if form not in self.deleted_forms and _is_dated(form):
            wanted = form.cleaned_data["starts_on"], form.cleaned_data.get("ends_before")
        if held and wanted and set(form.changed_data).isdisjoint(PRICE_COLUMNS):
            yield from lost_days(held, wanted)
            yield from lost_days(wanted, held)
        else:
            yield from (days for days in (held, wanted) if days)

    def refuse(self, form: forms.ModelForm) -> None:
        needed, facts = ("starts_on", "weekly_pattern", "price_method", "vat_regime"), form.cleaned_data
        if not (
            self.instance.member_id and self.instance.starts_on and all(name in facts for name in needed)
        ):
            return
        asked = {*needed, *CHECKED} & facts.keys()
        refuse_terms(
            self.instance,
            **{name: facts[name] for name in asked if facts[name] is not None or name == "management_rate"},
        )


def _ask(form: forms.BaseForm, question: Callable[[], Any]) -> None:
    """A Refusal becomes the error of its field."""
    try:
        question()
    except Refusal as refusal:
        mark(form, refusal)


def _is_dated(form: forms.ModelForm) -> bool:
    return bool(getattr(form, "cleaned_data", {}).get("starts_on"))


def _takes_room(form: forms.ModelForm, formset: DatedFormSet) -> tuple[bool, bool, int]:
    """The order in which changed rows are saved: deleted ones, shrinking ones, then the others from the far end."""
    old, new = form.initial, form.cleaned_data
    if form in formset.deleted_forms or not _is_dated(form):
        return (False, False, 0)
    ends_later = old["ends_before"] is not None and (
        new.get("ends_before") is None or new["ends_before"] > old["ends_before"]
    )
    day = new["starts_on"].toordinal()
    moves_later = new["starts_on"] > old["starts_on"]
    return (True, ends_later or new["starts_on"] < old["starts_on"], -day if moves_later else day)
