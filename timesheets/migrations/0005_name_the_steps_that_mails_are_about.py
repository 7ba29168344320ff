"""Messages about contests, returns and tacit confirmations name the step instead of a key."""

import pgtrigger
from django.db import migrations

TOLD = ("contested", "returned", "confirmed_tacitly")
KEPT = "members.Mail:mails_keep_what_they_say"
APPEND_ONLY = "members.MailSubject:subjects_of_mails_are_append_only"


def fill(apps, _schema_editor):
    """Of "returned:38:141:11" the third word is the step; a tacit confirmation had its moment there, in UTC."""
    mails, subject = apps.get_model("members", "Mail").objects, apps.get_model("members", "MailSubject")
    for mail in mails.filter(kind__in=TOLD):
        _, sheet, said, _ = mail.key.split(":")
        number = _lapse(apps, int(sheet), said) if mail.kind == "confirmed_tacitly" else int(said)
        subject.objects.create(mail=mail, kind="timesheet_step", number=number, address=mail.address)


def take_back(apps, _schema_editor):
    mails, subject = apps.get_model("members", "Mail").objects, apps.get_model("members", "MailSubject")
    step = apps.get_model("timesheets", "TimesheetStep")
    with pgtrigger.ignore(KEPT, APPEND_ONLY):
        for mail in mails.filter(kind__in=TOLD):
            mine = subject.objects.filter(mail=mail)
            first = step.objects.filter(pk__in=mine.values("number")).order_by("subject", "pk")[0]
            said = f"{first.at:%Y%m%d%H%M%S}" if mail.kind == "confirmed_tacitly" else first.pk
            mail.key = f"{mail.kind}:{first.subject_id}:{said}:{mail.to_id}"
            mail.save(update_fields=["key"])
            mine.delete()


def _lapse(apps, sheet, said):
    """The number of the step by which a timesheet was confirmed at that moment."""
    lapses = apps.get_model("timesheets", "TimesheetStep").objects.filter(subject=sheet, kind="tacit")
    return next(step.pk for step in lapses.order_by("pk") if f"{step.at:%Y%m%d%H%M%S}" == said)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_fill_what_mails_are_about"),
        ("timesheets", "0004_want_the_act_of_each_step"),
    ]
    run_before = [("members", "0004_drop_the_keys_of_mails")]
    operations = [migrations.RunPython(fill, take_back)]
