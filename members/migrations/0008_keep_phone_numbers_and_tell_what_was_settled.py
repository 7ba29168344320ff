"""Who is late can be called; a message may tell how a contest was settled."""

import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0007_tell_of_what_others_did'),
    ]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='user',
            name='insert_insert',
        ),
        groupement.kernel.triggers.RemoveTrigger(
            model_name='user',
            name='update_update',
        ),
        migrations.AddField(
            model_name='user',
            name='phone',
            field=models.CharField(blank=True, help_text='Pour que la coordination puisse appeler. Elle seule le voit.', max_length=30, verbose_name='téléphone'),
        ),
        migrations.AddField(
            model_name='userevent',
            name='phone',
            field=models.CharField(blank=True, help_text='Pour que la coordination puisse appeler. Elle seule le voit.', max_length=30, verbose_name='téléphone'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('hours_reminder', 'heures à soumettre'), ('confirm_digest', 'heures à viser'), ('approve_digest', 'heures à approuver'), ('contested', 'heures contestées'), ('returned', 'heures renvoyées'), ('changed', 'heures changées'), ('notices', 'avis'), ('settled', 'contestation tranchée'), ('confirmed_tacitly', 'visa tacite'), ('dunning', 'relance de facture')], max_length=20, verbose_name='objet'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "members_userevent" ("created_at", "email", "id", "is_active", "is_admin", "is_coordinator", "is_finance", "mail_frequency", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_admin", NEW."is_coordinator", NEW."is_finance", NEW."mail_frequency", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone"); RETURN NULL;', hash='89d63660ae10a2c59800d4542d8a5cb74d060002', operation='INSERT', pgid='pgtrigger_insert_insert_ad80e', table='members_user', when='AFTER')),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_admin" IS DISTINCT FROM (NEW."is_admin") OR OLD."is_coordinator" IS DISTINCT FROM (NEW."is_coordinator") OR OLD."is_finance" IS DISTINCT FROM (NEW."is_finance") OR OLD."mail_frequency" IS DISTINCT FROM (NEW."mail_frequency") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone"))', func='INSERT INTO "members_userevent" ("created_at", "email", "id", "is_active", "is_admin", "is_coordinator", "is_finance", "mail_frequency", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_admin", NEW."is_coordinator", NEW."is_finance", NEW."mail_frequency", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone"); RETURN NULL;', hash='e71809026a2c394fbac6e5a9512863b204afabaa', operation='UPDATE', pgid='pgtrigger_update_update_3d12e', table='members_user', when='AFTER')),
        ),
    ]
