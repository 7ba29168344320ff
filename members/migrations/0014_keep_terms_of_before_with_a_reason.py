"""Terms of payment beyond the law that stand already stay, with a reason that tells where they come from."""

from django.db import migrations

REASON = "Repris tel quel lors de la mise à jour\u00a0: à revoir avec l’expert-comptable."


def give_reasons(apps, _schema_editor):
    for group in apps.get_model("members", "Group").objects.all():
        added = 0 if group.payment_basis == "invoice_date" else 30
        if group.payment_days + added > 45:
            group.payment_exception = REASON
        if group.late_penalty_rate < 3 * group.legal_interest_rate:
            group.penalty_exception = REASON
        group.save(update_fields=["payment_exception", "penalty_exception"])


class Migration(migrations.Migration):
    dependencies = [("members", "0013_add_the_legal_rate_and_the_accountants_reasons")]
    operations = [migrations.RunPython(give_reasons, migrations.RunPython.noop)]
