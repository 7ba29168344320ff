"""A message may tell of hours that somebody else changed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_keep_short_names_one_however_written'),
    ]

    operations = [
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('hours_reminder', 'heures à soumettre'), ('confirm_digest', 'heures à viser'), ('approve_digest', 'heures à approuver'), ('contested', 'heures contestées'), ('returned', 'heures renvoyées'), ('changed', 'heures changées'), ('confirmed_tacitly', 'visa tacite'), ('dunning', 'relance de facture')], max_length=20, verbose_name='objet'),
        ),
    ]
