"""A member takes its confirmation back, until the hours are approved."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('timesheets', '0010_part_drafts_at_midnight'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='timesheetstep',
            name='a_step_leads_where_its_act_does',
        ),
        migrations.AlterField(
            model_name='timesheetstep',
            name='kind',
            field=models.CharField(choices=[('supplement', 'Complément ouvert'), ('submit', 'Soumis'), ('recall', 'Rappelé'), ('confirm', 'Visé'), ('contest', 'Contesté'), ('tacit', 'Visé tacitement'), ('take_back', 'Visa repris'), ('settle', 'Tranché par la coordination'), ('return', 'Renvoyé'), ('approve', 'Approuvé'), ('undo', 'Approbation annulée'), ('reopen', 'Rouvert'), ('change', 'Heures changées')], max_length=10, verbose_name='acte'),
        ),
        migrations.AddConstraint(
            model_name='timesheetstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'supplement'), ('source__in', ('',)), ('target__in', ('draft',))), models.Q(('kind', 'submit'), ('source__in', ('draft',)), ('target__in', ('submitted',))), models.Q(('kind', 'recall'), ('source__in', ('submitted',)), ('target__in', ('draft',))), models.Q(('kind', 'confirm'), ('source__in', ('submitted',)), ('target__in', ('confirmed',))), models.Q(('kind', 'contest'), ('source__in', ('submitted',)), ('target__in', ('draft',))), models.Q(('kind', 'tacit'), ('source__in', ('submitted',)), ('target__in', ('confirmed',))), models.Q(('kind', 'settle'), ('source__in', ('submitted',)), ('target__in', ('confirmed',))), models.Q(('kind', 'take_back'), ('source__in', ('confirmed',)), ('target__in', ('submitted',))), models.Q(('kind', 'return'), ('source__in', ('submitted', 'confirmed')), ('target__in', ('draft',))), models.Q(('kind', 'approve'), ('source__in', ('submitted', 'confirmed')), ('target__in', ('approved',))), models.Q(('kind', 'undo'), ('source__in', ('approved',)), ('target__in', ('submitted', 'confirmed'))), models.Q(('kind', 'reopen'), ('source__in', ('approved',)), ('target__in', ('draft',))), models.Q(('kind', 'change'), ('source__in', ('draft',)), ('target__in', ('draft',))), _connector='OR'), name='a_step_leads_where_its_act_does'),
        ),
    ]
