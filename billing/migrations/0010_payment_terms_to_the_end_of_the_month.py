"""The payment terms of groups that count to or from the end of a month, as dated rows like the others."""

from datetime import date

from django.db import migrations

SPACE = "\u00a0"
SINCE = date(2020, 1, 1)
SOURCE = "C. com., articles L441-9 et L441-10"
WORDINGS = {
    "payment_terms_then_end": f"Paiement à {{days}}{SPACE}jours à compter de la date de facture, puis fin de mois.",
    "payment_terms_from_end": f"Paiement à {{days}}{SPACE}jours à compter de la fin du mois de la facture.",
}


def write(apps, _schema_editor):
    mention = apps.get_model("billing", "LegalMention")
    for code, text in WORDINGS.items():
        mention.objects.create(code=code, text=text, source=SOURCE, starts_on=SINCE)


def take_back(apps, _schema_editor):
    apps.get_model("billing", "LegalMention").objects.filter(code__in=WORDINGS, starts_on=SINCE).delete()


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_payments_are_reversed_not_changed")]
    operations = [migrations.RunPython(write, take_back)]
