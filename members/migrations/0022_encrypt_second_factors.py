"""Seeds of code apps and recovery codes that were kept as they are become encrypted."""

from django.db import migrations

from groupement.kernel.encryption import decrypt, encrypt, is_encrypted

# What allauth keeps of a second factor and encrypts by its adapter.
SECRETS = ("secret", "seed")


def _changed(text, change):
    return change(text) if isinstance(text, str) else text


def rewrite(apps, change):
    """Write each secret anew by ``change``; public keys of passkeys and counts stay as they are."""
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]):
        data = {**row.data}
        for name in SECRETS:
            if name in data:
                data[name] = _changed(data[name], change)
        if isinstance(data.get("migrated_codes"), list):
            data["migrated_codes"] = [_changed(code, change) for code in data["migrated_codes"]]
        if data != row.data:
            row.data = data
            row.save(update_fields=["data"])


def encrypt_all(apps, _schema_editor):
    rewrite(apps, lambda text: text if is_encrypted(text) else encrypt(text))


def decrypt_all(apps, _schema_editor):
    rewrite(apps, lambda text: decrypt(text) if is_encrypted(text) else text)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0021_keep_a_security_log"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt_all, decrypt_all)]
