"""Dated facts on which something issued stands: PostgreSQL refuses to rewrite them; a new row holds from a day on."""

from collections.abc import Sequence

import pgtrigger

from employees.models.assignment import PRICE_COLUMNS

# What an issued invoice bills and credit notes have not taken back whole: a price that is put right is credited first.
BILLED_CHARGES = """
    billing_charge charge
    JOIN billing_line line ON line.id = charge.line_id
    JOIN billing_invoice invoice ON invoice.id = line.invoice_id AND invoice.status = 'issued'
        AND line.net <> COALESCE((
            SELECT sum(credit.net) FROM billing_line credit
            JOIN billing_invoice note ON note.id = credit.invoice_id AND note.status = 'issued'
            WHERE credit.credits_id = line.id
        ), 0)
"""
CHANGES = pgtrigger.Update | pgtrigger.Delete
REFUSED = "what something issued stands on is not rewritten: end it, and write another from a later day on"


def past_is_kept(
    name: str,
    *,
    key: str,
    says: Sequence[str],
    used: str,
    may_come_later: bool = False,
    rows: str = "",
    unless: str = "",
) -> pgtrigger.Trigger:
    """Refuse a change after which a dated row says something else on a day on which something issued used it.

    ``used`` gives (key, day) of what is issued, ``says`` are the columns that count, ``unless`` lets go all the same. A
    row that ends, another that begins, a text beside them: what says the same on those days goes in. So does, where it
    ``may_come_later``, what is said of a day of which nothing was said. Where ``rows`` are named, a day on which the
    row says nothing is asked of the others: while one is cut in two they overlap, as a deferred constraint lets them.
    """
    others = f"""
        (SELECT jsonb_build_array({", ".join(f"other.{column}" for column in says)}) FROM {rows} other
        WHERE other.{key} = used.key AND other.id IS DISTINCT FROM OLD.id AND used.day >= other.starts_on
            AND (other.ends_before IS NULL OR used.day < other.ends_before) LIMIT 1)
    """  # noqa: S608 - written by us, no value of anybody  # nosec B608
    before, after = (
        f"CASE WHEN TG_OP <> '{absent}' AND used.key = {row}.{key} AND used.day >= {row}.starts_on"
        f" AND ({row}.ends_before IS NULL OR used.day < {row}.ends_before)"
        f" THEN jsonb_build_array({', '.join(f'{row}.{column}' for column in says)}) END"
        for row, absent in (("OLD", "INSERT"), ("NEW", "DELETE"))
    )
    if rows:
        before, after = (f"COALESCE({sentence}, {others})" for sentence in (before, after))
    is_known = f" AND {before} IS NOT NULL" if may_come_later else ""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=CHANGES if may_come_later else pgtrigger.Insert | CHANGES,
        func=f"""
            IF EXISTS (
                SELECT FROM ({used}) used WHERE used.key IN (OLD.{key}, NEW.{key})
                AND {before} IS DISTINCT FROM {after}{is_known}
            ){unless} THEN
                RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608 - written by us, no value of anybody  # nosec B608
    )


def _price_of(terms: str) -> str:
    """What makes a price, as segments of a month are cut (billing.month.segments)."""
    hourly = ("price_method", "hourly_price", "vat_regime", "monthly_minimum_minutes")
    other = ("price_method", "flat_amount", "vat_regime", "management_rate", "absence_rule", "absence_rules")
    first, second = (", ".join(f"{terms}.{column}" for column in columns) for columns in (hourly, other))
    by_hour = f"CASE {terms}.price_method WHEN 'hourly' THEN jsonb_build_array({first})"
    return f"{by_hour} ELSE jsonb_build_array({second}) END"


# Rates are those of the last day of the month of service.
RATE_IS_KEPT = past_is_kept(
    "an_invoiced_rate_is_kept",
    key="regime",
    says=["rate"],
    used="""
        SELECT line.vat_regime AS key,
            (COALESCE(charge.service_month, invoice.service_month) + interval '1 month - 1 day')::date AS day
        FROM billing_line line
        JOIN billing_invoice invoice ON invoice.id = line.invoice_id AND invoice.status = 'issued'
        LEFT JOIN billing_charge charge ON charge.line_id = line.id
        WHERE line.credits_id IS NULL
    """,
)
MENTION_IS_KEPT = past_is_kept(
    "a_printed_mention_is_kept",
    key="code",
    says=["text"],
    used="""
        SELECT code.code AS key, invoice.issued_on AS day
        FROM billing_invoice invoice, (VALUES (OLD.code), (NEW.code)) code (code)
        WHERE invoice.status = 'issued'
    """,
)
SCALE_IS_KEPT = past_is_kept(
    "an_invoiced_scale_is_kept",
    key="kind",
    says=["rate"],
    used=f"""
        SELECT expense.kind AS key, expense.spent_on AS day
        FROM billing_expense expense, {BILLED_CHARGES} WHERE expense.charge_id = charge.id
    """,  # noqa: S608 - written by us, no value of anybody  # nosec B608
)
PRICE_IS_KEPT = past_is_kept(
    "an_invoiced_price_is_kept",
    key="assignment_id",
    says=PRICE_COLUMNS,
    used=f"""
        SELECT charge.assignment_id AS key, of_month.day::date AS day
        FROM {BILLED_CHARGES}
        JOIN employees_terms priced ON priced.id = charge.terms_id
        -- A charge names the first terms of its price; the days of others with the same price are in it too.
        JOIN employees_terms same ON same.assignment_id = priced.assignment_id
            AND {_price_of("same")} = {_price_of("priced")}
        JOIN generate_series(charge.service_month, charge.service_month + interval '1 month - 1 day', '1 day')
            of_month (day) ON of_month.day >= same.starts_on
            AND (same.ends_before IS NULL OR of_month.day < same.ends_before)
        WHERE charge.assignment_id IN (OLD.assignment_id, NEW.assignment_id)
    """,  # noqa: S608 - written by us, no value of anybody  # nosec B608
    rows="employees_terms",
    unless="""
                AND NOT EXISTS (SELECT FROM billing_pricetrial WHERE transaction = pg_current_xact_id()::text::bigint)
            """,
)
# Without VAT, by what the member stated of the days of the month.
ATTESTATION_IS_KEPT = past_is_kept(
    "an_invoiced_attestation_is_kept",
    key="member_id",
    says=["taxable_receipts_percent", "legal_basis", "signed_on"],
    used=f"""
        SELECT charge.member_id AS key, of_month.day::date AS day
        FROM {BILLED_CHARGES}
        JOIN generate_series(charge.service_month, charge.service_month + interval '1 month - 1 day', '1 day')
            of_month (day) ON charge.vat_regime = 'E261B'
        WHERE charge.member_id = OLD.member_id
    """,  # noqa: S608 - written by us, no value of anybody  # nosec B608
    may_come_later=True,
)
INDEX_IS_KEPT = pgtrigger.Trigger(
    name="an_invoiced_index_is_kept",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func=f"""
        IF (TG_OP = 'DELETE' OR (NEW.code, NEW.month, NEW.value) IS DISTINCT FROM (OLD.code, OLD.month, OLD.value))
            AND EXISTS (
                SELECT FROM {BILLED_CHARGES} JOIN employees_terms terms ON terms.id = charge.terms_id
                WHERE terms.index_code = OLD.code AND terms.index_base = OLD.value
            ) THEN
            RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """,  # constants of ours  # nosec B608
)
