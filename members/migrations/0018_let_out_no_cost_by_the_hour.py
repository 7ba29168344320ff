"""Members read the price at actual cost without its cost by the hour, unless the group decides so from now on.

The cost by the hour was what everybody read by default: no group had to decide on it.
"""

from typing import Any

from django.db import migrations


def amounts_only(apps: Any, schema_editor: Any) -> None:
    """What was the default becomes what is the default."""
    apps.get_model("members", "Group").objects.filter(price_detail="hours").update(price_detail="amount")


class Migration(migrations.Migration):
    dependencies = [("members", "0017_say_what_a_price_tells")]

    operations = [migrations.RunPython(amounts_only, migrations.RunPython.noop, elidable=True)]
