from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0028_read_who_bears_absences'),
    ]

    operations = [
        migrations.AlterField(
            model_name='group',
            name='absence_rule',
            field=models.CharField(choices=[('worked_hours', 'selon les heures travaillées du mois'), ('planned_share', 'selon les parts prévues'), ('last_12_months', 'selon les douze derniers mois'), ('planned_that_day', 'la structure prévue ce jour-là'), ('reserve', 'la réserve du groupement')], default='worked_hours', help_text='Repris dans les premières conditions d’une mise à disposition ; se change pour chacune.', max_length=16, verbose_name='qui porte les absences, par défaut'),
        ),
        migrations.AlterField(
            model_name='groupevent',
            name='absence_rule',
            field=models.CharField(choices=[('worked_hours', 'selon les heures travaillées du mois'), ('planned_share', 'selon les parts prévues'), ('last_12_months', 'selon les douze derniers mois'), ('planned_that_day', 'la structure prévue ce jour-là'), ('reserve', 'la réserve du groupement')], default='worked_hours', help_text='Repris dans les premières conditions d’une mise à disposition ; se change pour chacune.', max_length=16, verbose_name='qui porte les absences, par défaut'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.CheckConstraint(condition=models.Q(('absence_rule__in', ['worked_hours', 'planned_share', 'last_12_months', 'planned_that_day', 'reserve'])), name='group_absence_rule_is_one_that_prices_know', violation_error_message='Choisissez qui porte les absences dans la liste.'),
        ),
    ]
