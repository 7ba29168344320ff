"""No trigger can be set aside by a setting of the connection, no watched table emptied, no history rewritten."""

from django.db import migrations

from groupement.kernel.triggers import Guard, WriteFirmly


class Migration(migrations.Migration):
    dependencies = [("charter", "0001_record_what_is_agreed")]

    operations = [
        WriteFirmly(),
        Guard(
            kept=(
                "article", "charter", "charterstep", "commitment", "signature", "theme",
            ),
            histories=(
                "themeevent",
            ),
        ),
    ]
