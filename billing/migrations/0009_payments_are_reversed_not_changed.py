"""What was received stays as it was; a payment is reversed once it settles nothing."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0008_differences_carried_and_provisions'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='a_payment_is_reversed_not_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."received_on" IS DISTINCT FROM (NEW."received_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='94e5f0a87caf451b288e77d8520fec78890a942f', operation='UPDATE', pgid='pgtrigger_a_payment_is_reversed_not_changed_b0549', table='billing_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='a_reversed_payment_settles_nothing', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."reversed_on" IS NOT NULL)', func="\n                    IF EXISTS (SELECT FROM billing_allocation WHERE payment_id = NEW.id) THEN\n                        RAISE EXCEPTION 'a reversed payment settles nothing' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ", hash='a195ee142cb2f5bd9e2f5884836afe0602e1e2fa', operation='UPDATE', pgid='pgtrigger_a_reversed_payment_settles_nothing_fcb91', table='billing_payment', when='BEFORE')),
        ),
    ]
