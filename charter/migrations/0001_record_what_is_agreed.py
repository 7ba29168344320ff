"""The charter: themes, articles, commitments, signatures."""

import django.db.models.deletion
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [('charter', '0001_what_was_agreed')]

    initial = True

    dependencies = [('members', '0001_record_who_belongs'), ('pghistory', '0007_auto_20250421_0444'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Charter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(unique=True, verbose_name='version')),
                ('title', models.CharField(max_length=160, verbose_name='titre')),
                ('preamble', models.TextField(verbose_name='préambule')),
                ('status', models.CharField(choices=[('draft', 'brouillon'), ('open', 'ouverte à la signature'), ('in_force', 'en vigueur'), ('superseded', 'remplacée')], default='draft', editable=False, max_length=12, verbose_name='état')),
                ('opened_at', models.DateTimeField(editable=False, null=True, verbose_name='ouverte à la signature le')),
                ('in_force_at', models.DateTimeField(editable=False, null=True, verbose_name='en vigueur depuis le')),
                ('superseded_at', models.DateTimeField(editable=False, null=True, verbose_name='remplacée le')),
                ('content', models.JSONField(editable=False, null=True, verbose_name='texte figé')),
                ('digest', models.CharField(blank=True, editable=False, max_length=64, verbose_name='empreinte SHA-256')),
            ],
            options={
                'verbose_name': 'charte',
                'verbose_name_plural': 'chartes',
                'constraints': [
                    models.UniqueConstraint(models.F('status'), condition=models.Q(('status__in', ['open', 'in_force'])), name='one_charter_is_open_and_one_in_force'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('content__isnull', True), ('digest', ''), ('opened_at__isnull', True), ('status', 'draft')), models.Q(('content__isnull', False), ('digest__regex', '^[0-9a-f]{64}$'), ('opened_at__isnull', False), ('status__in', ['open', 'in_force', 'superseded'])), _connector='OR'),
                        name='charter_is_frozen_once_open',
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('in_force_at__isnull', True), ('status__in', ['draft', 'open']), ('superseded_at__isnull', True)),
                            models.Q(('in_force_at__isnull', False), ('status', 'in_force'), ('superseded_at__isnull', True)),
                            models.Q(('in_force_at__isnull', False), ('status', 'superseded'), ('superseded_at__isnull', False)),
                            _connector='OR',
                        ),
                        name='charter_status_matches_its_stamps',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='CharterStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='de')),
                ('target', models.CharField(max_length=20, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('note', models.TextField(blank=True, verbose_name='motif')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='charter.charter')),
            ],
            options={'verbose_name': 'étape de charte', 'verbose_name_plural': 'étapes de charte'},
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('label', models.CharField(max_length=60, verbose_name='nom')),
                ('summary', models.CharField(blank=True, max_length=200, verbose_name='en une phrase')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='rang')),
            ],
            options={'verbose_name': 'thème', 'verbose_name_plural': 'thèmes'},
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('title', models.CharField(max_length=160, verbose_name='engagement')),
                ('text', models.TextField(verbose_name='texte')),
                ('charter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='charter.charter', verbose_name='charte')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='charter.theme', verbose_name='thème')),
            ],
            options={'verbose_name': 'engagement', 'verbose_name_plural': 'engagements', 'constraints': [models.UniqueConstraint(fields=('charter', 'theme', 'position'), name='commitment_position_is_unique_in_a_theme', violation_error_message='Un autre engagement de ce thème a déjà ce rang.')]},
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signer_name', models.CharField(max_length=120, verbose_name='signé par')),
                ('signed_at', models.DateTimeField(verbose_name='signé le')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte de ce qui a été signé')),
                ('charter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='charter.charter', verbose_name='charte')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.seat', verbose_name='siège')),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
                'constraints': [models.UniqueConstraint(fields=('charter', 'member'), name='a_member_signs_a_charter_once', violation_error_message='Cette structure a déjà signé cette version.'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='signature_holds_a_digest')],
            },
        ),
        migrations.CreateModel(
            name='ThemeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, max_length=30, verbose_name='code')),
                ('label', models.CharField(max_length=60, verbose_name='nom')),
                ('summary', models.CharField(blank=True, max_length=200, verbose_name='en une phrase')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='rang')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='charter.theme')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('title', models.CharField(max_length=160, verbose_name='titre')),
                ('text', models.TextField(verbose_name='texte')),
                ('charter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='charter.charter', verbose_name='charte')),
            ],
            options={'verbose_name': 'article', 'verbose_name_plural': 'articles', 'constraints': [models.UniqueConstraint(fields=('charter', 'position'), name='article_position_is_unique_in_a_charter', violation_error_message='Un autre article a déjà ce rang.')]},
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='charter',
            trigger=pgtrigger.compiler.Trigger(
                name='charter_text_is_frozen_once_open',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" IN (\'open\', \'in_force\', \'superseded\'))',
                    func="\n                    IF TG_OP = 'DELETE' OR NEW.version <> OLD.version OR NEW.title <> OLD.title\n                        OR NEW.preamble <> OLD.preamble OR NEW.content <> OLD.content\n                        OR NEW.digest <> OLD.digest OR NEW.opened_at <> OLD.opened_at\n                    THEN\n                        RAISE EXCEPTION 'a charter open for signature is frozen'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='0219591f94ce78fb672be8da32fb78ada1f7afc7',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_charter_text_is_frozen_once_open_1523d',
                    table='charter_charter',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='theme',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "charter_themeevent" ("code", "id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "summary") VALUES (NEW."code", NEW."id", NEW."label", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."summary"); RETURN NULL;',
                    hash='347ebd000ea8e58cfcb6164cc1b975704793e3ad',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_ec465',
                    table='charter_theme',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='theme',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "charter_themeevent" ("code", "id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "summary") VALUES (NEW."code", NEW."id", NEW."label", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."summary"); RETURN NULL;',
                    hash='e73972f9d713525e7db2ca9586e281503db5b868',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_6559e',
                    table='charter_theme',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='article',
            trigger=pgtrigger.compiler.Trigger(
                name='articles_are_frozen_once_open',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM charter_charter\n    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.charter_id END,\n                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.charter_id END)\n    FOR SHARE;\n    PERFORM 1 FROM charter_charter\n    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.charter_id END,\n                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.charter_id END)\n      AND status <> 'draft';\n    IF FOUND THEN\n        RAISE EXCEPTION 'a charter open for signature is frozen' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='a6508cdfa220be08128e1666daa565b026ce3b30',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_articles_are_frozen_once_open_b38e6',
                    table='charter_article',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='charterstep',
            trigger=pgtrigger.compiler.Trigger(
                name='charter_steps_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f8386ba48f1d98784a28a332ae9b38ff8d48132', operation='UPDATE OR DELETE', pgid='pgtrigger_charter_steps_are_append_only_c7e8d', table='charter_charterstep', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(
                name='signatures_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1a4745dae4e4deec3506bfe961b27a86fd399043', operation='UPDATE OR DELETE', pgid='pgtrigger_signatures_are_append_only_4074f', table='charter_signature', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(
                name='signature_matches_the_open_text',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM charter_charter\n                        WHERE id = NEW.charter_id AND digest = NEW.digest AND status IN ('open', 'in_force')\n                    ) OR NOT EXISTS (\n                        SELECT 1 FROM members_seat\n                        WHERE id = NEW.seat_id AND member_id = NEW.member_id AND function = 'representative'\n                    ) THEN\n                        RAISE EXCEPTION 'a signature is of the open text, by a representative seat'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='36cdeaf6d96caee471263cd056044c0a5c9f18cd',
                    operation='INSERT',
                    pgid='pgtrigger_signature_matches_the_open_text_1c1ba',
                    table='charter_signature',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='commitment',
            trigger=pgtrigger.compiler.Trigger(
                name='commitments_are_frozen_once_open',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM charter_charter\n    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.charter_id END,\n                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.charter_id END)\n    FOR SHARE;\n    PERFORM 1 FROM charter_charter\n    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.charter_id END,\n                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.charter_id END)\n      AND status <> 'draft';\n    IF FOUND THEN\n        RAISE EXCEPTION 'a charter open for signature is frozen' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='d8f7396d2c73f11bc295a34d70f46b86e823dd02',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_commitments_are_frozen_once_open_191c3',
                    table='charter_commitment',
                    when='BEFORE',
                ),
            ),
        ),
    ]
