"""A rendered form does its act once: its key is claimed with the act, and whoever sends it again reads the same answer.

Sending    a form on its way: wait() for who sends the same one, claimed() with the act, answered(), release()
forget()   takes out the keys that no open page holds any more
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction

from members.models import SentForm, User

# As form_key() of the kernel writes them.
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
# A page is not sent from a login that has ended.
KEPT_FOR = timedelta(days=8)


class FormAlreadySent(Exception):  # noqa: N818 - what happened, no fault
    """Somebody was faster with the same form: its act is done."""


@dataclass
class Sending:
    """A form with its ``key`` on its way; ``row`` is written once its act was done."""

    key: str
    user: User | None
    at: datetime
    row: SentForm | None = None
    is_answered: bool = False

    def wait(self) -> SentForm | None:
        """Once nobody else is sending this form: what was done with it already."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [self._name])
        return self.find()

    def find(self) -> SentForm | None:
        """What was done with this form, and what was answered."""
        self.row = SentForm.objects.filter(key=self.key, user=self.user).first()
        self.is_answered = self.row is not None
        return self.row

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Write the key in the transaction of the act inside: a refusal gives it back, with all that the act wrote."""
        if self.row is not None:
            yield
            return
        with transaction.atomic():
            row = self._write()
            yield
        self.row = row  # only now: a refusal has taken it out

    def answered(self, address: str, messages: Sequence[Any]) -> None:
        """Keep what the page answered; a page without an act of its own claims the key now."""
        row = self.row = self.row or self._write()
        row.answer, row.messages = address, list(messages)
        row.save(update_fields=["answer", "messages"])

    def give_back(self) -> None:
        """The form stays open: it may be sent again."""
        if self.row is not None:
            self.row.delete()

    def release(self) -> None:
        """Let go on who waits with the same form; a connection that broke has done so by itself."""
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [self._name])

    @property
    def _name(self) -> str:
        return f"form {self.user.pk if self.user else ''} {self.key}"

    def _write(self) -> SentForm:
        """PostgreSQL lets one wait for the transaction of another who writes the same key, then refuses the second."""
        try:
            with transaction.atomic():
                return SentForm.objects.create(key=self.key, user=self.user, sent_at=self.at)
        except IntegrityError:
            raise FormAlreadySent from None


@transaction.atomic
def forget(at: datetime) -> int:
    """Take out the keys of long ago; how many."""
    return SentForm.objects.filter(sent_at__lt=at - KEPT_FOR).delete()[0]
