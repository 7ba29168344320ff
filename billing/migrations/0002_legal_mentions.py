"""The wordings that the law wants on invoices, as dated rows which an admin can follow up."""

from datetime import date

from django.db import migrations

SPACE = "\u00a0"
SINCE = date(2020, 1, 1)
WORDINGS = [
    (
        "exemption_261b",
        "Exonération de TVA – article 261 B du CGI",
        "CGI, article 261 B ; CGI ann. II, article 242 nonies A, I-12°",
    ),
    (
        "vat_on_debits",
        "Option pour le paiement de la taxe d’après les débits",
        "CGI ann. II, article 242 nonies A, I-11° bis",
    ),
    (
        "payment_terms",
        f"Paiement à {{days}}{SPACE}jours à compter de la date de facture.",
        "C. com., articles L441-9 et L441-10",
    ),
    (
        "late_penalty",
        f"Pénalités de retard{SPACE}: {{rate}}{SPACE}% par an, exigibles dès le lendemain de l’échéance, sans rappel.",
        "C. com., article L441-10, II",
    ),
    (
        "recovery_indemnity",
        f"Indemnité forfaitaire pour frais de recouvrement en cas de retard{SPACE}: {{amount}}.",
        "C. com., articles L441-10, II et D441-5",
    ),
]


def write(apps, _schema_editor):
    mention = apps.get_model("billing", "LegalMention")
    mention.objects.bulk_create(
        mention(code=code, text=text, source=source, starts_on=SINCE) for code, text, source in WORDINGS
    )


def take_back(apps, _schema_editor):
    codes = [code for code, _, _ in WORDINGS]
    apps.get_model("billing", "LegalMention").objects.filter(code__in=codes, starts_on=SINCE).delete()


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_what_is_owed")]
    operations = [migrations.RunPython(write, take_back)]
