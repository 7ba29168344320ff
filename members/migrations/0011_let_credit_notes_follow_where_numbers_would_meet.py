"""Where a prefix of credit notes would give numbers of invoices again, credit notes follow the invoices."""

from django.db import migrations

from members.identifiers import prefixes_clash


def follow(apps, _schema_editor):
    for group in apps.get_model("members", "Group").objects.exclude(credit_prefix=""):
        prefixes = group.invoice_prefix, group.credit_prefix
        if len({*prefixes}) == 2 and prefixes_clash(group.number_template, *prefixes):
            group.credit_prefix = ""
            group.save(update_fields=["credit_prefix"])


class Migration(migrations.Migration):
    dependencies = [("members", "0010_empty_billing_addresses_without_a_part")]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
