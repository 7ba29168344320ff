"""A step keeps which act it was: first an empty column, that the next migration fills."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timesheets", "0001_record_what_is_done")]
    operations = [
        migrations.AddField(
            model_name="timesheetstep",
            name="kind",
            field=models.CharField(default="", max_length=10, verbose_name="acte"),
            preserve_default=False,
        ),
    ]
