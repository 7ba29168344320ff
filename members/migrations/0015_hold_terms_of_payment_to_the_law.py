"""Periodic invoices are due within 45 days and lateness costs three times the legal rate, or a reason says why not."""

import django.db.models
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0014_keep_terms_of_before_with_a_reason")]

    operations = [
        migrations.AddConstraint(
            model_name='group',
            constraint=models.CheckConstraint(condition=models.Q(('payment_days__lte', 45), models.Q(('payment_exception', ''), _negated=True), _connector='OR'), name='group_periodic_invoices_are_due_within_45_days', violation_error_message='Des factures périodiques se paient dans les 45\xa0jours de leur date, fin de mois comprise (C. com. L441-10, I)\xa0: raccourcissez le délai, ou notez pourquoi l’expert-comptable en admet un plus long.'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.CheckConstraint(condition=models.Q(('late_penalty_rate__gte', django.db.models.expressions.CombinedExpression(models.F('legal_interest_rate'), '*', models.Value(3))), models.Q(('penalty_exception', ''), _negated=True), _connector='OR'), name='group_late_penalty_is_three_times_the_legal_rate'),
        ),
    ]
