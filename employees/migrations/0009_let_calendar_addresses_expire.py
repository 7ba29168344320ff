"""An address of a calendar may have an end."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('employees', '0008_refuse_exempt_prices_with_a_fee'),
        ('members', '0021_keep_a_security_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='calendarfeed',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='expire le'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__isnull', True), ('expires_at__gt', models.F('made_at')), _connector='OR'), name='a_feed_expires_after_it_is_made'),
        ),
    ]
