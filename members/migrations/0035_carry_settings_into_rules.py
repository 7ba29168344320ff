"""The settings that had no day become rules: each value from the beginning on, those before it as withdrawn ones."""

from datetime import date
from decimal import Decimal

from django.db import migrations

BEGINNING = date(2000, 1, 1)


def _plain(rate):
    return str(Decimal(rate).quantize(Decimal('0.01')))


RULES = {
    'confirmation_days': lambda row: {'days': row.confirmation_days},
    'payment_terms': lambda row: {
        'days': row.payment_days,
        'basis': row.payment_basis,
        'reason': row.payment_exception,
    },
    'late_penalty_rate': lambda row: {
        'rate': _plain(row.late_penalty_rate),
        'legal_rate': _plain(row.legal_interest_rate),
        'reason': row.penalty_exception,
    },
    'liability_key': lambda row: {'key': row.liability_key, 'months': row.liability_months},
}


def carry(apps, schema_editor):
    """One rule a code that holds; what the journal of the settings tells of earlier values stays told."""
    Rule, User = apps.get_model('members', 'GroupRule'), apps.get_model('members', 'User')
    for group in apps.get_model('members', 'Group').objects.order_by('pk'):
        journal = apps.get_model('members', 'GroupEvent').objects.filter(pgh_obj_id=group.pk)
        events = list(journal.select_related('pgh_context').order_by('pgh_id'))
        people = set(User.objects.values_list('pk', flat=True))
        for code, value_of in RULES.items():
            noted = []
            for event in events:
                user = (event.pgh_context.metadata or {}).get('user') if event.pgh_context else None
                if not noted or noted[-1][0] != value_of(event):
                    noted.append((value_of(event), event.pgh_created_at, user if user in people else None))
            _write(Rule, code, noted, value_of(group))


def _write(rule, code, noted, value):
    from django.utils import timezone

    if not noted or noted[-1][0] != value:
        noted.append((value, timezone.now(), None))
    following = [*noted[1:], (None, None, None)]
    for (each, noted_at, noted_by), (_, withdrawn_at, withdrawn_by) in zip(noted, following, strict=True):
        rule.objects.create(
            code=code,
            value=each,
            starts_on=BEGINNING,
            origin='initial',
            noted_at=noted_at,
            noted_by_id=noted_by,
            withdrawn_at=withdrawn_at,
            withdrawn_by_id=withdrawn_by,
        )


def give_back(apps, schema_editor):
    """The values of today go back into the settings; the rules stay readable until their table goes."""
    from django.utils import timezone

    today = timezone.localdate()
    rules = {}
    for rule in apps.get_model('members', 'GroupRule').objects.filter(withdrawn_at__isnull=True, starts_on__lte=today):
        if rule.ends_before is None or rule.ends_before > today:
            rules[rule.code] = rule.value
    columns = {}
    if value := rules.get('confirmation_days'):
        columns['confirmation_days'] = value['days']
    if value := rules.get('payment_terms'):
        columns |= {
            'payment_days': value['days'],
            'payment_basis': value['basis'],
            'payment_exception': value['reason'],
        }
    if value := rules.get('late_penalty_rate'):
        columns |= {
            'late_penalty_rate': Decimal(value['rate']),
            'legal_interest_rate': Decimal(value['legal_rate']),
            'penalty_exception': value['reason'],
        }
    if value := rules.get('liability_key'):
        columns |= {'liability_key': value['key'], 'liability_months': value['months']}
    if columns:
        apps.get_model('members', 'Group').objects.update(**columns)


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0034_keep_rules_by_day'),
    ]

    operations = [
        migrations.RunPython(carry, give_back),
    ]
