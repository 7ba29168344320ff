"""A digest is written once a day by its day; the key that said so goes."""

import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0003_fill_what_mails_are_about")]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='mail',
            name='mails_keep_what_they_say',
        ),
        migrations.RemoveField(
            model_name='mail',
            name='key',
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('day__isnull', False), ('kind__in', ('hours_reminder', 'confirm_digest', 'approve_digest'))), models.Q(models.Q(('kind__in', ('hours_reminder', 'confirm_digest', 'approve_digest')), _negated=True), ('day__isnull', True), ('is_by_hand', False)), _connector='OR'), name='a_digest_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(condition=models.Q(('day__isnull', False), ('is_by_hand', False)), fields=('address', 'kind', 'day'), name='one_digest_of_a_kind_a_day'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='mails_keep_what_they_say', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."day" IS DISTINCT FROM (NEW."day") OR OLD."html" IS DISTINCT FROM (NEW."html") OR OLD."is_by_hand" IS DISTINCT FROM (NEW."is_by_hand") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."to_id" IS DISTINCT FROM (NEW."to_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d5a61b32fc5b6336acc92ffffd72d7779b24c3bb', operation='UPDATE', pgid='pgtrigger_mails_keep_what_they_say_88c98', table='members_mail', when='BEFORE')),
        ),
    ]
