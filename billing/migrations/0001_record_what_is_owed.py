"""Costs, runs, charges, invoices, payments, reminders, grants, true-ups."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.fields.json
import django.db.models.functions.math
import groupement.kernel.money
import groupement.kernel.periods
import groupement.kernel.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('billing', '0001_what_is_owed'),
        ('billing', '0003_credits_payments_and_true_up'),
        ('billing', '0004_accepted_expenses_and_locked_grants'),
        ('billing', '0005_bank_operations_split_and_return'),
        ('billing', '0007_credit_parts_in_euros'),
        ('billing', '0008_differences_carried_and_provisions'),
        ('billing', '0009_payments_are_reversed_not_changed'),
        ('billing', '0011_remind_members'),
        ('billing', '0012_tell_who_undid_an_allocation'),
        ('billing', '0013_tell_who_settled_a_provision'),
    ]

    initial = True

    dependencies = [('employees', '0001_record_who_works_where'), ('members', '0001_record_who_belongs'), ('pghistory', '0007_auto_20250421_0444'), ('timesheets', '0001_record_what_is_done'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='BankLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('titles_digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte des titres')),
                ('titles', models.JSONField(verbose_name='titres')),
                ('columns', models.JSONField(verbose_name='colonnes')),
                ('used_at', models.DateTimeField(verbose_name='utilisé le')),
            ],
            options={'verbose_name': 'format de relevé bancaire', 'verbose_name_plural': 'formats de relevés bancaires'},
        ),
        migrations.CreateModel(
            name='BillingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(unique=True, verbose_name='mois')),
                ('status', models.CharField(choices=[('open', 'ouverte'), ('drafted', 'brouillons prêts'), ('issued', 'factures émises')], default='open', editable=False, max_length=10, verbose_name='état')),
                ('drafted_at', models.DateTimeField(editable=False, null=True, verbose_name='brouillons faits le')),
                ('issued_at', models.DateTimeField(editable=False, null=True, verbose_name='émise le')),
                ('employer_cost', models.DecimalField(decimal_places=2, editable=False, max_digits=12, null=True, verbose_name='coût employeur')),
                ('charged', models.DecimalField(decimal_places=2, editable=False, max_digits=12, null=True, verbose_name='refacturé')),
                ('reserve', models.DecimalField(decimal_places=2, editable=False, max_digits=12, null=True, verbose_name='à la réserve')),
            ],
            options={
                'verbose_name': 'clôture mensuelle',
                'verbose_name_plural': 'clôtures mensuelles',
                'constraints': [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('drafted_at__isnull', True), ('issued_at__isnull', True), ('status', 'open')), models.Q(('drafted_at__isnull', False), ('issued_at__isnull', True), ('status', 'drafted')), models.Q(('drafted_at__isnull', False), ('issued_at__isnull', False), ('status', 'issued')), _connector='OR'
                        ),
                        name='run_status_matches_its_stamps',
                    ),
                    models.CheckConstraint(condition=models.Q(('employer_cost__isnull', True), ('employer_cost', django.db.models.expressions.CombinedExpression(models.F('charged'), '+', models.F('reserve'))), _connector='OR'), name='employer_cost_is_charged_plus_reserve'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BillingRunStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='de')),
                ('target', models.CharField(max_length=20, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('note', models.TextField(blank=True, verbose_name='motif')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='billing.billingrun')),
            ],
            options={'verbose_name': 'étape de clôture', 'verbose_name_plural': 'étapes de clôture'},
        ),
        migrations.CreateModel(
            name='CarriedCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_month', groupement.kernel.periods.MonthField(verbose_name='écart du mois')),
                ('into_month', groupement.kernel.periods.MonthField(verbose_name='reporté sur le mois')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('noted_at', models.DateTimeField(verbose_name='noté le')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee')),
            ],
            options={
                'verbose_name': 'écart reporté',
                'verbose_name_plural': 'écarts reportés',
                'constraints': [models.UniqueConstraint(fields=('employee', 'from_month', 'into_month'), name='a_difference_is_carried_once_into_a_month'), models.CheckConstraint(condition=models.Q(('into_month__gt', models.F('from_month'))), name='a_difference_is_carried_forward')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invoice', 'facture'), ('credit_note', 'avoir')], max_length=12)),
                ('year', models.PositiveSmallIntegerField()),
                ('prefix', models.CharField(max_length=8)),
                ('last_sequence', models.PositiveIntegerField(default=0)),
                ('last_issued_on', models.DateField(null=True)),
            ],
            options={
                'verbose_name': 'série',
                'verbose_name_plural': 'séries',
                'constraints': [
                    models.UniqueConstraint(fields=('kind', 'year'), name='one_series_per_kind_and_year'),
                    models.UniqueConstraint(fields=('prefix', 'year'), name='one_series_per_prefix_and_year'),
                    models.CheckConstraint(condition=models.Q(('prefix__regex', '^[A-Z0-9][A-Z0-9-]{0,7}$')), name='series_prefix_is_printable'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrueUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120, verbose_name='libellé')),
                ('first_month', groupement.kernel.periods.MonthField(verbose_name='premier mois')),
                ('last_month', groupement.kernel.periods.MonthField(verbose_name='dernier mois')),
                ('key', models.CharField(choices=[('hours', 'heures de la période'), ('planned', 'parts prévues'), ('equal', 'parts égales'), ('last_12_months', 'heures des douze derniers mois')], max_length=16, verbose_name='clé')),
                ('status', models.CharField(choices=[('draft', 'préparée'), ('issued', 'émise')], default='draft', editable=False, max_length=10, verbose_name='état')),
                ('figures', models.JSONField(default=dict, verbose_name='calcul')),
                ('prepared_at', models.DateTimeField(verbose_name='préparée le')),
                ('issued_at', models.DateTimeField(editable=False, null=True, verbose_name='émise le')),
            ],
            options={
                'verbose_name': 'régularisation',
                'verbose_name_plural': 'régularisations',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('last_month__gte', models.F('first_month'))), name='true_up_ends_after_it_starts'),
                    models.CheckConstraint(condition=models.Q(models.Q(('issued_at__isnull', True), ('status', 'draft')), models.Q(('issued_at__isnull', False), ('status', 'issued')), _connector='OR'), name='true_up_status_matches_its_stamps'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='motif')),
                ('is_out_of_scope', models.BooleanField(default=False, verbose_name='hors champ de la TVA')),
                ('kind', models.CharField(choices=[('invoice', 'facture'), ('credit_note', 'avoir')], default='invoice', max_length=12, verbose_name='type')),
                ('status', models.CharField(choices=[('draft', 'brouillon'), ('issued', 'émise')], default='draft', editable=False, max_length=10, verbose_name='état')),
                ('service_month', groupement.kernel.periods.MonthField(verbose_name='mois de service')),
                ('drafted_at', models.DateTimeField(verbose_name='brouillon fait le')),
                ('sequence', models.PositiveIntegerField(editable=False, null=True)),
                ('number', models.CharField(editable=False, max_length=20, null=True, unique=True, verbose_name='numéro')),
                ('issued_at', models.DateTimeField(editable=False, null=True, verbose_name='émise à')),
                ('issued_on', models.DateField(editable=False, null=True, verbose_name='date')),
                ('due_on', models.DateField(editable=False, null=True, verbose_name='échéance')),
                ('minutes', models.PositiveIntegerField(default=0, verbose_name='minutes facturées')),
                ('net', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='HT')),
                ('vat', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='TVA')),
                ('total', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='TTC')),
                ('snapshot', models.JSONField(editable=False, null=True, verbose_name='copie figée')),
                ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_notes', to='billing.invoice', verbose_name='corrige')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='billing.billingrun', verbose_name='clôture')),
                ('series', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='billing.series')),
                ('true_up', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='billing.trueup', verbose_name='régularisation')),
            ],
            options={
                'verbose_name': 'facture',
                'verbose_name_plural': 'factures',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('kind', 'invoice')), fields=('run', 'member', 'is_out_of_scope'), name='one_invoice_per_run_and_member'),
                    models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', True), ('kind', 'invoice')), models.Q(('kind', 'credit_note'), ('run__isnull', True), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='a_credit_note_stands_alone_and_says_why'),
                    models.CheckConstraint(
                        condition=models.Q(('kind', 'invoice'), models.Q(('corrects__isnull', False), ('kind', 'credit_note'), ('true_up__isnull', True)), models.Q(('corrects__isnull', True), ('kind', 'credit_note'), ('true_up__isnull', False)), _connector='OR'), name='a_credit_note_corrects_an_invoice_or_trues_up'
                    ),
                    models.CheckConstraint(condition=models.Q(('net__gte', 0), ('vat__gte', 0)), name='invoice_amounts_are_not_negative'),
                    models.UniqueConstraint(fields=('series', 'sequence'), name='one_invoice_per_number_of_a_series'),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('due_on__isnull', True), ('issued_at__isnull', True), ('issued_on__isnull', True), ('number__isnull', True), ('sequence__isnull', True), ('series__isnull', True), ('snapshot__isnull', True), ('status', 'draft')),
                            models.Q(('due_on__gte', models.F('issued_on')), ('due_on__isnull', False), ('issued_at__isnull', False), ('issued_on__isnull', False), ('number__isnull', False), ('sequence__isnull', False), ('series__isnull', False), ('snapshot__isnull', False), ('status', 'issued')),
                            _connector='OR',
                        ),
                        name='invoice_is_issued_exactly_when_numbered',
                    ),
                    models.CheckConstraint(condition=models.Q(('total', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('vat')))), name='invoice_total_is_net_plus_vat'),
                    models.CheckConstraint(condition=models.Q(('number__isnull', True), ('number__regex', '^[A-Z0-9][A-Z0-9+_/-]{0,19}$'), _connector='OR'), name='invoice_number_is_portable'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='rang')),
                ('label', models.CharField(max_length=200, verbose_name='désignation')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='précision')),
                ('quantity', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='quantité')),
                ('unit', models.CharField(choices=[('HUR', 'heure'), ('MON', 'mois'), ('C62', 'unité'), ('KMT', 'km'), ('DAY', 'jour')], max_length=3, verbose_name='unité')),
                ('unit_price', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='prix unitaire HT')),
                ('net', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant HT')),
                (
                    'vat_regime',
                    models.CharField(
                        choices=[('S20', 'TVA au taux normal'), ('S10', 'TVA au taux intermédiaire'), ('S055', 'TVA au taux réduit'), ('E261B', 'exonéré, article 261 B du CGI'), ('F293B', 'franchise en base, article 293 B du CGI'), ('O', 'hors champ de la TVA')], max_length=5, verbose_name='régime de TVA'
                    ),
                ),
                ('credits', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credited_by', to='billing.line', verbose_name='crédite')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='billing.invoice', verbose_name='facture')),
            ],
            options={
                'verbose_name': 'ligne',
                'verbose_name_plural': 'lignes',
                'constraints': [
                    models.UniqueConstraint(fields=('invoice', 'position'), name='line_position_is_unique_in_an_invoice'),
                    models.CheckConstraint(condition=models.Q(('net', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', models.F('unit_price')), 2))), name='line_net_is_quantity_times_price'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service_month', groupement.kernel.periods.MonthField(verbose_name='mois de service')),
                (
                    'kind',
                    models.CharField(
                        choices=[
                            ('worked_hours', 'heures travaillées'),
                            ('cost_share', 'part du coût réel'),
                            ('management_fee', 'frais de gestion'),
                            ('flat_amount', 'forfait mensuel'),
                            ('minimum', 'complément au minimum convenu'),
                            ('travel', 'déplacement'),
                            ('meal', 'repas'),
                            ('expense', 'achat avec justificatif'),
                            ('dues', 'cotisation'),
                            ('deposit', 'dépôt de garantie'),
                            ('true_up', 'régularisation'),
                            ('late_interest', 'pénalités de retard'),
                            ('indemnity', 'indemnité de recouvrement'),
                            ('free', 'autre'),
                        ],
                        max_length=16,
                        verbose_name='nature',
                    ),
                ),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='désignation')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='précision')),
                ('minutes', models.PositiveIntegerField(default=0, verbose_name='minutes')),
                ('quantity', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='quantité')),
                ('unit', models.CharField(choices=[('HUR', 'heure'), ('MON', 'mois'), ('C62', 'unité'), ('KMT', 'km'), ('DAY', 'jour')], max_length=3, verbose_name='unité')),
                ('unit_price', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='prix unitaire HT')),
                ('net', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant HT')),
                (
                    'vat_regime',
                    models.CharField(
                        choices=[('S20', 'TVA au taux normal'), ('S10', 'TVA au taux intermédiaire'), ('S055', 'TVA au taux réduit'), ('E261B', 'exonéré, article 261 B du CGI'), ('F293B', 'franchise en base, article 293 B du CGI'), ('O', 'hors champ de la TVA')], max_length=5, verbose_name='régime de TVA'
                    ),
                ),
                ('figures', models.JSONField(default=dict, verbose_name='calcul')),
                ('is_standing', models.BooleanField(default=False, verbose_name='enregistrée')),
                ('rank', models.PositiveSmallIntegerField(default=0, verbose_name='rang parmi celles de la même origine')),
                ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='libérée le')),
                ('recorded_at', models.DateTimeField(null=True, verbose_name='enregistrée le')),
                ('assignment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.assignment')),
                ('employee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('rebills', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rebilled_by', to='billing.charge', verbose_name='refacture')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='billing.billingrun', verbose_name='clôture')),
                ('terms', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.terms')),
                ('timesheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='timesheets.timesheet')),
                ('line', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='charge', to='billing.line')),
            ],
            options={
                'verbose_name': 'somme due',
                'verbose_name_plural': 'sommes dues',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('is_standing', False), ('released_at__isnull', True), ('timesheet__isnull', False)), fields=('timesheet', 'terms', 'kind', 'rank'), name='a_timesheet_is_charged_once'),
                    models.UniqueConstraint(condition=models.Q(('assignment__isnull', False), ('is_standing', False), ('released_at__isnull', True), ('timesheet__isnull', True)), fields=('assignment', 'terms', 'service_month', 'kind', 'rank'), name='an_assignment_month_is_charged_once'),
                    models.UniqueConstraint(condition=models.Q(('rebills__isnull', False), ('released_at__isnull', True)), fields=('rebills',), name='a_released_charge_is_billed_again_once'),
                    models.UniqueConstraint(django.db.models.fields.json.KeyTextTransform('invoice', 'figures'), django.db.models.fields.json.KeyTextTransform('first', 'figures'), condition=models.Q(('kind', 'late_interest'), ('released_at__isnull', True)), name='interest_is_claimed_once_from_a_day'),
                    models.UniqueConstraint(django.db.models.fields.json.KeyTextTransform('invoice', 'figures'), condition=models.Q(('kind', 'indemnity'), ('released_at__isnull', True)), name='an_invoice_bears_one_indemnity'),
                    models.CheckConstraint(condition=models.Q(('net', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', models.F('unit_price')), 2))), name='charge_net_is_quantity_times_price'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('is_standing', True), ('recorded_at__isnull', False)), models.Q(('is_standing', False), ('kind__in', ('worked_hours', 'cost_share', 'management_fee', 'flat_amount', 'minimum')), ('line__isnull', False), ('run__isnull', False)), _connector='OR'),
                        name='a_charge_is_recorded_or_drafted',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='motif')),
                ('opened_on', models.DateField(verbose_name='ouvert le')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='clos le')),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='issue')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='billing.invoice', verbose_name='facture')),
            ],
            options={
                'verbose_name': 'litige',
                'verbose_name_plural': 'litiges',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('closed_on__isnull', True)), fields=('invoice',), name='one_open_dispute_per_invoice'),
                    models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='a_dispute_closes_after_it_opens'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_by__isnull', True), ('closed_on__isnull', True), ('outcome', '')), models.Q(('closed_on__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='a_closed_dispute_says_how_it_ended'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=200, unique=True, verbose_name='chemin')),
                ('size', models.PositiveIntegerField(verbose_name='taille (octets)')),
                ('sha256', models.CharField(max_length=64, verbose_name='empreinte')),
                ('chain_position', models.PositiveIntegerField(unique=True, verbose_name='rang dans la chaîne')),
                ('chain_digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte chaînée')),
                ('made_at', models.DateTimeField(verbose_name='fait le')),
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document', to='billing.invoice', verbose_name='facture')),
            ],
            options={'verbose_name': 'document', 'verbose_name_plural': 'documents', 'constraints': [models.CheckConstraint(condition=models.Q(('chain_digest__regex', '^[0-9a-f]{64}$'), ('sha256__regex', '^[0-9a-f]{64}$')), name='document_holds_digests')]},
        ),
        migrations.CreateModel(
            name='DuesYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(null=True, verbose_name='année')),
                ('charge', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dues', to='billing.charge')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
            ],
            options={'verbose_name': 'appel de cotisation ou de dépôt', 'verbose_name_plural': 'appels de cotisation ou de dépôt', 'constraints': [models.UniqueConstraint(fields=('member', 'year'), name='dues_of_a_year_are_asked_for_once', nulls_distinct=False)]},
        ),
        migrations.CreateModel(
            name='DunningLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(unique=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='rang')),
                ('title', models.CharField(max_length=120, verbose_name='objet')),
                ('days_late', models.PositiveSmallIntegerField(verbose_name='jours après l’échéance')),
                ('text', models.TextField(help_text='{numero}, {montant}, {echeance}, {retard} et {adherent} sont remplacés.', verbose_name='texte')),
                ('asks_for_interest', models.BooleanField(default=False, verbose_name='réclame les pénalités et l’indemnité')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={'verbose_name': 'niveau de relance', 'verbose_name_plural': 'niveaux de relance', 'constraints': [models.CheckConstraint(condition=models.Q(('rank__gte', 1)), name='dunning_levels_count_from_one')]},
        ),
        migrations.CreateModel(
            name='PayrollImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('file_name', models.CharField(max_length=200, verbose_name='fichier')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='empreinte')),
                ('row_count', models.PositiveIntegerField(verbose_name='lignes')),
                ('total', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('changes', models.JSONField(default=list, verbose_name='ce qui a changé')),
                ('imported_at', models.DateTimeField(verbose_name='importé le')),
                ('imported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={'verbose_name': 'import de paie', 'verbose_name_plural': 'imports de paie'},
        ),
        migrations.CreateModel(
            name='EmployerCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                (
                    'kind',
                    models.CharField(
                        choices=[('gross_pay', 'salaire brut'), ('employer_contributions', 'cotisations patronales'), ('other', 'autres coûts'), ('aid', 'aides déduites'), ('leave_provision', 'provision pour congés'), ('leave_drawn', 'congés pris, repris de la provision'), ('carried', 'écart sur une estimation')],
                        max_length=24,
                        verbose_name='nature',
                    ),
                ),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('is_estimate', models.BooleanField(default=False, verbose_name='estimation')),
                ('basis', models.CharField(blank=True, editable=False, max_length=120, verbose_name='d’après')),
                ('noted_at', models.DateTimeField(editable=False, null=True, verbose_name='noté le')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee', verbose_name='salarié')),
                ('noted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='costs', to='billing.payrollimport', verbose_name='import')),
            ],
            options={
                'verbose_name': 'coût employeur',
                'verbose_name_plural': 'coûts employeur',
                'constraints': [
                    models.UniqueConstraint(fields=('employee', 'month', 'kind'), name='one_cost_per_employee_month_and_kind'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount__lte', 0), ('kind__in', ('aid', 'leave_drawn'))), ('kind', 'carried'), models.Q(models.Q(('kind__in', ['aid', 'leave_drawn', 'carried']), _negated=True), ('amount__gte', 0)), _connector='OR'), name='cost_has_the_sign_of_its_kind'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Expense',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('travel', 'déplacement'), ('meal', 'repas'), ('purchase', 'achat')], max_length=8, verbose_name='nature')),
                ('spent_on', models.DateField(verbose_name='date')),
                ('label', models.CharField(max_length=120, verbose_name='objet')),
                ('kilometres', models.DecimalField(blank=True, decimal_places=1, max_digits=7, null=True, verbose_name='kilomètres')),
                ('rate', models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True, verbose_name='euros par km')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('receipt', models.FileField(blank=True, upload_to='receipts/', verbose_name='justificatif')),
                ('recorded_at', models.DateTimeField(verbose_name='saisi le')),
                ('refused_reason', models.CharField(blank=True, max_length=200, verbose_name='motif du refus')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.assignment', verbose_name='mise à disposition')),
                ('charge', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='expense', to='billing.charge', verbose_name='somme due')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee', verbose_name='salarié')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'dépense',
                'verbose_name_plural': 'dépenses',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='expense_is_positive'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('kilometres__gt', 0), ('kilometres__isnull', False), ('kind', 'travel'), ('rate__gt', 0), ('rate__isnull', False)), models.Q(models.Q(('kind', 'travel'), _negated=True), ('kilometres__isnull', True), ('rate__isnull', True)), _connector='OR'),
                        name='a_trip_has_its_kilometres',
                    ),
                    models.CheckConstraint(condition=models.Q(('charge__isnull', True), ('refused_reason', ''), _connector='OR'), name='a_refused_expense_is_not_charged'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'purchase'), _negated=True), models.Q(('receipt', ''), _negated=True), _connector='OR'), name='a_purchase_has_its_receipt'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ExpenseScale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('kind', models.CharField(choices=[('travel', 'déplacement'), ('meal', 'repas'), ('purchase', 'achat')], max_length=8, verbose_name='nature')),
                ('rate', models.DecimalField(decimal_places=3, max_digits=8, verbose_name='euros par unité')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'barème de frais',
                'verbose_name_plural': 'barèmes de frais',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('kind', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='scales_of_a_kind_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='a_scale_is_positive'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FundingLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('label', models.CharField(max_length=160, verbose_name='libellé')),
                ('funder', models.CharField(max_length=120, verbose_name='financeur')),
                ('budget', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='montant accordé')),
            ],
            options={
                'verbose_name': 'ligne de financement',
                'verbose_name_plural': 'lignes de financement',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='funding_line_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(condition=models.Q(('budget__isnull', True), ('budget__gte', 0), _connector='OR'), name='a_budget_is_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FundedCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('action', models.CharField(max_length=120, verbose_name='action')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('tagged_at', models.DateTimeField(verbose_name='affecté le')),
                ('expense', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funded', to='billing.expense', verbose_name='dépense')),
                ('tagged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='costs', to='billing.fundingline', verbose_name='financement')),
            ],
            options={'verbose_name': 'coût financé', 'verbose_name_plural': 'coûts financés', 'constraints': [models.UniqueConstraint(fields=('line', 'expense', 'action'), name='an_action_takes_an_expense_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='a_funded_cost_is_positive')]},
        ),
        migrations.CreateModel(
            name='FundedHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('action', models.CharField(max_length=120, verbose_name='action')),
                ('minutes', models.PositiveIntegerField(verbose_name='minutes')),
                ('tagged_at', models.DateTimeField(verbose_name='affecté le')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='timesheets.entry', verbose_name='pointage')),
                ('tagged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='billing.fundingline', verbose_name='financement')),
            ],
            options={'verbose_name': 'heures financées', 'verbose_name_plural': 'heures financées', 'constraints': [models.UniqueConstraint(fields=('line', 'entry', 'action'), name='an_action_takes_an_entry_once'), models.CheckConstraint(condition=models.Q(('minutes__gt', 0)), name='funded_hours_hold_minutes')]},
        ),
        migrations.CreateModel(
            name='FundingReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_month', groupement.kernel.periods.MonthField(verbose_name='premier mois')),
                ('last_month', groupement.kernel.periods.MonthField(verbose_name='dernier mois')),
                ('content', models.JSONField(verbose_name='contenu')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte (SHA-256)')),
                ('locked_at', models.DateTimeField(verbose_name='verrouillé le')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='billing.fundingline', verbose_name='financement')),
                ('locked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'état de financement',
                'verbose_name_plural': 'états de financement',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('last_month__gte', models.F('first_month'))), name='funding_report_ends_after_it_starts'),
                    models.UniqueConstraint(fields=('line', 'first_month'), name='one_report_from_a_month_on'),
                    django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('line', '='), (groupement.kernel.periods.DateRange('first_month', 'last_month', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&')], name='a_month_of_a_line_is_locked_once'),
                    models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='funding_report_holds_a_digest'),
                ],
            },
        ),
        migrations.CreateModel(
            name='InvoicedTimesheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timesheets', to='billing.invoice', verbose_name='facture')),
                ('timesheet', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='timesheets.timesheet', verbose_name='relevé')),
            ],
            options={'verbose_name': 'relevé facturé', 'verbose_name_plural': 'relevés facturés'},
        ),
        migrations.CreateModel(
            name='InvoiceStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='de')),
                ('target', models.CharField(max_length=20, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('note', models.TextField(blank=True, verbose_name='motif')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='billing.invoice')),
            ],
            options={'verbose_name': 'étape de facture', 'verbose_name_plural': 'étapes de facture'},
        ),
        migrations.CreateModel(
            name='LegalMention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('text', models.CharField(max_length=400, verbose_name='texte')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'mention légale',
                'verbose_name_plural': 'mentions légales',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('code', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='wordings_of_a_mention_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reminder', 'relance'), ('true_up', 'lettre de régularisation'), ('quote', 'devis')], max_length=10, verbose_name='nature')),
                ('subject', models.CharField(max_length=200, verbose_name='objet')),
                ('content', models.JSONField(verbose_name='contenu')),
                ('digest', models.CharField(max_length=64, verbose_name='empreinte du contenu (SHA-256)')),
                ('written_at', models.DateTimeField(verbose_name='écrite le')),
                ('path', models.CharField(blank=True, max_length=200, verbose_name='fichier')),
                ('size', models.PositiveIntegerField(null=True, verbose_name='taille (octets)')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='empreinte du PDF (SHA-256)')),
                ('made_at', models.DateTimeField(null=True, verbose_name='faite le')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
            ],
            options={
                'verbose_name': 'courrier',
                'verbose_name_plural': 'courriers',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='letter_holds_a_digest'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('made_at__isnull', True), ('path', ''), ('sha256', ''), ('size__isnull', True)), models.Q(('made_at__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$'), ('size__isnull', False), models.Q(('path', ''), _negated=True)), _connector='OR'),
                        name='letter_has_its_file_whole_or_not_at_all',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_on', models.DateField(verbose_name='reçu le')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('method', models.CharField(choices=[('transfer', 'virement'), ('direct_debit', 'prélèvement'), ('cheque', 'chèque'), ('other', 'autre')], max_length=12, verbose_name='moyen')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='référence')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                ('reversed_on', models.DateField(blank=True, null=True, verbose_name='annulé le')),
                ('reversal_reason', models.CharField(blank=True, max_length=200, verbose_name='motif d’annulation')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'règlement',
                'verbose_name_plural': 'règlements',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_is_positive'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reversal_reason', ''), ('reversed_on__isnull', True)), models.Q(('reversed_on__isnull', False), models.Q(('reversal_reason', ''), _negated=True)), _connector='OR'), name='a_reversed_payment_says_why'),
                    models.CheckConstraint(condition=models.Q(('reversed_on__isnull', True), ('reversed_on__gte', models.F('received_on')), _connector='OR'), name='a_payment_is_reversed_after_it_came'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PaymentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('received_on', models.DateField(verbose_name='reçu le')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('method', models.CharField(choices=[('transfer', 'virement'), ('direct_debit', 'prélèvement'), ('cheque', 'chèque'), ('other', 'autre')], max_length=12, verbose_name='moyen')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='référence')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                ('reversed_on', models.DateField(blank=True, null=True, verbose_name='annulé le')),
                ('reversal_reason', models.CharField(blank=True, max_length=200, verbose_name='motif d’annulation')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='billing.payment')),
                ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='PayrollLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('titles_digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte des titres')),
                ('titles', models.JSONField(verbose_name='titres')),
                ('columns', models.JSONField(verbose_name='colonnes')),
                ('used_at', models.DateTimeField(verbose_name='utilisé le')),
            ],
            options={'verbose_name': 'format de fichier de paie', 'verbose_name_plural': 'formats de fichiers de paie'},
        ),
        migrations.CreateModel(
            name='PriceIndex',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, verbose_name='code')),
                ('label', models.CharField(blank=True, max_length=160, verbose_name='libellé')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('value', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='valeur')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
            ],
            options={'verbose_name': 'indice de prix', 'verbose_name_plural': 'indices de prix', 'constraints': [models.UniqueConstraint(fields=('code', 'month'), name='one_value_per_index_and_month'), models.CheckConstraint(condition=models.Q(('value__gt', 0)), name='an_index_is_positive')]},
        ),
        migrations.CreateModel(
            name='ProvisionEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('kind', models.CharField(choices=[('set_aside', 'mise de côté'), ('drawn', 'reprise'), ('settled', 'soldée')], max_length=10, verbose_name='nature')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('noted_at', models.DateTimeField(verbose_name='noté le')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee', verbose_name='salarié')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='provisions', to='billing.billingrun')),
            ],
            options={
                'verbose_name': 'provision pour congés',
                'verbose_name_plural': 'provisions pour congés',
                'constraints': [
                    models.UniqueConstraint(fields=('employee', 'member', 'month', 'kind'), name='a_month_moves_a_provision_once_each_way', nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount__gte', 0), ('kind', 'set_aside')), models.Q(('amount__lte', 0), ('kind', 'drawn')), ('kind', 'settled'), _connector='OR'), name='provision_has_the_sign_of_its_kind'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prospect', models.CharField(blank=True, max_length=160, verbose_name='structure')),
                ('figures', models.JSONField(verbose_name='calcul')),
                ('valid_until', models.DateField(verbose_name='valable jusqu’au')),
                ('made_at', models.DateTimeField(verbose_name='fait le')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='accepté le')),
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quote', to='billing.letter', verbose_name='devis')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
                ('terms', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='employees.terms', verbose_name='conditions convenues')),
            ],
            options={'verbose_name': 'devis', 'verbose_name_plural': 'devis', 'constraints': [models.CheckConstraint(condition=models.Q(('member__isnull', False), models.Q(('prospect', ''), _negated=True), _connector='OR'), name='a_quote_is_for_somebody')]},
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveIntegerField(verbose_name='minutes')),
                ('fate', models.CharField(choices=[('released', 'à facturer de nouveau'), ('voided', 'abandonnées')], max_length=8, verbose_name='sort')),
                ('charge', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='takes_up', to='billing.charge', verbose_name='facturées de nouveau par')),
                ('credited', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='billing.charge', verbose_name='somme créditée')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='timesheets.entry', verbose_name='pointage')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='releases', to='billing.line', verbose_name='ligne de l’avoir')),
            ],
            options={
                'verbose_name': 'heures créditées',
                'verbose_name_plural': 'heures créditées',
                'constraints': [
                    models.UniqueConstraint(fields=('line', 'entry'), name='a_line_credits_an_entry_once'),
                    models.CheckConstraint(condition=models.Q(('minutes__gt', 0)), name='a_release_holds_minutes'),
                    models.CheckConstraint(condition=models.Q(('fate', 'released'), ('charge__isnull', True), _connector='OR'), name='voided_minutes_are_not_billed_again'),
                ],
                'indexes': [models.Index(condition=models.Q(('charge__isnull', True), ('fate', 'released')), fields=['entry'], name='release_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sent_on', models.DateField(verbose_name='envoyée le')),
                ('amount_due', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='reste dû')),
                ('interest', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='pénalités')),
                ('indemnity', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='indemnité')),
                ('sent_at', models.DateTimeField(verbose_name='envoyée à')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='billing.invoice', verbose_name='facture')),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='billing.letter', verbose_name='courrier')),
                ('level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='billing.dunninglevel', verbose_name='niveau')),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'relance',
                'verbose_name_plural': 'relances',
                'constraints': [models.UniqueConstraint(fields=('invoice', 'level'), name='an_invoice_is_reminded_once_a_level'), models.CheckConstraint(condition=models.Q(('amount_due__gt', 0), ('indemnity__gte', 0), ('interest__gte', 0)), name='a_reminder_asks_for_money')],
            },
        ),
        migrations.CreateModel(
            name='Rendering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('pending', 'en attente'), ('running', 'en cours'), ('done', 'prêt'), ('failed', 'en échec')], default='pending', max_length=8, verbose_name='état')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='dernière erreur')),
                ('queued_at', models.DateTimeField(verbose_name='demandé le')),
                ('started_at', models.DateTimeField(null=True, verbose_name='commencé le')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='fini le')),
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rendering', to='billing.invoice', verbose_name='facture')),
            ],
            options={
                'verbose_name': 'fabrication de PDF',
                'verbose_name_plural': 'fabrications de PDF',
                'constraints': [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('finished_at__isnull', True), ('status', 'pending')), models.Q(('finished_at__isnull', True), ('started_at__isnull', False), ('status', 'running')), models.Q(('finished_at__isnull', False), ('started_at__isnull', False), ('status__in', ['done', 'failed'])), _connector='OR'
                        ),
                        name='rendering_status_matches_its_stamps',
                    )
                ],
                'indexes': [models.Index(fields=['status'], name='rendering_by_status')],
            },
        ),
        migrations.CreateModel(
            name='ReserveEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('booked_on', models.DateField(verbose_name='date')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('label', models.CharField(max_length=160, verbose_name='libellé')),
                ('noted_at', models.DateTimeField(verbose_name='noté le')),
                ('noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={'verbose_name': 'mouvement de la réserve', 'verbose_name_plural': 'mouvements de la réserve', 'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='a_reserve_entry_moves_something')]},
        ),
        migrations.CreateModel(
            name='RunProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('message', models.CharField(max_length=300)),
                ('is_blocking', models.BooleanField(default=True)),
                ('employee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='employees.employee')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='billing.billingrun')),
            ],
            options={'verbose_name': 'point à régler', 'verbose_name_plural': 'points à régler'},
        ),
        migrations.CreateModel(
            name='SettledMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee')),
                ('true_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settled_months', to='billing.trueup')),
            ],
            options={'verbose_name': 'mois régularisé', 'verbose_name_plural': 'mois régularisés', 'constraints': [models.UniqueConstraint(fields=('employee', 'month'), name='a_month_is_trued_up_once')]},
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois de service')),
                ('employer_cost', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='coût employeur')),
                ('charged', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='refacturé')),
                ('reserve', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='à la réserve')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee', verbose_name='salarié')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settlements', to='billing.billingrun', verbose_name='clôture')),
            ],
            options={
                'verbose_name': 'décompte',
                'verbose_name_plural': 'décomptes',
                'constraints': [
                    models.UniqueConstraint(fields=('run', 'employee', 'month'), name='one_settlement_per_run_employee_and_month'),
                    models.UniqueConstraint(condition=models.Q(('employer_cost__gt', 0)), fields=('employee', 'month'), name='the_cost_of_a_month_is_settled_once'),
                    models.CheckConstraint(condition=models.Q(('employer_cost', django.db.models.expressions.CombinedExpression(models.F('charged'), '+', models.F('reserve')))), name='settlement_cost_is_charged_plus_reserve'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrueUpShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveIntegerField(default=0, verbose_name='minutes')),
                ('actual', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='part du coût réel')),
                ('invoiced', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='déjà facturé')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='à régulariser')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee')),
                ('line', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='true_up_share', to='billing.line')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('true_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='billing.trueup')),
            ],
            options={
                'verbose_name': 'part de régularisation',
                'verbose_name_plural': 'parts de régularisation',
                'constraints': [
                    models.UniqueConstraint(fields=('true_up', 'employee', 'member'), name='one_true_up_share_per_person_and_member'),
                    models.CheckConstraint(condition=models.Q(('amount', django.db.models.expressions.CombinedExpression(models.F('actual'), '-', models.F('invoiced')))), name='true_up_amount_is_the_difference'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrueUpStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='de')),
                ('target', models.CharField(max_length=20, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('note', models.TextField(blank=True, verbose_name='motif')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='billing.trueup')),
            ],
            options={'verbose_name': 'étape de régularisation', 'verbose_name_plural': 'étapes de régularisation'},
        ),
        migrations.CreateModel(
            name='VatRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                (
                    'regime',
                    models.CharField(choices=[('S20', 'TVA au taux normal'), ('S10', 'TVA au taux intermédiaire'), ('S055', 'TVA au taux réduit'), ('E261B', 'exonéré, article 261 B du CGI'), ('F293B', 'franchise en base, article 293 B du CGI'), ('O', 'hors champ de la TVA')], max_length=5, verbose_name='régime'),
                ),
                ('rate', groupement.kernel.money.RateField(decimal_places=2, max_digits=5, verbose_name='taux (%)')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'taux de TVA',
                'verbose_name_plural': 'taux de TVA',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('regime', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='rates_of_a_regime_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('rate__gte', 0), ('rate__lte', 100)), name='vat_rate_is_a_percentage'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ActualCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', groupement.kernel.periods.MonthField(verbose_name='mois')),
                (
                    'kind',
                    models.CharField(
                        choices=[('gross_pay', 'salaire brut'), ('employer_contributions', 'cotisations patronales'), ('other', 'autres coûts'), ('aid', 'aides déduites'), ('leave_provision', 'provision pour congés'), ('leave_drawn', 'congés pris, repris de la provision'), ('carried', 'écart sur une estimation')],
                        max_length=24,
                        verbose_name='nature',
                    ),
                ),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('employee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='employees.employee')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actual_costs', to='billing.payrollimport')),
            ],
            options={
                'verbose_name': 'coût réel d’un mois facturé sur estimation',
                'verbose_name_plural': 'coûts réels de mois facturés sur estimation',
                'constraints': [
                    models.UniqueConstraint(fields=('employee', 'month', 'kind'), name='one_actual_cost_per_employee_month_and_kind'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount__lte', 0), ('kind', 'aid')), models.Q(('amount__gte', 0), ('kind__in', ['gross_pay', 'employer_contributions', 'other'])), _connector='OR'), name='actual_cost_has_the_sign_of_its_kind'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('payment', 'règlement'), ('credit_note', 'avoir'), ('write_off', 'abandon')], max_length=12, verbose_name='origine')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('by_rate', models.JSONField(default=list, verbose_name='par taux de TVA')),
                ('settled_on', models.DateField(verbose_name='imputé le')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='motif')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('credit_note', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='billing.invoice', verbose_name='avoir')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='billing.invoice', verbose_name='facture')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='billing.payment', verbose_name='règlement')),
            ],
            options={
                'verbose_name': 'imputation',
                'verbose_name_plural': 'imputations',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='allocation_is_positive'),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('credit_note__isnull', True), ('payment__isnull', False), ('source', 'payment')),
                            models.Q(('credit_note__isnull', False), ('payment__isnull', True), ('source', 'credit_note')),
                            models.Q(('credit_note__isnull', True), ('payment__isnull', True), ('source', 'write_off')),
                            _connector='OR',
                        ),
                        name='allocation_has_one_source',
                    ),
                    models.UniqueConstraint(condition=models.Q(('payment__isnull', False)), fields=('payment', 'invoice'), name='a_payment_settles_an_invoice_once'),
                    models.UniqueConstraint(condition=models.Q(('credit_note__isnull', False)), fields=('credit_note', 'invoice'), name='a_credit_note_settles_an_invoice_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AllocationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(choices=[('payment', 'règlement'), ('credit_note', 'avoir'), ('write_off', 'abandon')], max_length=12, verbose_name='origine')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('by_rate', models.JSONField(default=list, verbose_name='par taux de TVA')),
                ('settled_on', models.DateField(verbose_name='imputé le')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='motif')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistré le')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='billing.allocation')),
                ('recorded_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('credit_note', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.invoice', verbose_name='avoir')),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.invoice', verbose_name='facture')),
                ('payment', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.payment', verbose_name='règlement')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='BankStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='fichier')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='empreinte')),
                ('format', models.CharField(max_length=20, verbose_name='format')),
                ('iban', models.CharField(blank=True, max_length=34, verbose_name='IBAN du compte')),
                ('starts_on', models.DateField(verbose_name='du')),
                ('ends_on', models.DateField(verbose_name='au')),
                ('opening_balance', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='solde initial')),
                ('closing_balance', groupement.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='solde final')),
                ('left_out', models.JSONField(blank=True, default=list, verbose_name='laissé de côté')),
                ('imported_at', models.DateTimeField(verbose_name='importé le')),
                ('imported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={'verbose_name': 'relevé bancaire', 'verbose_name_plural': 'relevés bancaires', 'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='a_statement_ends_after_it_starts')]},
        ),
        migrations.CreateModel(
            name='BankOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(default=0, verbose_name='ligne')),
                ('key', models.CharField(max_length=80, verbose_name='identifiant')),
                ('iban', models.CharField(blank=True, max_length=34, verbose_name='IBAN du compte')),
                ('booked_on', models.DateField(verbose_name='date')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('counterparty', models.CharField(blank=True, max_length=140, verbose_name='tiers')),
                ('label', models.CharField(blank=True, max_length=400, verbose_name='libellé')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='référence')),
                ('nature', models.CharField(choices=[('transfer', 'virement'), ('direct_debit', 'prélèvement'), ('cheque', 'chèque'), ('other', 'autre')], default='transfer', max_length=12, verbose_name='moyen')),
                ('is_return', models.BooleanField(default=False, verbose_name='rejet ou retour')),
                ('status', models.CharField(choices=[('open', 'à rapprocher'), ('matched', 'rapprochée'), ('set_aside', 'hors factures'), ('split', 'ventilée')], default='open', max_length=10, verbose_name='état')),
                ('has_made_payment', models.BooleanField(default=False, verbose_name='règlement enregistré par le rapprochement')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('part_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='billing.bankoperation', verbose_name='partie de')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='billing.bankstatement', verbose_name='relevé')),
                ('payment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='operation', to='billing.payment', verbose_name='règlement')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='return_operation', to='billing.payment', verbose_name='annule')),
            ],
            options={
                'verbose_name': 'opération bancaire',
                'verbose_name_plural': 'opérations bancaires',
                'constraints': [
                    models.UniqueConstraint(fields=('iban', 'key'), name='an_operation_is_taken_once'),
                    models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='an_operation_moves_money'),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('amount__gt', 0), ('payment__isnull', False), ('reverses__isnull', True), ('status', 'matched')),
                            models.Q(('amount__lt', 0), ('payment__isnull', True), ('reverses__isnull', False), ('status', 'matched')),
                            models.Q(('has_made_payment', False), ('payment__isnull', True), ('reverses__isnull', True), ('status__in', ['open', 'set_aside', 'split'])),
                            _connector='OR',
                        ),
                        name='a_matched_operation_has_its_payment',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='BankOperationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('line', models.PositiveIntegerField(default=0, verbose_name='ligne')),
                ('key', models.CharField(max_length=80, verbose_name='identifiant')),
                ('iban', models.CharField(blank=True, max_length=34, verbose_name='IBAN du compte')),
                ('booked_on', models.DateField(verbose_name='date')),
                ('amount', groupement.kernel.money.MoneyField(decimal_places=2, max_digits=12, verbose_name='montant')),
                ('counterparty', models.CharField(blank=True, max_length=140, verbose_name='tiers')),
                ('label', models.CharField(blank=True, max_length=400, verbose_name='libellé')),
                ('reference', models.CharField(blank=True, max_length=140, verbose_name='référence')),
                ('nature', models.CharField(choices=[('transfer', 'virement'), ('direct_debit', 'prélèvement'), ('cheque', 'chèque'), ('other', 'autre')], default='transfer', max_length=12, verbose_name='moyen')),
                ('is_return', models.BooleanField(default=False, verbose_name='rejet ou retour')),
                ('status', models.CharField(choices=[('open', 'à rapprocher'), ('matched', 'rapprochée'), ('set_aside', 'hors factures'), ('split', 'ventilée')], default='open', max_length=10, verbose_name='état')),
                ('has_made_payment', models.BooleanField(default=False, verbose_name='règlement enregistré par le rapprochement')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('part_of', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.bankoperation', verbose_name='partie de')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='billing.bankoperation')),
                ('statement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.bankstatement', verbose_name='relevé')),
                ('payment', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.payment', verbose_name='règlement')),
                ('reverses', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.payment', verbose_name='annule')),
            ],
            options={'abstract': False},
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='billingrun',
            trigger=pgtrigger.compiler.Trigger(
                name='issued_run_is_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" = \'issued\')', func="RAISE EXCEPTION 'an issued run never changes' USING ERRCODE = 'check_violation';", hash='c4bb904cc8054df4ca393e43bc98e9bb6667481b', operation='UPDATE OR DELETE', pgid='pgtrigger_issued_run_is_frozen_98282', table='billing_billingrun', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='trueup',
            trigger=pgtrigger.compiler.Trigger(
                name='issued_true_up_is_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" = \'issued\')',
                    func="RAISE EXCEPTION 'an issued true-up never changes' USING ERRCODE = 'check_violation';",
                    hash='3dc738255afd5cf22497aa58aa753fbdd535e4a9',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_issued_true_up_is_frozen_debeb',
                    table='billing_trueup',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='billingrunstep',
            trigger=pgtrigger.compiler.Trigger(
                name='run_steps_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6741663e40adec1ef38919022651faf5036722ac', operation='UPDATE OR DELETE', pgid='pgtrigger_run_steps_are_append_only_bdfbe', table='billing_billingrunstep', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='carriedcost',
            trigger=pgtrigger.compiler.Trigger(
                name='what_an_invoiced_month_carries_is_closed',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM billing_settlement\n    JOIN billing_billingrun ON billing_billingrun.id = billing_settlement.run_id\n    WHERE billing_settlement.employer_cost > 0\n      AND ((TG_OP <> 'INSERT' AND billing_settlement.employee_id = OLD.employee_id\n            AND billing_settlement.month = OLD.into_month)\n        OR (TG_OP <> 'DELETE' AND billing_settlement.employee_id = NEW.employee_id\n            AND billing_settlement.month = NEW.into_month))\n      AND (billing_billingrun.status = 'issued' OR EXISTS (\n            SELECT 1 FROM billing_invoice\n            WHERE billing_invoice.run_id = billing_billingrun.id AND billing_invoice.status = 'issued'));\n    IF FOUND THEN\n        RAISE EXCEPTION 'the costs of a settled and invoiced month are closed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='55c20125dc2a0011d724a7e9ca3e182c13874ce2',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_what_an_invoiced_month_carries_is_closed_84fcb',
                    table='billing_carriedcost',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='expense',
            trigger=pgtrigger.compiler.Trigger(
                name='an_accepted_expense_is_kept_as_it_is',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."charge_id" IS NOT NULL)',
                    func="\n                    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'charge_id' <> to_jsonb(OLD) - 'charge_id' THEN\n                        RAISE EXCEPTION 'an accepted expense never changes' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='8d90ad25ba097f58ca101f4c492811da0461aadb',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_an_accepted_expense_is_kept_as_it_is_1a0be',
                    table='billing_expense',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='fundedhours',
            trigger=pgtrigger.compiler.Trigger(
                name='funded_hours_of_a_locked_report_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE named bigint;',
                    func="\n    FOREACH named IN ARRAY ARRAY[\n        CASE WHEN TG_OP <> 'INSERT' THEN OLD.line_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.line_id END\n    ] LOOP\n        CONTINUE WHEN named IS NULL;\n        PERFORM 1 FROM billing_fundingline WHERE id = named FOR KEY SHARE;\n        PERFORM 1 FROM billing_fundingreport\n        WHERE line_id = named\n          AND ((TG_OP <> 'INSERT' AND OLD.month BETWEEN first_month AND last_month)\n            OR (TG_OP <> 'DELETE' AND NEW.month BETWEEN first_month AND last_month));\n        IF FOUND THEN\n            RAISE EXCEPTION 'a locked funding report stands on this' USING ERRCODE = 'check_violation';\n        END IF;\n    END LOOP;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='18ac93b586f50e16daadfffd531db0bb4730034e',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_funded_hours_of_a_locked_report_are_frozen_d80b7',
                    table='billing_fundedhours',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='fundedhours',
            trigger=pgtrigger.compiler.Trigger(
                name='no_hour_is_funded_twice',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE worked integer; taken integer;',
                    func="\n                    SELECT minutes INTO worked FROM timesheets_entry WHERE id = NEW.entry_id FOR NO KEY UPDATE;\n                    PERFORM 1 FROM timesheets_entry\n                    JOIN timesheets_timesheet ON timesheets_timesheet.id = timesheets_entry.timesheet_id\n                    WHERE timesheets_entry.id = NEW.entry_id AND timesheets_timesheet.month = NEW.month\n                      AND timesheets_timesheet.status = 'approved';\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'a funded hour is approved, and of its month'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    SELECT COALESCE(SUM(minutes), 0) INTO taken FROM billing_fundedhours\n                    WHERE entry_id = NEW.entry_id AND id <> NEW.id;\n                    IF taken + NEW.minutes > worked THEN\n                        RAISE EXCEPTION 'an hour is funded once' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='d1980a561b7429b5700d9613fb50202da945f01d',
                    operation='INSERT OR UPDATE',
                    pgid='pgtrigger_no_hour_is_funded_twice_6f02f',
                    table='billing_fundedhours',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='fundedcost',
            trigger=pgtrigger.compiler.Trigger(
                name='funded_costs_of_a_locked_report_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE named bigint;',
                    func="\n    FOREACH named IN ARRAY ARRAY[\n        CASE WHEN TG_OP <> 'INSERT' THEN OLD.line_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.line_id END\n    ] LOOP\n        CONTINUE WHEN named IS NULL;\n        PERFORM 1 FROM billing_fundingline WHERE id = named FOR KEY SHARE;\n        PERFORM 1 FROM billing_fundingreport\n        WHERE line_id = named\n          AND ((TG_OP <> 'INSERT' AND OLD.month BETWEEN first_month AND last_month)\n            OR (TG_OP <> 'DELETE' AND NEW.month BETWEEN first_month AND last_month));\n        IF FOUND THEN\n            RAISE EXCEPTION 'a locked funding report stands on this' USING ERRCODE = 'check_violation';\n        END IF;\n    END LOOP;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='8c0e2a11063ecff819bf1efe29fef696247c0d61',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_funded_costs_of_a_locked_report_are_frozen_83edb',
                    table='billing_fundedcost',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='fundedcost',
            trigger=pgtrigger.compiler.Trigger(
                name='no_expense_is_funded_twice',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE spent numeric; taken numeric;',
                    func="\n                    SELECT amount INTO spent FROM billing_expense\n                    WHERE id = NEW.expense_id AND charge_id IS NOT NULL\n                      AND date_trunc('month', spent_on)::date = NEW.month FOR NO KEY UPDATE;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'a funded expense is accepted, and of its month'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_fundedcost\n                    WHERE expense_id = NEW.expense_id AND id <> NEW.id;\n                    IF taken + NEW.amount > spent THEN\n                        RAISE EXCEPTION 'an expense is funded once' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='73c890e867384f4132a44b6510bcf5d9137a300f',
                    operation='INSERT OR UPDATE',
                    pgid='pgtrigger_no_expense_is_funded_twice_3834a',
                    table='billing_fundedcost',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='fundingreport',
            trigger=pgtrigger.compiler.Trigger(
                name='funding_reports_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8ad8b658f5a54543da0c5297d7804b3b41e39f29', operation='UPDATE OR DELETE', pgid='pgtrigger_funding_reports_are_append_only_b7425', table='billing_fundingreport', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(
                name='documents_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f7164c5f62454781c9f9061546e90f45a33be5e7', operation='UPDATE OR DELETE', pgid='pgtrigger_documents_are_append_only_302de', table='billing_document', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='invoicedtimesheet',
            trigger=pgtrigger.compiler.Trigger(
                name='timesheets_of_an_issued_invoice_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE named bigint; found_status text;',
                    func="\n    FOREACH named IN ARRAY ARRAY[\n        CASE WHEN TG_OP <> 'INSERT' THEN OLD.invoice_id END,\n        CASE WHEN TG_OP <> 'DELETE' THEN NEW.invoice_id END\n    ] LOOP\n        CONTINUE WHEN named IS NULL;\n        SELECT status INTO found_status FROM billing_invoice WHERE id = named FOR SHARE;\n        IF found_status = 'issued' THEN\n            RAISE EXCEPTION 'what an issued invoice is made of never changes'\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END LOOP;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='c2e74e1188ae719aa6123a46c0c91ff334b3fd72',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_timesheets_of_an_issued_invoice_are_frozen_7acc4',
                    table='billing_invoicedtimesheet',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='invoicestep',
            trigger=pgtrigger.compiler.Trigger(
                name='invoice_steps_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a080f804e4d605a5ab25511e02c42be2aa35fed', operation='UPDATE OR DELETE', pgid='pgtrigger_invoice_steps_are_append_only_f21b0', table='billing_invoicestep', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(
                name='letter_content_never_changes',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."written_at" IS DISTINCT FROM (NEW."written_at"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='abdb7ea02846cca2b3aabf840cb5c8f53042a191',
                    operation='UPDATE',
                    pgid='pgtrigger_letter_content_never_changes_b2c94',
                    table='billing_letter',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(
                name='letter_file_never_changes',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."made_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='195d3f9e098083659ebe03c71ebcfa1554adcbd6', operation='UPDATE', pgid='pgtrigger_letter_file_never_changes_ff21d', table='billing_letter', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(
                name='letters_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a3255d264ade5371a394afb27a0959323bd44540', operation='DELETE', pgid='pgtrigger_letters_are_kept_2c5e5', table='billing_letter', when='BEFORE')
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(
                name='lines_of_an_issued_invoice_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE named bigint; found_status text;',
                    func="\n    FOREACH named IN ARRAY ARRAY[\n        CASE WHEN TG_OP <> 'INSERT' THEN OLD.invoice_id END,\n        CASE WHEN TG_OP <> 'DELETE' THEN NEW.invoice_id END\n    ] LOOP\n        CONTINUE WHEN named IS NULL;\n        SELECT status INTO found_status FROM billing_invoice WHERE id = named FOR SHARE;\n        IF found_status = 'issued' THEN\n            RAISE EXCEPTION 'what an issued invoice is made of never changes'\n                USING ERRCODE = 'check_violation';\n        END IF;\n    END LOOP;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='e5f31f9beab0beb6c991f280b71c2c6a11ab27fc',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_lines_of_an_issued_invoice_are_frozen_c4733',
                    table='billing_line',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(
                name='a_line_is_not_credited_beyond_itself',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."credits_id" IS NOT NULL)',
                    declare='DECLARE whole billing_line%ROWTYPE; taken numeric; hours numeric;',
                    func='\n                    -- Two credits of one line wait for each other; NO KEY: what refers to the line may go on.\n                    SELECT * INTO whole FROM billing_line WHERE id = NEW.credits_id FOR NO KEY UPDATE;\n                    -- At another price a part is told in euros ("1 × 40.00" of a share): it takes no quantity.\n                    SELECT COALESCE(SUM(net), 0), COALESCE(SUM(quantity)\n                        FILTER (WHERE unit = whole.unit AND unit_price = whole.unit_price), 0)\n                    INTO taken, hours FROM billing_line WHERE credits_id = NEW.credits_id AND id <> NEW.id;\n                    IF taken + NEW.net > whole.net\n                       OR (NEW.unit = whole.unit AND NEW.unit_price = whole.unit_price\n                           AND hours + NEW.quantity > whole.quantity) THEN\n                        RAISE EXCEPTION \'a line is not credited beyond itself\' USING ERRCODE = \'check_violation\';\n                    END IF;\n                    RETURN NEW;\n                ',
                    hash='e13a35d64dcc4ccf0a59ea8658cc57d1fc8968a1',
                    operation='INSERT OR UPDATE',
                    pgid='pgtrigger_a_line_is_not_credited_beyond_itself_6c663',
                    table='billing_line',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='charge',
            trigger=pgtrigger.compiler.Trigger(
                name='billed_charge_is_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    PERFORM 1 FROM billing_line\n                    JOIN billing_invoice ON billing_invoice.id = billing_line.invoice_id\n                    WHERE billing_line.id = OLD.line_id AND billing_invoice.status = 'issued';\n                    IF FOUND AND (TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.released_at IS NULL\n                                  OR to_jsonb(NEW) - 'released_at' <> to_jsonb(OLD) - 'released_at') THEN\n                        RAISE EXCEPTION 'a billed charge never changes' USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ",
                    hash='6ae09cd58f7cba03b8ab0c47ebc4a6ec72e2a561',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_billed_charge_is_frozen_c6a2f',
                    table='billing_charge',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(
                name='payments_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='27142dad0c3e29aad9957911c0b9b7b8374f1d42', operation='DELETE', pgid='pgtrigger_payments_are_kept_0fc0f', table='billing_payment', when='BEFORE')
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(
                name='a_payment_is_reversed_not_changed',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."received_on" IS DISTINCT FROM (NEW."received_on"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='94e5f0a87caf451b288e77d8520fec78890a942f',
                    operation='UPDATE',
                    pgid='pgtrigger_a_payment_is_reversed_not_changed_b0549',
                    table='billing_payment',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(
                name='a_reversed_payment_settles_nothing',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."reversed_on" IS NOT NULL)',
                    func="\n                    IF EXISTS (SELECT FROM billing_allocation WHERE payment_id = NEW.id) THEN\n                        RAISE EXCEPTION 'a reversed payment settles nothing' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='a195ee142cb2f5bd9e2f5884836afe0602e1e2fa',
                    operation='UPDATE',
                    pgid='pgtrigger_a_reversed_payment_settles_nothing_fcb91',
                    table='billing_payment',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "billing_paymentevent" ("amount", "id", "member_id", "method", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "recorded_at", "recorded_by_id", "reference", "reversal_reason", "reversed_on") VALUES (NEW."amount", NEW."id", NEW."member_id", NEW."method", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."received_on", NEW."recorded_at", NEW."recorded_by_id", NEW."reference", NEW."reversal_reason", NEW."reversed_on"); RETURN NULL;',
                    hash='7371f62d01800199708aca25d2ad134ca55941d6',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_70a39',
                    table='billing_payment',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "billing_paymentevent" ("amount", "id", "member_id", "method", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "recorded_at", "recorded_by_id", "reference", "reversal_reason", "reversed_on") VALUES (NEW."amount", NEW."id", NEW."member_id", NEW."method", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."received_on", NEW."recorded_at", NEW."recorded_by_id", NEW."reference", NEW."reversal_reason", NEW."reversed_on"); RETURN NULL;',
                    hash='bd8a4015555797d341f9884f2671fc4615d9ef33',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_5f754',
                    table='billing_payment',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='bankoperation',
            trigger=pgtrigger.compiler.Trigger(
                name='what_the_bank_said_stays',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF TG_OP = 'DELETE' THEN\n                        IF OLD.part_of_id IS NULL OR OLD.status <> 'open' THEN\n                            RAISE EXCEPTION 'what the bank said stays' USING ERRCODE = 'check_violation';\n                        END IF;\n                        RETURN OLD;\n                    END IF;\n                    IF (OLD.statement_id, OLD.part_of_id, OLD.line, OLD.key, OLD.iban, OLD.booked_on, OLD.amount,\n                        OLD.counterparty, OLD.label, OLD.reference) IS DISTINCT FROM\n                       (NEW.statement_id, NEW.part_of_id, NEW.line, NEW.key, NEW.iban, NEW.booked_on, NEW.amount,\n                        NEW.counterparty, NEW.label, NEW.reference) THEN\n                        RAISE EXCEPTION 'what the bank said stays' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='04d5cea50700096dc2b3e824be242981fedbcb65',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_what_the_bank_said_stays_f5449',
                    table='billing_bankoperation',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='bankoperation',
            trigger=pgtrigger.compiler.Trigger(
                name='parts_stay_within_their_operation',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NEW."part_of_id" IS NOT NULL)',
                    declare='DECLARE whole billing_bankoperation%ROWTYPE; taken numeric;',
                    func="\n                    SELECT * INTO whole FROM billing_bankoperation WHERE id = NEW.part_of_id FOR NO KEY UPDATE;\n                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_bankoperation\n                        WHERE part_of_id = NEW.part_of_id;\n                    IF SIGN(whole.amount) <> SIGN(NEW.amount) OR whole.status <> 'split'\n                       OR ABS(taken + NEW.amount) > ABS(whole.amount) THEN\n                        RAISE EXCEPTION 'parts stay within their operation' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='7684a657260bf18f2067ee525cc8168936f53a91',
                    operation='INSERT',
                    pgid='pgtrigger_parts_stay_within_their_operation_8116e',
                    table='billing_bankoperation',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='bankoperation',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "billing_bankoperationevent" ("amount", "booked_on", "counterparty", "has_made_payment", "iban", "id", "is_return", "key", "label", "line", "nature", "note", "part_of_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "reverses_id", "statement_id", "status") VALUES (NEW."amount", NEW."booked_on", NEW."counterparty", NEW."has_made_payment", NEW."iban", NEW."id", NEW."is_return", NEW."key", NEW."label", NEW."line", NEW."nature", NEW."note", NEW."part_of_id", NEW."payment_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference", NEW."reverses_id", NEW."statement_id", NEW."status"); RETURN NULL;',
                    hash='e1d00753be390276f76499fcefad5224198627b5',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_a7db8',
                    table='billing_bankoperation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='bankoperation',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "billing_bankoperationevent" ("amount", "booked_on", "counterparty", "has_made_payment", "iban", "id", "is_return", "key", "label", "line", "nature", "note", "part_of_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "reverses_id", "statement_id", "status") VALUES (NEW."amount", NEW."booked_on", NEW."counterparty", NEW."has_made_payment", NEW."iban", NEW."id", NEW."is_return", NEW."key", NEW."label", NEW."line", NEW."nature", NEW."note", NEW."part_of_id", NEW."payment_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference", NEW."reverses_id", NEW."statement_id", NEW."status"); RETURN NULL;',
                    hash='b4dfd689ae3c488db5942f6d540eee4015b97e07',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_2eddf',
                    table='billing_bankoperation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(
                name='an_allocation_is_undone_not_changed',
                sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b40867ccf747af5122c20099c6232f3f9afb5ca6', operation='UPDATE', pgid='pgtrigger_an_allocation_is_undone_not_changed_99a86', table='billing_allocation', when='BEFORE'),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(
                name='no_cent_is_allocated_twice',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE invoice billing_invoice%ROWTYPE; origin billing_invoice%ROWTYPE; paid billing_payment%ROWTYPE; taken numeric;',
                    func="\n                    PERFORM 1 FROM billing_invoice WHERE id IN (NEW.invoice_id, NEW.credit_note_id)\n                        ORDER BY id FOR NO KEY UPDATE;\n                    SELECT * INTO invoice FROM billing_invoice WHERE id = NEW.invoice_id;\n                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_allocation\n                        WHERE invoice_id = NEW.invoice_id;\n                    IF invoice.status <> 'issued' OR invoice.kind <> 'invoice'\n                       OR taken + NEW.amount > invoice.total THEN\n                        RAISE EXCEPTION 'an issued invoice is settled up to its total'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF NEW.payment_id IS NOT NULL THEN\n                        SELECT * INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;\n                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_allocation\n                            WHERE payment_id = NEW.payment_id;\n                        IF paid.member_id <> invoice.member_id OR paid.reversed_on IS NOT NULL\n                           OR taken + NEW.amount > paid.amount THEN\n                            RAISE EXCEPTION 'a payment is used once, for its member'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    IF NEW.credit_note_id IS NOT NULL THEN\n                        SELECT * INTO origin FROM billing_invoice WHERE id = NEW.credit_note_id;\n                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_allocation\n                            WHERE credit_note_id = NEW.credit_note_id;\n                        IF origin.status <> 'issued' OR origin.kind <> 'credit_note'\n                           OR origin.member_id <> invoice.member_id OR taken + NEW.amount > origin.total THEN\n                            RAISE EXCEPTION 'a credit note is used once, for its member'\n                                USING ERRCODE = 'check_violation';\n                        END IF;\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='8b9171343c0e97f21daf96128f1b9490972d2707',
                    operation='INSERT',
                    pgid='pgtrigger_no_cent_is_allocated_twice_8c2dc',
                    table='billing_allocation',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "billing_allocationevent" ("amount", "by_rate", "credit_note_id", "id", "invoice_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "settled_on", "source") VALUES (NEW."amount", NEW."by_rate", NEW."credit_note_id", NEW."id", NEW."invoice_id", NEW."payment_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by_id", NEW."settled_on", NEW."source"); RETURN NULL;',
                    hash='9a23df33fd9a9d2d52a92c21d9f0124da5d0c91e',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_33a0f',
                    table='billing_allocation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "billing_allocationevent" ("amount", "by_rate", "credit_note_id", "id", "invoice_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "settled_on", "source") VALUES (NEW."amount", NEW."by_rate", NEW."credit_note_id", NEW."id", NEW."invoice_id", NEW."payment_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by_id", NEW."settled_on", NEW."source"); RETURN NULL;',
                    hash='c42d099f4d0334da86857bff0ec5c8028ac2e5b2',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_2bc29',
                    table='billing_allocation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='allocation',
            trigger=pgtrigger.compiler.Trigger(
                name='delete_delete',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "billing_allocationevent" ("amount", "by_rate", "credit_note_id", "id", "invoice_id", "payment_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by_id", "settled_on", "source") VALUES (OLD."amount", OLD."by_rate", OLD."credit_note_id", OLD."id", OLD."invoice_id", OLD."payment_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."recorded_at", OLD."recorded_by_id", OLD."settled_on", OLD."source"); RETURN NULL;',
                    hash='ba3970fbd95f5202d88fc6225aed77397a87bb84',
                    operation='DELETE',
                    pgid='pgtrigger_delete_delete_eb507',
                    table='billing_allocation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='employercost',
            trigger=pgtrigger.compiler.Trigger(
                name='costs_of_an_invoiced_month_are_closed',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM billing_settlement\n    JOIN billing_billingrun ON billing_billingrun.id = billing_settlement.run_id\n    WHERE billing_settlement.employer_cost > 0\n      AND ((TG_OP <> 'INSERT' AND billing_settlement.employee_id = OLD.employee_id\n            AND billing_settlement.month = OLD.month)\n        OR (TG_OP <> 'DELETE' AND billing_settlement.employee_id = NEW.employee_id\n            AND billing_settlement.month = NEW.month))\n      AND (billing_billingrun.status = 'issued' OR EXISTS (\n            SELECT 1 FROM billing_invoice\n            WHERE billing_invoice.run_id = billing_billingrun.id AND billing_invoice.status = 'issued'));\n    IF FOUND THEN\n        RAISE EXCEPTION 'the costs of a settled and invoiced month are closed' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='8b02f02f41b501e24a6cc8e03354b188bf2fd5b5',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_costs_of_an_invoiced_month_are_closed_ba33d',
                    table='billing_employercost',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='provisionentry',
            trigger=pgtrigger.compiler.Trigger(
                name='provisions_of_an_issued_run_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    PERFORM 1 FROM billing_billingrun\n    WHERE status = 'issued'\n      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END);\n    IF FOUND THEN\n        RAISE EXCEPTION 'the provisions of an issued run never change' USING ERRCODE = 'check_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RETURN NEW;\n",
                    hash='41a8cc6ba91be6bbdc7584ca08efea4aa7b780b7',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_provisions_of_an_issued_run_are_frozen_6a910',
                    table='billing_provisionentry',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='provisionentry',
            trigger=pgtrigger.compiler.Trigger(
                name='a_provision_is_not_overdrawn',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    constraint='CONSTRAINT',
                    func="\n    PERFORM 1 FROM billing_provisionentry\n    WHERE (TG_OP <> 'INSERT' AND employee_id = OLD.employee_id AND member_id IS NOT DISTINCT FROM OLD.member_id)\n       OR (TG_OP <> 'DELETE' AND employee_id = NEW.employee_id AND member_id IS NOT DISTINCT FROM NEW.member_id)\n    GROUP BY employee_id, member_id\n    HAVING SUM(amount) < 0;\n    IF FOUND THEN\n        RAISE EXCEPTION 'more than the provision holds is drawn' USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash='479a25088f26b36d799d25b61e9e02d2e095f343',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_a_provision_is_not_overdrawn_ba81e',
                    table='billing_provisionentry',
                    timing='DEFERRABLE INITIALLY DEFERRED',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='quote',
            trigger=pgtrigger.compiler.Trigger(
                name='quote_figures_never_change',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."figures" IS DISTINCT FROM (NEW."figures") OR OLD."letter_id" IS DISTINCT FROM (NEW."letter_id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."prospect" IS DISTINCT FROM (NEW."prospect") OR OLD."valid_until" IS DISTINCT FROM (NEW."valid_until"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='71b2cdc0b03b429c031315bcd385a68bd3339484',
                    operation='UPDATE',
                    pgid='pgtrigger_quote_figures_never_change_5ccac',
                    table='billing_quote',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(
                name='minutes_are_credited_once',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare='DECLARE claimed integer; given integer;',
                    func="\n                    PERFORM 1 FROM billing_charge WHERE id = NEW.credited_id FOR NO KEY UPDATE;\n                    SELECT SUM(minutes) INTO claimed FROM billing_release\n                    WHERE charge_id = NEW.credited_id AND entry_id = NEW.entry_id;\n                    IF claimed IS NULL THEN\n                        -- A first bill holds the whole entry, if its invoice holds the sheet.\n                        SELECT timesheets_entry.minutes INTO claimed FROM timesheets_entry\n                        JOIN billing_invoicedtimesheet\n                          ON billing_invoicedtimesheet.timesheet_id = timesheets_entry.timesheet_id\n                        JOIN billing_line ON billing_line.invoice_id = billing_invoicedtimesheet.invoice_id\n                        JOIN billing_charge ON billing_charge.line_id = billing_line.id\n                        WHERE timesheets_entry.id = NEW.entry_id AND billing_charge.id = NEW.credited_id;\n                    END IF;\n                    SELECT COALESCE(SUM(minutes), 0) INTO given FROM billing_release\n                    WHERE credited_id = NEW.credited_id AND entry_id = NEW.entry_id;\n                    IF claimed IS NULL OR given + NEW.minutes > claimed THEN\n                        RAISE EXCEPTION 'an hour is credited once' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash='48a7e1f9f62992734e271c3b7ae20497cda34069',
                    operation='INSERT',
                    pgid='pgtrigger_minutes_are_credited_once_b52ff',
                    table='billing_release',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(
                name='what_a_release_says_never_changes',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."credited_id" IS DISTINCT FROM (NEW."credited_id") OR OLD."entry_id" IS DISTINCT FROM (NEW."entry_id") OR OLD."fate" IS DISTINCT FROM (NEW."fate") OR OLD."line_id" IS DISTINCT FROM (NEW."line_id") OR OLD."minutes" IS DISTINCT FROM (NEW."minutes"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='7e26c6193032e6c93a7132116fab203477f6cb86',
                    operation='UPDATE',
                    pgid='pgtrigger_what_a_release_says_never_changes_b6d25',
                    table='billing_release',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='reminder',
            trigger=pgtrigger.compiler.Trigger(
                name='reminders_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8803296c323a33cece9fab6b9ddfc60c1b33b45d', operation='UPDATE OR DELETE', pgid='pgtrigger_reminders_are_append_only_f4e43', table='billing_reminder', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='settlement',
            trigger=pgtrigger.compiler.Trigger(
                name='settlements_of_an_issued_run_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    PERFORM 1 FROM billing_billingrun\n                    WHERE status = 'issued'\n                      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END,\n                                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END);\n                    IF FOUND THEN\n                        RAISE EXCEPTION 'the settlements of an issued run never change'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ",
                    hash='b1bf94407a36141b1349c5d99f8e706ee5154441',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_settlements_of_an_issued_run_are_frozen_0a4bf',
                    table='billing_settlement',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(
                name='issued_invoice_is_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."status" = \'issued\')',
                    func="RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'check_violation';",
                    hash='e2763481daa8639f9f3a64c7b90be4e346a2e21a',
                    operation='UPDATE OR DELETE',
                    pgid='pgtrigger_issued_invoice_is_frozen_7e07f',
                    table='billing_invoice',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='trueupshare',
            trigger=pgtrigger.compiler.Trigger(
                name='shares_of_an_issued_true_up_are_frozen',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    PERFORM 1 FROM billing_trueup\n                    WHERE status = 'issued'\n                      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.true_up_id END,\n                                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.true_up_id END);\n                    IF FOUND THEN\n                        RAISE EXCEPTION 'the shares of an issued true-up never change'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ",
                    hash='eb420c15dadb3fffc54aa45f11298aa14a3cb1ce',
                    operation='INSERT OR UPDATE OR DELETE',
                    pgid='pgtrigger_shares_of_an_issued_true_up_are_frozen_2f37e',
                    table='billing_trueupshare',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='trueupstep',
            trigger=pgtrigger.compiler.Trigger(
                name='true_up_steps_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='535532233e046652dc1075a8e08c9dcf0c0764a3', operation='UPDATE OR DELETE', pgid='pgtrigger_true_up_steps_are_append_only_26098', table='billing_trueupstep', when='BEFORE'
                ),
            ),
        ),
    ]
