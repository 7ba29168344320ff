"""A valid posting to each address of billing that takes one, by the address's name."""

from __future__ import annotations

from tests.house import forms_billing_accounts, forms_billing_charges, forms_billing_month
from tests.house.form import Form

FORMS: dict[str, Form] = {
    **forms_billing_accounts.FORMS,
    **forms_billing_charges.FORMS,
    **forms_billing_month.FORMS,
}
