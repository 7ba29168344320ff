"""A billing address that lacks its street, postal code or town is nowhere to send to: the seat takes its place.

What was written stays in the journal of the member.
"""

from django.db import migrations
from django.db.models import Q

EMPTY = {"billing_street": "", "billing_postal_code": "", "billing_city": ""}


def empty(apps, _schema_editor):
    """Empty the parts of addresses that are not whole."""
    lacking = Q(billing_street="") | Q(billing_postal_code="") | Q(billing_city="")
    apps.get_model("members", "Member").objects.filter(lacking).exclude(**EMPTY).update(**EMPTY)


class Migration(migrations.Migration):
    dependencies = [("members", "0009_use_each_form_once")]
    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
