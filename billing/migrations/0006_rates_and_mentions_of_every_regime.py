"""The VAT rates in force, and the mentions of the franchise and of sums outside VAT; the CIBS takes over in 2027."""

from datetime import date

from django.db import migrations

SINCE = date(2020, 1, 1)
CIBS = date(2027, 1, 1)
RATES = [
    ("S20", "20.00", "CGI, article 278"),
    ("S10", "10.00", "CGI, articles 278 bis à 279 et 281 quater"),
    ("S055", "5.50", "CGI, article 278-0 bis"),
]
WORDINGS = [
    ("franchise_293b", SINCE, CIBS, "TVA non applicable, article 293 B du CGI", "CGI, article 293 E, II"),
    (
        "franchise_293b",
        CIBS,
        None,
        "TVA non applicable, article L. 223-3 du code des impositions sur les biens et services",
        "CIBS, article L. 223-3, qui remplace l’article 293 B du CGI au 1er janvier 2027",
    ),
    (
        "out_of_scope",
        SINCE,
        None,
        "Somme hors du champ d’application de la TVA",
        "CGI, article 256 ; à confirmer par l’expert-comptable",
    ),
]


def write(apps, _schema_editor):
    mention = apps.get_model("billing", "LegalMention")
    for code, starts_on, ends_before, text, source in WORDINGS:
        mention.objects.create(code=code, starts_on=starts_on, ends_before=ends_before, text=text, source=source)
    rate = apps.get_model("billing", "VatRate")
    for regime, percent, source in RATES:
        rate.objects.create(regime=regime, starts_on=date(2014, 1, 1), rate=percent, source=source)


def take_back(apps, _schema_editor):
    codes = {code for code, *_ in WORDINGS}
    apps.get_model("billing", "LegalMention").objects.filter(code__in=codes).delete()
    apps.get_model("billing", "VatRate").objects.filter(regime__in=[regime for regime, *_ in RATES]).delete()


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_bank_operations_split_and_return")]
    operations = [migrations.RunPython(write, take_back)]
