"""The late invoice of interest and indemnities moves from their figures to the foreign key."""

import pgtrigger
from django.db import migrations

OF_LATENESS = ("late_interest", "indemnity")
FROZEN = "billing.Charge:billed_charge_is_frozen"  # what a billed charge says stays, where it says it changes


def fill(apps, _schema_editor):
    with pgtrigger.ignore(FROZEN):
        for charge in apps.get_model("billing", "Charge").objects.filter(kind__in=OF_LATENESS):
            charge.late_invoice_id = charge.figures.pop("invoice", None)
            charge.save(update_fields=["late_invoice", "figures"])


def take_back(apps, _schema_editor):
    with pgtrigger.ignore(FROZEN):
        for charge in apps.get_model("billing", "Charge").objects.filter(kind__in=OF_LATENESS):
            charge.figures["invoice"] = charge.late_invoice_id
            charge.save(update_fields=["figures"])


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_point_lateness_at_its_invoice")]
    operations = [migrations.RunPython(fill, take_back)]
