"""The receipts that are there get the digest of their file as it is today."""

import hashlib

import pgtrigger
from django.db import migrations

FROZEN = "billing.Expense:an_accepted_expense_is_kept_as_it_is"
# Of a file that cannot be read: no content has it, so `prove` names the receipt.
UNKNOWN = "0" * 64


def fill(apps, schema_editor):
    expenses = apps.get_model("billing", "Expense").objects
    with pgtrigger.ignore(FROZEN):
        for expense in expenses.exclude(receipt="").order_by("pk"):
            try:
                with expense.receipt.storage.open(expense.receipt.name, "rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                digest = UNKNOWN
            expenses.filter(pk=expense.pk).update(receipt_sha256=digest)


class Migration(migrations.Migration):
    dependencies = [("billing", "0019_add_digests_of_receipts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
