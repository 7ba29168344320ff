"""The VAT rates and the legal mentions that the product brings, as dated rows which an admin follows up.

They stand in billing.documents, vat.DEFAULT_RATES and mentions.DEFAULT_MENTIONS, and nowhere else.
"""

from django.db import migrations

from billing.documents import mentions, vat


def bring(apps, _schema_editor):
    """Write them into empty tables."""
    mention, rate = (apps.get_model("billing", name) for name in ("LegalMention", "VatRate"))
    mention.objects.bulk_create(mention(**vars(wording)) for wording in mentions.DEFAULT_MENTIONS)
    rate.objects.bulk_create(rate(**vars(rate_row)) for rate_row in vat.DEFAULT_RATES)


def take_back(apps, _schema_editor):
    """Remove them; what an admin added stays."""
    mention, rate = (apps.get_model("billing", name) for name in ("LegalMention", "VatRate"))
    for wording in mentions.DEFAULT_MENTIONS:
        mention.objects.filter(code=wording.code, starts_on=wording.starts_on).delete()
    for rate_row in vat.DEFAULT_RATES:
        rate.objects.filter(regime=rate_row.regime, starts_on=rate_row.starts_on).delete()


class Migration(migrations.Migration):
    replaces = [
        ("billing", "0002_legal_mentions"),
        ("billing", "0006_rates_and_mentions_of_every_regime"),
        ("billing", "0010_payment_terms_to_the_end_of_the_month"),
    ]
    dependencies = [("billing", "0001_record_what_is_owed")]
    operations = [migrations.RunPython(bring, take_back)]
