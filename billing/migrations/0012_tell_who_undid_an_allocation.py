"""Undoing an allocation leaves a trace with who did it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0011_remind_members'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "billing_allocationevent" ("amount", "by_rate", "credit_note_id", "id", "invoice_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "settled_on", "source") VALUES (OLD."amount", OLD."by_rate", OLD."credit_note_id", OLD."id", OLD."invoice_id", OLD."payment_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."recorded_at", OLD."recorded_by_id", OLD."settled_on", OLD."source"); RETURN NULL;', hash='ba3970fbd95f5202d88fc6225aed77397a87bb84', operation='DELETE', pgid='pgtrigger_delete_delete_eb507', table='billing_allocation', when='AFTER')),
        ),
    ]
