"""A contract may count its time by two weeks, of which one knows the first Monday."""

import datetime
import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('employees', '0012_let_paid_leave_count_in_overtime'),
    ]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='contractterms',
            name='insert_insert',
        ),
        groupement.kernel.triggers.RemoveTrigger(
            model_name='contractterms',
            name='update_update',
        ),
        groupement.kernel.triggers.RemoveTrigger(
            model_name='workingtimelimits',
            name='insert_insert',
        ),
        groupement.kernel.triggers.RemoveTrigger(
            model_name='workingtimelimits',
            name='update_update',
        ),
        migrations.AddField(
            model_name='contractterms',
            name='cycle_starts_on',
            field=models.DateField(blank=True, help_text='D’un décompte sur deux semaines\xa0: un lundi où elles commencent, passé ou à venir.', null=True, verbose_name='premier lundi des deux semaines'),
        ),
        migrations.AddField(
            model_name='contracttermsevent',
            name='cycle_starts_on',
            field=models.DateField(blank=True, help_text='D’un décompte sur deux semaines\xa0: un lundi où elles commencent, passé ou à venir.', null=True, verbose_name='premier lundi des deux semaines'),
        ),
        migrations.AddField(
            model_name='workingtimelimits',
            name='cycle_week_minutes',
            field=models.PositiveSmallIntegerField(default=2340, verbose_name='deux semaines : heures supplémentaires dès, dans l’une (D3121-25)'),
        ),
        migrations.AddField(
            model_name='workingtimelimits',
            name='leave_counts_in_cycles_from',
            field=models.DateField(blank=True, default=datetime.date(2026, 1, 7), help_text='Congés pris dès ce jour, sur deux semaines (Cass. soc. 7 janv. 2026, n°\xa024-19.410). Vide\xa0: jamais.', null=True, verbose_name='congés payés comptés de même sur deux semaines dès le'),
        ),
        migrations.AddField(
            model_name='workingtimelimitsevent',
            name='cycle_week_minutes',
            field=models.PositiveSmallIntegerField(default=2340, verbose_name='deux semaines : heures supplémentaires dès, dans l’une (D3121-25)'),
        ),
        migrations.AddField(
            model_name='workingtimelimitsevent',
            name='leave_counts_in_cycles_from',
            field=models.DateField(blank=True, default=datetime.date(2026, 1, 7), help_text='Congés pris dès ce jour, sur deux semaines (Cass. soc. 7 janv. 2026, n°\xa024-19.410). Vide\xa0: jamais.', null=True, verbose_name='congés payés comptés de même sur deux semaines dès le'),
        ),
        migrations.AlterField(
            model_name='contractterms',
            name='time_scheme',
            field=models.CharField(choices=[('weekly', 'à la semaine'), ('two_weeks', 'sur deux semaines'), ('annualised', 'annualisé'), ('day_rate', 'forfait en jours')], default='weekly', max_length=10, verbose_name='décompte du temps'),
        ),
        migrations.AlterField(
            model_name='contracttermsevent',
            name='time_scheme',
            field=models.CharField(choices=[('weekly', 'à la semaine'), ('two_weeks', 'sur deux semaines'), ('annualised', 'annualisé'), ('day_rate', 'forfait en jours')], default='weekly', max_length=10, verbose_name='décompte du temps'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contractterms',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=groupement.kernel.triggers.FirmTriggerSql(func='INSERT INTO "employees_contracttermsevent" ("classification", "contract_id", "cycle_starts_on", "ends_before", "gross_monthly_pay", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "time_scheme", "weekly_minutes", "yearly_days", "yearly_minutes") VALUES (NEW."classification", NEW."contract_id", NEW."cycle_starts_on", NEW."ends_before", NEW."gross_monthly_pay", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."time_scheme", NEW."weekly_minutes", NEW."yearly_days", NEW."yearly_minutes"); RETURN NULL;', hash='241cac9e118fb6942ed44278f22ea46f8b60dad9', operation='INSERT', pgid='pgtrigger_insert_insert_7f7c2', table='employees_contractterms', when='AFTER')),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contractterms',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=groupement.kernel.triggers.FirmTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "employees_contracttermsevent" ("classification", "contract_id", "cycle_starts_on", "ends_before", "gross_monthly_pay", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "time_scheme", "weekly_minutes", "yearly_days", "yearly_minutes") VALUES (NEW."classification", NEW."contract_id", NEW."cycle_starts_on", NEW."ends_before", NEW."gross_monthly_pay", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."time_scheme", NEW."weekly_minutes", NEW."yearly_days", NEW."yearly_minutes"); RETURN NULL;', hash='c601e41e9c926eedf570e6f0c03162ece056f314', operation='UPDATE', pgid='pgtrigger_update_update_98c1e', table='employees_contractterms', when='AFTER')),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='workingtimelimits',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=groupement.kernel.triggers.FirmTriggerSql(func='INSERT INTO "employees_workingtimelimitsevent" ("average_minutes", "average_weeks", "break_after_minutes", "break_minutes", "child_daily_rest_minutes", "collective_agreement", "cycle_week_minutes", "daily_minutes", "daily_most_minutes", "daily_rest_minutes", "days_a_week", "ends_before", "extra_hours_share", "id", "leave_counts_from", "leave_counts_in_cycles_from", "legal_week_minutes", "minor_break_after_minutes", "minor_break_minutes", "minor_daily_minutes", "minor_daily_rest_minutes", "minor_days_a_week", "minor_weekly_minutes", "notice_days", "part_time_break_minutes", "part_time_breaks", "part_time_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "warning_percent", "weekly_minutes", "weekly_most_minutes", "weekly_rest_minutes", "yearly_minutes", "yearly_overtime_minutes") VALUES (NEW."average_minutes", NEW."average_weeks", NEW."break_after_minutes", NEW."break_minutes", NEW."child_daily_rest_minutes", NEW."collective_agreement", NEW."cycle_week_minutes", NEW."daily_minutes", NEW."daily_most_minutes", NEW."daily_rest_minutes", NEW."days_a_week", NEW."ends_before", NEW."extra_hours_share", NEW."id", NEW."leave_counts_from", NEW."leave_counts_in_cycles_from", NEW."legal_week_minutes", NEW."minor_break_after_minutes", NEW."minor_break_minutes", NEW."minor_daily_minutes", NEW."minor_daily_rest_minutes", NEW."minor_days_a_week", NEW."minor_weekly_minutes", NEW."notice_days", NEW."part_time_break_minutes", NEW."part_time_breaks", NEW."part_time_minutes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."warning_percent", NEW."weekly_minutes", NEW."weekly_most_minutes", NEW."weekly_rest_minutes", NEW."yearly_minutes", NEW."yearly_overtime_minutes"); RETURN NULL;', hash='eb5d71924148c193a09e9a7731651e38da4bb1c8', operation='INSERT', pgid='pgtrigger_insert_insert_baf37', table='employees_workingtimelimits', when='AFTER')),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='workingtimelimits',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=groupement.kernel.triggers.FirmTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "employees_workingtimelimitsevent" ("average_minutes", "average_weeks", "break_after_minutes", "break_minutes", "child_daily_rest_minutes", "collective_agreement", "cycle_week_minutes", "daily_minutes", "daily_most_minutes", "daily_rest_minutes", "days_a_week", "ends_before", "extra_hours_share", "id", "leave_counts_from", "leave_counts_in_cycles_from", "legal_week_minutes", "minor_break_after_minutes", "minor_break_minutes", "minor_daily_minutes", "minor_daily_rest_minutes", "minor_days_a_week", "minor_weekly_minutes", "notice_days", "part_time_break_minutes", "part_time_breaks", "part_time_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "warning_percent", "weekly_minutes", "weekly_most_minutes", "weekly_rest_minutes", "yearly_minutes", "yearly_overtime_minutes") VALUES (NEW."average_minutes", NEW."average_weeks", NEW."break_after_minutes", NEW."break_minutes", NEW."child_daily_rest_minutes", NEW."collective_agreement", NEW."cycle_week_minutes", NEW."daily_minutes", NEW."daily_most_minutes", NEW."daily_rest_minutes", NEW."days_a_week", NEW."ends_before", NEW."extra_hours_share", NEW."id", NEW."leave_counts_from", NEW."leave_counts_in_cycles_from", NEW."legal_week_minutes", NEW."minor_break_after_minutes", NEW."minor_break_minutes", NEW."minor_daily_minutes", NEW."minor_daily_rest_minutes", NEW."minor_days_a_week", NEW."minor_weekly_minutes", NEW."notice_days", NEW."part_time_break_minutes", NEW."part_time_breaks", NEW."part_time_minutes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."warning_percent", NEW."weekly_minutes", NEW."weekly_most_minutes", NEW."weekly_rest_minutes", NEW."yearly_minutes", NEW."yearly_overtime_minutes"); RETURN NULL;', hash='aabfa9ee581c95558be2aae6d1a642ea420a29da', operation='UPDATE', pgid='pgtrigger_update_update_0e31a', table='employees_workingtimelimits', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='contractterms',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cycle_starts_on__isnull', False), ('cycle_starts_on__iso_week_day', 1), ('time_scheme', 'two_weeks')), models.Q(models.Q(('time_scheme', 'two_weeks'), _negated=True), ('cycle_starts_on__isnull', True)), _connector='OR'), name='contract_terms_of_two_weeks_begin_on_a_monday'),
        ),
        migrations.AddConstraint(
            model_name='contractterms',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('time_scheme', 'two_weeks'), _negated=True), ('weekly_minutes__gte', 2100), _connector='OR'), name='contract_terms_of_two_weeks_are_full_time'),
        ),
    ]
