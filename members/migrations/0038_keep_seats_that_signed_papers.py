"""A seat by which a paper was signed keeps its member, its mandate and that day."""

import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0037_set_the_management_rate'),
        ('papers', '0001_keep_papers_and_signatures'),
    ]

    operations = [
        groupement.kernel.triggers.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(name='a_seat_that_signed_a_paper_keeps_its_day', sql=groupement.kernel.triggers.FirmTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM (SELECT signature.seat_id, party.member_id, signature.signed_on AS day FROM papers_signature signature JOIN papers_party party ON party.id = signature.party_id) signed WHERE signed.seat_id = OLD.id AND (\n                    NEW.function <> 'representative' OR NEW.member_id <> signed.member_id\n                    OR signed.day < NEW.starts_on OR signed.day >= NEW.ends_before\n                )\n            ) THEN\n                RAISE EXCEPTION 'a seat that signed keeps its member, its mandate and that day'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='da9ea535db4a8aa48be11f7f277b65b7da39e046', operation='UPDATE', pgid='pgtrigger_a_seat_that_signed_a_paper_keeps_its_day_98028', table='members_seat', when='BEFORE')),
        ),
    ]
