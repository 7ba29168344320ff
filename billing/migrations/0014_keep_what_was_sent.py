"""Each time a document was sent by e-mail."""

import django.db.models.deletion
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('billing', '0013_charge_a_difference_to_who_bore_it'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sent_at', models.DateTimeField(verbose_name='envoyé le')),
                ('invoice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dispatches', to='billing.invoice', verbose_name='facture')),
                ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dispatches', to='billing.letter', verbose_name='courrier')),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'envoi',
                'verbose_name_plural': 'envois',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('invoice__isnull', False), ('letter__isnull', True)), models.Q(('invoice__isnull', True), ('letter__isnull', False)), _connector='OR'), name='a_dispatch_is_of_one_document')],
            },
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='dispatch',
            trigger=pgtrigger.compiler.Trigger(
                name='dispatches_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a5c3b6185d6f8a5fd9743d4978502f5364d6d27f', operation='UPDATE OR DELETE', pgid='pgtrigger_dispatches_are_append_only_c054e', table='billing_dispatch', when='BEFORE'
                ),
            ),
        ),
    ]
