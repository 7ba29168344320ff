"""An expense is charged once: what an older version charged twice is marked when the database is brought up to date."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from billing.charges import expense_decisions
from billing.models import Charge, Expense
from billing.month import drafting, issuing
from tests import world
from tests.house.locks.cases.of_charges import meal
from tests.unguarded import unguarded
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
MIGRATION = "billing.migrations.0010_mark_expenses_charged_twice"


def twin(charge: Charge) -> Charge:
    values = {field.attname: getattr(charge, field.attname) for field in Charge._meta.concrete_fields}
    return Charge.objects.create(**{**values, "id": None, "line_id": None, "run_id": None})


def test_postgresql_refuses_a_second_charge_of_an_expense():
    charge = expense_decisions.accept(meal(), by=world.finance(), at=NOW)
    with pytest.raises(IntegrityError, match="an_expense_is_charged_once"), transaction.atomic():
        twin(charge)


def test_what_was_charged_twice_is_marked_though_it_is_billed():
    """The expense points at the second of its charges: that one keeps it."""
    by = world.finance()
    first = expense_decisions.accept(meal(), by=by, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX an_expense_is_charged_once")
    second = twin(first)
    Expense.objects.update(charge=second)
    issuing.issue_run(drafting.draft(NOVEMBER, by=by, at=NOW), by=by, at=NOW)
    for _ in range(2):  # the second time there is nothing to mark
        with unguarded():  # as before the triggers that no setting sets aside
            import_module(MIGRATION).mark(apps, None)
        origins = {
            row.pk: (row.figures.get("expense"), row.figures.get("expense_again"))
            for row in Charge.objects.all()
        }
        expense = Expense.objects.get().pk
        assert origins == {first.pk: (None, expense), second.pk: (expense, None)}
