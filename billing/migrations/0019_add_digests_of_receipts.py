"""A receipt is kept with the digest of its file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0018_settle_months_member_by_member")]

    operations = [
        migrations.AddField(
            model_name="expense",
            name="receipt_sha256",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=64,
                verbose_name="empreinte du justificatif (SHA-256)",
            ),
            preserve_default=False,
        ),
    ]
