"""Where an expense was charged twice at once, one of its charges keeps it; the others are known for a second one.

They stay as they are, billed or not, for finance to withdraw or to credit: only what they say of their origin changes.
"""

import pgtrigger
from django.db import migrations

FROZEN = "billing.Charge:billed_charge_is_frozen"


def mark(apps, _schema_editor):
    """The charge that the expense points at keeps it, else the first."""
    model, kept = apps.get_model("billing", "Charge"), set()
    own = set(apps.get_model("billing", "Expense").objects.exclude(charge=None).values_list("charge", flat=True))
    charges = model.objects.filter(figures__has_key="expense", released_at__isnull=True)
    with pgtrigger.ignore(FROZEN):
        for charge in sorted(charges, key=lambda charge: (charge.pk not in own, charge.pk)):
            if (expense := str(charge.figures["expense"])) in kept:
                charge.figures["expense_again"] = charge.figures.pop("expense")
                charge.save(update_fields=["figures"])
            kept.add(expense)


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_give_money_back")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
