"""Two people differ by more than the case of their payroll numbers, two assignments by more than that of references."""

from django.db import migrations, models

from groupement.kernel.cells import plain
from groupement.kernel.spelling import OneSpelling, refuse_doubles


def refuse(apps, _schema_editor):
    for model, column, what in (
        ("Employee", "payroll_number", "Matricules de paie"),
        ("Assignment", "reference", "Références de mises à disposition"),
    ):
        rows = apps.get_model("employees", model).objects.order_by("pk").values_list("pk", column)
        refuse_doubles(rows, what, plain)


class Migration(migrations.Migration):
    dependencies = [
        ("employees", "0001_record_who_works_where"),
        ("members", "0005_keep_short_names_one_however_written"),
    ]

    operations = [
        migrations.RunPython(refuse, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='assignment',
            name='reference',
            field=models.CharField(max_length=30, verbose_name='référence'),
        ),
        migrations.AlterField(
            model_name='employee',
            name='payroll_number',
            field=models.CharField(help_text='Celui du fichier de paie importé.', max_length=20, verbose_name='matricule de paie'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=OneSpelling(field='reference', name='assignment_reference_is_one_however_written', violation_error_message='Une autre mise à disposition a déjà cette référence, à la casse près.'),
        ),
        migrations.AddConstraint(
            model_name='employee',
            constraint=OneSpelling(field='payroll_number', name='payroll_number_is_one_however_written', violation_error_message='Une autre personne a déjà ce matricule, à la casse ou aux accents près.'),
        ),
    ]
