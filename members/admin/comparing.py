"""One record opened in two forms: the second save is refused with what the first one changed, and keeps what was typed.

A form carries a digest of each value that it showed, of the record and of the rows below it. Saves wait for each other;
the second one compares with what is stored by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import connection, models, transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize

from groupement.kernel.french import enumeration, of, quoted
from groupement.kernel.pages import tell_holes
from members.admin.naming import name_columns
from members.models import User

SEEN_FIELD = "vu"
SAVING_LOCK = 9_042_026  # one form of the admin is saved at a time
LONGEST_VALUE = 80

Digests = dict[str, str]


@dataclass(frozen=True)
class SeenValues:
    """What a form showed: digests of the record's values, those of its rows by prefix and key, the last event of each.

    ``events``: by kind of record the last change that was known.
    """

    record: Digests
    rows: Mapping[str, Mapping[str, Digests]] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)

    def encode(self) -> str:
        return json.dumps([self.record, self.rows, self.events], separators=(",", ":"))


@dataclass(frozen=True)
class ChangedValue:
    """A value that somebody stored after the form was opened, and that the form would overwrite.

    ``is_typed``: whether whoever sends the form changed it too.
    """

    form: forms.ModelForm
    stored: models.Model
    field: models.Field[Any, Any]
    is_typed: bool
    is_row: bool

    @property
    def words(self) -> str:
        value = _spell(self.stored, self.field)
        where = f" {of(str(self.stored._meta.verbose_name))} {quoted(self.stored)}" if self.is_row else ""
        return f"{quoted(self.field.verbose_name)}{where} (maintenant {quoted(value, at_most=LONGEST_VALUE)})"


class RecordAdmin(admin.ModelAdmin):
    """The admin of every record: what somebody else has saved meanwhile is not undone without a word."""

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        for shown in (model, *(inline.model for inline in self.inlines)):
            name_columns(shown)

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> type[Any]:
        made = super().get_form(request, obj, change, **kwargs)
        if request.method != "POST" or obj is None:
            return made
        return type(made.__name__, (_ComparedForm, made), {"request": request})

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """What no paper can print is told as it is saved."""
        tell_holes(request, form)
        return super().save_form(request, form, change)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SAVING_LOCK])
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _create_formsets(
        self, request: HttpRequest, obj: models.Model, change: bool
    ) -> tuple[list[Any], list[Any]]:
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        writable = [
            formset
            for formset, inline in zip(formsets, inlines, strict=True)
            if change and inline.has_change_permission(request, obj)
        ]
        request.compared_formsets = writable  # type: ignore[attr-defined]
        return formsets, inlines

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = context.get("original")
        if record is not None and self.has_change_permission(request, record):
            # After an error of the form nothing new was shown; after a refusal, what is stored now was.
            posted = request.POST.get(SEEN_FIELD, "") if request.method == "POST" else None
            now = getattr(request, "seen_anew", posted)
            context[SEEN_FIELD] = _see(context["adminform"].form, request) if now is None else now
        return super().render_change_form(request, context, *args, **kwargs)


class _ComparedForm(forms.ModelForm):
    """The form of a stored record, with the request that sent it."""

    request: HttpRequest

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        seen = _read_seen(self.request.POST.get(SEEN_FIELD, ""))
        if seen is not None and not self.errors and self.instance.pk:
            _compare(self, seen)


def digests(row: models.Model, form: forms.BaseForm) -> Digests:
    """A short digest of each value of a row that ``form`` may change, the same for one that is stored or typed."""
    return {
        each.name: _digest(each.value_from_object(row))
        for each in row._meta.concrete_fields
        if each.name in form.fields and not each.primary_key
    }


def _compare(form: _ComparedForm, seen: SeenValues) -> None:
    """Add an error to ``form`` when what it would overwrite has changed since it was shown."""
    formsets = form.request.compared_formsets  # type: ignore[attr-defined]
    user_id = cast("User", form.request.user).pk
    stored = _manager(type(form.instance)).get(pk=form.instance.pk)
    changed = list(_changed(form, seen.record, stored, is_row=False))
    gone: list[str] = []
    shown_anew: list[tuple[str, models.Model, forms.BaseForm]] = []
    for formset in formsets:
        shown = {int(key): value for key, value in seen.rows.get(formset.prefix, {}).items()}
        present = _manager(formset.model).in_bulk(shown)
        formset.is_valid()
        for each in formset.initial_forms:
            if row := present.get(each.instance.pk):
                shown_anew.append((formset.prefix, row, each))
                changed += _changed(each, shown[row.pk], row, is_row=True)
        gone += [str(formset.model._meta.verbose_name) for key in shown if key not in present]
        _leave_out_what_was_added(formset, shown)
    if not changed and not gone:
        return
    form.add_error(None, _sentence(changed, gone, seen, by=user_id))
    for each in changed:
        if not each.is_typed:
            _show_stored(each)
    form.request.seen_anew = _encode(stored, form, shown_anew)  # type: ignore[attr-defined]


def _changed(
    form: forms.ModelForm, shown: Digests, stored: models.Model, *, is_row: bool
) -> Iterator[ChangedValue]:
    """What was stored since ``shown`` and is something else than what ``form`` would store."""
    now, mine = digests(stored, form), digests(form.instance, form)
    for each in stored._meta.concrete_fields:
        before = shown.get(each.name)
        if before is not None and now.get(each.name, before) not in (before, mine.get(each.name)):
            yield ChangedValue(form, stored, each, mine[each.name] != before, is_row)


def _leave_out_what_was_added(formset: Any, shown: Iterable[int]) -> None:
    """Take back a new row that is stored since, with the same values: the button was pressed twice."""
    added = formset.queryset.exclude(pk__in=list(shown))
    stored: list[models.Model] | None = None
    for each in formset.extra_forms:
        if not each.has_changed():
            continue
        stored = list(added) if stored is None else stored
        # The parent is given to a new row when it is saved.
        mine = digests(each.instance, each) | {formset.fk.name: ""}
        if any(digests(row, each) | {formset.fk.name: ""} == mine for row in stored):
            each.changed_data = []
            each.full_clean()
            formset.full_clean()


def _sentence(changed: list[ChangedValue], gone: list[str], seen: SeenValues, *, by: int) -> str:
    who, verb = _authors(changed, seen, by)
    what = []
    if changed:
        what.append(f"{who} {verb} {enumeration(each.words for each in changed)}")
    if gone:
        what.append(f"{enumeration(gone)}\u00a0: supprimé depuis, rechargez la page")
    return (
        f"Cette fiche a changé depuis que vous l’avez ouverte. {'. '.join(what)}. "
        "Rien n’est encore enregistré, votre saisie est gardée\u00a0: relisez-la, puis enregistrez de nouveau."
    )


def _authors(changed: list[ChangedValue], seen: SeenValues, by: int) -> tuple[str, str]:
    """Who changed these values as far as the journal knows, and the verb."""
    authors: dict[int, None] = {}
    for row in {(each.stored._meta.label, each.stored.pk): each.stored for each in changed}.values():
        if (event := _event_model(type(row))) is not None:
            since = seen.events.get(row._meta.label, 0)
            events = event.objects.filter(pgh_obj_id=row.pk, pgh_id__gt=since)
            for known in events.select_related("pgh_context").order_by("pgh_id"):
                user = (known.pgh_context.metadata if known.pgh_context else {}).get("user")
                authors |= {user: None} if isinstance(user, int) else {}
    if list(authors) == [by]:
        return "Dans un autre onglet, vous", "avez changé"
    names = User.objects.in_bulk(authors)
    others = [str(names[key]) for key in authors if key != by and key in names]
    if by in authors:
        return enumeration([*others, "vous"]), "avez changé"
    return enumeration(others) or "Quelqu’un", "ont changé" if len(others) > 1 else "a changé"


def _show_stored(changed: ChangedValue) -> None:
    """Show the stored value in a field that nobody touched, so that the next save does not undo it."""
    form, name = changed.form, changed.field.name
    if name not in form.fields:
        return
    widget = form.fields[name].widget
    widget = widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget
    if isinstance(widget, (forms.MultiWidget, forms.FileInput, forms.SelectMultiple)):
        return
    value = form.fields[name].prepare_value(changed.field.value_from_object(changed.stored))
    data: Any = cast("Any", form.data).copy()
    where = form.add_prefix(name)
    if isinstance(widget, forms.CheckboxInput):
        data.pop(where, None)
        if value:
            data[where] = "on"
    else:
        text = value if isinstance(widget, forms.Select) else widget.format_value(value)
        data[where] = "" if text is None else str(text)
    form.data = data


def _see(form: forms.ModelForm, request: HttpRequest) -> str:
    formsets = request.compared_formsets  # type: ignore[attr-defined]
    rows = ((each.prefix, row.instance, row) for each in formsets for row in each.initial_forms)
    return _encode(form.instance, form, rows)


def _encode(
    record: models.Model, form: forms.BaseForm, rows: Iterable[tuple[str, models.Model, forms.BaseForm]]
) -> str:
    by_prefix: dict[str, dict[str, Digests]] = {}
    kinds: dict[str, type[models.Model]] = {record._meta.label: type(record)}
    for prefix, row, row_form in rows:
        by_prefix.setdefault(prefix, {})[str(row.pk)] = digests(row, row_form)
        kinds[row._meta.label] = type(row)
    events = {label: _last_event(kind) for label, kind in kinds.items()}
    return SeenValues(digests(record, form), by_prefix, events).encode()


def _read_seen(text: str) -> SeenValues | None:
    """What the form says that it showed; nothing when it says nothing that can be read."""
    try:
        record, rows, events = json.loads(text)
        seen = SeenValues(
            {str(name): str(value) for name, value in record.items()},
            {
                str(prefix): {str(int(key)): dict(values) for key, values in of_prefix.items()}
                for prefix, of_prefix in rows.items()
            },
            {str(label): int(last) for label, last in events.items()},
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return seen


def _last_event(kind: type[models.Model]) -> int:
    event = _event_model(kind)
    return 0 if event is None else (event.objects.aggregate(last=Max("pgh_id"))["last"] or 0)


def _event_model(kind: type[models.Model]) -> Any:
    """The model of the journal's rows on an update of ``kind``; nothing when it is not tracked."""
    return getattr(kind, "pgh_event_models", {}).get("update")


def _manager(kind: type[models.Model]) -> models.Manager[Any]:
    return kind._base_manager


def _digest(value: object) -> str:
    return hashlib.sha256(_plain_value(value).encode()).hexdigest()[:12]


def _plain_value(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value).replace("\r\n", "\n")


def _spell(row: models.Model, of_field: models.Field[Any, Any]) -> str:
    """A stored value as people read it."""
    value = of_field.value_from_object(row)
    if value in (None, ""):
        return "rien"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if of_field.is_relation:
        return str(getattr(row, of_field.name))
    if of_field.flatchoices:
        return str(dict(of_field.flatchoices).get(value, value))
    return str(localize(value))
