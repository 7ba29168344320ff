"""Receipts become rows of the one store, each with the digest that it had; their bytes stay where they are."""

from django.db import migrations

from members.migrations._kept_files import fill


class Migration(migrations.Migration):
    dependencies = [("billing", "0027_point_at_kept_receipts")]

    operations = [fill("billing", [("Expense", "receipt")], is_sensitive=True)]
