"""A seat by which the charter was signed keeps its member, its mandate and that day."""

import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0002_guard_every_row_on_every_path'),
        ('members', '0025_keep_files'),
    ]

    operations = [
        groupement.kernel.triggers.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(name='a_seat_that_signed_keeps_its_day', sql=groupement.kernel.triggers.FirmTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM (SELECT seat_id, member_id, (signed_at AT TIME ZONE 'Europe/Paris')::date AS day FROM charter_signature) signed WHERE signed.seat_id = OLD.id AND (\n                    NEW.function <> 'representative' OR NEW.member_id <> signed.member_id\n                    OR signed.day < NEW.starts_on OR signed.day >= NEW.ends_before\n                )\n            ) THEN\n                RAISE EXCEPTION 'a seat that signed keeps its member, its mandate and that day'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='0afc584571667efc6047d590de86b6c353557d82', operation='UPDATE', pgid='pgtrigger_a_seat_that_signed_keeps_its_day_68b77', table='members_seat', when='BEFORE')),
        ),
    ]
