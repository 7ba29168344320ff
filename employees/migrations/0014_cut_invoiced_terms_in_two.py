"""Invoiced terms may be cut in two that say the same: while it is done, both hold the same days."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import groupement.kernel.periods
import groupement.kernel.triggers
import pgtrigger.compiler
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('employees', '0013_count_time_over_two_weeks'),
    ]

    operations = [
        groupement.kernel.triggers.RemoveTrigger(
            model_name='terms',
            name='an_invoiced_price_is_kept',
        ),
        migrations.RemoveConstraint(
            model_name='terms',
            name='terms_of_an_assignment_do_not_overlap',
        ),
        groupement.kernel.triggers.AddTrigger(
            model_name='terms',
            trigger=pgtrigger.compiler.Trigger(name='an_invoiced_price_is_kept', sql=groupement.kernel.triggers.FirmTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM (\n        SELECT charge.assignment_id AS key, of_month.day::date AS day\n        FROM \n    billing_charge charge\n    JOIN billing_line line ON line.id = charge.line_id\n    JOIN billing_invoice invoice ON invoice.id = line.invoice_id AND invoice.status = 'issued'\n        AND line.net <> COALESCE((\n            SELECT sum(credit.net) FROM billing_line credit\n            JOIN billing_invoice note ON note.id = credit.invoice_id AND note.status = 'issued'\n            WHERE credit.credits_id = line.id\n        ), 0)\n\n        JOIN employees_terms priced ON priced.id = charge.terms_id\n        -- A charge names the first terms of its price; the days of others with the same price are in it too.\n        JOIN employees_terms same ON same.assignment_id = priced.assignment_id\n            AND CASE same.price_method WHEN 'hourly' THEN jsonb_build_array(same.price_method, same.hourly_price, same.vat_regime, same.monthly_minimum_minutes) ELSE jsonb_build_array(same.price_method, same.flat_amount, same.vat_regime, same.management_rate, same.absence_rule, same.absence_rules) END = CASE priced.price_method WHEN 'hourly' THEN jsonb_build_array(priced.price_method, priced.hourly_price, priced.vat_regime, priced.monthly_minimum_minutes) ELSE jsonb_build_array(priced.price_method, priced.flat_amount, priced.vat_regime, priced.management_rate, priced.absence_rule, priced.absence_rules) END\n        JOIN generate_series(charge.service_month, charge.service_month + interval '1 month - 1 day', '1 day')\n            of_month (day) ON of_month.day >= same.starts_on\n            AND (same.ends_before IS NULL OR of_month.day < same.ends_before)\n        WHERE charge.assignment_id IN (OLD.assignment_id, NEW.assignment_id)\n    ) used WHERE used.key IN (OLD.assignment_id, NEW.assignment_id)\n                AND COALESCE(CASE WHEN TG_OP <> 'INSERT' AND used.key = OLD.assignment_id AND used.day >= OLD.starts_on AND (OLD.ends_before IS NULL OR used.day < OLD.ends_before) THEN jsonb_build_array(OLD.price_method, OLD.hourly_price, OLD.flat_amount, OLD.management_rate, OLD.absence_rule, OLD.absence_rules, OLD.vat_regime, OLD.is_trued_up, OLD.monthly_minimum_minutes) END, \n        (SELECT jsonb_build_array(other.price_method, other.hourly_price, other.flat_amount, other.management_rate, other.absence_rule, other.absence_rules, other.vat_regime, other.is_trued_up, other.monthly_minimum_minutes) FROM employees_terms other\n        WHERE other.assignment_id = used.key AND other.id IS DISTINCT FROM OLD.id AND used.day >= other.starts_on\n            AND (other.ends_before IS NULL OR used.day < other.ends_before) LIMIT 1)\n    ) IS DISTINCT FROM COALESCE(CASE WHEN TG_OP <> 'DELETE' AND used.key = NEW.assignment_id AND used.day >= NEW.starts_on AND (NEW.ends_before IS NULL OR used.day < NEW.ends_before) THEN jsonb_build_array(NEW.price_method, NEW.hourly_price, NEW.flat_amount, NEW.management_rate, NEW.absence_rule, NEW.absence_rules, NEW.vat_regime, NEW.is_trued_up, NEW.monthly_minimum_minutes) END, \n        (SELECT jsonb_build_array(other.price_method, other.hourly_price, other.flat_amount, other.management_rate, other.absence_rule, other.absence_rules, other.vat_regime, other.is_trued_up, other.monthly_minimum_minutes) FROM employees_terms other\n        WHERE other.assignment_id = used.key AND other.id IS DISTINCT FROM OLD.id AND used.day >= other.starts_on\n            AND (other.ends_before IS NULL OR used.day < other.ends_before) LIMIT 1)\n    )\n            )\n                AND NOT EXISTS (SELECT FROM billing_pricetrial WHERE transaction = pg_current_xact_id()::text::bigint)\n             THEN\n                RAISE EXCEPTION 'what something issued stands on is not rewritten: end it, and write another from a later day on' USING ERRCODE = 'check_violation';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='3d608c0253a67ca630e00db4b1325a73a16f7469', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_an_invoiced_price_is_kept_8328e', table='employees_terms', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('assignment', '='), (groupement.kernel.periods.DateRange('starts_on', 'ends_before', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='terms_of_an_assignment_do_not_overlap', violation_error_message='Ces dates en chevauchent d’autres.'),
        ),
    ]
