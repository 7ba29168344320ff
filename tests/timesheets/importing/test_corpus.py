"""The corpus: a synthetic export of each program that the guides name, and the rows that are read of it."""

import re
import tomllib
from pathlib import Path

from timesheets.importing.layouts import read_hours_table, recognise_layout
from timesheets.importing.rows import read_rows

CORPUS = Path(__file__).parent / "corpus"
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "coordination.md"
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))


def sentence(row):
    """Whom, where, on which day, how long by the second, from when to when, and what was noted."""
    span = f" {row.clocked.start:%H:%M}-{row.clocked.end:%H:%M}" if row.clocked else ""
    who = " ".join(filter(None, (row.payroll_number, row.email, *row.names)))
    return f"{row.day} {row.seconds} s{span} | {who} | {' / '.join(row.places)} | {row.note}"


def facts_of(name):
    table = read_hours_table((CORPUS / name).read_text(encoding="utf-8").encode())
    reading = read_rows(table, recognise_layout(table.titles))
    return {
        "program": reading.layout.label,
        "hours": f"{sum(row.seconds for row in reading.rows) / 3600:.4f}",
        "rows": [sentence(row) for row in reading.rows],
        "faults": [str(fault) for fault in reading.faults],
    }


def test_each_export_is_read_as_expected():
    wrong = {}
    for name, expected in EXPECTED.items():
        if (found := facts_of(name)) != expected:
            wrong[name] = found
    assert not wrong
    assert {path.name for path in CORPUS.iterdir()} - {"expected.toml"} == EXPECTED.keys()


def test_each_program_that_the_guide_names_has_an_export():
    named = re.search(r"Les exports de (.+?) \(rapport", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    programs = re.findall(r"\*\*(.+?)\*\*", named[1])
    assert len(programs) == 6
    assert set(programs) == {facts["program"] for facts in EXPECTED.values()}
