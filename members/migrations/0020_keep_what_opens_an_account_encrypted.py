"""What opens an account is kept encrypted until it left or is over."""

import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0019_keep_invoiced_attestations'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='mail',
            name='mail_status_matches_its_stamp',
        ),
        migrations.AddField(
            model_name='mail',
            name='encrypted',
            field=models.TextField(blank=True, default='', editable=False, verbose_name='texte chiffré'),
        ),
        migrations.AddField(
            model_name='mail',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='valable jusqu’au'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('hours_reminder', 'heures à soumettre'), ('confirm_digest', 'heures à viser'), ('approve_digest', 'heures à approuver'), ('contested', 'heures contestées'), ('returned', 'heures renvoyées'), ('changed', 'heures changées'), ('notices', 'avis'), ('settled', 'contestation tranchée'), ('confirmed_tacitly', 'visa tacite'), ('dunning', 'relance de facture'), ('document', 'facture, avoir ou devis'), ('access', 'accès au compte')], max_length=20, verbose_name='objet'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='status',
            field=models.CharField(choices=[('pending', 'en attente'), ('sent', 'envoyé'), ('failed', 'en échec'), ('expired', 'périmé')], default='pending', max_length=8, verbose_name='état'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(name='encrypted_words_are_only_blanked', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.expires_at IS DISTINCT FROM NEW.expires_at OR (OLD.encrypted <> NEW.encrypted AND NEW.encrypted <> '') OR (OLD.encrypted <> NEW.encrypted AND NEW.status NOT IN ('sent', 'expired')))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='2f510a6ba5a490b7c921e48a048efb16f0168bf2', operation='UPDATE', pgid='pgtrigger_encrypted_words_are_only_blanked_e73ec', table='members_mail', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('status', 'sent')), models.Q(('sent_at__isnull', True), ('status__in', ['pending', 'failed', 'expired'])), _connector='OR'), name='mail_status_matches_its_stamp'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'access'), _negated=True), models.Q(('html', ''), ('text', '')), _connector='OR'), name='what_opens_an_account_is_never_written_readably'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('encrypted', ''), models.Q(('encrypted__startswith', 'gAAAA'), ('expires_at__isnull', False)), _connector='OR'), name='encrypted_words_are_encrypted_and_have_their_end'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('encrypted', ''), ('status__in', ['pending', 'failed']), _connector='OR'), name='only_a_mail_that_waits_keeps_encrypted_words'),
        ),
    ]
