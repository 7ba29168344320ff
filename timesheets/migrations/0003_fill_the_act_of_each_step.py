"""Which act each step of the past was, read once more from its states, note, remarks and who made it."""

import pgtrigger
from django.conf import settings
from django.db import migrations
from django.db.models import Case, Exists, OuterRef, Q, Value, When

FROZEN = "timesheets.TimesheetStep:timesheet_steps_are_append_only"  # what a step says stays; this adds what it was


def fill(apps, _schema_editor):
    """As pages have told it until now; the first condition that holds decides."""
    step, remark = (apps.get_model("timesheets", name) for name in ("TimesheetStep", "Remark"))
    user = apps.get_model(settings.AUTH_USER_MODEL)
    remarks = Exists(remark.objects.filter(step=OuterRef("pk")))
    coordinator = Exists(user.objects.filter(pk=OuterRef("by"), is_coordinator=True))
    acts = [
        (Q(source=""), "supplement"),
        (Q(target="submitted", source="draft"), "submit"),
        (Q(target="draft", source="approved"), "reopen"),
        (Q(target="draft", source="confirmed"), "return"),
        (Q(target="draft") & remarks & ~(~Q(note="") & coordinator), "contest"),
        (Q(target="draft") & ~Q(note=""), "return"),
        (Q(target="draft"), "recall"),
        (Q(source="approved"), "undo"),
        (Q(target="confirmed", by=None), "tacit"),
        (Q(target="confirmed") & ~Q(note=""), "settle"),
        (Q(target="confirmed"), "confirm"),
    ]
    with pgtrigger.ignore(FROZEN):
        step.objects.update(
            kind=Case(*(When(condition, then=Value(kind)) for condition, kind in acts), default=Value("approve"))
        )


class Migration(migrations.Migration):
    dependencies = [
        ("timesheets", "0002_keep_the_act_of_a_step"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
