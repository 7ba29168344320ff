"""Employees, contracts, assignments and their terms, plans, absences, working time limits."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import groupement.kernel.money
import groupement.kernel.periods
import groupement.kernel.triggers
import pgtrigger.compiler
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from employees.models import WorkingTimeLimits


def default_of(name):
    """The default of a setting, which stands in the model alone."""
    return WorkingTimeLimits._meta.get_field(name).default


class Migration(migrations.Migration):
    replaces = [('employees', '0001_who_works_and_where'), ('employees', '0002_plans_absences_and_limits'), ('employees', '0003_minimum_index_and_absences_by_kind')]

    initial = True

    dependencies = [('members', '0001_record_who_belongs'), ('pghistory', '0007_auto_20250421_0444'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Employee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_name', models.CharField(max_length=80, verbose_name='nom')),
                ('first_name', models.CharField(max_length=80, verbose_name='prénom')),
                ('birth_date', models.DateField(verbose_name='date de naissance')),
                ('nationality', models.CharField(default='française', max_length=60, verbose_name='nationalité')),
                ('sex', models.CharField(choices=[('F', 'femme'), ('M', 'homme')], max_length=1, verbose_name='sexe')),
                ('job', models.CharField(max_length=120, verbose_name='emploi')),
                ('qualification', models.CharField(max_length=120, verbose_name='qualification')),
                ('payroll_number', models.CharField(help_text='Celui du fichier de paie importé.', max_length=20, unique=True, verbose_name='matricule de paie')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='compte')),
            ],
            options={'verbose_name': 'salarié', 'verbose_name_plural': 'salariés'},
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('kind', models.CharField(choices=[('permanent', 'CDI'), ('fixed_term', 'CDD')], default='permanent', max_length=12, verbose_name='type')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signé le')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='employees.employee', verbose_name='salarié')),
            ],
            options={
                'verbose_name': 'contrat de travail',
                'verbose_name_plural': 'contrats de travail',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('employee', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='contracts_of_an_employee_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='contract_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('kind', 'fixed_term'), _negated=True), name='fixed_term_contract_has_an_end'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WorkingTimeLimits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('collective_agreement', models.CharField(blank=True, help_text='Telle qu’elle est écrite dans la fiche du groupement ; vide : le Code du travail.', max_length=120, verbose_name='convention collective')),
                ('daily_minutes', models.PositiveSmallIntegerField(default=default_of('daily_minutes'), verbose_name='journée, au plus (L3121-18)')),
                ('daily_most_minutes', models.PositiveSmallIntegerField(default=default_of('daily_most_minutes'), verbose_name='journée, jamais plus de (L3121-19)')),
                ('break_after_minutes', models.PositiveSmallIntegerField(default=default_of('break_after_minutes'), verbose_name='pause due dès (L3121-16)')),
                ('break_minutes', models.PositiveSmallIntegerField(default=default_of('break_minutes'), verbose_name='pause, au moins (L3121-16)')),
                ('daily_rest_minutes', models.PositiveSmallIntegerField(default=default_of('daily_rest_minutes'), verbose_name='repos quotidien (L3131-1)')),
                ('weekly_minutes', models.PositiveSmallIntegerField(default=default_of('weekly_minutes'), verbose_name='semaine, au plus (L3121-20)')),
                ('weekly_most_minutes', models.PositiveSmallIntegerField(default=default_of('weekly_most_minutes'), verbose_name='semaine, jamais plus de (L3121-21)')),
                ('average_minutes', models.PositiveSmallIntegerField(default=default_of('average_minutes'), verbose_name='moyenne hebdomadaire (L3121-22)')),
                ('average_weeks', models.PositiveSmallIntegerField(default=default_of('average_weeks'), verbose_name='semaines de la moyenne')),
                ('days_a_week', models.PositiveSmallIntegerField(default=default_of('days_a_week'), verbose_name='jours par semaine (L3132-1)')),
                ('weekly_rest_minutes', models.PositiveSmallIntegerField(default=default_of('weekly_rest_minutes'), verbose_name='repos hebdomadaire (L3132-2)')),
                ('legal_week_minutes', models.PositiveSmallIntegerField(default=default_of('legal_week_minutes'), verbose_name='durée légale (L3121-27)')),
                ('yearly_overtime_minutes', models.PositiveIntegerField(default=default_of('yearly_overtime_minutes'), verbose_name='contingent annuel d’heures supplémentaires (D3121-24)')),
                ('yearly_minutes', models.PositiveIntegerField(default=default_of('yearly_minutes'), verbose_name='durée annuelle (L3121-41)')),
                ('part_time_minutes', models.PositiveSmallIntegerField(default=default_of('part_time_minutes'), verbose_name='temps partiel, au moins par semaine (L3123-27)')),
                (
                    'extra_hours_share',
                    models.DecimalField(
                        decimal_places=4,
                        default=default_of('extra_hours_share'),
                        help_text='0,1 : le dixième de la loi ; 0,3333 : le tiers d’un accord.',
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)],
                        verbose_name='heures complémentaires, part du contrat (L3123-28, -20)',
                    ),
                ),
                ('part_time_breaks', models.PositiveSmallIntegerField(default=default_of('part_time_breaks'), verbose_name='temps partiel, coupures par jour (L3123-30)')),
                ('part_time_break_minutes', models.PositiveSmallIntegerField(default=default_of('part_time_break_minutes'), verbose_name='temps partiel, coupure au plus (L3123-30)')),
                ('notice_days', models.PositiveSmallIntegerField(default=default_of('notice_days'), verbose_name='prévenance d’un changement, jours ouvrés (L3123-31)')),
                ('minor_daily_minutes', models.PositiveSmallIntegerField(default=default_of('minor_daily_minutes'), verbose_name='moins de 18 ans : journée (L3162-1)')),
                ('minor_weekly_minutes', models.PositiveSmallIntegerField(default=default_of('minor_weekly_minutes'), verbose_name='moins de 18 ans : semaine (L3162-1)')),
                ('minor_break_after_minutes', models.PositiveSmallIntegerField(default=default_of('minor_break_after_minutes'), verbose_name='moins de 18 ans : pause dès (L3162-3)')),
                ('minor_break_minutes', models.PositiveSmallIntegerField(default=default_of('minor_break_minutes'), verbose_name='moins de 18 ans : pause (L3162-3)')),
                ('minor_daily_rest_minutes', models.PositiveSmallIntegerField(default=default_of('minor_daily_rest_minutes'), verbose_name='moins de 18 ans : repos quotidien (L3164-1)')),
                ('child_daily_rest_minutes', models.PositiveSmallIntegerField(default=default_of('child_daily_rest_minutes'), verbose_name='moins de 16 ans : repos quotidien (L3164-1)')),
                ('minor_days_a_week', models.PositiveSmallIntegerField(default=default_of('minor_days_a_week'), verbose_name='moins de 18 ans : jours par semaine (L3164-2)')),
                ('warning_percent', models.PositiveSmallIntegerField(default=default_of('warning_percent'), validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(100)], verbose_name='prévenir à partir de (%)')),
            ],
            options={
                'verbose_name': 'limites de la durée du travail',
                'verbose_name_plural': 'limites de la durée du travail',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('collective_agreement', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='limits_of_an_agreement_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='limits_end_after_they_start', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(condition=models.Q(('daily_minutes__lte', models.F('daily_most_minutes')), ('daily_most_minutes__lte', 1440)), name='limits_of_a_day_are_in_order'),
                    models.CheckConstraint(condition=models.Q(('average_weeks__gte', 1), ('weekly_minutes__lte', models.F('weekly_most_minutes'))), name='limits_of_a_week_are_in_order'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WorkingTimeLimitsEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('collective_agreement', models.CharField(blank=True, help_text='Telle qu’elle est écrite dans la fiche du groupement ; vide : le Code du travail.', max_length=120, verbose_name='convention collective')),
                ('daily_minutes', models.PositiveSmallIntegerField(default=default_of('daily_minutes'), verbose_name='journée, au plus (L3121-18)')),
                ('daily_most_minutes', models.PositiveSmallIntegerField(default=default_of('daily_most_minutes'), verbose_name='journée, jamais plus de (L3121-19)')),
                ('break_after_minutes', models.PositiveSmallIntegerField(default=default_of('break_after_minutes'), verbose_name='pause due dès (L3121-16)')),
                ('break_minutes', models.PositiveSmallIntegerField(default=default_of('break_minutes'), verbose_name='pause, au moins (L3121-16)')),
                ('daily_rest_minutes', models.PositiveSmallIntegerField(default=default_of('daily_rest_minutes'), verbose_name='repos quotidien (L3131-1)')),
                ('weekly_minutes', models.PositiveSmallIntegerField(default=default_of('weekly_minutes'), verbose_name='semaine, au plus (L3121-20)')),
                ('weekly_most_minutes', models.PositiveSmallIntegerField(default=default_of('weekly_most_minutes'), verbose_name='semaine, jamais plus de (L3121-21)')),
                ('average_minutes', models.PositiveSmallIntegerField(default=default_of('average_minutes'), verbose_name='moyenne hebdomadaire (L3121-22)')),
                ('average_weeks', models.PositiveSmallIntegerField(default=default_of('average_weeks'), verbose_name='semaines de la moyenne')),
                ('days_a_week', models.PositiveSmallIntegerField(default=default_of('days_a_week'), verbose_name='jours par semaine (L3132-1)')),
                ('weekly_rest_minutes', models.PositiveSmallIntegerField(default=default_of('weekly_rest_minutes'), verbose_name='repos hebdomadaire (L3132-2)')),
                ('legal_week_minutes', models.PositiveSmallIntegerField(default=default_of('legal_week_minutes'), verbose_name='durée légale (L3121-27)')),
                ('yearly_overtime_minutes', models.PositiveIntegerField(default=default_of('yearly_overtime_minutes'), verbose_name='contingent annuel d’heures supplémentaires (D3121-24)')),
                ('yearly_minutes', models.PositiveIntegerField(default=default_of('yearly_minutes'), verbose_name='durée annuelle (L3121-41)')),
                ('part_time_minutes', models.PositiveSmallIntegerField(default=default_of('part_time_minutes'), verbose_name='temps partiel, au moins par semaine (L3123-27)')),
                (
                    'extra_hours_share',
                    models.DecimalField(
                        decimal_places=4,
                        default=default_of('extra_hours_share'),
                        help_text='0,1 : le dixième de la loi ; 0,3333 : le tiers d’un accord.',
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)],
                        verbose_name='heures complémentaires, part du contrat (L3123-28, -20)',
                    ),
                ),
                ('part_time_breaks', models.PositiveSmallIntegerField(default=default_of('part_time_breaks'), verbose_name='temps partiel, coupures par jour (L3123-30)')),
                ('part_time_break_minutes', models.PositiveSmallIntegerField(default=default_of('part_time_break_minutes'), verbose_name='temps partiel, coupure au plus (L3123-30)')),
                ('notice_days', models.PositiveSmallIntegerField(default=default_of('notice_days'), verbose_name='prévenance d’un changement, jours ouvrés (L3123-31)')),
                ('minor_daily_minutes', models.PositiveSmallIntegerField(default=default_of('minor_daily_minutes'), verbose_name='moins de 18 ans : journée (L3162-1)')),
                ('minor_weekly_minutes', models.PositiveSmallIntegerField(default=default_of('minor_weekly_minutes'), verbose_name='moins de 18 ans : semaine (L3162-1)')),
                ('minor_break_after_minutes', models.PositiveSmallIntegerField(default=default_of('minor_break_after_minutes'), verbose_name='moins de 18 ans : pause dès (L3162-3)')),
                ('minor_break_minutes', models.PositiveSmallIntegerField(default=default_of('minor_break_minutes'), verbose_name='moins de 18 ans : pause (L3162-3)')),
                ('minor_daily_rest_minutes', models.PositiveSmallIntegerField(default=default_of('minor_daily_rest_minutes'), verbose_name='moins de 18 ans : repos quotidien (L3164-1)')),
                ('child_daily_rest_minutes', models.PositiveSmallIntegerField(default=default_of('child_daily_rest_minutes'), verbose_name='moins de 16 ans : repos quotidien (L3164-1)')),
                ('minor_days_a_week', models.PositiveSmallIntegerField(default=default_of('minor_days_a_week'), verbose_name='moins de 18 ans : jours par semaine (L3164-2)')),
                ('warning_percent', models.PositiveSmallIntegerField(default=default_of('warning_percent'), validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(100)], verbose_name='prévenir à partir de (%)')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.workingtimelimits')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('kind', models.CharField(choices=[('leave', 'Congé'), ('sickness', 'Maladie'), ('training', 'Formation'), ('meeting', 'Réunion du groupement'), ('other', 'Autre absence')], default='leave', max_length=10, verbose_name='motif')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='saisie le')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saisie par')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='employees.employee', verbose_name='salarié')),
            ],
            options={
                'verbose_name': 'absence prévue',
                'verbose_name_plural': 'absences prévues',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('employee', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='absences_of_an_employee_do_not_overlap', violation_error_message='Une absence est déjà prévue sur ces jours.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='absence_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', False)), name='absence_has_an_end', violation_error_message='Indiquez le dernier jour.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('reference', models.CharField(max_length=30, unique=True, verbose_name='référence')),
                ('job', models.CharField(max_length=120, verbose_name='mission')),
                ('hours_entry', models.CharField(choices=[('employee', 'la personne'), ('member', 'la structure'), ('both', 'l’une ou l’autre')], default='both', max_length=10, verbose_name='heures saisies par')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.site', verbose_name='lieu de travail')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='employees.contract', verbose_name='contrat')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='employees.employee', verbose_name='salarié')),
            ],
            options={
                'verbose_name': 'mise à disposition',
                'verbose_name_plural': 'mises à disposition',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('employee', '='), ('member', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')],
                        name='assignments_of_an_employee_at_a_member_do_not_overlap',
                        violation_error_message='Ces dates en chevauchent d’autres.',
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='assignment_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ContractMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='allowed_members', to='employees.contract', verbose_name='contrat')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
            ],
            options={
                'verbose_name': 'adhérent prévu au contrat',
                'verbose_name_plural': 'adhérents prévus au contrat',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('contract', '='), ('member', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='a_member_stands_once_in_a_contract', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='contract_member_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ContractMemberEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.contract', verbose_name='contrat')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.contractmember')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='ContractTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('weekly_minutes', models.PositiveSmallIntegerField(verbose_name='durée hebdomadaire (minutes)')),
                ('time_scheme', models.CharField(choices=[('weekly', 'à la semaine'), ('annualised', 'annualisé'), ('day_rate', 'forfait en jours')], default='weekly', max_length=10, verbose_name='décompte du temps')),
                ('yearly_minutes', models.PositiveIntegerField(blank=True, help_text='D’un temps annualisé ; vide : la durée annuelle légale, au prorata (L3121-41).', null=True, verbose_name='durée annuelle (minutes)')),
                ('yearly_days', models.PositiveSmallIntegerField(blank=True, help_text='D’un forfait en jours : 218 au plus (L3121-64).', null=True, verbose_name='jours par an')),
                ('gross_monthly_pay', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='salaire brut mensuel')),
                ('classification', models.CharField(blank=True, max_length=80, verbose_name='classification')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='employees.contract', verbose_name='contrat')),
            ],
            options={
                'verbose_name': 'conditions du contrat',
                'verbose_name_plural': 'conditions du contrat',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('contract', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='terms_of_a_contract_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='contract_terms_end_after_they_start', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(condition=models.Q(('weekly_minutes__gt', 0), ('weekly_minutes__lte', 3600)), name='contract_terms_weekly_minutes_are_possible'),
                    models.CheckConstraint(condition=models.Q(('yearly_minutes__isnull', True), ('time_scheme', 'annualised'), _connector='OR'), name='contract_terms_yearly_minutes_are_annualised'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('time_scheme', 'day_rate'), ('yearly_days__isnull', False), ('yearly_days__range', (1, 235))), models.Q(models.Q(('time_scheme', 'day_rate'), _negated=True), ('yearly_days__isnull', True)), _connector='OR'), name='contract_terms_days_fit_their_scheme'
                    ),
                    models.CheckConstraint(condition=models.Q(('gross_monthly_pay__gte', 0)), name='contract_terms_pay_is_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ContractTermsEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('weekly_minutes', models.PositiveSmallIntegerField(verbose_name='durée hebdomadaire (minutes)')),
                ('time_scheme', models.CharField(choices=[('weekly', 'à la semaine'), ('annualised', 'annualisé'), ('day_rate', 'forfait en jours')], default='weekly', max_length=10, verbose_name='décompte du temps')),
                ('yearly_minutes', models.PositiveIntegerField(blank=True, help_text='D’un temps annualisé ; vide : la durée annuelle légale, au prorata (L3121-41).', null=True, verbose_name='durée annuelle (minutes)')),
                ('yearly_days', models.PositiveSmallIntegerField(blank=True, help_text='D’un forfait en jours : 218 au plus (L3121-64).', null=True, verbose_name='jours par an')),
                ('gross_monthly_pay', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='salaire brut mensuel')),
                ('classification', models.CharField(blank=True, max_length=80, verbose_name='classification')),
                ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.contract', verbose_name='contrat')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.contractterms')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='ContractEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('kind', models.CharField(choices=[('permanent', 'CDI'), ('fixed_term', 'CDD')], default='permanent', max_length=12, verbose_name='type')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='signé le')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.contract')),
                ('employee', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.employee', verbose_name='salarié')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField(verbose_name='créée le')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='révoquée le')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member', verbose_name='adhérent')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
                ('employee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='employees.employee', verbose_name='salarié')),
            ],
            options={
                'verbose_name': 'adresse d’agenda',
                'verbose_name_plural': 'adresses d’agenda',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('employee__isnull', False), ('member__isnull', True)), models.Q(('employee__isnull', True), ('member__isnull', False)), _connector='OR'), name='a_feed_is_of_an_employee_or_of_a_member'),
                    models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user', 'employee', 'member'), name='one_live_feed_for_each_person_and_calendar', nulls_distinct=False),
                ],
            },
        ),
        migrations.CreateModel(
            name='AssignmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('reference', models.CharField(max_length=30, verbose_name='référence')),
                ('job', models.CharField(max_length=120, verbose_name='mission')),
                ('hours_entry', models.CharField(choices=[('employee', 'la personne'), ('member', 'la structure'), ('both', 'l’une ou l’autre')], default='both', max_length=10, verbose_name='heures saisies par')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.assignment')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.site', verbose_name='lieu de travail')),
                ('contract', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.contract', verbose_name='contrat')),
                ('employee', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.employee', verbose_name='salarié')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='AbsenceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('kind', models.CharField(choices=[('leave', 'Congé'), ('sickness', 'Maladie'), ('training', 'Formation'), ('meeting', 'Réunion du groupement'), ('other', 'Autre absence')], default='leave', max_length=10, verbose_name='motif')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='saisie le')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.absence')),
                ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saisie par')),
                ('employee', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.employee', verbose_name='salarié')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='EmployeeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('last_name', models.CharField(max_length=80, verbose_name='nom')),
                ('first_name', models.CharField(max_length=80, verbose_name='prénom')),
                ('birth_date', models.DateField(verbose_name='date de naissance')),
                ('nationality', models.CharField(default='française', max_length=60, verbose_name='nationalité')),
                ('sex', models.CharField(choices=[('F', 'femme'), ('M', 'homme')], max_length=1, verbose_name='sexe')),
                ('job', models.CharField(max_length=120, verbose_name='emploi')),
                ('qualification', models.CharField(max_length=120, verbose_name='qualification')),
                ('payroll_number', models.CharField(help_text='Celui du fichier de paie importé.', max_length=20, verbose_name='matricule de paie')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.employee')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='compte')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='PlannedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='jour')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='motif')),
                ('made_at', models.DateTimeField(verbose_name='modifié le')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned_days', to='employees.assignment', verbose_name='mise à disposition')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié par')),
            ],
            options={
                'verbose_name': 'jour planifié à part',
                'verbose_name_plural': 'jours planifiés à part',
                'constraints': [models.UniqueConstraint(fields=('assignment', 'day'), name='a_day_is_planned_apart_once'), models.CheckConstraint(condition=models.Q(('minutes__lte', 1440)), name='planned_minutes_fit_in_a_day')],
            },
        ),
        migrations.CreateModel(
            name='PlannedDayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField(verbose_name='jour')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='motif')),
                ('made_at', models.DateTimeField(verbose_name='modifié le')),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.assignment', verbose_name='mise à disposition')),
                ('made_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='modifié par')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.plannedday')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('weekly_pattern', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=7, verbose_name='semaine type (minutes, du lundi au dimanche)')),
                ('alternate_pattern', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, help_text='Une semaine sur deux ; la semaine où ces conditions commencent est une semaine A.', null=True, size=7, verbose_name='semaine B (minutes, du lundi au dimanche)')),
                ('price_method', models.CharField(choices=[('hourly', 'prix horaire convenu'), ('actual', 'coût réel partagé'), ('flat', 'forfait mensuel')], max_length=10, verbose_name='méthode de prix')),
                ('hourly_price', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='prix horaire HT')),
                ('flat_amount', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='forfait mensuel HT')),
                ('management_rate', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='taux de gestion (%)')),
                (
                    'absence_rule',
                    models.CharField(
                        choices=[('worked_hours', 'selon les heures travaillées du mois'), ('planned_share', 'selon les parts prévues'), ('last_12_months', 'selon les douze derniers mois'), ('planned_that_day', 'la structure prévue ce jour-là'), ('reserve', 'la réserve du groupement')],
                        default='worked_hours',
                        max_length=16,
                        verbose_name='qui porte les absences',
                    ),
                ),
                ('absence_rules', models.JSONField(blank=True, default=dict, help_text='Par sorte d’heures au groupement (congé, maladie, formation…), quand la règle diffère.', verbose_name='qui porte chaque sorte d’absence')),
                ('vat_regime', models.CharField(choices=[('S20', 'TVA au taux normal'), ('E261B', 'exonéré, article 261 B du CGI')], default='S20', max_length=5, verbose_name='régime de TVA')),
                ('monthly_minimum_minutes', models.PositiveIntegerField(blank=True, help_text='Pour un prix horaire : un mois plus court est facturé à ce minimum.', null=True, verbose_name='minimum facturé (minutes par mois)')),
                ('index_code', models.SlugField(blank=True, max_length=30, verbose_name='indice de révision')),
                ('index_base', models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='valeur de l’indice au prix convenu')),
                ('is_trued_up', models.BooleanField(default=False, help_text='Un prix convenu n’est exonéré (261 B) que s’il est régularisé au coût réel.', verbose_name='régularisé au coût réel')),
                ('notice_days', models.PositiveSmallIntegerField(default=30, verbose_name='préavis (jours)')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='employees.assignment', verbose_name='mise à disposition')),
            ],
            options={
                'verbose_name': 'conditions',
                'verbose_name_plural': 'conditions',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('assignment', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='terms_of_an_assignment_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='terms_end_after_they_start', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('flat_amount__isnull', True), ('hourly_price__gt', 0), ('hourly_price__isnull', False), ('price_method', 'hourly')),
                            models.Q(('flat_amount__gte', 0), ('flat_amount__isnull', False), ('hourly_price__isnull', True), ('price_method', 'flat')),
                            models.Q(('flat_amount__isnull', True), ('hourly_price__isnull', True), ('price_method', 'actual')),
                            _connector='OR',
                        ),
                        name='terms_price_method_matches_its_figures',
                    ),
                    models.CheckConstraint(condition=models.Q(('vat_regime', 'S20'), ('price_method', 'actual'), ('is_trued_up', True), _connector='OR'), name='exempt_terms_are_at_cost'),
                    models.CheckConstraint(condition=models.Q(('vat_regime__in', ('S20', 'E261B'))), name='terms_have_a_regime_of_services'),
                    models.CheckConstraint(condition=models.Q(('monthly_minimum_minutes__isnull', True), ('price_method', 'hourly'), _connector='OR'), name='a_monthly_minimum_goes_with_an_hourly_price', violation_error_message='Un minimum facturé va avec un prix horaire.'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('index_base__isnull', True), ('index_code', '')), models.Q(models.Q(('index_code', ''), _negated=True), ('index_base__gt', 0), ('index_base__isnull', False)), _connector='OR'),
                        name='an_index_has_its_base',
                        violation_error_message='Un indice de révision a sa valeur de départ.',
                    ),
                    models.CheckConstraint(condition=models.Q(('weekly_pattern__len', 7)), name='weekly_pattern_has_seven_days'),
                    models.CheckConstraint(condition=models.Q(('alternate_pattern__isnull', True), ('alternate_pattern__len', 7), _connector='OR'), name='alternate_pattern_has_seven_days'),
                    models.CheckConstraint(condition=models.Q(('management_rate__gte', 0), ('management_rate__lte', 100)), name='terms_management_rate_is_a_percentage'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TermsEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('weekly_pattern', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=7, verbose_name='semaine type (minutes, du lundi au dimanche)')),
                ('alternate_pattern', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, help_text='Une semaine sur deux ; la semaine où ces conditions commencent est une semaine A.', null=True, size=7, verbose_name='semaine B (minutes, du lundi au dimanche)')),
                ('price_method', models.CharField(choices=[('hourly', 'prix horaire convenu'), ('actual', 'coût réel partagé'), ('flat', 'forfait mensuel')], max_length=10, verbose_name='méthode de prix')),
                ('hourly_price', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='prix horaire HT')),
                ('flat_amount', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='forfait mensuel HT')),
                ('management_rate', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='taux de gestion (%)')),
                (
                    'absence_rule',
                    models.CharField(
                        choices=[('worked_hours', 'selon les heures travaillées du mois'), ('planned_share', 'selon les parts prévues'), ('last_12_months', 'selon les douze derniers mois'), ('planned_that_day', 'la structure prévue ce jour-là'), ('reserve', 'la réserve du groupement')],
                        default='worked_hours',
                        max_length=16,
                        verbose_name='qui porte les absences',
                    ),
                ),
                ('absence_rules', models.JSONField(blank=True, default=dict, help_text='Par sorte d’heures au groupement (congé, maladie, formation…), quand la règle diffère.', verbose_name='qui porte chaque sorte d’absence')),
                ('vat_regime', models.CharField(choices=[('S20', 'TVA au taux normal'), ('E261B', 'exonéré, article 261 B du CGI')], default='S20', max_length=5, verbose_name='régime de TVA')),
                ('monthly_minimum_minutes', models.PositiveIntegerField(blank=True, help_text='Pour un prix horaire : un mois plus court est facturé à ce minimum.', null=True, verbose_name='minimum facturé (minutes par mois)')),
                ('index_code', models.SlugField(blank=True, db_index=False, max_length=30, verbose_name='indice de révision')),
                ('index_base', models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True, verbose_name='valeur de l’indice au prix convenu')),
                ('is_trued_up', models.BooleanField(default=False, help_text='Un prix convenu n’est exonéré (261 B) que s’il est régularisé au coût réel.', verbose_name='régularisé au coût réel')),
                ('notice_days', models.PositiveSmallIntegerField(default=30, verbose_name='préavis (jours)')),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='employees.assignment', verbose_name='mise à disposition')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='employees.terms')),
            ],
            options={'abstract': False},
        ),
        migrations.AddField(model_name='contract', name='members', field=models.ManyToManyField(related_name='+', through='employees.ContractMember', to='members.member')),
        groupement.kernel.triggers.AddTrigger(
            model_name='workingtimelimits',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_workingtimelimitsevent" ("average_minutes", "average_weeks", "break_after_minutes", "break_minutes", "child_daily_rest_minutes", "collective_agreement", "daily_minutes", "daily_most_minutes", "daily_rest_minutes", "days_a_week", "ends_before", "extra_hours_share", "id", "legal_week_minutes", "minor_break_after_minutes", "minor_break_minutes", "minor_daily_minutes", "minor_daily_rest_minutes", "minor_days_a_week", "minor_weekly_minutes", "notice_days", "part_time_break_minutes", "part_time_breaks", "part_time_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "warning_percent", "weekly_minutes", "weekly_most_minutes", "weekly_rest_minutes", "yearly_minutes", "yearly_overtime_minutes") VALUES (NEW."average_minutes", NEW."average_weeks", NEW."break_after_minutes", NEW."break_minutes", NEW."child_daily_rest_minutes", NEW."collective_agreement", NEW."daily_minutes", NEW."daily_most_minutes", NEW."daily_rest_minutes", NEW."days_a_week", NEW."ends_before", NEW."extra_hours_share", NEW."id", NEW."legal_week_minutes", NEW."minor_break_after_minutes", NEW."minor_break_minutes", NEW."minor_daily_minutes", NEW."minor_daily_rest_minutes", NEW."minor_days_a_week", NEW."minor_weekly_minutes", NEW."notice_days", NEW."part_time_break_minutes", NEW."part_time_breaks", NEW."part_time_minutes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."warning_percent", NEW."weekly_minutes", NEW."weekly_most_minutes", NEW."weekly_rest_minutes", NEW."yearly_minutes", NEW."yearly_overtime_minutes"); RETURN NULL;',
                    hash='dddb047c21504378028918932ddd2cd333b25ce6',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_baf37',
                    table='employees_workingtimelimits',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='workingtimelimits',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_workingtimelimitsevent" ("average_minutes", "average_weeks", "break_after_minutes", "break_minutes", "child_daily_rest_minutes", "collective_agreement", "daily_minutes", "daily_most_minutes", "daily_rest_minutes", "days_a_week", "ends_before", "extra_hours_share", "id", "legal_week_minutes", "minor_break_after_minutes", "minor_break_minutes", "minor_daily_minutes", "minor_daily_rest_minutes", "minor_days_a_week", "minor_weekly_minutes", "notice_days", "part_time_break_minutes", "part_time_breaks", "part_time_minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "warning_percent", "weekly_minutes", "weekly_most_minutes", "weekly_rest_minutes", "yearly_minutes", "yearly_overtime_minutes") VALUES (NEW."average_minutes", NEW."average_weeks", NEW."break_after_minutes", NEW."break_minutes", NEW."child_daily_rest_minutes", NEW."collective_agreement", NEW."daily_minutes", NEW."daily_most_minutes", NEW."daily_rest_minutes", NEW."days_a_week", NEW."ends_before", NEW."extra_hours_share", NEW."id", NEW."legal_week_minutes", NEW."minor_break_after_minutes", NEW."minor_break_minutes", NEW."minor_daily_minutes", NEW."minor_daily_rest_minutes", NEW."minor_days_a_week", NEW."minor_weekly_minutes", NEW."notice_days", NEW."part_time_break_minutes", NEW."part_time_breaks", NEW."part_time_minutes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."warning_percent", NEW."weekly_minutes", NEW."weekly_most_minutes", NEW."weekly_rest_minutes", NEW."yearly_minutes", NEW."yearly_overtime_minutes"); RETURN NULL;',
                    hash='69659007acaca7a570a5bce8d849ccd773ea35b6',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_0e31a',
                    table='employees_workingtimelimits',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contractmember',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_contractmemberevent" ("contract_id", "ends_before", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."contract_id", NEW."ends_before", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on"); RETURN NULL;',
                    hash='e414d9d677261a8c465327ae8acdbe846e9e6b14',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_437ac',
                    table='employees_contractmember',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contractmember',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_contractmemberevent" ("contract_id", "ends_before", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on") VALUES (NEW."contract_id", NEW."ends_before", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on"); RETURN NULL;',
                    hash='3a5413577a30d472d42f58bc6f3e7294ae9b3b3f',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_2e8ad',
                    table='employees_contractmember',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contractterms',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_contracttermsevent" ("classification", "contract_id", "ends_before", "gross_monthly_pay", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "time_scheme", "weekly_minutes", "yearly_days", "yearly_minutes") VALUES (NEW."classification", NEW."contract_id", NEW."ends_before", NEW."gross_monthly_pay", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."time_scheme", NEW."weekly_minutes", NEW."yearly_days", NEW."yearly_minutes"); RETURN NULL;',
                    hash='b515ef0ec57a11b90b227e9c712ca0f812c6b225',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_7f7c2',
                    table='employees_contractterms',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contractterms',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_contracttermsevent" ("classification", "contract_id", "ends_before", "gross_monthly_pay", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "time_scheme", "weekly_minutes", "yearly_days", "yearly_minutes") VALUES (NEW."classification", NEW."contract_id", NEW."ends_before", NEW."gross_monthly_pay", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."time_scheme", NEW."weekly_minutes", NEW."yearly_days", NEW."yearly_minutes"); RETURN NULL;',
                    hash='778b449ca259cbdba778648c5aec4e0ea85c4e2f',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_98c1e',
                    table='employees_contractterms',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='employee',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_employeeevent" ("birth_date", "first_name", "id", "job", "last_name", "nationality", "payroll_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "qualification", "sex", "user_id") VALUES (NEW."birth_date", NEW."first_name", NEW."id", NEW."job", NEW."last_name", NEW."nationality", NEW."payroll_number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."qualification", NEW."sex", NEW."user_id"); RETURN NULL;',
                    hash='d26059141d9adae5b26b4f47c87c900300213a95',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_4271d',
                    table='employees_employee',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='employee',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_employeeevent" ("birth_date", "first_name", "id", "job", "last_name", "nationality", "payroll_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "qualification", "sex", "user_id") VALUES (NEW."birth_date", NEW."first_name", NEW."id", NEW."job", NEW."last_name", NEW."nationality", NEW."payroll_number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."qualification", NEW."sex", NEW."user_id"); RETURN NULL;',
                    hash='7f4a95e03373f8cb8f1724dd47374eaa6f4587dd',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_38dab',
                    table='employees_employee',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_contractevent" ("employee_id", "ends_before", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_on", "starts_on") VALUES (NEW."employee_id", NEW."ends_before", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash='fd2c522c2d5b9ad5764ed41b463d7e690d0fbc6f',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_3374b',
                    table='employees_contract',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_contractevent" ("employee_id", "ends_before", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_on", "starts_on") VALUES (NEW."employee_id", NEW."ends_before", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."signed_on", NEW."starts_on"); RETURN NULL;',
                    hash='e7dd0ad42fe838ccbb7ef0009360ebb63148501c',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_95d8e',
                    table='employees_contract',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_assignmentevent" ("contract_id", "employee_id", "ends_before", "hours_entry", "id", "job", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "site_id", "starts_on") VALUES (NEW."contract_id", NEW."employee_id", NEW."ends_before", NEW."hours_entry", NEW."id", NEW."job", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference", NEW."site_id", NEW."starts_on"); RETURN NULL;',
                    hash='54186e80724757e141732e2ba408564277f12612',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_4640c',
                    table='employees_assignment',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_assignmentevent" ("contract_id", "employee_id", "ends_before", "hours_entry", "id", "job", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "site_id", "starts_on") VALUES (NEW."contract_id", NEW."employee_id", NEW."ends_before", NEW."hours_entry", NEW."id", NEW."job", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference", NEW."site_id", NEW."starts_on"); RETURN NULL;',
                    hash='1766e08d3d02d31dd8de887db3808e1147c8e1bb',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_7f48d',
                    table='employees_assignment',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='absence',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_absenceevent" ("employee_id", "ends_before", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "starts_on") VALUES (NEW."employee_id", NEW."ends_before", NEW."id", NEW."kind", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."starts_on"); RETURN NULL;',
                    hash='7c9aa461dec9b1e47564a4bcdf223d7d9144a241',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_1607e',
                    table='employees_absence',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='absence',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_absenceevent" ("employee_id", "ends_before", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "starts_on") VALUES (NEW."employee_id", NEW."ends_before", NEW."id", NEW."kind", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."starts_on"); RETURN NULL;',
                    hash='07f4095f81a8ace43fba70f49ea3107bffd9b296',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_9d618',
                    table='employees_absence',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='absence',
            trigger=pgtrigger.compiler.Trigger(
                name='delete_delete',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_absenceevent" ("employee_id", "ends_before", "id", "kind", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "starts_on") VALUES (OLD."employee_id", OLD."ends_before", OLD."id", OLD."kind", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."starts_on"); RETURN NULL;',
                    hash='8a641569e12ec9fc3f6c54898c56c6b92f14fe92',
                    operation='DELETE',
                    pgid='pgtrigger_delete_delete_96b2a',
                    table='employees_absence',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='plannedday',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_planneddayevent" ("assignment_id", "day", "id", "made_at", "made_by_id", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."assignment_id", NEW."day", NEW."id", NEW."made_at", NEW."made_by_id", NEW."minutes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason"); RETURN NULL;',
                    hash='87a21cdacc604703ca6e1eced5b9ad41e62075bc',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_0d363',
                    table='employees_plannedday',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='plannedday',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_planneddayevent" ("assignment_id", "day", "id", "made_at", "made_by_id", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (NEW."assignment_id", NEW."day", NEW."id", NEW."made_at", NEW."made_by_id", NEW."minutes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason"); RETURN NULL;',
                    hash='e5e9f16b7f8a865dfed4ea98485191ddcd50246e',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_ad13f',
                    table='employees_plannedday',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='plannedday',
            trigger=pgtrigger.compiler.Trigger(
                name='delete_delete',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_planneddayevent" ("assignment_id", "day", "id", "made_at", "made_by_id", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason") VALUES (OLD."assignment_id", OLD."day", OLD."id", OLD."made_at", OLD."made_by_id", OLD."minutes", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason"); RETURN NULL;',
                    hash='5ce36937166dcd62980448b2677e562a7819db05',
                    operation='DELETE',
                    pgid='pgtrigger_delete_delete_163db',
                    table='employees_plannedday',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='terms',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "employees_termsevent" ("absence_rule", "absence_rules", "alternate_pattern", "assignment_id", "ends_before", "flat_amount", "hourly_price", "id", "index_base", "index_code", "is_trued_up", "management_rate", "monthly_minimum_minutes", "notice_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_method", "starts_on", "vat_regime", "weekly_pattern") VALUES (NEW."absence_rule", NEW."absence_rules", NEW."alternate_pattern", NEW."assignment_id", NEW."ends_before", NEW."flat_amount", NEW."hourly_price", NEW."id", NEW."index_base", NEW."index_code", NEW."is_trued_up", NEW."management_rate", NEW."monthly_minimum_minutes", NEW."notice_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."price_method", NEW."starts_on", NEW."vat_regime", NEW."weekly_pattern"); RETURN NULL;',
                    hash='1dd875d77e1ca4a7c8f5d28ac64da03cd8edd2d2',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_ac827',
                    table='employees_terms',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='terms',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "employees_termsevent" ("absence_rule", "absence_rules", "alternate_pattern", "assignment_id", "ends_before", "flat_amount", "hourly_price", "id", "index_base", "index_code", "is_trued_up", "management_rate", "monthly_minimum_minutes", "notice_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_method", "starts_on", "vat_regime", "weekly_pattern") VALUES (NEW."absence_rule", NEW."absence_rules", NEW."alternate_pattern", NEW."assignment_id", NEW."ends_before", NEW."flat_amount", NEW."hourly_price", NEW."id", NEW."index_base", NEW."index_code", NEW."is_trued_up", NEW."management_rate", NEW."monthly_minimum_minutes", NEW."notice_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."price_method", NEW."starts_on", NEW."vat_regime", NEW."weekly_pattern"); RETURN NULL;',
                    hash='2370e845ba907d5d63652a2ab02a7ece6333a77d',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_d9302',
                    table='employees_terms',
                    when='AFTER',
                ),
            ),
        ),
    ]
