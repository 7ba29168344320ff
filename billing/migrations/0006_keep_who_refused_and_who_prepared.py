"""Who refused an expense and when, and who prepared a true-up: the acts were told, and did not keep it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_claim_lateness_once_by_its_invoice'),
        ('employees', '0001_record_who_works_where'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='expense',
            name='refused_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='refusée le'),
        ),
        migrations.AddField(
            model_name='expense',
            name='refused_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='refusée par'),
        ),
        migrations.AddField(
            model_name='trueup',
            name='prepared_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='préparée par'),
        ),
        migrations.AddConstraint(
            model_name='expense',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refused_reason', ''), _negated=True), models.Q(('refused_at__isnull', True), ('refused_by__isnull', True)), _connector='OR'), name='only_a_refused_expense_says_who_refused_it'),
        ),
    ]
