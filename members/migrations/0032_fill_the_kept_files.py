"""The logo and the papers of attestations become rows of the one store; their bytes stay where they are."""

from django.db import migrations

from members.migrations._kept_files import fill


class Migration(migrations.Migration):
    dependencies = [("members", "0031_point_at_kept_files")]

    operations = [fill("members", [("Group", "logo"), ("VatAttestation", "document")], is_sensitive=False)]
