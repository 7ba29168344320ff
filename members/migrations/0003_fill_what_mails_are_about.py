"""What the keys of messages said becomes rows and days: "hours-reminder:7:2026-11-04", "nudge:2026-11-03:7:12.15",
"dunning:3:billing". Those about steps of timesheets are for the app that has them."""

from datetime import date

import pgtrigger
from django.db import migrations

WORDS = {
    "hours_reminder": "hours-reminder",
    "confirm_digest": "confirm-digest",
    "approve_digest": "approve-digest",
}
KEPT = "members.Mail:mails_keep_what_they_say"
APPEND_ONLY = "members.MailSubject:subjects_of_mails_are_append_only"


def fill(apps, _schema_editor):
    mails, subject = apps.get_model("members", "Mail").objects, apps.get_model("members", "MailSubject")
    for mail in mails.filter(kind__in=WORDS):
        words = mail.key.split(":")
        mail.is_by_hand = words[0] == "nudge"
        mail.day = date.fromisoformat(words[1] if mail.is_by_hand else words[-1])
        mail.save(update_fields=["day", "is_by_hand"])
        subject.objects.bulk_create(
            subject(mail=mail, kind="timesheet", number=int(number), address=mail.address, day=mail.day)
            for number in (words[-1].split(".") if mail.is_by_hand else ())
        )
    for mail in mails.filter(kind="dunning"):
        subject.objects.create(mail=mail, kind="letter", number=int(mail.key.split(":")[1]), address=mail.address)


def take_back(apps, _schema_editor):
    mails, subject = apps.get_model("members", "Mail").objects, apps.get_model("members", "MailSubject")
    with pgtrigger.ignore(KEPT, APPEND_ONLY):
        for mail in mails.filter(kind__in=[*WORDS, "dunning"]):
            mine = subject.objects.filter(mail=mail).order_by("pk")
            numbers = list(mine.values_list("number", flat=True))
            if mail.is_by_hand:
                mail.key = f"nudge:{mail.day}:{mail.to_id}:{'.'.join(map(str, numbers))}"
            elif mail.day:
                mail.key = f"{WORDS[mail.kind]}:{mail.to_id}:{mail.day}"
            else:
                mail.key = f"dunning:{numbers[0]}:{mail.to_id or 'billing'}"
            mail.save(update_fields=["key"])
            mine.delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0002_name_what_mails_are_about")]
    operations = [migrations.RunPython(fill, take_back)]
