"""Two members differ by more than the case or the accents of their short names."""

from django.db import migrations, models

from groupement.kernel.cells import plain
from groupement.kernel.spelling import OneSpelling, refuse_doubles

# Without accents, case or doubled blanks. Whatever the database's own order of letters: after their marks are gone,
# only four capitals lie outside of what it knows in any case.
CREATE_FUNCTION = r"""
CREATE OR REPLACE FUNCTION plain_text(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT btrim(regexp_replace(
    replace(translate(lower(
        regexp_replace(normalize($1, NFKD), '[\u0300-\u036F]', '', 'g')
    ), 'ŒÆØ’_', 'œæø'' '), 'ß', 'ss'),
    '\s+', ' ', 'g'))
$$
"""
DROP_FUNCTION = "DROP FUNCTION plain_text(text)"

def refuse(apps, _schema_editor):
    rows = apps.get_model("members", "Member").objects.order_by("pk").values_list("pk", "short_name")
    refuse_doubles(rows, "Noms courts d’adhérents", plain)


class Migration(migrations.Migration):
    dependencies = [("members", "0004_drop_the_keys_of_mails")]

    operations = [
        migrations.RunPython(refuse, migrations.RunPython.noop),
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
