"""No trigger can be set aside by a setting of the connection, no watched table emptied, no history rewritten."""

from django.db import migrations

from groupement.kernel.triggers import Guard, WriteFirmly


class Migration(migrations.Migration):
    dependencies = [("billing", "0020_fill_the_digests_of_receipts")]

    operations = [
        WriteFirmly(),
        Guard(
            kept=(
                "allocation", "bankoperation", "billingrun", "billingrunstep", "carriedcost", "charge",
                "dispatch", "document", "dunninglevel", "employercost", "expense", "expensescale",
                "fundedcost", "fundedhours", "fundingreport", "invoice", "invoicedtimesheet", "invoicestep",
                "legalmention", "letter", "line", "payment", "priceindex", "provisionentry", "quote",
                "refund", "release", "reminder", "rendering", "series", "settledmonth", "settlement",
                "trueup", "trueupshare", "trueupstep", "vatrate",
            ),
            histories=(
                "allocationevent", "bankoperationevent", "dunninglevelevent", "expensescaleevent",
                "legalmentionevent", "paymentevent", "priceindexevent", "refundevent", "seriesevent",
                "vatrateevent",
            ),
        ),
    ]
