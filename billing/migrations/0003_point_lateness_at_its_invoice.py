"""Interest and indemnities get a foreign key to the late invoice."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0002_bring_rates_and_mentions'),
    ]

    operations = [
        migrations.AddField(
            model_name='charge',
            name='late_invoice',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.invoice', verbose_name='facture en retard'),
        ),
    ]
