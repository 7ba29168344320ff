"""The tools of ``make mutate``: what it may change, which faults it draws, how one gets into a program that runs."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.mutation import covering, faults, mapping, planting, scope
from tests.mutation.equivalents import EQUIVALENT

SOURCE = '''"""Words that are read by people: 1 + 1."""

import logging
from dataclasses import dataclass
from functools import cache

log = logging.getLogger(__name__)
MOST = 3


@dataclass(frozen=True)
class Sum:
    of: int | None = 0

    def double(self, by: int | None = 2) -> int | None:
        """Twice 1 or 2."""
        log.info("doubled by %s", by + 1)
        if by == 7:
            raise ValueError(f"{by + 1} is not", by - 1)
        words = (
            "a sentence of 3 words",
            f"{by - 1} of them",
        )
        return by + len(words)


@cache
def twice(n: int, *, more: bool = True) -> int:
    pairs = list(zip([n], [n], strict=True))
    return pairs[0][0] + n


TABLE = {"twice": twice, "later": lambda n: n - 1}
'''


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "sums.py"
    path.write_text(SOURCE)
    return str(path)


def test_texts_logs_annotations_and_declarations_are_left_out(module):
    found = Counter((fault.line, fault.operator) for _, fault in faults.candidates(module))
    assert found == {
        (8, "NumberReplacer"): 2,
        (13, "NumberReplacer"): 2,
        (15, "NumberReplacer"): 2,
        (18, "AddNot"): 1,
        (18, "NumberReplacer"): 2,
        (18, "ReplaceComparisonOperator_Eq_NotEq"): 1,
        (24, "ReplaceBinaryOperator_Add_Sub"): 1,
        (27, "RemoveDecorator"): 1,
        (28, "ReplaceTrueWithFalse"): 1,
        (30, "NumberReplacer"): 4,
        (30, "ReplaceBinaryOperator_Add_Sub"): 1,
        (33, "ReplaceBinaryOperator_Sub_Add"): 1,
        (33, "NumberReplacer"): 2,
    }


def test_a_fault_knows_its_function_and_whether_it_waits_for_a_call(module):
    known = {fault.line: (fault.function, fault.called) for _, fault in faults.candidates(module)}
    assert known == {
        8: ("", False),
        13: ("Sum", False),
        15: ("Sum.double", False),
        18: ("Sum.double", True),
        24: ("Sum.double", True),
        27: ("", False),
        28: ("twice", False),
        30: ("twice", True),
        33: ("", False),
    }


def test_only_the_functions_of_models_are_tried(tmp_path):
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "sums.py"
    path.write_text(SOURCE)
    assert {fault.function for _, fault in faults.candidates(str(path))} == {"Sum.double", "twice"}


def test_a_change_of_one_function_leaves_the_lots_of_the_others(module, tmp_path):
    before = {fault.lot for _, fault in faults.candidates(module) if fault.function != "twice"}
    (tmp_path / "sums.py").write_text(SOURCE.replace("pairs[0][0] + n", "pairs[0][1] + 2 * n"))
    after = {fault.lot for _, fault in faults.candidates(module)}
    assert before <= after
    assert len(after - before) == len(
        [1 for _, fault in faults.candidates(module) if fault.function == "twice"]
    )


def test_one_fault_a_place_and_each_another_program(module):
    drawn = faults.lowest(list(faults.candidates(module)), 100)
    places = Counter((fault.line, fault.operator.partition("_")[0], fault.before) for fault in drawn)
    assert places[30, "NumberReplacer", "return pairs[0][0] + n"] == 2
    assert places[8, "NumberReplacer", "MOST = 3"] == 1
    assert all(fault.source() != SOURCE for fault in drawn)
    assert faults.lowest(list(faults.candidates(module)), 3) == drawn[:3]


def test_each_app_is_tried_in_proportion_to_its_lines():
    quotas = faults.quotas()
    assert sum(quotas.values()) == faults.SIZE >= 400
    lines = {app: scope.lines(app) for app in scope.APPS}
    whole = sum(lines.values())
    assert all(abs(quotas[app] - faults.SIZE * lines[app] / whole) < 1 for app in quotas)
    tried = [path for app in scope.APPS for path in scope.modules(app)]
    assert "billing/month/pricing.py" in tried
    pages = ("/views.py", "/forms.py", "/admin.py")
    assert not [path for path in tried if "/views/" in path or path.endswith(pages)]


def load(module):
    spec = importlib.util.spec_from_file_location("sums", module)
    made = importlib.util.module_from_spec(spec)
    sys.modules["sums"] = made
    spec.loader.exec_module(made)
    return made


def planted(module, line, operator):
    fault = next(one for _, one in faults.candidates(module) if (one.line, one.operator) == (line, operator))
    planting.exchange(fault.path, fault.source(), fault.function, fault.line)


def test_a_fault_reaches_a_function_wherever_it_lives(module, monkeypatch):
    monkeypatch.delitem(sys.modules, "sums", raising=False)
    sums = load(module)
    held, bound = sums.TABLE["twice"], sums.Sum().double
    assert (sums.twice(4), held(4), bound()) == (8, 8, 4)
    planted(module, 30, "ReplaceBinaryOperator_Add_Sub")
    # Behind its decorator, from the table, and not from what the cache remembers.
    assert (sums.twice(4), held(4), bound()) == (0, 0, 4)
    planted(module, 24, "ReplaceBinaryOperator_Add_Sub")
    assert bound() == 0


def test_what_no_living_function_has_needs_a_fresh_process(module, monkeypatch):
    monkeypatch.delitem(sys.modules, "sums", raising=False)
    with pytest.raises(planting.NothingReplacedError):
        planted(module, 30, "ReplaceBinaryOperator_Add_Sub")
    load(module)
    with pytest.raises(planting.NothingReplacedError):
        planted(module, 8, "NumberReplacer")


def test_a_fresh_process_imports_the_changed_source(tmp_path):
    path = "groupement/kernel/postal.py"
    changed = tmp_path / "changed.py"
    changed.write_text((faults.ROOT / path).read_text() + "\nPLANTED = __file__\n")
    given = json.dumps({"path": path, "source": str(changed)})
    code = "import tests.mutation.planting; from groupement.kernel import postal; print(postal.PLANTED)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=faults.ROOT,
        env=os.environ | {planting.FAULT: given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(faults.ROOT / path)


@pytest.mark.parametrize(
    ("source", "test", "steps"),
    [
        ("billing/month/pricing.py", "tests/billing/month/test_pricing.py", 0),
        ("billing/month/pricing.py", "tests/billing/month/test_segments.py", 1),
        ("billing/month/pricing.py", "tests/billing/prices/test_effects.py", 2),
        ("billing/month/pricing.py", "tests/timesheets/test_times.py", 3),
        ("billing/month/pricing.py", "tests/house/test_doors.py", 4),
        ("employees/worktime_rules/resting.py", "tests/employees/test_worktime_rules_resting.py", 0),
        ("employees/worktime_rules/resting.py", "tests/employees/test_worktime_rules_daily.py", 1),
        ("groupement/kernel/money.py", "tests/groupement/test_money.py", 0),
    ],
)
def test_the_nearest_tests_come_first(source, test, steps):
    assert covering.distance(source, test) == steps


def test_a_fault_outside_of_functions_is_looked_for_where_its_name_is_used():
    path = "employees/absences.py"
    text = (faults.ROOT / path).read_text().splitlines()
    line = text.index("NOTE_LENGTH = 200") + 1
    fault = next(one for _, one in faults.candidates(path) if one.line == line)
    used = {
        text[each - 1].strip() for where, found in covering.uses(fault) if where == path for each in found
    }
    assert "if len(note) > NOTE_LENGTH:" in used
    assert all("NOTE_LENGTH" in each for each in used)


def test_a_test_is_known_by_the_digest_of_its_file():
    test = "tests/mutation/test_mutation.py::test_a_test_is_known_by_the_digest_of_its_file"
    context = mapping.context_of(test)
    assert covering.is_current(context)
    assert context.partition(" ")[2] == test
    assert not covering.is_current("00000000 " + test)


def test_what_is_called_equivalent_stands_in_the_code_and_says_why():
    wanted = {path for path, *_ in EQUIVALENT}
    lines = {(path, before) for path, _, before, _ in EQUIVALENT}
    texts = {path: (faults.ROOT / path).read_text().splitlines() for path in wanted}
    there = {
        faults.with_its_lines(fault).name
        for path in wanted
        for _, fault in faults.candidates(path)
        if (path, texts[path][fault.line - 1].strip()) in lines
    }
    assert [name for name in EQUIVALENT if name not in there] == []
    assert [name for name, why in EQUIVALENT.items() if len(why) < 20] == []
