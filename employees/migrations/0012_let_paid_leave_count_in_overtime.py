"""Paid leave counts in overtime from the day of the ruling; where limits were recorded too, until they say otherwise."""

import datetime
import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('employees', '0011_let_trials_of_prices_be_rolled_back'),
    ]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='workingtimelimits',
            name='insert_insert',
        ),
        groupement.kernel.triggers.RemoveTrigger(
            model_name='workingtimelimits',
            name='update_update',
        ),
        migrations.AddField(
            model_name='workingtimelimits',
            name='leave_counts_from',
            field=models.DateField(blank=True, default=datetime.date(2025, 9, 10), help_text='Congés pris dès ce jour, à la semaine (Cass. soc. 10 sept. 2025, n°\xa023-14.455). Vide\xa0: jamais. Un rappel de salaire peut remonter à trois ans (C. trav. L3245-1)\xa0: demandez à votre conseil.', null=True, verbose_name='congés payés comptés dans les heures supplémentaires dès le'),
        ),
        migrations.AddField(
            model_name='workingtimelimitsevent',
            name='leave_counts_from',
            field=models.DateField(blank=True, default=datetime.date(2025, 9, 10), help_text='Congés pris dès ce jour, à la semaine (Cass. soc. 10 sept. 2025, n°\xa023-14.455). Vide\xa0: jamais. Un rappel de salaire peut remonter à trois ans (C. trav. L3245-1)\xa0: demandez à votre conseil.', null=True, verbose_name='congés payés comptés dans les heures supplémentaires dès le'),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='workingtimelimits',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=groupement.kernel.triggers.FirmTriggerSql(func='INSERT INTO "employees_workingtimelimitsevent" ("average_minutes", "average_weeks", "break_after_minutes", "break_minutes", "child_daily_rest_minutes", "collective_agreement", "daily_minutes", "daily_most_minutes", "daily_rest_minutes", "days_a_week", "ends_before", "extra_hours_share", "id", "leave_counts_from", "legal_week_minutes", "minor_break_after_minutes", "minor_break_minutes", "minor_daily_minutes", "minor_daily_rest_minutes", "minor_days_a_week", "minor_weekly_minutes", "notice_days", "part_time_break_minutes", "part_time_breaks", "part_time_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "warning_percent", "weekly_minutes", "weekly_most_minutes", "weekly_rest_minutes", "yearly_minutes", "yearly_overtime_minutes") VALUES (NEW."average_minutes", NEW."average_weeks", NEW."break_after_minutes", NEW."break_minutes", NEW."child_daily_rest_minutes", NEW."collective_agreement", NEW."daily_minutes", NEW."daily_most_minutes", NEW."daily_rest_minutes", NEW."days_a_week", NEW."ends_before", NEW."extra_hours_share", NEW."id", NEW."leave_counts_from", NEW."legal_week_minutes", NEW."minor_break_after_minutes", NEW."minor_break_minutes", NEW."minor_daily_minutes", NEW."minor_daily_rest_minutes", NEW."minor_days_a_week", NEW."minor_weekly_minutes", NEW."notice_days", NEW."part_time_break_minutes", NEW."part_time_breaks", NEW."part_time_minutes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."warning_percent", NEW."weekly_minutes", NEW."weekly_most_minutes", NEW."weekly_rest_minutes", NEW."yearly_minutes", NEW."yearly_overtime_minutes"); RETURN NULL;', hash='c205abb3d201c2167bd33713b09db3b5c20a6988', operation='INSERT', pgid='pgtrigger_insert_insert_baf37', table='employees_workingtimelimits', when='AFTER')),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='workingtimelimits',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=groupement.kernel.triggers.FirmTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "employees_workingtimelimitsevent" ("average_minutes", "average_weeks", "break_after_minutes", "break_minutes", "child_daily_rest_minutes", "collective_agreement", "daily_minutes", "daily_most_minutes", "daily_rest_minutes", "days_a_week", "ends_before", "extra_hours_share", "id", "leave_counts_from", "legal_week_minutes", "minor_break_after_minutes", "minor_break_minutes", "minor_daily_minutes", "minor_daily_rest_minutes", "minor_days_a_week", "minor_weekly_minutes", "notice_days", "part_time_break_minutes", "part_time_breaks", "part_time_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "warning_percent", "weekly_minutes", "weekly_most_minutes", "weekly_rest_minutes", "yearly_minutes", "yearly_overtime_minutes") VALUES (NEW."average_minutes", NEW."average_weeks", NEW."break_after_minutes", NEW."break_minutes", NEW."child_daily_rest_minutes", NEW."collective_agreement", NEW."daily_minutes", NEW."daily_most_minutes", NEW."daily_rest_minutes", NEW."days_a_week", NEW."ends_before", NEW."extra_hours_share", NEW."id", NEW."leave_counts_from", NEW."legal_week_minutes", NEW."minor_break_after_minutes", NEW."minor_break_minutes", NEW."minor_daily_minutes", NEW."minor_daily_rest_minutes", NEW."minor_days_a_week", NEW."minor_weekly_minutes", NEW."notice_days", NEW."part_time_break_minutes", NEW."part_time_breaks", NEW."part_time_minutes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."warning_percent", NEW."weekly_minutes", NEW."weekly_most_minutes", NEW."weekly_rest_minutes", NEW."yearly_minutes", NEW."yearly_overtime_minutes"); RETURN NULL;', hash='b79e0a5b54bcdbf59a992005a583f0fe9a57ec17', operation='UPDATE', pgid='pgtrigger_update_update_0e31a', table='employees_workingtimelimits', when='AFTER')),
        ),
    ]
