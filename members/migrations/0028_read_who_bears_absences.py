import unicodedata

from django.db import migrations

CODES = ("worked_hours", "planned_share", "last_12_months", "planned_that_day", "reserve")
# Words that the free text of before held, and the rule that prices know for them; the first that is found.
WORDS = (
    ("reserve", "reserve"),
    ("12", "last_12_months"),
    ("douze", "last_12_months"),
    ("jour", "planned_that_day"),
    ("part", "planned_share"),
    ("prevu", "planned_share"),
    ("plan", "planned_share"),
)


def rule_of(text):
    """The code that a free text meant; by the hours worked, the default, where it says nothing known."""
    if text in CODES:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().strip()
    if plain in CODES:
        return plain
    return next((code for word, code in WORDS if word in plain), "worked_hours")


def carry_over(apps, schema_editor):
    groups = apps.get_model("members", "Group").objects
    for pk, text in groups.exclude(absence_rule__in=CODES).values_list("pk", "absence_rule"):
        groups.filter(pk=pk).update(absence_rule=rule_of(text))


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0027_break_no_line_before_a_sign"),
    ]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=True)]
