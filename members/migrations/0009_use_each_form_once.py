"""Each rendered form has a key; which were sent is kept, with what was answered."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0008_keep_phone_numbers_and_tell_what_was_settled'),
    ]

    operations = [
        migrations.CreateModel(
            name='SentForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('sent_at', models.DateTimeField(db_index=True)),
                ('answer', models.TextField(blank=True)),
                ('messages', models.JSONField(blank=True, default=list)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'formulaire envoyé',
                'verbose_name_plural': 'formulaires envoyés',
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='a_form_is_sent_once', nulls_distinct=False)],
            },
        ),
    ]
