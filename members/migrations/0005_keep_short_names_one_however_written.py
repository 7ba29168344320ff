"""Two members differ by more than the case or the accents of their short names."""

from django.db import migrations, models

from groupement.kernel.cells import plain
from groupement.kernel.spelling import CREATE_FUNCTION, DROP_FUNCTION, OneSpelling, refuse_doubles


def look(apps, _schema_editor):
    rows = apps.get_model("members", "Member").objects.order_by("pk").values_list("pk", "short_name")
    refuse_doubles(rows, "Noms courts d’adhérents", plain)


class Migration(migrations.Migration):
    dependencies = [("members", "0004_drop_the_keys_of_mails")]

    operations = [
        migrations.RunPython(look, migrations.RunPython.noop),
        migrations.RunSQL(CREATE_FUNCTION, DROP_FUNCTION),
        migrations.AlterField(
            model_name='member',
            name='short_name',
            field=models.CharField(max_length=40, verbose_name='nom court'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=OneSpelling(field='short_name', name='member_short_name_is_one_however_written', violation_error_message='Un autre adhérent a déjà ce nom court, à la casse ou aux accents près.'),
        ),
    ]
