"""The table of the kinds of charge: whole, and asked instead of the names of kinds."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from billing.charge_kinds import COMPUTED, KINDS, ChargeKind, VatRule, Writer, kinds_where

ROOT = Path(settings.BASE_DIR)
# Beside the acts that write a kind: the pricing that a draft writes, the constraints of the table, and what is still to
# be claimed of interest and of the indemnity, which the law counts apart.
BESIDE = {
    "billing/charge_kinds.py",
    "billing/models/charge.py",
    "billing/month/pricing.py",
    "billing/month/run_facts.py",
    "billing/reminders/lateness.py",
    "billing/true_ups/papers.py",
    "groupement/demo/story.py",
}


def test_each_kind_has_its_row():
    assert set(KINDS) == set(ChargeKind)


@pytest.mark.parametrize("kind", COMPUTED)
def test_a_computed_kind_names_its_line_and_reckons_it(kind):
    assert KINDS[kind].title.format(who="Inès", of_who="d’Inès")
    assert KINDS[kind].reckoned is not None
    assert KINDS[kind].vat is VatRule.TERMS


def test_what_stands_outside_vat_is_what_the_statutes_and_the_law_on_lateness_ask():
    assert kinds_where(lambda row: row.vat is VatRule.OUT_OF_SCOPE) == (
        ChargeKind.DUES,
        ChargeKind.DEPOSIT,
        ChargeKind.LATE_INTEREST,
        ChargeKind.INDEMNITY,
    )


def test_no_other_module_compares_a_kind_by_its_name():
    writers = {f"billing/{writer.value.split(':')[0].replace('.', '/')}.py" for writer in Writer}
    assert all((ROOT / path).is_file() for path in writers)
    modules = [path for app in ("billing", "groupement", "timesheets") for path in (ROOT / app).rglob("*.py")]
    named = {
        path.relative_to(ROOT).as_posix()
        for path in modules
        if "migrations" not in path.parts and re.search(r"\bChargeKind\.[A-Z]", path.read_text())
    }
    assert named <= writers | BESIDE
