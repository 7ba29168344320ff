"""No trigger can be set aside by a setting of the connection, no watched table emptied, no history rewritten."""

from django.db import migrations

from groupement.kernel.triggers import Guard, WriteFirmly


class Migration(migrations.Migration):
    dependencies = [("members", "0022_encrypt_second_factors")]

    operations = [
        WriteFirmly(),
        Guard(
            kept=(
                "declaration", "deputy", "group", "mail", "mailsubject", "member", "membership",
                "membershipstep", "notice", "seat", "site", "user", "vatattestation",
            ),
            histories=(
                "declarationevent", "deputyevent", "groupevent", "memberevent", "membershipevent",
                "seatevent", "siteevent", "userevent", "vatattestationevent",
            ),
        ),
    ]
