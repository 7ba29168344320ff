"""A message may carry a stored file, and be about a document that was sent."""

import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0015_hold_terms_of_payment_to_the_law'),
    ]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='mail',
            name='mails_keep_what_they_say',
        ),
        migrations.RemoveConstraint(
            model_name='mailsubject',
            name='a_subject_is_of_a_known_kind',
        ),
        migrations.AddField(
            model_name='mail',
            name='file_name',
            field=models.CharField(blank=True, max_length=120, verbose_name='fichier joint'),
        ),
        migrations.AddField(
            model_name='mail',
            name='file_path',
            field=models.CharField(blank=True, max_length=200, verbose_name='chemin du fichier joint'),
        ),
        migrations.AddField(
            model_name='mail',
            name='file_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='empreinte du fichier joint'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('hours_reminder', 'heures à soumettre'), ('confirm_digest', 'heures à viser'), ('approve_digest', 'heures à approuver'), ('contested', 'heures contestées'), ('returned', 'heures renvoyées'), ('changed', 'heures changées'), ('notices', 'avis'), ('settled', 'contestation tranchée'), ('confirmed_tacitly', 'visa tacite'), ('dunning', 'relance de facture'), ('document', 'facture, avoir ou devis')], max_length=20, verbose_name='objet'),
        ),
        migrations.AlterField(
            model_name='mailsubject',
            name='kind',
            field=models.CharField(choices=[('timesheet', 'relevé'), ('timesheet_step', 'étape de relevé'), ('letter', 'courrier'), ('notice', 'avis'), ('dispatch', 'envoi de document')], max_length=16, verbose_name='nature'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='mails_keep_what_they_say', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."day" IS DISTINCT FROM (NEW."day") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."file_path" IS DISTINCT FROM (NEW."file_path") OR OLD."file_sha256" IS DISTINCT FROM (NEW."file_sha256") OR OLD."html" IS DISTINCT FROM (NEW."html") OR OLD."is_by_hand" IS DISTINCT FROM (NEW."is_by_hand") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."to_id" IS DISTINCT FROM (NEW."to_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ba5f6d9caed0c2e099a7b08cedd713989cbe7c60', operation='UPDATE', pgid='pgtrigger_mails_keep_what_they_say_88c98', table='members_mail', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file_name', ''), ('file_path', ''), ('file_sha256', '')), models.Q(models.Q(('file_name', ''), _negated=True), models.Q(('file_path', ''), _negated=True), ('file_sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='a_mail_carries_a_whole_file_or_none'),
        ),
        migrations.AddConstraint(
            model_name='mailsubject',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['timesheet', 'timesheet_step', 'letter', 'notice', 'dispatch'])), name='a_subject_is_of_a_known_kind'),
        ),
    ]
