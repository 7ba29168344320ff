"""An act is one transaction: whoever writes is atomic, or is named here with whose transaction it stands in."""

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.transaction import Atomic

from tests.house.test_acts_know_no_web import inner_modules

WRITES = re.compile(
    r"\.(save|create|bulk_create|bulk_update|update|delete|\w+_or_create|select_for_update)\("
)
# What is called by acts alone, inside the transaction that they opened: it locks for them, or writes a part.
IN_THE_CALLERS = {
    "members.closing.refuse_last",
    "billing.accounts.allocating.lock_member",
    "billing.bank.sorting.lock_open",
    "billing.charges.expenses.release",
    "billing.costs.carried_over.carry",
    "billing.costs.payroll_import.lock",
    "billing.documents.letters.write",
    "billing.documents.numbering.next_numbers",
    "billing.prices.changing.write_terms",
    "employees.announcing.announce_absence",
    "employees.announcing.announce_cancellation",
    "employees.announcing.announce_plan",
    "employees.rescheduling.begin",
    "employees.rescheduling.write",
    "timesheets.changing.keep",
    "timesheets.confirming.lock_unchanged",
    "timesheets.confirming.write_remarks",
    "timesheets.freezing.sign",
}
# Ask what an act would do and roll it back or write nothing, or are one call of another act.
ASKING = {
    "billing.prices.effects.effect",
    "billing.true_ups.papers.charge_of",
    "billing.proving.proof.prove",  # reads for minutes, then writes one row
    "members.deputising.refuse",
    "timesheets.approval.last_batch",
    "timesheets.approval.may_undo",
    "timesheets.importing.checks.check_changes",
    "timesheets.importing.preview.preview_hours",
    "timesheets.changing.changes_at",
    "timesheets.recording.save",
    "timesheets.reminding.sending.notify_changed",
}
# Files, workbooks, dictionaries.
NO_ROWS = {
    "billing.charges.receipts.keep",
    "billing.costs.payroll_columns.sample_workbook",
    "billing.grants.reports.as_workbook",
    "billing.prices.offering.propose",
    "employees.calendar.clashes.days_by_person",
    "timesheets.exporting.as_workbook",
    "timesheets.importing.gathering.value_of",
    "timesheets.importing.layouts.sample_workbook",
    "timesheets.overview.month_sheets.read_month",
}


def is_atomic(function: Callable[..., Any]) -> bool:
    """Whether ``transaction.atomic`` decorates it: the decorator’s wrapper holds the transaction that it opens."""
    return any(isinstance(cell.cell_contents, Atomic) for cell in function.__closure__ or ())


def writes(function: Callable[..., Any]) -> bool:
    """Whether a function is an act by what it takes (``by`` whom, ``at`` which moment), or writes rows itself."""
    known = inspect.signature(function).parameters
    return {"by", "at"} <= {name for name, each in known.items() if each.kind is each.KEYWORD_ONLY} or bool(
        WRITES.search(inspect.getsource(inspect.unwrap(function)))
    )


def public_functions() -> dict[str, Callable[..., Any]]:
    """The functions that acts offer, by dotted name."""
    found = {}
    for path in inner_modules():
        if "models" not in path:
            module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
            for name, value in vars(module).items():
                if (
                    inspect.isfunction(value)
                    and value.__module__ == module.__name__
                    and not name.startswith("_")
                ):
                    found[f"{module.__name__}.{name}"] = value
    return found


def test_an_act_is_one_transaction() -> None:
    named = IN_THE_CALLERS | ASKING | NO_ROWS
    functions = public_functions()
    open_ = {name for name, function in functions.items() if writes(function) and not is_atomic(function)}
    inside = {name for name in open_ if "transaction.atomic()" in inspect.getsource(functions[name])}
    assert sorted(open_ - inside - named) == []
    assert sorted(named - open_) == []
    assert sum(map(is_atomic, functions.values())) > 100


def test_the_rule_sees_what_it_forbids() -> None:
    def act(row: Any, *, by: Any) -> None:
        row.save()

    assert writes(act)
    assert not is_atomic(act)
    assert is_atomic(transaction.atomic(act))
