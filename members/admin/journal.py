"""The journal: every change of a reference record, in words: when, by whom, what was and what is."""

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from pghistory.admin import EventsAdmin
from pghistory.admin.core import BackFilter, EventModelFilter, MethodFilter, ModelFilter, ObjFilter

from groupement.kernel.french import quoted

DEEDS = {"insert": "Création", "update": "Modification", "delete": "Suppression"}
LONGEST = 80
# What a record is called by, in the order of preference.
NAMES = ("short_name", "reference", "last_name", "name", "title", "label", "subject")


class RecordFilter(EventModelFilter):
    """Which kind of record, by its French name."""

    title = "fiche"

    def lookups(self, request, model_admin):
        return sorted(
            ((label, _record_name(label)) for label, _ in super().lookups(request, model_admin)),
            key=lambda pair: pair[1],
        )


class JournalAdmin(EventsAdmin):
    """All changes, or those of one record when asked from its page."""

    list_display = ["when", "record", "deed", "author", "changes"]
    list_select_related = ["user"]
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        # The package's own words are English and no translation comes with it.
        model._meta.verbose_name, model._meta.verbose_name_plural = "changement", "changements"
        apps.get_app_config(model._meta.app_label).verbose_name = "Journal"

    def get_list_display(self, request):
        return self.list_display

    def get_list_filter(self, request):
        if "obj" in request.GET:
            return [MethodFilter, ObjFilter, BackFilter]
        return [RecordFilter, *([ModelFilter, BackFilter] if "model" in request.GET else [])]

    def changelist_view(self, request, extra_context=None):
        answer = super().changelist_view(request, extra_context)
        if hasattr(answer, "context_data"):
            answer.context_data.update(title="Journal des changements")
        return answer

    @admin.display(description="Le")
    def when(self, event):
        return event.pgh_created_at

    @admin.display(description="Fiche")
    def record(self, event):
        words = f"{_model_name(event.pgh_obj_model)} {_called(event)}"
        try:
            url = reverse(
                f"admin:{event.pgh_obj_model.lower().replace('.', '_')}_change", args=[event.pgh_obj_id]
            )
        except NoReverseMatch:
            return words
        return format_html('<a href="{}">{}</a>', url, words)

    @admin.display(description="Fait")
    def deed(self, event):
        return DEEDS.get(event.pgh_label, event.pgh_label)

    @admin.display(description="Par")
    def author(self, event):
        return str(event.user) if event.user_id and event.user else "le programme"

    @admin.display(description="Changements")
    def changes(self, event):
        if not event.pgh_diff:
            return "—"
        rows = (_change(event.pgh_obj_model, name, *values) for name, values in event.pgh_diff.items())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}\u00a0: {} → {}</li>", rows))


def _called(event):
    named = next((event.pgh_data[key] for key in NAMES if event.pgh_data.get(key)), None)
    return f"{quoted(named)}" if named else f"n°\u00a0{event.pgh_obj_id}"


def _change(label, name, before, after):
    try:
        field = apps.get_model(label)._meta.get_field(name.removesuffix("_id"))
    except (LookupError, FieldDoesNotExist):
        return name, _said(before), _said(after)
    choices = dict(getattr(field, "flatchoices", ()))
    return field.verbose_name, _said(choices.get(before, before)), _said(choices.get(after, after))


def _said(value):
    text = (
        {None: "rien", "": "rien", True: "oui", False: "non"}.get(value, value) if _is_plain(value) else value
    )
    return f"{quoted(str(text), at_most=LONGEST)}"


def _is_plain(value):
    return value is None or isinstance(value, (bool, str))


def _model_name(label):
    try:
        return capfirst(apps.get_model(label)._meta.verbose_name)
    except LookupError:
        return label


def _record_name(event_label):
    tracked = getattr(apps.get_model(event_label), "pgh_tracked_model", None)
    return capfirst(tracked._meta.verbose_name) if tracked else event_label
