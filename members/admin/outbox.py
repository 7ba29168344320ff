"""The outbox: every message as it was written, whether it left, and what failed sent again."""

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from groupement.kernel.french import counted
from members import mailing
from members.admin.site import ReadOnly
from members.models import Mail

# A message brings its own style, and may do nothing else: no script, no image, no form, no origin to act from.
AS_SENT = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "sandbox": True,
}


@admin.register(Mail)
class MailAdmin(ReadOnly, admin.ModelAdmin):
    """What the product wrote to whom; nobody edits or deletes it."""

    actions = ["resend"]
    list_display = ["queued_at", "to", "address", "kind", "subject", "status", "sent_at", "attempts"]
    list_filter = ["status", "kind", "queued_at"]
    list_select_related = ["to"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["to__name", "address", "subject", "key"]
    search_help_text = "Nom, adresse e-mail, titre ou clé"
    date_hierarchy = "queued_at"
    ordering = ["-queued_at", "-pk"]
    fieldsets = [
        (None, {"fields": ["to", "address", "kind", "subject"]}),
        ("Message", {"fields": ["text", "as_sent"]}),
        ("Envoi", {"fields": ["status", "queued_at", "sent_at", "attempts", "error", "key"]}),
    ]
    readonly_fields = ["as_sent"]

    def get_urls(self):
        own = path(
            "<int:pk>/html/", self.admin_site.admin_view(csp(AS_SENT)(self.html)), name="members_mail_html"
        )
        return [own, *super().get_urls()]

    def html(self, request, pk):
        """The message in HTML, as a mail program shows it."""
        mail = get_object_or_404(Mail, pk=pk)
        if not self.has_view_permission(request, mail):
            raise PermissionDenied
        return HttpResponse(mail.html)

    @admin.display(description="Mis en forme")
    def as_sent(self, mail):
        return format_html(
            '<a href="{}">Voir le message mis en forme</a>',
            reverse("admin:members_mail_html", args=[mail.pk]),
        )

    @admin.action(description="Renvoyer les messages en échec")
    def resend(self, request, queryset):
        count = mailing.resend(list(queryset.values_list("pk", flat=True)), at=timezone.now())
        if count:
            messages.success(request, f"{counted(count, 'message')} remis en file.")
        else:
            messages.info(request, "Aucun message en échec dans votre choix\u00a0: rien n’est renvoyé.")
