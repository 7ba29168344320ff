"""Exempt prices at cost with a fee that stand already are trued up to their cost: the exemption asks for it."""

import pgtrigger
from django.db import migrations

KEPT = "employees.Terms:an_invoiced_price_is_kept"


def true_up(apps, _schema_editor):
    rows = apps.get_model("employees", "Terms").objects.exclude(vat_regime="S20").filter(is_trued_up=False)
    # No invoice changes by it: what was billed is compared with the cost at the year’s end.
    with pgtrigger.ignore(KEPT):
        rows.filter(price_method="actual", management_rate__gt=0).update(is_trued_up=True)


class Migration(migrations.Migration):
    dependencies = [("employees", "0006_keep_the_days_of_an_invoiced_price")]
    operations = [migrations.RunPython(true_up, migrations.RunPython.noop)]
