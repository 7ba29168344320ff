"""Which forms were sent already: each rendered form has a key, and does its act once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SentForm(models.Model):
    """A form whose act was done: its key, and what was answered, to answer the same when it arrives again.

    The row is written with the act, in its transaction; ``answer`` and ``messages`` follow when the page has answered.
    Without an answer the server stopped in between: the act is done, and what it said is lost.
    """

    key = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )  # None: nobody was logged in
    sent_at = models.DateTimeField(db_index=True)
    answer = models.TextField(blank=True)
    messages = models.JSONField(default=list, blank=True)  # level, text, tags, whether it is HTML

    class Meta:
        verbose_name = "formulaire envoyé"
        verbose_name_plural = "formulaires envoyés"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], nulls_distinct=False, name="a_form_is_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.sent_at:%Y-%m-%d %H:%M}"
