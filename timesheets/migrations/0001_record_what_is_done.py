"""Timesheets, entries, steps and remarks, signed sheets, acknowledged findings."""

import django.db.models.deletion
import groupement.kernel.periods
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [('timesheets', '0001_what_was_done'), ('timesheets', '0002_breaks_findings_and_signed_sheets')]

    initial = True

    dependencies = [('employees', '0001_record_who_works_where'), ('pghistory', '0007_auto_20250421_0444'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Timesheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('supplement', models.PositiveSmallIntegerField(default=0, verbose_name='complément n°')),
                ('status', models.CharField(choices=[('draft', 'À saisir'), ('submitted', 'Soumis'), ('confirmed', 'Visé'), ('approved', 'Approuvé')], default='draft', editable=False, max_length=10, verbose_name='état')),
                ('submitted_at', models.DateTimeField(editable=False, null=True, verbose_name='soumis le')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='visé le')),
                ('is_confirmed_tacitly', models.BooleanField(default=False, editable=False, verbose_name='visa tacite')),
                ('approved_at', models.DateTimeField(editable=False, null=True, verbose_name='approuvé le')),
                ('contested_at', models.DateTimeField(editable=False, null=True, verbose_name='contesté le')),
                ('returned_at', models.DateTimeField(editable=False, null=True, verbose_name='renvoyé le')),
                ('accepted_days', models.JSONField(blank=True, default=dict, editable=False, help_text='Les jours que l’adhérent n’a pas contestés, avec leurs minutes : il n’a pas à les relire.', verbose_name='jours acceptés')),
                ('billed_at', models.DateTimeField(editable=False, null=True, verbose_name='facturé le')),
                ('assignment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.assignment', verbose_name='mise à disposition')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee', verbose_name='salarié')),
            ],
            options={
                'verbose_name': 'relevé d’heures',
                'verbose_name_plural': 'relevés d’heures',
                'constraints': [
                    models.UniqueConstraint(fields=('employee', 'month', 'assignment', 'supplement'), name='one_timesheet_per_employee_month_and_assignment', nulls_distinct=False),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('approved_at__isnull', True), ('confirmed_at__isnull', True), ('status', 'draft'), ('submitted_at__isnull', True)),
                            models.Q(('approved_at__isnull', True), ('confirmed_at__isnull', True), ('status', 'submitted'), ('submitted_at__isnull', False)),
                            models.Q(('approved_at__isnull', True), ('assignment__isnull', False), ('confirmed_at__isnull', False), ('status', 'confirmed'), ('submitted_at__isnull', False)),
                            models.Q(('approved_at__isnull', False), ('status', 'approved'), ('submitted_at__isnull', False), models.Q(('assignment__isnull', True), ('confirmed_at__isnull', False), _connector='OR')),
                            _connector='OR',
                        ),
                        name='timesheet_status_matches_its_stamps',
                    ),
                    models.CheckConstraint(condition=models.Q(('billed_at__isnull', True), models.Q(('billed_at__gte', models.F('approved_at')), ('status', 'approved')), _connector='OR'), name='only_an_approved_timesheet_is_billed'),
                    models.CheckConstraint(condition=models.Q(models.Q(('contested_at__isnull', True), ('returned_at__isnull', True)), ('status', 'draft'), _connector='OR'), name='only_a_draft_is_contested_or_returned'),
                    models.CheckConstraint(condition=models.Q(('is_confirmed_tacitly', False), ('confirmed_at__isnull', False), _connector='OR'), name='a_tacit_confirmation_is_a_confirmation'),
                ],
                'indexes': [models.Index(fields=['month', 'status'], name='timesheet_by_month_and_status'), models.Index(fields=['assignment', 'month'], name='timesheet_by_assignment')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='jour')),
                (
                    'kind',
                    models.CharField(
                        choices=[('worked', 'Travail'), ('travel', 'Trajet entre deux lieux de travail'), ('training', 'Formation'), ('meeting', 'Réunion du groupement'), ('leave', 'Congé'), ('sickness', 'Maladie'), ('holiday', 'Jour férié'), ('downtime', 'Sans mission'), ('other', 'Autre absence')],
                        default='worked',
                        max_length=10,
                        verbose_name='nature',
                    ),
                ),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('started_at', models.TimeField(blank=True, null=True, verbose_name='début')),
                ('ended_at', models.TimeField(blank=True, null=True, verbose_name='fin')),
                ('break_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='pause (minutes)')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saisi par')),
                ('timesheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='timesheets.timesheet', verbose_name='relevé')),
            ],
            options={
                'verbose_name': 'pointage',
                'verbose_name_plural': 'pointages',
                'constraints': [
                    models.UniqueConstraint(fields=('timesheet', 'day', 'kind'), name='one_entry_a_day_and_kind'),
                    models.CheckConstraint(condition=models.Q(('minutes__gt', 0), ('minutes__lte', 1440)), name='entry_minutes_fit_in_a_day'),
                    models.CheckConstraint(condition=models.Q(models.Q(('break_minutes', 0), ('ended_at__isnull', True), ('started_at__isnull', True)), models.Q(('break_minutes__lt', 1440), ('ended_at__isnull', False), ('started_at__isnull', False)), _connector='OR'), name='an_entry_has_both_its_times_or_none'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SignedSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('content', models.JSONField(verbose_name='contenu')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte du contenu (SHA-256)')),
                ('signed_at', models.DateTimeField(verbose_name='signé le')),
                ('path', models.CharField(blank=True, max_length=200, verbose_name='fichier')),
                ('size', models.PositiveIntegerField(null=True, verbose_name='taille (octets)')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='empreinte du PDF (SHA-256)')),
                ('made_at', models.DateTimeField(null=True, verbose_name='fait le')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='dernière erreur')),
                ('timesheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signed', to='timesheets.timesheet', verbose_name='relevé')),
            ],
            options={
                'verbose_name': 'relevé signé',
                'verbose_name_plural': 'relevés signés',
                'constraints': [
                    models.UniqueConstraint(fields=('timesheet', 'version'), name='one_signed_sheet_a_version'),
                    models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='signed_sheet_holds_a_digest'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('made_at__isnull', True), ('path', ''), ('sha256', ''), ('size__isnull', True)), models.Q(('made_at__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$'), ('size__isnull', False), models.Q(('path', ''), _negated=True)), _connector='OR'),
                        name='signed_sheet_has_its_file_whole_or_not_at_all',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='EntryEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField(verbose_name='jour')),
                (
                    'kind',
                    models.CharField(
                        choices=[('worked', 'Travail'), ('travel', 'Trajet entre deux lieux de travail'), ('training', 'Formation'), ('meeting', 'Réunion du groupement'), ('leave', 'Congé'), ('sickness', 'Maladie'), ('holiday', 'Jour férié'), ('downtime', 'Sans mission'), ('other', 'Autre absence')],
                        default='worked',
                        max_length=10,
                        verbose_name='nature',
                    ),
                ),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('started_at', models.TimeField(blank=True, null=True, verbose_name='début')),
                ('ended_at', models.TimeField(blank=True, null=True, verbose_name='fin')),
                ('break_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='pause (minutes)')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('entered_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saisi par')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='timesheets.entry')),
                ('timesheet', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='timesheets.timesheet', verbose_name='relevé')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='TimesheetStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='de')),
                ('target', models.CharField(max_length=20, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('note', models.TextField(blank=True, verbose_name='motif')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='timesheets.timesheet')),
            ],
            options={'verbose_name': 'étape de relevé', 'verbose_name_plural': 'étapes de relevé'},
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='jour')),
                ('reason', models.CharField(max_length=500, verbose_name='motif')),
                ('expected_minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes attendues')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='timesheets.timesheetstep')),
            ],
            options={'verbose_name': 'remarque', 'verbose_name_plural': 'remarques', 'constraints': [models.UniqueConstraint(fields=('step', 'day'), name='one_remark_a_day_in_a_step')]},
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=30, verbose_name='règle')),
                ('day', models.DateField(verbose_name='jour')),
                ('measured', models.IntegerField(verbose_name='mesuré')),
                ('note', models.TextField(max_length=2000, verbose_name='note')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee', verbose_name='salarié')),
            ],
            options={
                'verbose_name': 'alerte lue',
                'verbose_name_plural': 'alertes lues',
                'constraints': [models.UniqueConstraint(fields=('employee', 'rule', 'day', 'measured'), name='a_finding_is_acknowledged_once'), models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='an_acknowledgement_has_a_note')],
            },
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='acknowledgement',
            trigger=pgtrigger.compiler.Trigger(
                name='acknowledgements_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a3c54b0e4ec4b05593056f26baeffd3e95d45d5e', operation='UPDATE OR DELETE', pgid='pgtrigger_acknowledgements_are_append_only_d7491', table='timesheets_acknowledgement', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='timesheet',
            trigger=pgtrigger.compiler.Trigger(
                name='timesheet_keeps_who_and_when',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF TG_OP = 'UPDATE' AND (NEW.employee_id, NEW.month, NEW.assignment_id, NEW.supplement)\n                        IS DISTINCT FROM (OLD.employee_id, OLD.month, OLD.assignment_id, OLD.supplement)\n                    THEN\n                        RAISE EXCEPTION 'a timesheet keeps its employee, month and assignment'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF TG_OP = 'INSERT' AND NEW.assignment_id IS NOT NULL THEN\n                        PERFORM 1 FROM employees_assignment\n                        WHERE id = NEW.assignment_id AND employee_id = NEW.employee_id\n                          AND starts_on < (NEW.month + interval '1 month')\n                          AND (ends_before IS NULL OR ends_before > NEW.month);\n                        IF NOT FOUND THEN\n                            RAISE EXCEPTION 'a timesheet is for its employee''s own assignment, in its months'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='d37c0b469045a14a763746fa690169dc6aec0c2d',
                    operation='INSERT OR UPDATE',
                    pgid='pgtrigger_timesheet_keeps_who_and_when_aad8f',
                    table='timesheets_timesheet',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='timesheet',
            trigger=pgtrigger.compiler.Trigger(
                name='approved_timesheet_is_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" IN (\'submitted\', \'confirmed\', \'approved\'))',
                    func="\n                    IF TG_OP = 'DELETE' THEN\n                        RAISE EXCEPTION 'only a draft timesheet is deleted' USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF OLD.billed_at IS NOT NULL AND NEW.status <> 'approved' THEN\n                        RAISE EXCEPTION 'a billed timesheet is not reopened'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='11de13024b765e005eb9f36b953b4510ebf713cc',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_approved_timesheet_is_frozen_35f3e',
                    table='timesheets_timesheet',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='signedsheet',
            trigger=pgtrigger.compiler.Trigger(
                name='signed_content_never_changes',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."signed_at" IS DISTINCT FROM (NEW."signed_at") OR OLD."timesheet_id" IS DISTINCT FROM (NEW."timesheet_id") OR OLD."version" IS DISTINCT FROM (NEW."version"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='4760a73f575f1289f73aa5b4129d879c81bf7b91',
                    operation='UPDATE',
                    pgid='pgtrigger_signed_content_never_changes_cfcda',
                    table='timesheets_signedsheet',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='signedsheet',
            trigger=pgtrigger.compiler.Trigger(
                name='signed_file_never_changes',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."made_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9de5d47253ebdc05ecdfac25ccc0f8e7c8f25531', operation='UPDATE', pgid='pgtrigger_signed_file_never_changes_a8106', table='timesheets_signedsheet', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='signedsheet',
            trigger=pgtrigger.compiler.Trigger(
                name='signed_sheets_are_kept',
                sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c7b0274efd33012a34721104a7a403b4720c0368', operation='DELETE', pgid='pgtrigger_signed_sheets_are_kept_a00e6', table='timesheets_signedsheet', when='BEFORE'),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(
                name='entries_change_only_in_a_draft',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE sheet timesheets_timesheet%ROWTYPE; named bigint;',
                    func="\n                    FOREACH named IN ARRAY ARRAY[\n                        CASE WHEN TG_OP <> 'INSERT' THEN OLD.timesheet_id END,\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.timesheet_id END\n                    ] LOOP\n                        CONTINUE WHEN named IS NULL;\n                        SELECT * INTO sheet FROM timesheets_timesheet WHERE id = named FOR SHARE;\n                        IF sheet.status <> 'draft' THEN\n                            RAISE EXCEPTION 'the entries of a timesheet change only while it is a draft'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END LOOP;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    IF NEW.day < sheet.month OR NEW.day >= sheet.month + interval '1 month' THEN\n                        RAISE EXCEPTION 'an entry lies in the month of its timesheet'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF (sheet.assignment_id IS NOT NULL) <> (NEW.kind IN ('worked', 'travel')) THEN\n                        RAISE EXCEPTION 'an entry fits the kind of its timesheet'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='3c5d5f58fe694aa6079374090586de62bb307cfb',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_entries_change_only_in_a_draft_db36b',
                    table='timesheets_entry',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "timesheets_entryevent" ("break_minutes", "day", "ended_at", "entered_by_id", "id", "kind", "minutes", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "timesheet_id") VALUES (NEW."break_minutes", NEW."day", NEW."ended_at", NEW."entered_by_id", NEW."id", NEW."kind", NEW."minutes", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."started_at", NEW."timesheet_id"); RETURN NULL;',
                    hash='b409f85be3a53f854f763f04c393578a1d2c2369',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_9a7a7',
                    table='timesheets_entry',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "timesheets_entryevent" ("break_minutes", "day", "ended_at", "entered_by_id", "id", "kind", "minutes", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "timesheet_id") VALUES (NEW."break_minutes", NEW."day", NEW."ended_at", NEW."entered_by_id", NEW."id", NEW."kind", NEW."minutes", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."started_at", NEW."timesheet_id"); RETURN NULL;',
                    hash='7906b9c86182fbd718732188806675b6d79ea607',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_b5ed1',
                    table='timesheets_entry',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(
                name='delete_delete',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "timesheets_entryevent" ("break_minutes", "day", "ended_at", "entered_by_id", "id", "kind", "minutes", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_at", "timesheet_id") VALUES (OLD."break_minutes", OLD."day", OLD."ended_at", OLD."entered_by_id", OLD."id", OLD."kind", OLD."minutes", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."started_at", OLD."timesheet_id"); RETURN NULL;',
                    hash='c427aa9a6504cdefa1827c0e2cd2604dfa93c275',
                    operation='DELETE',
                    pgid='pgtrigger_delete_delete_27904',
                    table='timesheets_entry',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='timesheetstep',
            trigger=pgtrigger.compiler.Trigger(
                name='timesheet_steps_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6dfd816add47d6bcd6a1dc717c392bc69b247fc6', operation='UPDATE OR DELETE', pgid='pgtrigger_timesheet_steps_are_append_only_0241c', table='timesheets_timesheetstep', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='remark',
            trigger=pgtrigger.compiler.Trigger(
                name='remarks_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8a6d7d1ea0d352dd958921cc69abb475d5e99eec', operation='UPDATE OR DELETE', pgid='pgtrigger_remarks_are_append_only_63179', table='timesheets_remark', when='BEFORE'),
            ),
        ),
    ]
