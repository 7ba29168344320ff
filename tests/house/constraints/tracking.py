"""Triggers that keep the history of a row (pghistory): every insert, update or deletion leaves one event.

One generated kind: the first row of the table is written anew, changed, taken away; then its events are counted.
"""

from __future__ import annotations

from tests.house.constraints.catalog import TRACKING, Rule
from tests.house.constraints.trial import run, taken_back

# Where not each row is tracked: which are.
TRACKED = {"billing_charge": "is_standing"}
# A change of each tracked table that nothing forbids.
CHANGES = {
    "billing_allocation": "reason = 'x'",
    "billing_charge": "label = 'x'",
    "billing_bankoperation": "note = 'x'",
    "billing_dunninglevel": "title = 'x'",
    "billing_expense": "label = 'x'",
    "billing_expensescale": "source = 'x'",
    "billing_fundedcost": "action = 'x'",
    "billing_fundedhours": "action = 'x'",
    "billing_legalmention": "source = 'x'",
    "billing_payment": "note = 'x'",
    "billing_refund": "note = 'x'",
    "billing_priceindex": "source = 'x'",
    "billing_series": "prefix = 'X'",
    "billing_trueup": "label = 'x'",
    "billing_vatrate": "source = 'x'",
    "charter_theme": "summary = 'x'",
    "employees_absence": "note = 'x'",
    "employees_assignment": "job = 'x'",
    "employees_contract": "signed_on = NULL",
    "employees_contractmember": "ends_before = starts_on + 1",
    "employees_contractterms": "classification = 'x'",
    "employees_employee": "job = 'x'",
    "employees_plannedday": "reason = 'x'",
    "employees_terms": "notice_days = 1",
    "employees_workingtimelimits": "notice_days = 1",
    "members_declaration": "letter_reference = 'x'",
    "members_deputy": "ends_before = ends_before + 1",
    "members_duty": "note = 'x'",
    "members_group": "name = 'x'",
    "members_member": "legal_name = 'x'",
    "members_membership": "college = 'x'",
    "members_seat": "function = 'reader'",
    "members_site": "city = 'x'",
    "members_user": "name = 'x'",
    "members_vatattestation": "legal_basis = 'x'",
    "timesheets_entry": "note = 'x'",
}


def faults(rule: Rule, *, removed: bool = False) -> list[str]:
    """What is wrong with the events that it leaves; with ``removed``, after it was taken away."""
    act = operation(rule)
    with taken_back():
        # Alone: what protects the row would refuse some of these, and other tracking would leave its own event.
        run(f"ALTER TABLE {rule.table} DISABLE TRIGGER USER")
        run(rule.removal if removed else f"ALTER TABLE {rule.table} ENABLE TRIGGER {rule.name}")
        row = f"id = (SELECT min(id) FROM {rule.table} WHERE {TRACKED.get(rule.table, 'true')})"
        before = events(rule.table, act)
        touched = run(
            {
                # Written anew with all that hangs on it: foreign keys are asked at the end of the transaction.
                "insert": f"WITH gone AS (DELETE FROM {rule.table} WHERE {row} RETURNING *)"
                f" INSERT INTO {rule.table} SELECT * FROM gone",
                "update": f"UPDATE {rule.table} SET {CHANGES[rule.table]} WHERE {row}",
                "delete": f"DELETE FROM {rule.table} WHERE {row}",
            }[act]
        )
        left = events(rule.table, act) - before
    return (
        [] if (touched, left) == (1, 1) else [f"{act} of {touched} rows of {rule.table} left {left} events"]
    )


def operation(rule: Rule) -> str:
    """insert, update or delete."""
    found = TRACKING.search(rule.name)
    assert found, rule.name
    return found[1]


def events(table: str, label: str) -> int:
    """How many events of this kind the rows of the table have."""
    return run(f"SELECT FROM {table}event WHERE pgh_label = '{label}'")
