"""The security log, written by a function: whoever runs the site needs no right to change the table."""

import django.db.models.deletion
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


CREATE_FUNCTION = """
CREATE FUNCTION note_security_event(at timestamptz, kind text, user_id bigint, address text, ip inet, detail text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO members_securityevent (at, kind, user_id, address, ip, detail) VALUES ($1, $2, $3, $4, $5, $6)
$$
"""
DROP_FUNCTION = "DROP FUNCTION note_security_event(timestamptz, text, bigint, text, inet, text)"


class Migration(migrations.Migration):
    dependencies = [('members', '0020_keep_what_opens_an_account_encrypted')]

    operations = [
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='le')),
                (
                    'kind',
                    models.CharField(
                        choices=[
                            ('login', 'connexion'),
                            ('login_failed', 'connexion refusée'),
                            ('locked_out', 'trop d’essais'),
                            ('idle', 'session finie sans activité'),
                            ('second_factor', 'second facteur'),
                            ('account', 'mot de passe ou adresse'),
                            ('role', 'rôle, siège ou donnée protégée'),
                            ('refused', 'page refusée'),
                            ('export', 'fichier emporté'),
                        ],
                        max_length=16,
                        verbose_name='quoi',
                    ),
                ),
                ('address', models.CharField(blank=True, max_length=254, verbose_name='adresse saisie')),
                ('ip', models.GenericIPAddressField(blank=True, null=True, verbose_name='adresse IP')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='précision')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='compte')),
            ],
            options={'verbose_name': 'événement de sécurité', 'verbose_name_plural': 'journal de sécurité', 'indexes': [models.Index(fields=['-at'], name='security_events_by_time')]},
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='securityevent',
            trigger=pgtrigger.compiler.Trigger(
                name='security_events_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='803c25aa5a34ec9fee4a817579235100cba95902', operation='UPDATE OR DELETE', pgid='pgtrigger_security_events_are_append_only_cb9e1', table='members_securityevent', when='BEFORE'
                ),
            ),
        ),
        migrations.RunSQL(CREATE_FUNCTION, DROP_FUNCTION),
    ]
