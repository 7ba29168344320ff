"""A message about timesheets before it is written: to whom, about what; and how these are called in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from members import mailing
from members.models import Mail, MailFrequency, MailKind, User
from timesheets.models import Timesheet


@dataclass(frozen=True)
class Letter:
    """What mailing.write() wants, but for the moment; ``key`` makes it once."""

    to: User
    kind: MailKind
    key: str
    subject: str
    template: str
    context: Mapping[str, Any]

    def write(self, at: datetime) -> Mail | None:
        """Put it into the outbox; None when it is there, or when the person is not to be written to."""
        if self.to.mail_frequency == MailFrequency.NEVER:
            return None
        return mailing.write(
            self.to,
            kind=self.kind,
            key=self.key,
            subject=self.subject,
            template=self.template,
            context=self.context,
            at=at,
        )


def place(sheet: Timesheet) -> str:
    """Where the hours of ``sheet`` belong, as a person reads it in a list."""
    named = str(sheet.assignment.member) if sheet.assignment else "Absences et groupement"
    return f"{named} (complément)" if sheet.supplement else named


def counted(number: int, one: str, many: str) -> str:
    """ "1 relevé", "3 relevés": the number and its words, which do not part."""
    return f"{number}\u00a0{many if number > 1 else one}"
