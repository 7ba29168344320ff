"""A message names what it is about in rows, and a digest its day; its key may go."""

import django.db.models.deletion
import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0001_record_who_belongs")]

    operations = [
        migrations.CreateModel(
            name='MailSubject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('timesheet', 'relevé'), ('timesheet_step', 'étape de relevé'), ('letter', 'courrier')], max_length=16, verbose_name='nature')),
                ('number', models.PositiveBigIntegerField(verbose_name='numéro')),
                ('address', models.EmailField(max_length=254, verbose_name='adresse')),
                ('day', models.DateField(null=True, verbose_name='jour')),
            ],
            options={
                'verbose_name': 'sujet d’un message',
                'verbose_name_plural': 'sujets d’un message',
            },
        ),
        migrations.AddField(
            model_name='mail',
            name='day',
            field=models.DateField(null=True, verbose_name='jour'),
        ),
        migrations.AddField(
            model_name='mail',
            name='is_by_hand',
            field=models.BooleanField(default=False, verbose_name='à la demande de la coordination'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='key',
            field=models.CharField(max_length=160, null=True, unique=True, verbose_name='clé'),
        ),
        migrations.AddField(
            model_name='mailsubject',
            name='mail',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='about', to='members.mail', verbose_name='message'),
        ),
        migrations.AddIndex(
            model_name='mailsubject',
            index=models.Index(fields=['kind', 'number'], name='mails_about_a_subject'),
        ),
        migrations.AddConstraint(
            model_name='mailsubject',
            constraint=models.UniqueConstraint(fields=('address', 'kind', 'number', 'day'), name='nobody_is_told_the_same_twice', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='mailsubject',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['timesheet', 'timesheet_step', 'letter'])), name='a_subject_is_of_a_known_kind'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='mailsubject',
            trigger=pgtrigger.compiler.Trigger(name='subjects_of_mails_are_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ffe6ff688306f1210b9adf2cbf53e81ba34db70c', operation='UPDATE OR DELETE', pgid='pgtrigger_subjects_of_mails_are_append_only_b53c8', table='members_mailsubject', when='BEFORE')),
        ),
    ]
