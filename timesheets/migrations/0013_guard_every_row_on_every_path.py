"""No trigger can be set aside by a setting of the connection, no watched table emptied, no history rewritten."""

from django.db import migrations

from groupement.kernel.triggers import Guard, WriteFirmly


class Migration(migrations.Migration):
    dependencies = [("timesheets", "0012_remember_the_columns_of_hours")]

    operations = [
        WriteFirmly(),
        Guard(
            kept=(
                "acknowledgement", "changedhours", "entry", "remark", "signedsheet", "timesheet",
                "timesheetstep",
            ),
            histories=(
                "entryevent",
            ),
        ),
    ]
