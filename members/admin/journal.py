"""What was changed, by whom and when, and the mails that were written; read-only but for sending again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from pghistory.admin import EventsAdmin
from pghistory.admin.core import BackFilter, EventModelFilter, MethodFilter, ModelFilter, ObjFilter

from groupement.kernel.french import counted, quoted
from members import mailing
from members.access import UserRequest
from members.admin.comparing import RecordAdmin
from members.admin.site import ReadOnly
from members.models import Mail, SecurityEvent, User

ACTIONS = {"insert": "Création", "update": "Modification", "delete": "Suppression"}
LONGEST = 80
# What a record is called by, in the order of preference.
NAMES = ("short_name", "reference", "last_name", "name", "title", "label", "subject")


# Free words about absences: for the person and the coordination, who read them where they were written.
KEPT_BACK = {("employees.Absence", "note"), ("timesheets.Entry", "note")}


class HistoryEvent(Protocol):
    """A row that the triggers of pghistory wrote: when, of which record, what was done, by whom."""

    pgh_created_at: datetime
    pgh_label: str
    pgh_obj_model: str
    pgh_obj_id: int
    pgh_data: dict[str, Any]
    pgh_diff: dict[str, tuple[Any, Any]] | None
    user: User | None
    user_id: int | None


class RecordFilter(EventModelFilter):
    """Which kind of record, by its French name."""

    title = "fiche"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        found = super().lookups(request, model_admin)  # type: ignore[no-untyped-call]
        return sorted(((label, _record_name(label)) for label, _ in found), key=lambda pair: pair[1])


class JournalAdmin(EventsAdmin):
    """All changes, or those of one record when asked from its page."""

    list_display = ["when", "record", "deed", "author", "changes"]
    list_select_related = ["user"]
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        # The package's own words are English and no translation comes with it.
        model._meta.verbose_name, model._meta.verbose_name_plural = "changement", "changements"
        apps.get_app_config(model._meta.app_label).verbose_name = "Journal"

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return list(self.list_display)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        if "obj" in request.GET:
            return [MethodFilter, ObjFilter, BackFilter]
        return [RecordFilter, *([ModelFilter, BackFilter] if "model" in request.GET else [])]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[no-untyped-call]
        if hasattr(answer, "context_data"):
            answer.context_data.update(title="Journal des changements")
        return answer

    @admin.display(description="Le")
    def when(self, event: HistoryEvent) -> datetime:
        return event.pgh_created_at

    @admin.display(description="Fiche")
    def record(self, event: HistoryEvent) -> str:
        words = f"{_model_name(event.pgh_obj_model)} {_quoted_name(event)}"
        try:
            url = reverse(
                f"admin:{event.pgh_obj_model.lower().replace('.', '_')}_change_text", args=[event.pgh_obj_id]
            )
        except NoReverseMatch:
            return words
        return format_html('<a href="{}">{}</a>', url, words)

    @admin.display(description="Fait")
    def deed(self, event: HistoryEvent) -> str:
        return ACTIONS.get(event.pgh_label, event.pgh_label)

    @admin.display(description="Par")
    def author(self, event: HistoryEvent) -> str:
        return str(event.user) if event.user_id and event.user else "le programme"

    @admin.display(description="Changements")
    def changes(self, event: HistoryEvent) -> str:
        if not event.pgh_diff:
            return "—"
        rows = (
            _change_text(event.pgh_obj_model, name, *values)
            for name, values in event.pgh_diff.items()
            if (event.pgh_obj_model, name) not in KEPT_BACK
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}\u00a0: {} → {}</li>", rows))


def _quoted_name(event: HistoryEvent) -> str:
    named = next((event.pgh_data[key] for key in NAMES if event.pgh_data.get(key)), None)
    return quoted(named) if named else f"n°\u00a0{event.pgh_obj_id}"


def _change_text(label: str, name: str, before: object, after: object) -> tuple[str, str, str]:
    try:
        field = apps.get_model(label)._meta.get_field(name.removesuffix("_id"))
    except (LookupError, FieldDoesNotExist):
        return name, _value_text(before), _value_text(after)
    choices = dict(getattr(field, "flatchoices", ()))
    return (
        field.verbose_name,
        _value_text(choices.get(before, before)),
        _value_text(choices.get(after, after)),
    )


def _value_text(value: object) -> str:
    words: dict[object, str] = {None: "rien", "": "rien", True: "oui", False: "non"}
    text = words.get(value, value) if _is_plain(value) else value
    return quoted(str(text), at_most=LONGEST)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, str))


def _model_name(label: str) -> str:
    try:
        return capfirst(str(apps.get_model(label)._meta.verbose_name))
    except LookupError:
        return label


def _record_name(event_label: str) -> str:
    tracked = getattr(apps.get_model(event_label), "pgh_tracked_model", None)
    return capfirst(tracked._meta.verbose_name) if tracked else event_label


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnly, RecordAdmin):
    """Who came in, who could not, what opens doors; nobody edits or deletes it."""

    list_display = ["at", "kind", "user", "address", "ip", "detail"]
    list_filter = ["kind", "at"]
    list_select_related = ["user"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["user__name", "user__email", "address", "ip", "detail"]
    search_help_text = "Nom, adresse e-mail, adresse IP ou page"
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    fields = ["at", "kind", "user", "address", "ip", "detail"]


# A message brings its own style, and may do nothing else: no script, no image, no form, no origin to act from.
AS_SENT = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "sandbox": True,
}


NOT_KEPT = (
    "Ce message ouvre un compte ou en parle\u00a0: personne ne le lit ici, et rien n’en reste une fois parti."
)


@admin.register(Mail)
class MailAdmin(ReadOnly, RecordAdmin):
    """What the product wrote to whom; nobody edits or deletes it."""

    actions = ["resend"]
    list_display = ["queued_at", "to", "address", "kind", "subject", "status", "sent_at", "attempts"]
    list_filter = ["status", "kind", "queued_at"]
    list_select_related = ["to"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["to__name", "address", "subject"]
    search_help_text = "Nom, adresse e-mail ou titre"
    date_hierarchy = "queued_at"
    ordering = ["-queued_at", "-pk"]
    fieldsets = [
        (None, {"fields": ["to", "address", "kind", "subject", "day", "is_by_hand", "subject_link"]}),
        ("Message", {"fields": ["words", "as_sent"]}),
        ("Envoi", {"fields": ["status", "queued_at", "sent_at", "expires_at", "attempts", "error"]}),
    ]
    readonly_fields = ["words", "as_sent", "subject_link"]

    def get_urls(self) -> list[Any]:
        # The decorator of csp knows only views that take nothing from the address.
        html = csp(AS_SENT)(self.html)  # type: ignore[arg-type]
        own = path("<int:pk>/html/", self.admin_site.admin_view(html), name="members_mail_html")
        return [own, *super().get_urls()]

    def html(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message in HTML, as a mail program shows it."""
        mail = get_object_or_404(Mail, pk=pk)
        if not self.has_view_permission(request, mail):
            raise PermissionDenied
        return HttpResponse(mail.html or NOT_KEPT)

    @admin.display(description="à propos de")
    def subject_link(self, mail: Mail) -> str:
        return ", ".join(map(str, mail.about.order_by("pk"))) or "—"

    @admin.display(description="texte")
    def words(self, mail: Mail) -> str:
        return mail.text or NOT_KEPT

    @admin.display(description="Mis en forme")
    def as_sent(self, mail: Mail) -> str:
        if not mail.html:
            return "—"
        return format_html(
            '<a href="{}">Voir le message mis en forme</a>',
            reverse("admin:members_mail_html", args=[mail.pk]),
        )

    @admin.action(description="Renvoyer les messages en échec")
    def resend(self, request: UserRequest, queryset: QuerySet[Mail]) -> None:
        count = mailing.resend(list(queryset.values_list("pk", flat=True)), at=timezone.now())
        if count:
            messages.success(request, f"{counted(count, 'message')} remis en file.")
        else:
            messages.info(request, "Aucun message en échec dans votre choix\u00a0: rien n’est renvoyé.")
