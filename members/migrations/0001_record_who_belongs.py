"""Members, people, seats, the group and its settings, the outbox."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import groupement.kernel.money
import groupement.kernel.periods
import members.identifiers
import groupement.kernel.triggers
import pgtrigger.compiler
from decimal import Decimal
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, UnaccentExtension
from django.db import migrations, models
from members.models import Group


# What these settings began with, before they became dated rules (0027): the group’s own values follow them there.
BECAME_RULES = {
    'payment_days': 30,
    'payment_basis': 'invoice_date',
    'late_penalty_rate': Decimal('12.15'),
    'liability_key': 'hours',
    'liability_months': 12,
    'confirmation_days': 5,
}


def default_of(name):
    """The default of a setting, which stands in the model alone."""
    return BECAME_RULES[name] if name in BECAME_RULES else Group._meta.get_field(name).default


class Migration(migrations.Migration):
    replaces = [('members', '0001_who_belongs'), ('members', '0002_deputies_outbox_and_settings'), ('members', '0003_payment_leave_and_liability_settings'), ('members', '0004_write_to_addresses_without_account'), ('members', '0005_payroll_tax_setting')]

    initial = True

    dependencies = [('pghistory', '0007_auto_20250421_0444')]

    operations = [
        BtreeGistExtension(),
        UnaccentExtension(),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('legal_name', models.CharField(max_length=160, verbose_name='dénomination')),
                ('short_name', models.CharField(max_length=40, unique=True, verbose_name='nom court')),
                ('hue', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='couleur')),
                ('shape', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='forme')),
                (
                    'legal_form',
                    models.CharField(
                        choices=[
                            ('association', 'association loi 1901'),
                            ('spl', 'société publique locale'),
                            ('scic', 'société coopérative d’intérêt collectif'),
                            ('scop', 'société coopérative de production'),
                            ('sas', 'société par actions simplifiée'),
                            ('sarl', 'société à responsabilité limitée'),
                            ('local_authority', 'collectivité territoriale'),
                            ('other', 'autre'),
                        ],
                        max_length=20,
                        verbose_name='forme juridique',
                    ),
                ),
                ('siren', members.identifiers.IdentifierField(max_length=9, unique=True, validators=[members.identifiers.check_siren], verbose_name='SIREN')),
                ('siret', members.identifiers.IdentifierField(max_length=14, unique=True, validators=[members.identifiers.check_siret], verbose_name='SIRET')),
                ('vat_number', members.identifiers.IdentifierField(blank=True, max_length=20, validators=[members.identifiers.check_vat_number], verbose_name='numéro de TVA')),
                ('is_taxable_person', models.BooleanField(default=True, verbose_name='assujetti à la TVA')),
                ('counts_as_local_authority', models.BooleanField(default=False, help_text='Pour la règle de la moitié des adhérents (C. trav. L1253-19). À fixer par le conseil.', verbose_name='compte comme collectivité')),
                ('is_public_buyer', models.BooleanField(default=False, verbose_name='acheteur public (Chorus Pro)')),
                ('naf', members.identifiers.IdentifierField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('^\\d{4}[A-Z]$', 'Un code NAF a quatre chiffres et une lettre, par exemple 8559B.')], verbose_name='code NAF')),
                ('collective_agreement', models.CharField(blank=True, max_length=120, verbose_name='convention collective')),
                ('headcount', models.PositiveIntegerField(default=0, verbose_name='effectif')),
                ('street', models.CharField(max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(max_length=10, verbose_name='code postal')),
                ('city', models.CharField(max_length=80, verbose_name='ville')),
                ('billing_street', models.CharField(blank=True, max_length=200, verbose_name='adresse de facturation')),
                ('billing_postal_code', models.CharField(blank=True, max_length=10, verbose_name='code postal de facturation')),
                ('billing_city', models.CharField(blank=True, max_length=80, verbose_name='ville de facturation')),
                ('billing_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail de facturation')),
                ('e_invoicing_address', models.CharField(blank=True, max_length=80, verbose_name='adresse de facturation électronique')),
                ('order_reference', models.CharField(blank=True, max_length=50, verbose_name='référence de commande ou d’engagement')),
            ],
            options={
                'verbose_name': 'adhérent',
                'verbose_name_plural': 'adhérents',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('siren__regex', '^\\d{9}$')), name='member_siren_has_nine_digits', violation_error_message='Le SIREN a neuf chiffres.'),
                    models.CheckConstraint(condition=models.Q(('siret__regex', '^\\d{14}$'), ('siret__startswith', models.F('siren'))), name='member_siret_begins_with_its_siren', violation_error_message='Le SIRET a quatorze chiffres et commence par le SIREN.'),
                    models.CheckConstraint(condition=models.Q(('hue__range', (1, 12)), ('shape__range', (1, 12))), name='member_mark_is_drawable', violation_error_message='La couleur et la forme vont de 1 à 12.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('candidate', 'candidat'), ('admitted', 'admis'), ('leaving', 'en départ'), ('left', 'parti')], default='candidate', editable=False, max_length=12, verbose_name='état')),
                ('applied_on', models.DateField(verbose_name='candidature du')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='admis le')),
                ('notice_on', models.DateField(blank=True, null=True, verbose_name='départ annoncé le')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='n’est plus adhérent à partir du')),
                ('college', models.CharField(blank=True, max_length=60, verbose_name='collège')),
                ('votes', models.PositiveSmallIntegerField(default=1, verbose_name='voix')),
                ('deposit', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='dépôt de garantie')),
                ('yearly_dues', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='cotisation annuelle')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='members.member', verbose_name='adhérent')),
            ],
            options={
                'verbose_name': 'adhésion',
                'verbose_name_plural': 'adhésions',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(('starts_on__isnull', False)),
                        expressions=[('member', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')],
                        name='memberships_of_a_member_do_not_overlap',
                        violation_error_message='Ces dates en chevauchent d’autres.',
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(('ends_before__isnull', True), ('notice_on__isnull', True), ('starts_on__isnull', True), ('status', 'candidate')),
                            models.Q(('ends_before__isnull', True), ('notice_on__isnull', True), ('starts_on__isnull', False), ('status', 'admitted')),
                            models.Q(('ends_before__gt', models.F('starts_on')), ('ends_before__isnull', False), ('notice_on__isnull', False), ('starts_on__isnull', False), ('status__in', ['leaving', 'left'])),
                            _connector='OR',
                        ),
                        name='membership_status_matches_its_dates',
                        violation_error_message='Les dates ne correspondent pas à l’état de l’adhésion.',
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=160, verbose_name='objet')),
                ('event_on', models.DateField(verbose_name='fait le')),
                ('due_on', models.DateField(verbose_name='à déclarer avant le')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='envoyée le')),
                ('letter_reference', models.CharField(blank=True, max_length=60, verbose_name='référence de l’envoi')),
                ('membership', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='members.membership', verbose_name='adhésion')),
            ],
            options={
                'verbose_name': 'déclaration à l’administration',
                'verbose_name_plural': 'déclarations à l’administration',
                'constraints': [models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('event_on'))), name='declaration_is_due_after_its_event', violation_error_message='L’échéance vient après le fait à déclarer.')],
            },
        ),
        migrations.CreateModel(
            name='DeclarationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('subject', models.CharField(max_length=160, verbose_name='objet')),
                ('event_on', models.DateField(verbose_name='fait le')),
                ('due_on', models.DateField(verbose_name='à déclarer avant le')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='envoyée le')),
                ('letter_reference', models.CharField(blank=True, max_length=60, verbose_name='référence de l’envoi')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.declaration')),
                ('membership', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.membership', verbose_name='adhésion')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, verbose_name='adresse e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='nom complet')),
                ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                ('is_coordinator', models.BooleanField(default=False, verbose_name='coordination')),
                ('is_finance', models.BooleanField(default=False, verbose_name='finances')),
                ('is_admin', models.BooleanField(default=False, verbose_name='administration')),
                ('mail_frequency', models.CharField(choices=[('daily', 'chaque matin ouvré'), ('weekly', 'le lundi matin'), ('never', 'jamais')], default='daily', max_length=8, verbose_name='messages sur ce qui attend')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='créé le')),
            ],
            options={'verbose_name': 'compte', 'verbose_name_plural': 'comptes', 'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_is_unique', violation_error_message='Cette adresse e-mail a déjà un compte.')]},
        ),
        migrations.CreateModel(
            name='Deputy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne remplacée')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deputies', to=settings.AUTH_USER_MODEL, verbose_name='suppléance')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='adhérent')),
            ],
            options={
                'verbose_name': 'suppléance',
                'verbose_name_plural': 'suppléances',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(('member__isnull', False)),
                        expressions=[('principal', '='), ('user', '='), ('member', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')],
                        name='deputies_of_a_person_at_a_member_do_not_overlap',
                        violation_error_message='Ces dates en chevauchent d’autres.',
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(('member__isnull', True)),
                        expressions=[('principal', '='), ('user', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')],
                        name='deputies_of_a_coordinator_do_not_overlap',
                        violation_error_message='Ces dates en chevauchent d’autres.',
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='deputy_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', False)), name='deputy_has_an_end', violation_error_message='Indiquez le dernier jour.'),
                    models.CheckConstraint(condition=models.Q(('principal', models.F('user')), _negated=True), name='nobody_is_their_own_deputy', violation_error_message='On ne se remplace pas soi-même.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeputyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.deputy')),
                ('principal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne remplacée')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='suppléance')),
                ('member', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('tagline', models.CharField(blank=True, max_length=160, verbose_name='présentation en une ligne')),
                ('legal_form', models.CharField(default=default_of('legal_form'), max_length=80, verbose_name='forme juridique')),
                ('siren', members.identifiers.IdentifierField(max_length=9, validators=[members.identifiers.check_siren], verbose_name='SIREN')),
                ('siret', members.identifiers.IdentifierField(max_length=14, validators=[members.identifiers.check_siret], verbose_name='SIRET du siège')),
                ('vat_number', members.identifiers.IdentifierField(blank=True, max_length=20, validators=[members.identifiers.check_vat_number], verbose_name='numéro de TVA')),
                ('rna', members.identifiers.IdentifierField(blank=True, max_length=10, validators=[django.core.validators.RegexValidator('^W\\d{9}$', 'Un numéro RNA commence par W, suivi de neuf chiffres, par exemple W561000001.')], verbose_name='numéro RNA')),
                ('street', models.CharField(max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(max_length=10, verbose_name='code postal')),
                ('city', models.CharField(max_length=80, verbose_name='ville')),
                ('email', models.EmailField(max_length=254, verbose_name='adresse e-mail')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='téléphone')),
                ('website', models.URLField(blank=True, verbose_name='site')),
                ('iban', members.identifiers.IdentifierField(blank=True, max_length=34, validators=[members.identifiers.check_iban], verbose_name='IBAN')),
                ('bic', members.identifiers.IdentifierField(blank=True, max_length=11, validators=[members.identifiers.check_bic], verbose_name='BIC')),
                ('bank_name', models.CharField(blank=True, max_length=80, verbose_name='banque')),
                ('sepa_creditor_id', members.identifiers.IdentifierField(blank=True, max_length=35, validators=[members.identifiers.check_creditor_id], verbose_name='identifiant créancier SEPA (ICS)')),
                ('collective_agreement', models.CharField(blank=True, max_length=120, verbose_name='convention collective (IDCC)')),
                ('logo', models.FileField(blank=True, upload_to='group/', verbose_name='logo')),
                ('invoice_prefix', models.CharField(default=default_of('invoice_prefix'), help_text='Lettres capitales, chiffres et tirets. L’année suit : « F » donne F-2026-0001.', max_length=8, verbose_name='préfixe des numéros')),
                ('credit_prefix', models.CharField(blank=True, help_text='Vide : factures et avoirs suivent la même série.', max_length=8, verbose_name='préfixe des avoirs')),
                (
                    'number_template',
                    models.CharField(default=default_of('number_template'), help_text='{prefix}, {year} et {sequence} (quatre chiffres au moins) ; vingt caractères au plus, de A à Z, de 0 à 9, + - _ et /.', max_length=40, validators=[members.identifiers.check_number_template], verbose_name='modèle des numéros'),
                ),
                ('payment_days', models.PositiveSmallIntegerField(default=default_of('payment_days'), verbose_name='délai de paiement (jours)')),
                ('payment_basis', models.CharField(choices=[('invoice_date', 'jours à compter de la date de facture'), ('days_then_end', 'jours, puis fin de mois'), ('end_then_days', 'fin de mois, puis jours')], default=default_of('payment_basis'), max_length=16, verbose_name='délai compté')),
                (
                    'late_penalty_rate',
                    models.DecimalField(
                        decimal_places=2, default=default_of('late_penalty_rate'), help_text='Au moins trois fois le taux légal (C. com. L441-10). À fixer par l’expert-comptable.', max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='taux des pénalités de retard (% par an)'
                    ),
                ),
                ('recovery_indemnity', models.DecimalField(decimal_places=2, default=default_of('recovery_indemnity'), max_digits=8, verbose_name='indemnité forfaitaire de recouvrement (€)')),
                ('discount_terms', models.CharField(default=default_of('discount_terms'), max_length=160, verbose_name='escompte')),
                ('vat_on_debits', models.BooleanField(default=default_of('vat_on_debits'), verbose_name='option pour la TVA d’après les débits')),
                ('vat_franchise', models.BooleanField(default=default_of('vat_franchise'), help_text='À fixer par l’expert-comptable.', verbose_name='franchise en base de TVA (293 B)')),
                ('leave_method', models.CharField(choices=[('as_paid', 'dans le coût du mois où il est pris'), ('provision', 'par une provision mensuelle d’un dixième, reprise quand il est pris')], default=default_of('leave_method'), max_length=10, verbose_name='congés payés')),
                (
                    'payroll_tax_percent',
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text='Chiffre d’affaires exonéré ÷ total de l’année passée (CGI, 231). Vide\xa0: aucune. À fixer par l’expert-comptable.',
                        max_digits=5,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))],
                        verbose_name='part des salaires soumise à la taxe sur les salaires (%)',
                    ),
                ),
                (
                    'price_detail',
                    models.CharField(
                        choices=[('hours', 'méthode, heures, coût horaire et frais'), ('shares', 'et la part de chaque mise à disposition dans le mois'), ('costs', 'et le coût employeur (une rémunération peut s’en déduire)')],
                        default=default_of('price_detail'),
                        max_length=8,
                        verbose_name='ce que l’adhérent lit du prix au coût réel',
                    ),
                ),
                ('write_off_limit', models.DecimalField(decimal_places=2, default=default_of('write_off_limit'), max_digits=8, verbose_name='abandon d’un reste dû, au plus (€)')),
                ('liability_key', models.CharField(choices=[('hours', 'heures utilisées'), ('invoiced', 'montants facturés'), ('wage_bill', 'masse salariale utilisée'), ('equal', 'parts égales')], default=default_of('liability_key'), max_length=10, verbose_name='clé de responsabilité solidaire (statuts)')),
                ('liability_months', models.PositiveSmallIntegerField(default=default_of('liability_months'), validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='période de cette clé (mois)')),
                ('absence_rule', models.CharField(default=default_of('absence_rule'), help_text='Repris dans les nouvelles conditions ; se change pour chaque mise à disposition.', max_length=16, verbose_name='qui porte les absences, par défaut')),
                ('confirmation_days', models.PositiveSmallIntegerField(default=default_of('confirmation_days'), verbose_name='délai de visa (jours)')),
                ('has_tacit_confirmation', models.BooleanField(default=default_of('has_tacit_confirmation'), help_text='Sans réponse à la fin du délai de visa, les heures sont visées et marquées « visa tacite ».', verbose_name='visa tacite')),
                (
                    'entry_grace_days',
                    models.PositiveSmallIntegerField(
                        blank=True, help_text='Jusqu’au combien du mois suivant les heures se saisissent ; après, la coordination seule, pour le dernier mois. Vide : sans limite.', null=True, validators=[django.core.validators.MaxValueValidator(31)], verbose_name='saisie du mois passé, jours de grâce'
                    ),
                ),
                ('draft_visibility', models.CharField(choices=[('nothing', 'rien'), ('in_progress', '« en cours de saisie »')], default=default_of('draft_visibility'), max_length=12, verbose_name='heures non soumises, pour l’adhérent')),
                ('holiday_zone', models.CharField(choices=[('metropole', 'France métropolitaine'), ('alsace_moselle', 'Alsace-Moselle')], default=default_of('holiday_zone'), max_length=16, verbose_name='jours fériés')),
                ('invitation_days', models.PositiveSmallIntegerField(default=default_of('invitation_days'), verbose_name='validité d’une invitation (jours)')),
            ],
            options={
                'verbose_name': 'groupement',
                'verbose_name_plural': 'groupement',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('pk', 1)), name='group_is_the_only_row', violation_error_message='Il n’y a qu’un groupement\xa0: modifiez celui qui existe.'),
                    models.CheckConstraint(condition=models.Q(('siren__regex', '^\\d{9}$')), name='group_siren_has_nine_digits', violation_error_message='Le SIREN a neuf chiffres.'),
                    models.CheckConstraint(condition=models.Q(('siret__regex', '^\\d{14}$')), name='group_siret_has_fourteen_digits', violation_error_message='Le SIRET a quatorze chiffres.'),
                    models.CheckConstraint(condition=models.Q(('invoice_prefix__regex', '^[A-Z0-9][A-Z0-9-]{0,7}$')), name='group_invoice_prefix_is_printable', violation_error_message='Le préfixe des numéros n’a que des capitales, des chiffres et des tirets.'),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(('payment_basis', 'invoice_date'), ('payment_days__lte', 60)), ('payment_days__lte', 45), _connector='OR'),
                        name='group_payment_days_stay_within_the_law',
                        violation_error_message='Le délai de paiement ne dépasse pas soixante jours, ou quarante-cinq fin de mois (C. com. L441-10).',
                    ),
                    models.CheckConstraint(condition=models.Q(('credit_prefix', ''), ('credit_prefix__regex', '^[A-Z0-9][A-Z0-9-]{0,7}$'), _connector='OR'), name='group_credit_prefix_is_printable', violation_error_message='Le préfixe des avoirs n’a que des capitales, des chiffres et des tirets.'),
                    models.CheckConstraint(
                        condition=models.Q(('number_template__contains', '{year}'), ('number_template__regex', '\\{sequence\\}$')), name='group_number_template_has_its_year', violation_error_message='Le modèle des numéros contient {year} et se termine par {sequence}\xa0: la numérotation recommence chaque année.'
                    ),
                    models.CheckConstraint(condition=models.Q(('write_off_limit__gte', 0)), name='group_write_off_limit_is_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GroupEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('tagline', models.CharField(blank=True, max_length=160, verbose_name='présentation en une ligne')),
                ('legal_form', models.CharField(default=default_of('legal_form'), max_length=80, verbose_name='forme juridique')),
                ('siren', members.identifiers.IdentifierField(max_length=9, validators=[members.identifiers.check_siren], verbose_name='SIREN')),
                ('siret', members.identifiers.IdentifierField(max_length=14, validators=[members.identifiers.check_siret], verbose_name='SIRET du siège')),
                ('vat_number', members.identifiers.IdentifierField(blank=True, max_length=20, validators=[members.identifiers.check_vat_number], verbose_name='numéro de TVA')),
                ('rna', members.identifiers.IdentifierField(blank=True, max_length=10, validators=[django.core.validators.RegexValidator('^W\\d{9}$', 'Un numéro RNA commence par W, suivi de neuf chiffres, par exemple W561000001.')], verbose_name='numéro RNA')),
                ('street', models.CharField(max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(max_length=10, verbose_name='code postal')),
                ('city', models.CharField(max_length=80, verbose_name='ville')),
                ('email', models.EmailField(max_length=254, verbose_name='adresse e-mail')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='téléphone')),
                ('website', models.URLField(blank=True, verbose_name='site')),
                ('iban', members.identifiers.IdentifierField(blank=True, max_length=34, validators=[members.identifiers.check_iban], verbose_name='IBAN')),
                ('bic', members.identifiers.IdentifierField(blank=True, max_length=11, validators=[members.identifiers.check_bic], verbose_name='BIC')),
                ('bank_name', models.CharField(blank=True, max_length=80, verbose_name='banque')),
                ('sepa_creditor_id', members.identifiers.IdentifierField(blank=True, max_length=35, validators=[members.identifiers.check_creditor_id], verbose_name='identifiant créancier SEPA (ICS)')),
                ('collective_agreement', models.CharField(blank=True, max_length=120, verbose_name='convention collective (IDCC)')),
                ('logo', models.FileField(blank=True, upload_to='group/', verbose_name='logo')),
                ('invoice_prefix', models.CharField(default=default_of('invoice_prefix'), help_text='Lettres capitales, chiffres et tirets. L’année suit : « F » donne F-2026-0001.', max_length=8, verbose_name='préfixe des numéros')),
                ('credit_prefix', models.CharField(blank=True, help_text='Vide : factures et avoirs suivent la même série.', max_length=8, verbose_name='préfixe des avoirs')),
                (
                    'number_template',
                    models.CharField(default=default_of('number_template'), help_text='{prefix}, {year} et {sequence} (quatre chiffres au moins) ; vingt caractères au plus, de A à Z, de 0 à 9, + - _ et /.', max_length=40, validators=[members.identifiers.check_number_template], verbose_name='modèle des numéros'),
                ),
                ('payment_days', models.PositiveSmallIntegerField(default=default_of('payment_days'), verbose_name='délai de paiement (jours)')),
                ('payment_basis', models.CharField(choices=[('invoice_date', 'jours à compter de la date de facture'), ('days_then_end', 'jours, puis fin de mois'), ('end_then_days', 'fin de mois, puis jours')], default=default_of('payment_basis'), max_length=16, verbose_name='délai compté')),
                (
                    'late_penalty_rate',
                    models.DecimalField(
                        decimal_places=2, default=default_of('late_penalty_rate'), help_text='Au moins trois fois le taux légal (C. com. L441-10). À fixer par l’expert-comptable.', max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='taux des pénalités de retard (% par an)'
                    ),
                ),
                ('recovery_indemnity', models.DecimalField(decimal_places=2, default=default_of('recovery_indemnity'), max_digits=8, verbose_name='indemnité forfaitaire de recouvrement (€)')),
                ('discount_terms', models.CharField(default=default_of('discount_terms'), max_length=160, verbose_name='escompte')),
                ('vat_on_debits', models.BooleanField(default=default_of('vat_on_debits'), verbose_name='option pour la TVA d’après les débits')),
                ('vat_franchise', models.BooleanField(default=default_of('vat_franchise'), help_text='À fixer par l’expert-comptable.', verbose_name='franchise en base de TVA (293 B)')),
                ('leave_method', models.CharField(choices=[('as_paid', 'dans le coût du mois où il est pris'), ('provision', 'par une provision mensuelle d’un dixième, reprise quand il est pris')], default=default_of('leave_method'), max_length=10, verbose_name='congés payés')),
                (
                    'payroll_tax_percent',
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text='Chiffre d’affaires exonéré ÷ total de l’année passée (CGI, 231). Vide\xa0: aucune. À fixer par l’expert-comptable.',
                        max_digits=5,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))],
                        verbose_name='part des salaires soumise à la taxe sur les salaires (%)',
                    ),
                ),
                (
                    'price_detail',
                    models.CharField(
                        choices=[('hours', 'méthode, heures, coût horaire et frais'), ('shares', 'et la part de chaque mise à disposition dans le mois'), ('costs', 'et le coût employeur (une rémunération peut s’en déduire)')],
                        default=default_of('price_detail'),
                        max_length=8,
                        verbose_name='ce que l’adhérent lit du prix au coût réel',
                    ),
                ),
                ('write_off_limit', models.DecimalField(decimal_places=2, default=default_of('write_off_limit'), max_digits=8, verbose_name='abandon d’un reste dû, au plus (€)')),
                ('liability_key', models.CharField(choices=[('hours', 'heures utilisées'), ('invoiced', 'montants facturés'), ('wage_bill', 'masse salariale utilisée'), ('equal', 'parts égales')], default=default_of('liability_key'), max_length=10, verbose_name='clé de responsabilité solidaire (statuts)')),
                ('liability_months', models.PositiveSmallIntegerField(default=default_of('liability_months'), validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='période de cette clé (mois)')),
                ('absence_rule', models.CharField(default=default_of('absence_rule'), help_text='Repris dans les nouvelles conditions ; se change pour chaque mise à disposition.', max_length=16, verbose_name='qui porte les absences, par défaut')),
                ('confirmation_days', models.PositiveSmallIntegerField(default=default_of('confirmation_days'), verbose_name='délai de visa (jours)')),
                ('has_tacit_confirmation', models.BooleanField(default=default_of('has_tacit_confirmation'), help_text='Sans réponse à la fin du délai de visa, les heures sont visées et marquées « visa tacite ».', verbose_name='visa tacite')),
                (
                    'entry_grace_days',
                    models.PositiveSmallIntegerField(
                        blank=True, help_text='Jusqu’au combien du mois suivant les heures se saisissent ; après, la coordination seule, pour le dernier mois. Vide : sans limite.', null=True, validators=[django.core.validators.MaxValueValidator(31)], verbose_name='saisie du mois passé, jours de grâce'
                    ),
                ),
                ('draft_visibility', models.CharField(choices=[('nothing', 'rien'), ('in_progress', '« en cours de saisie »')], default=default_of('draft_visibility'), max_length=12, verbose_name='heures non soumises, pour l’adhérent')),
                ('holiday_zone', models.CharField(choices=[('metropole', 'France métropolitaine'), ('alsace_moselle', 'Alsace-Moselle')], default=default_of('holiday_zone'), max_length=16, verbose_name='jours fériés')),
                ('invitation_days', models.PositiveSmallIntegerField(default=default_of('invitation_days'), verbose_name='validité d’une invitation (jours)')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.group')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('sent_at', models.DateTimeField(verbose_name='envoyée le')),
                ('expires_at', models.DateTimeField(verbose_name='expire le')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='utilisée le')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='remplacée le')),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='envoyée par')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('sent_at'))), name='invitation_expires_after_it_is_sent'),
                    models.CheckConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True), _connector='OR'), name='invitation_is_not_both_used_and_voided'),
                    models.UniqueConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True)), fields=('user',), name='a_person_has_one_invitation_at_a_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='adresse')),
                (
                    'kind',
                    models.CharField(
                        choices=[('hours_reminder', 'heures à soumettre'), ('confirm_digest', 'heures à viser'), ('approve_digest', 'heures à approuver'), ('contested', 'heures contestées'), ('returned', 'heures renvoyées'), ('confirmed_tacitly', 'visa tacite'), ('dunning', 'relance de facture')],
                        max_length=20,
                        verbose_name='objet',
                    ),
                ),
                ('key', models.CharField(max_length=160, unique=True, verbose_name='clé')),
                ('subject', models.CharField(max_length=200, verbose_name='titre')),
                ('text', models.TextField(verbose_name='texte')),
                ('html', models.TextField(verbose_name='HTML')),
                ('status', models.CharField(choices=[('pending', 'en attente'), ('sent', 'envoyé'), ('failed', 'en échec')], default='pending', max_length=8, verbose_name='état')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='essais')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='dernière erreur')),
                ('queued_at', models.DateTimeField(verbose_name='écrit le')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='envoyé le')),
                ('to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='à')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages envoyés',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('status', 'sent')), models.Q(('sent_at__isnull', True), ('status__in', ['pending', 'failed'])), _connector='OR'), name='mail_status_matches_its_stamp')],
                'indexes': [models.Index(fields=['status'], name='mail_by_status')],
            },
        ),
        migrations.CreateModel(
            name='MemberEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('legal_name', models.CharField(max_length=160, verbose_name='dénomination')),
                ('short_name', models.CharField(max_length=40, verbose_name='nom court')),
                ('hue', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='couleur')),
                ('shape', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='forme')),
                (
                    'legal_form',
                    models.CharField(
                        choices=[
                            ('association', 'association loi 1901'),
                            ('spl', 'société publique locale'),
                            ('scic', 'société coopérative d’intérêt collectif'),
                            ('scop', 'société coopérative de production'),
                            ('sas', 'société par actions simplifiée'),
                            ('sarl', 'société à responsabilité limitée'),
                            ('local_authority', 'collectivité territoriale'),
                            ('other', 'autre'),
                        ],
                        max_length=20,
                        verbose_name='forme juridique',
                    ),
                ),
                ('siren', members.identifiers.IdentifierField(max_length=9, validators=[members.identifiers.check_siren], verbose_name='SIREN')),
                ('siret', members.identifiers.IdentifierField(max_length=14, validators=[members.identifiers.check_siret], verbose_name='SIRET')),
                ('vat_number', members.identifiers.IdentifierField(blank=True, max_length=20, validators=[members.identifiers.check_vat_number], verbose_name='numéro de TVA')),
                ('is_taxable_person', models.BooleanField(default=True, verbose_name='assujetti à la TVA')),
                ('counts_as_local_authority', models.BooleanField(default=False, help_text='Pour la règle de la moitié des adhérents (C. trav. L1253-19). À fixer par le conseil.', verbose_name='compte comme collectivité')),
                ('is_public_buyer', models.BooleanField(default=False, verbose_name='acheteur public (Chorus Pro)')),
                ('naf', members.identifiers.IdentifierField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('^\\d{4}[A-Z]$', 'Un code NAF a quatre chiffres et une lettre, par exemple 8559B.')], verbose_name='code NAF')),
                ('collective_agreement', models.CharField(blank=True, max_length=120, verbose_name='convention collective')),
                ('headcount', models.PositiveIntegerField(default=0, verbose_name='effectif')),
                ('street', models.CharField(max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(max_length=10, verbose_name='code postal')),
                ('city', models.CharField(max_length=80, verbose_name='ville')),
                ('billing_street', models.CharField(blank=True, max_length=200, verbose_name='adresse de facturation')),
                ('billing_postal_code', models.CharField(blank=True, max_length=10, verbose_name='code postal de facturation')),
                ('billing_city', models.CharField(blank=True, max_length=80, verbose_name='ville de facturation')),
                ('billing_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail de facturation')),
                ('e_invoicing_address', models.CharField(blank=True, max_length=80, verbose_name='adresse de facturation électronique')),
                ('order_reference', models.CharField(blank=True, max_length=50, verbose_name='référence de commande ou d’engagement')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.member')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('status', models.CharField(choices=[('candidate', 'candidat'), ('admitted', 'admis'), ('leaving', 'en départ'), ('left', 'parti')], default='candidate', editable=False, max_length=12, verbose_name='état')),
                ('applied_on', models.DateField(verbose_name='candidature du')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='admis le')),
                ('notice_on', models.DateField(blank=True, null=True, verbose_name='départ annoncé le')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='n’est plus adhérent à partir du')),
                ('college', models.CharField(blank=True, max_length=60, verbose_name='collège')),
                ('votes', models.PositiveSmallIntegerField(default=1, verbose_name='voix')),
                ('deposit', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='dépôt de garantie')),
                ('yearly_dues', groupement.kernel.money.MoneyField(decimal_places=2, default=0, max_digits=12, verbose_name='cotisation annuelle')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.membership')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='MembershipStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20, verbose_name='de')),
                ('target', models.CharField(max_length=20, verbose_name='à')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('note', models.TextField(blank=True, verbose_name='motif')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='members.membership')),
            ],
            options={'verbose_name': 'étape d’adhésion', 'verbose_name_plural': 'étapes d’adhésion'},
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('function', models.CharField(choices=[('representative', 'représentation'), ('manager', 'encadrement'), ('reader', 'lecture')], default='manager', max_length=16, verbose_name='fonction')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='members.member', verbose_name='adhérent')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
            ],
            options={
                'verbose_name': 'siège',
                'verbose_name_plural': 'sièges',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('user', '='), ('member', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='seats_of_a_person_at_a_member_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__isnull', True), ('ends_before__gt', models.F('starts_on')), _connector='OR'), name='seat_ends_after_it_starts', violation_error_message='La fin doit venir après le début.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SeatEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('function', models.CharField(choices=[('representative', 'représentation'), ('manager', 'encadrement'), ('reader', 'lecture')], default='manager', max_length=16, verbose_name='fonction')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.seat')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='personne')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='nom')),
                ('street', models.CharField(blank=True, max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, max_length=10, verbose_name='code postal')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='ville')),
                ('holiday_zone', models.CharField(blank=True, choices=[('metropole', 'France métropolitaine'), ('alsace_moselle', 'Alsace-Moselle')], help_text='Vide : comme le groupement.', max_length=16, verbose_name='jours fériés')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='members.member', verbose_name='adhérent')),
            ],
            options={'verbose_name': 'lieu de travail', 'verbose_name_plural': 'lieux de travail', 'constraints': [models.UniqueConstraint(fields=('member', 'name'), name='site_name_is_unique_at_a_member')]},
        ),
        migrations.CreateModel(
            name='SiteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='nom')),
                ('street', models.CharField(blank=True, max_length=200, verbose_name='adresse')),
                ('postal_code', models.CharField(blank=True, max_length=10, verbose_name='code postal')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='ville')),
                ('holiday_zone', models.CharField(blank=True, choices=[('metropole', 'France métropolitaine'), ('alsace_moselle', 'Alsace-Moselle')], help_text='Vide : comme le groupement.', max_length=16, verbose_name='jours fériés')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.site')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='UserEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('email', models.EmailField(max_length=254, verbose_name='adresse e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='nom complet')),
                ('is_active', models.BooleanField(default=True, verbose_name='actif')),
                ('is_coordinator', models.BooleanField(default=False, verbose_name='coordination')),
                ('is_finance', models.BooleanField(default=False, verbose_name='finances')),
                ('is_admin', models.BooleanField(default=False, verbose_name='administration')),
                ('mail_frequency', models.CharField(choices=[('daily', 'chaque matin ouvré'), ('weekly', 'le lundi matin'), ('never', 'jamais')], default='daily', max_length=8, verbose_name='messages sur ce qui attend')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='créé le')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='VatAttestation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('taxable_receipts_percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='part des recettes taxables (%)')),
                ('legal_basis', models.CharField(max_length=160, verbose_name='fondement')),
                ('signed_on', models.DateField(verbose_name='signée le')),
                ('document', models.FileField(blank=True, upload_to='attestations/', verbose_name='document')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vat_attestations', to='members.member', verbose_name='adhérent')),
            ],
            options={
                'verbose_name': 'attestation de TVA',
                'verbose_name_plural': 'attestations de TVA',
                'constraints': [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[('member', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='vat_attestations_of_a_member_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'
                    ),
                    models.CheckConstraint(condition=models.Q(('ends_before__gt', models.F('starts_on')), ('ends_before__isnull', False)), name='vat_attestation_expires', violation_error_message='Une attestation a une fin, après son début.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='VatAttestationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField(verbose_name='à partir du')),
                ('ends_before', models.DateField(blank=True, null=True, verbose_name='jusqu’au (exclu)')),
                ('taxable_receipts_percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='part des recettes taxables (%)')),
                ('legal_basis', models.CharField(max_length=160, verbose_name='fondement')),
                ('signed_on', models.DateField(verbose_name='signée le')),
                ('document', models.FileField(blank=True, upload_to='attestations/', verbose_name='document')),
                ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member', verbose_name='adhérent')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.vatattestation')),
            ],
            options={'abstract': False},
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_userevent" ("created_at", "email", "id", "is_active", "is_admin", "is_coordinator", "is_finance", "mail_frequency", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_admin", NEW."is_coordinator", NEW."is_finance", NEW."mail_frequency", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash='72c2bc0944d67681c6bd520f5f7e77c417edc245',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_ad80e',
                    table='members_user',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_admin" IS DISTINCT FROM (NEW."is_admin") OR OLD."is_coordinator" IS DISTINCT FROM (NEW."is_coordinator") OR OLD."is_finance" IS DISTINCT FROM (NEW."is_finance") OR OLD."mail_frequency" IS DISTINCT FROM (NEW."mail_frequency") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                    func='INSERT INTO "members_userevent" ("created_at", "email", "id", "is_active", "is_admin", "is_coordinator", "is_finance", "mail_frequency", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."created_at", NEW."email", NEW."id", NEW."is_active", NEW."is_admin", NEW."is_coordinator", NEW."is_finance", NEW."mail_frequency", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash='ec1660987e25a04e82a3201399c2a4a651685163',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_3d12e',
                    table='members_user',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_groupevent" ("absence_rule", "bank_name", "bic", "city", "collective_agreement", "confirmation_days", "credit_prefix", "discount_terms", "draft_visibility", "email", "entry_grace_days", "has_tacit_confirmation", "holiday_zone", "iban", "id", "invitation_days", "invoice_prefix", "late_penalty_rate", "leave_method", "legal_form", "liability_key", "liability_months", "logo", "name", "number_template", "payment_basis", "payment_days", "payroll_tax_percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "price_detail", "recovery_indemnity", "rna", "sepa_creditor_id", "siren", "siret", "street", "tagline", "vat_franchise", "vat_number", "vat_on_debits", "website", "write_off_limit") VALUES (NEW."absence_rule", NEW."bank_name", NEW."bic", NEW."city", NEW."collective_agreement", NEW."confirmation_days", NEW."credit_prefix", NEW."discount_terms", NEW."draft_visibility", NEW."email", NEW."entry_grace_days", NEW."has_tacit_confirmation", NEW."holiday_zone", NEW."iban", NEW."id", NEW."invitation_days", NEW."invoice_prefix", NEW."late_penalty_rate", NEW."leave_method", NEW."legal_form", NEW."liability_key", NEW."liability_months", NEW."logo", NEW."name", NEW."number_template", NEW."payment_basis", NEW."payment_days", NEW."payroll_tax_percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."postal_code", NEW."price_detail", NEW."recovery_indemnity", NEW."rna", NEW."sepa_creditor_id", NEW."siren", NEW."siret", NEW."street", NEW."tagline", NEW."vat_franchise", NEW."vat_number", NEW."vat_on_debits", NEW."website", NEW."write_off_limit"); RETURN NULL;',
                    hash='57523092073f52664502806f695d1aa6ce7b5e99',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_438ff',
                    table='members_group',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_groupevent" ("absence_rule", "bank_name", "bic", "city", "collective_agreement", "confirmation_days", "credit_prefix", "discount_terms", "draft_visibility", "email", "entry_grace_days", "has_tacit_confirmation", "holiday_zone", "iban", "id", "invitation_days", "invoice_prefix", "late_penalty_rate", "leave_method", "legal_form", "liability_key", "liability_months", "logo", "name", "number_template", "payment_basis", "payment_days", "payroll_tax_percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "price_detail", "recovery_indemnity", "rna", "sepa_creditor_id", "siren", "siret", "street", "tagline", "vat_franchise", "vat_number", "vat_on_debits", "website", "write_off_limit") VALUES (NEW."absence_rule", NEW."bank_name", NEW."bic", NEW."city", NEW."collective_agreement", NEW."confirmation_days", NEW."credit_prefix", NEW."discount_terms", NEW."draft_visibility", NEW."email", NEW."entry_grace_days", NEW."has_tacit_confirmation", NEW."holiday_zone", NEW."iban", NEW."id", NEW."invitation_days", NEW."invoice_prefix", NEW."late_penalty_rate", NEW."leave_method", NEW."legal_form", NEW."liability_key", NEW."liability_months", NEW."logo", NEW."name", NEW."number_template", NEW."payment_basis", NEW."payment_days", NEW."payroll_tax_percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."postal_code", NEW."price_detail", NEW."recovery_indemnity", NEW."rna", NEW."sepa_creditor_id", NEW."siren", NEW."siret", NEW."street", NEW."tagline", NEW."vat_franchise", NEW."vat_number", NEW."vat_on_debits", NEW."website", NEW."write_off_limit"); RETURN NULL;',
                    hash='80d9111cccc5ac0e4ec5e57794794af39f00e6ca',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_bfd67',
                    table='members_group',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_memberevent" ("billing_city", "billing_email", "billing_postal_code", "billing_street", "city", "collective_agreement", "counts_as_local_authority", "e_invoicing_address", "headcount", "hue", "id", "is_public_buyer", "is_taxable_person", "legal_form", "legal_name", "naf", "order_reference", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "shape", "short_name", "siren", "siret", "street", "vat_number") VALUES (NEW."billing_city", NEW."billing_email", NEW."billing_postal_code", NEW."billing_street", NEW."city", NEW."collective_agreement", NEW."counts_as_local_authority", NEW."e_invoicing_address", NEW."headcount", NEW."hue", NEW."id", NEW."is_public_buyer", NEW."is_taxable_person", NEW."legal_form", NEW."legal_name", NEW."naf", NEW."order_reference", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."shape", NEW."short_name", NEW."siren", NEW."siret", NEW."street", NEW."vat_number"); RETURN NULL;',
                    hash='688807e62ab90e7d1476455195f0f8a21c4021e4',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_2df50',
                    table='members_member',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='member',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_memberevent" ("billing_city", "billing_email", "billing_postal_code", "billing_street", "city", "collective_agreement", "counts_as_local_authority", "e_invoicing_address", "headcount", "hue", "id", "is_public_buyer", "is_taxable_person", "legal_form", "legal_name", "naf", "order_reference", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "shape", "short_name", "siren", "siret", "street", "vat_number") VALUES (NEW."billing_city", NEW."billing_email", NEW."billing_postal_code", NEW."billing_street", NEW."city", NEW."collective_agreement", NEW."counts_as_local_authority", NEW."e_invoicing_address", NEW."headcount", NEW."hue", NEW."id", NEW."is_public_buyer", NEW."is_taxable_person", NEW."legal_form", NEW."legal_name", NEW."naf", NEW."order_reference", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."shape", NEW."short_name", NEW."siren", NEW."siret", NEW."street", NEW."vat_number"); RETURN NULL;',
                    hash='21215337eabde4448eb667052d5a78b99bf4cb0e',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_b1bc1',
                    table='members_member',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(
                name='mails_keep_what_they_say',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."html" IS DISTINCT FROM (NEW."html") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."to_id" IS DISTINCT FROM (NEW."to_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash='055d46dd92fe2c55186b059c1b7fa128d4261afb',
                    operation='UPDATE',
                    pgid='pgtrigger_mails_keep_what_they_say_88c98',
                    table='members_mail',
                    when='BEFORE',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='mail',
            trigger=pgtrigger.compiler.Trigger(
                name='mails_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0cd2b8742194461d5627f4a53df39cfa576c2fee', operation='DELETE', pgid='pgtrigger_mails_are_kept_ca6ed', table='members_mail', when='BEFORE')
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='deputy',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_deputyevent" ("ends_before", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_id", "starts_on", "user_id") VALUES (NEW."ends_before", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."principal_id", NEW."starts_on", NEW."user_id"); RETURN NULL;',
                    hash='f8c989666720d87e09f6ea0e0bc4e15bdd594175',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_e7abf',
                    table='members_deputy',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='deputy',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_deputyevent" ("ends_before", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_id", "starts_on", "user_id") VALUES (NEW."ends_before", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."principal_id", NEW."starts_on", NEW."user_id"); RETURN NULL;',
                    hash='0b6926ebf793d401cedf669f12e179a863c24b82',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_359b1',
                    table='members_deputy',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='deputy',
            trigger=pgtrigger.compiler.Trigger(
                name='delete_delete',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_deputyevent" ("ends_before", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_id", "starts_on", "user_id") VALUES (OLD."ends_before", OLD."id", OLD."member_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal_id", OLD."starts_on", OLD."user_id"); RETURN NULL;',
                    hash='ac2a86189b93cc61f94f360bf281b3a31fe5e49b',
                    operation='DELETE',
                    pgid='pgtrigger_delete_delete_4f6fb',
                    table='members_deputy',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_membershipevent" ("applied_on", "college", "deposit", "ends_before", "id", "member_id", "notice_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status", "votes", "yearly_dues") VALUES (NEW."applied_on", NEW."college", NEW."deposit", NEW."ends_before", NEW."id", NEW."member_id", NEW."notice_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."status", NEW."votes", NEW."yearly_dues"); RETURN NULL;',
                    hash='91102155ba027a8184f87f768ab9b24d2fd38be3',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_20243',
                    table='members_membership',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_membershipevent" ("applied_on", "college", "deposit", "ends_before", "id", "member_id", "notice_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status", "votes", "yearly_dues") VALUES (NEW."applied_on", NEW."college", NEW."deposit", NEW."ends_before", NEW."id", NEW."member_id", NEW."notice_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."status", NEW."votes", NEW."yearly_dues"); RETURN NULL;',
                    hash='8e963b1f6f554ba75061b2082cb399879b63d211',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_f5071',
                    table='members_membership',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='declaration',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_declarationevent" ("due_on", "event_on", "id", "letter_reference", "membership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_on", "subject") VALUES (NEW."due_on", NEW."event_on", NEW."id", NEW."letter_reference", NEW."membership_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sent_on", NEW."subject"); RETURN NULL;',
                    hash='80abac06cdede22d89ebebecc193fcc33890b826',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_28452',
                    table='members_declaration',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='declaration',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_declarationevent" ("due_on", "event_on", "id", "letter_reference", "membership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_on", "subject") VALUES (NEW."due_on", NEW."event_on", NEW."id", NEW."letter_reference", NEW."membership_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sent_on", NEW."subject"); RETURN NULL;',
                    hash='49cdda5faddd970f97ab5fc3d89873fd9403b2ff',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_67866',
                    table='members_declaration',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='membershipstep',
            trigger=pgtrigger.compiler.Trigger(
                name='membership_steps_are_append_only',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1af646bf05de1b736279c3862485be682b13f835', operation='UPDATE OR DELETE', pgid='pgtrigger_membership_steps_are_append_only_32ef7', table='members_membershipstep', when='BEFORE'
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_seatevent" ("ends_before", "function", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "user_id") VALUES (NEW."ends_before", NEW."function", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."user_id"); RETURN NULL;',
                    hash='20138821314c95f603af2f44ba8efaaf3c728d30',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_0a368',
                    table='members_seat',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='seat',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_seatevent" ("ends_before", "function", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "user_id") VALUES (NEW."ends_before", NEW."function", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."user_id"); RETURN NULL;',
                    hash='f223bc854549cce005b837f3bb1af14bfe1beeb7',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_b2aa2',
                    table='members_seat',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_siteevent" ("city", "holiday_zone", "id", "member_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "street") VALUES (NEW."city", NEW."holiday_zone", NEW."id", NEW."member_id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postal_code", NEW."street"); RETURN NULL;',
                    hash='67ec6a184950dd0d3b03c718ad3c3b3875dbdf8a',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_39804',
                    table='members_site',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_siteevent" ("city", "holiday_zone", "id", "member_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "street") VALUES (NEW."city", NEW."holiday_zone", NEW."id", NEW."member_id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postal_code", NEW."street"); RETURN NULL;',
                    hash='10506c940d4c6849fd345903754911b214a33ba8',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_c471b',
                    table='members_site',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='vatattestation',
            trigger=pgtrigger.compiler.Trigger(
                name='insert_insert',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_vatattestationevent" ("document", "ends_before", "id", "legal_basis", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_on", "starts_on", "taxable_receipts_percent") VALUES (NEW."document", NEW."ends_before", NEW."id", NEW."legal_basis", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."signed_on", NEW."starts_on", NEW."taxable_receipts_percent"); RETURN NULL;',
                    hash='48fd2f04fa11804fc1c40284c44c54bde428d722',
                    operation='INSERT',
                    pgid='pgtrigger_insert_insert_11404',
                    table='members_vatattestation',
                    when='AFTER',
                ),
            ),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='vatattestation',
            trigger=pgtrigger.compiler.Trigger(
                name='update_update',
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)',
                    func='INSERT INTO "members_vatattestationevent" ("document", "ends_before", "id", "legal_basis", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "signed_on", "starts_on", "taxable_receipts_percent") VALUES (NEW."document", NEW."ends_before", NEW."id", NEW."legal_basis", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."signed_on", NEW."starts_on", NEW."taxable_receipts_percent"); RETURN NULL;',
                    hash='b67f6971a1d18e6c637b7fa3d4f12ac363f6765f',
                    operation='UPDATE',
                    pgid='pgtrigger_update_update_5cdd3',
                    table='members_vatattestation',
                    when='AFTER',
                ),
            ),
        ),
    ]
