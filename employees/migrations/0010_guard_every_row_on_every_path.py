"""No trigger can be set aside by a setting of the connection, no watched table emptied, no history rewritten."""

from django.db import migrations

from groupement.kernel.triggers import Guard, WriteFirmly


class Migration(migrations.Migration):
    dependencies = [("employees", "0009_let_calendar_addresses_expire")]

    operations = [
        WriteFirmly(),
        Guard(
            kept=(
                "absence", "assignment", "contract", "contractmember", "contractterms", "employee",
                "employeemerge", "plannedday", "terms", "workingtimelimits",
            ),
            histories=(
                "absenceevent", "assignmentevent", "contractevent", "contractmemberevent",
                "contracttermsevent", "employeeevent", "planneddayevent", "termsevent",
                "workingtimelimitsevent",
            ),
        ),
    ]
