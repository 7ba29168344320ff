"""What stood in hours that another wrote or handed in is kept; a person and others recall only their own."""

import django.db.models.deletion
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('timesheets', '0005_name_the_steps_that_mails_are_about'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='ChangedHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='jour')),
                (
                    'kind',
                    models.CharField(
                        choices=[('worked', 'Travail'), ('travel', 'Trajet entre deux lieux de travail'), ('training', 'Formation'), ('meeting', 'Réunion du groupement'), ('leave', 'Congé'), ('sickness', 'Maladie'), ('holiday', 'Jour férié'), ('downtime', 'Sans mission'), ('other', 'Autre absence')],
                        max_length=10,
                        verbose_name='nature',
                    ),
                ),
                ('before_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='minutes d’avant')),
                ('after_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='minutes d’après')),
                ('before_times', models.CharField(blank=True, max_length=60, verbose_name='horaire d’avant')),
                ('after_times', models.CharField(blank=True, max_length=60, verbose_name='horaire d’après')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changed', to='timesheets.timesheetstep')),
            ],
            options={
                'verbose_name': 'heures changées',
                'verbose_name_plural': 'heures changées',
                'constraints': [
                    models.UniqueConstraint(fields=('step', 'day', 'kind'), name='hours_change_once_in_a_step_a_day_and_kind'),
                    models.CheckConstraint(condition=models.Q(models.Q(('before_minutes', models.F('after_minutes')), _negated=True), models.Q(('before_times', models.F('after_times')), _negated=True), _connector='OR'), name='changed_hours_differ'),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name='timesheetstep', name='a_step_leads_where_its_act_does'),
        migrations.AlterField(
            model_name='timesheetstep',
            name='kind',
            field=models.CharField(
                choices=[
                    ('supplement', 'Complément ouvert'),
                    ('submit', 'Soumis'),
                    ('recall', 'Rappelé'),
                    ('confirm', 'Visé'),
                    ('contest', 'Contesté'),
                    ('tacit', 'Visé tacitement'),
                    ('settle', 'Tranché par la coordination'),
                    ('return', 'Renvoyé'),
                    ('approve', 'Approuvé'),
                    ('undo', 'Approbation annulée'),
                    ('reopen', 'Rouvert'),
                    ('change', 'Heures changées'),
                ],
                max_length=10,
                verbose_name='acte',
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(
                name='a_persons_hours_are_not_rewritten_silently',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."entered_by_id" IS DISTINCT FROM (NEW."entered_by_id") AND OLD."minutes" IS DISTINCT FROM (NEW."minutes"))',
                    func="\n                    PERFORM 1 FROM timesheets_timesheet sheet\n                    JOIN employees_employee employee ON employee.id = sheet.employee_id\n                    WHERE sheet.id = NEW.timesheet_id AND employee.user_id = OLD.entered_by_id;\n                    IF NOT FOUND THEN RETURN NEW; END IF;\n                    PERFORM 1 FROM timesheets_changedhours changed\n                    JOIN timesheets_timesheetstep step ON step.id = changed.step_id\n                    WHERE step.subject_id = NEW.timesheet_id AND step.by_id = NEW.entered_by_id\n                      AND (changed.day, changed.kind) = (NEW.day, NEW.kind)\n                      AND (changed.before_minutes, changed.after_minutes) = (OLD.minutes, NEW.minutes);\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'hours that a person wrote are rewritten with a reason only'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='5d779418be7d688a8f20e13b18df16638097e47d',
                    operation='UPDATE',
                    pgid='pgtrigger_a_persons_hours_are_not_rewritten_silently_2eb09',
                    table='timesheets_entry',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='timesheetstep',
            trigger=pgtrigger.compiler.Trigger(
                name='a_person_and_others_recall_only_their_own',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."kind" = \'recall\')',
                    declare='DECLARE person bigint; handed_in_by bigint;',
                    func="\n                    SELECT employee.user_id INTO person FROM timesheets_timesheet sheet\n                    JOIN employees_employee employee ON employee.id = sheet.employee_id\n                    WHERE sheet.id = NEW.subject_id;\n                    SELECT by_id INTO handed_in_by FROM timesheets_timesheetstep\n                    WHERE subject_id = NEW.subject_id AND kind = 'submit' ORDER BY id DESC LIMIT 1;\n                    IF handed_in_by IS NOT NULL AND NEW.by_id IS DISTINCT FROM handed_in_by\n                        AND person IN (handed_in_by, NEW.by_id)\n                    THEN\n                        RAISE EXCEPTION 'a person and others recall only what they handed in'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='4a68e56ba15ff65f08510b76297bfaeb0c073dc4',
                    operation='INSERT',
                    pgid='pgtrigger_a_person_and_others_recall_only_their_own_fa6c7',
                    table='timesheets_timesheetstep',
                    when='BEFORE',
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name='timesheetstep',
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(('kind', 'supplement'), ('source__in', ('',)), ('target__in', ('draft',))),
                    models.Q(('kind', 'submit'), ('source__in', ('draft',)), ('target__in', ('submitted',))),
                    models.Q(('kind', 'recall'), ('source__in', ('submitted',)), ('target__in', ('draft',))),
                    models.Q(('kind', 'confirm'), ('source__in', ('submitted',)), ('target__in', ('confirmed',))),
                    models.Q(('kind', 'contest'), ('source__in', ('submitted',)), ('target__in', ('draft',))),
                    models.Q(('kind', 'tacit'), ('source__in', ('submitted',)), ('target__in', ('confirmed',))),
                    models.Q(('kind', 'settle'), ('source__in', ('submitted',)), ('target__in', ('confirmed',))),
                    models.Q(('kind', 'return'), ('source__in', ('submitted', 'confirmed')), ('target__in', ('draft',))),
                    models.Q(('kind', 'approve'), ('source__in', ('submitted', 'confirmed')), ('target__in', ('approved',))),
                    models.Q(('kind', 'undo'), ('source__in', ('approved',)), ('target__in', ('submitted', 'confirmed'))),
                    models.Q(('kind', 'reopen'), ('source__in', ('approved',)), ('target__in', ('draft',))),
                    models.Q(('kind', 'change'), ('source__in', ('draft',)), ('target__in', ('draft',))),
                    _connector='OR',
                ),
                name='a_step_leads_where_its_act_does',
            ),
        ),
        migrations.AddConstraint(model_name='timesheetstep', constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'change'), _negated=True), ('note__regex', '\\S'), _connector='OR'), name='who_changes_anothers_hours_says_why')),
        groupement.kernel.triggers.AddTrigger(
            model_name='changedhours',
            trigger=pgtrigger.compiler.Trigger(
                name='changed_hours_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='30599fbf9109d71ea2cd638c8302d5da63adbbab', operation='UPDATE OR DELETE', pgid='pgtrigger_changed_hours_are_append_only_09972', table='timesheets_changedhours', when='BEFORE'
                ),
            ),
        ),
    ]
