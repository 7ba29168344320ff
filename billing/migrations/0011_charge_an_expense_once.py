"""PostgreSQL refuses a second charge of one expense, save for one that a credit note has released."""

import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_mark_expenses_charged_twice'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(django.db.models.fields.json.KeyTextTransform('expense', 'figures'), condition=models.Q(('released_at__isnull', True)), name='an_expense_is_charged_once'),
        ),
    ]
