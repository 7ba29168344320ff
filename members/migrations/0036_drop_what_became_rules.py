import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0035_carry_settings_into_rules'),
    ]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='group',
            name='insert_insert',
        ),
        groupement.kernel.triggers.RemoveTrigger(
            model_name='group',
            name='update_update',
        ),
        migrations.RemoveConstraint(
            model_name='group',
            name='group_payment_days_stay_within_the_law',
        ),
        migrations.RemoveConstraint(
            model_name='group',
            name='group_late_penalty_is_three_times_the_legal_rate',
        ),
        migrations.RemoveConstraint(
            model_name='group',
            name='group_periodic_invoices_are_due_within_45_days',
        ),
        migrations.RemoveField(
            model_name='group',
            name='confirmation_days',
        ),
        migrations.RemoveField(
            model_name='group',
            name='late_penalty_rate',
        ),
        migrations.RemoveField(
            model_name='group',
            name='legal_interest_rate',
        ),
        migrations.RemoveField(
            model_name='group',
            name='liability_key',
        ),
        migrations.RemoveField(
            model_name='group',
            name='liability_months',
        ),
        migrations.RemoveField(
            model_name='group',
            name='payment_basis',
        ),
        migrations.RemoveField(
            model_name='group',
            name='payment_days',
        ),
        migrations.RemoveField(
            model_name='group',
            name='payment_exception',
        ),
        migrations.RemoveField(
            model_name='group',
            name='penalty_exception',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='confirmation_days',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='late_penalty_rate',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='legal_interest_rate',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='liability_key',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='liability_months',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='payment_basis',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='payment_days',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='payment_exception',
        ),
        migrations.RemoveField(
            model_name='groupevent',
            name='penalty_exception',
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=groupement.kernel.triggers.FirmTriggerSql(func='INSERT INTO "members_groupevent" ("absence_rule", "bank_name", "bic", "city", "collective_agreement", "credit_prefix", "discount_terms", "draft_visibility", "email", "entry_grace_days", "has_tacit_confirmation", "holiday_zone", "iban", "id", "invitation_days", "invoice_prefix", "leave_method", "legal_form", "logo_id", "name", "number_template", "payroll_tax_percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "price_detail", "recovery_indemnity", "rna", "security_log_months", "sepa_creditor_id", "siren", "siret", "street", "tagline", "vat_franchise", "vat_number", "vat_on_debits", "website", "write_off_limit") VALUES (NEW."absence_rule", NEW."bank_name", NEW."bic", NEW."city", NEW."collective_agreement", NEW."credit_prefix", NEW."discount_terms", NEW."draft_visibility", NEW."email", NEW."entry_grace_days", NEW."has_tacit_confirmation", NEW."holiday_zone", NEW."iban", NEW."id", NEW."invitation_days", NEW."invoice_prefix", NEW."leave_method", NEW."legal_form", NEW."logo_id", NEW."name", NEW."number_template", NEW."payroll_tax_percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."postal_code", NEW."price_detail", NEW."recovery_indemnity", NEW."rna", NEW."security_log_months", NEW."sepa_creditor_id", NEW."siren", NEW."siret", NEW."street", NEW."tagline", NEW."vat_franchise", NEW."vat_number", NEW."vat_on_debits", NEW."website", NEW."write_off_limit"); RETURN NULL;', hash='4acf1e263d67e4ee381ae04aa54ce83e840d4497', operation='INSERT', pgid='pgtrigger_insert_insert_438ff', table='members_group', when='AFTER')),
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=groupement.kernel.triggers.FirmTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "members_groupevent" ("absence_rule", "bank_name", "bic", "city", "collective_agreement", "credit_prefix", "discount_terms", "draft_visibility", "email", "entry_grace_days", "has_tacit_confirmation", "holiday_zone", "iban", "id", "invitation_days", "invoice_prefix", "leave_method", "legal_form", "logo_id", "name", "number_template", "payroll_tax_percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "postal_code", "price_detail", "recovery_indemnity", "rna", "security_log_months", "sepa_creditor_id", "siren", "siret", "street", "tagline", "vat_franchise", "vat_number", "vat_on_debits", "website", "write_off_limit") VALUES (NEW."absence_rule", NEW."bank_name", NEW."bic", NEW."city", NEW."collective_agreement", NEW."credit_prefix", NEW."discount_terms", NEW."draft_visibility", NEW."email", NEW."entry_grace_days", NEW."has_tacit_confirmation", NEW."holiday_zone", NEW."iban", NEW."id", NEW."invitation_days", NEW."invoice_prefix", NEW."leave_method", NEW."legal_form", NEW."logo_id", NEW."name", NEW."number_template", NEW."payroll_tax_percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."postal_code", NEW."price_detail", NEW."recovery_indemnity", NEW."rna", NEW."security_log_months", NEW."sepa_creditor_id", NEW."siren", NEW."siret", NEW."street", NEW."tagline", NEW."vat_franchise", NEW."vat_number", NEW."vat_on_debits", NEW."website", NEW."write_off_limit"); RETURN NULL;', hash='ce67d4963c1aa7f3a4f7af4d577f379bb6511d8d', operation='UPDATE', pgid='pgtrigger_update_update_bfd67', table='members_group', when='AFTER')),
        ),
    ]
