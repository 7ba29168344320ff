"""The rules of the group as invoices stand on them: PostgreSQL keeps their days under what is issued."""

import pgtrigger

from members.models import GroupRule

# The days on which the rule would say something else: of a new one its own, of one that ends or begins to end the days
# between, of one that is withdrawn its own. What a group begins with, noted before the first other rule, changes none.
KEPT_UNDER_INVOICES = """
    IF TG_OP = 'INSERT' THEN
        IF NEW.withdrawn_at IS NOT NULL OR NEW.origin = 'initial' AND NOT EXISTS (
            SELECT FROM members_grouprule other WHERE other.code = NEW.code AND other.withdrawn_at IS NULL
        ) THEN
            RETURN NEW;
        END IF;
        changed := daterange(NEW.starts_on, NEW.ends_before);
    ELSIF NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
        changed := daterange(NEW.starts_on, NULL);
        IF OLD.ends_before IS NOT NULL AND NEW.ends_before IS NOT NULL THEN
            changed := daterange(NEW.starts_on, GREATEST(OLD.ends_before, NEW.ends_before));
        END IF;
    ELSIF NEW.ends_before IS DISTINCT FROM OLD.ends_before THEN
        changed := daterange(LEAST(OLD.ends_before, NEW.ends_before), CASE
            WHEN OLD.ends_before IS NULL OR NEW.ends_before IS NULL THEN NULL
            ELSE GREATEST(OLD.ends_before, NEW.ends_before) END);
    ELSE
        RETURN NEW;
    END IF;
    IF NEW.code IN ('payment_terms', 'late_penalty_rate') AND EXISTS (
        SELECT FROM billing_invoice invoice WHERE invoice.status = 'issued' AND invoice.issued_on <@ changed
    ) THEN
        RAISE EXCEPTION 'what something issued stands on is not rewritten: the rule changes from a later day on'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.code = 'management_rate' AND EXISTS (
        SELECT FROM billing_invoice invoice
        WHERE invoice.status = 'issued' AND invoice.kind = 'invoice' AND invoice.true_up_id IS NULL
            AND daterange(invoice.service_month, (invoice.service_month + interval '1 month')::date) && changed
    ) THEN
        RAISE EXCEPTION 'what something issued stands on is not rewritten: the rule changes from a later month on'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


# The group decides its rules below, and is invoiced by them here.
pgtrigger.register(
    pgtrigger.Trigger(
        name="a_rule_under_an_issued_invoice_keeps_its_days",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("changed", "daterange")],
        func=KEPT_UNDER_INVOICES,
    )
)(GroupRule)
