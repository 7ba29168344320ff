"""Interest is claimed once from a day, an indemnity once, by the foreign key; both have it, no other sum has."""

import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0004_fill_the_invoice_of_lateness'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='charge',
            name='interest_is_claimed_once_from_a_day',
        ),
        migrations.RemoveConstraint(
            model_name='charge',
            name='an_invoice_bears_one_indemnity',
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(models.F('late_invoice'), django.db.models.fields.json.KeyTextTransform('first', 'figures'), condition=models.Q(('kind', 'late_interest'), ('released_at__isnull', True)), name='interest_is_claimed_once_from_a_day'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'indemnity'), ('released_at__isnull', True)), fields=('late_invoice',), name='an_invoice_bears_one_indemnity'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('late_interest', 'indemnity')), ('late_invoice__isnull', False)), models.Q(models.Q(('kind__in', ('late_interest', 'indemnity')), _negated=True), ('late_invoice__isnull', True)), _connector='OR'), name='interest_and_indemnity_name_the_late_invoice'),
        ),
    ]
