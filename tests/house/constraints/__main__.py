"""make constraints: takes each constraint and trigger away, one by one, and shows that its row of the table fails then.

One process, one transaction on a test database of its own; nothing stays. Exits 1 when a row stays green.
"""

# ruff: noqa: T201 - it is read in a terminal
from __future__ import annotations

import sys
from collections import Counter

from tests import environment

environment.prepare()

from django.db import connection, transaction  # noqa: E402 - they need Django set up

from tests.house.constraints import guarding, tracking  # noqa: E402
from tests.house.constraints.catalog import Catalog, Rule  # noqa: E402
from tests.house.constraints.statements import Row  # noqa: E402
from tests.house.constraints.table import table  # noqa: E402
from tests.house.constraints.trial import RowChecker, set_scene  # noqa: E402


def main() -> int:
    """1 when the loss of a rule goes unseen."""
    former = connection.settings_dict["NAME"]
    environment.start()
    try:
        copied = environment.clone_database(connection.creation._get_test_db_name())
        connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=copied)
        with transaction.atomic():
            unseen = take_away_one_by_one()
            transaction.set_rollback(True)
        connection.creation.destroy_test_db(former, verbosity=0)
    finally:
        connection.close()
        environment.stop()
    return min(unseen, 1)


def take_away_one_by_one() -> int:
    """Print each rule in the order of tables; the number of those whose loss fails no row."""
    set_scene()
    catalog = Catalog()
    checker, rows = RowChecker(catalog), table(catalog)
    counted: Counter[str] = Counter()
    green = 0
    for key, rule in catalog.rules.items():
        seen = what_is_seen(checker, rule, rows.get(key))
        counted[rule.kind] += 1
        green += not seen
        print(f"{'red  ' if seen else 'GREEN'} {rule.kind:8} {key}: {seen or 'its loss is not seen'}")
    print(", ".join(f"{number} {kind}" for kind, number in sorted(counted.items())))
    print(f"{sum(counted.values())} in all, {green} green")
    return green


def what_is_seen(checker: RowChecker, rule: Rule, row: Row | None) -> str:
    """How the loss of ``rule`` shows; "" when it does not, or when its row fails before."""
    if rule.kind == "tracking":
        return "" if tracking.faults(rule) else "; ".join(tracking.faults(rule, removed=True))
    if rule.kind in guarding.KINDS:
        return "" if guarding.faults(rule) else "; ".join(guarding.faults(rule, removed=True))
    if row is None or checker.faults(rule, row):
        return ""
    outcomes = checker.without(rule, row)
    let_in = sum(not by for by in outcomes.values())
    others = sorted({by for by in outcomes.values() if by and by != rule.name})
    found = [f"{let_in} of {len(outcomes)} go in"] if let_in else []
    found += [f"refused by {by} instead" for by in others]
    return ", ".join(found)


sys.exit(main())
