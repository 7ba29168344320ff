"""The faults that make mutate may put into kernel, acts and rules, and the seeded sample of them that it tries.

A place is one operator, number, keyword, condition, loop or decorator; of the changes that cosmic-ray knows for it one
is drawn. Lots are digests of what stands at the place: who changes a function draws anew in that function alone, and
the others’ faults stay the same from night to night.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

from tests.mutation import scope

ROOT = Path(__file__).resolve().parents[2]
SEED = "groupement"
SIZE = 440  # 400 and some, since the equivalent ones do not count

# Slips of the hand: a boundary moved, a sign turned, a condition reversed. What fails at once whatever is asked
# (a number shifted left, an order compared with ``is``) would only make the score better.
KEPT = {
    "ReplaceBinaryOperator": (
        "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "BitOr_BitAnd", "BitAnd_BitOr",
    ),
    "ReplaceComparisonOperator": (
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_Gt", "LtE_Lt", "LtE_GtE", "Gt_GtE", "Gt_Lt", "GtE_Gt", "GtE_LtE",
        "Is_IsNot", "IsNot_Is",
    ),
    "ReplaceUnaryOperator": ("Delete_Not", "Delete_USub", "Delete_Invert"),
    "AddNot": (), "ReplaceTrueWithFalse": (), "ReplaceFalseWithTrue": (), "ReplaceAndWithOr": (),
    "ReplaceOrWithAnd": (),
    "ReplaceBreakWithContinue": (), "ReplaceContinueWithBreak": (), "ExceptionReplacer": (), "NumberReplacer": (),
    "RemoveDecorator": (), "ZeroIterationForLoop": (),
}  # fmt: skip

NO_PLACES = {"name", "string", "newline", "endmarker", "trailer", "arglist"}  # of no operator


@dataclass(frozen=True)
class Fault:
    """One change of one source. ``nth`` is cosmic-ray’s count of the operator’s places in the file."""

    path: str
    operator: str
    nth: int
    line: int
    statement: tuple[int, int]  # first and last line of the statement that it stands in
    function: str  # the function or method that it stands in, dotted; "" outside of any
    called: bool  # runs when the function is called, not when its module is imported
    lot: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.operator}: {self.before} → {self.after}"

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What the table of equivalents calls it."""
        return self.path, self.function, self.before, self.after

    def source(self) -> str:
        """The whole module with the fault in it."""
        return changed((ROOT / self.path).read_text(), self.operator, self.nth)


@cache
def changed(source: str, operator: str, nth: int) -> str:
    """A source after cosmic-ray’s operator was used at its nth place."""
    made: str | None = mutate_code(source, operators()[operator], nth)
    if made is None:
        raise LookupError(f"There is no place {nth} for {operator}.")
    return made


@cache
def operators() -> dict[str, Any]:
    """cosmic-ray’s operators that are used, by name."""
    provider = OperatorProvider()
    names = [
        f"{kind}_{change}" if change else kind
        for kind, changes in KEPT.items()
        for change in changes or ("",)
    ]
    return {name: provider[name]() for name in names}


def quotas(size: int = SIZE) -> dict[str, int]:
    """How many faults each app gets, in proportion to its lines; the largest remainders get what rounding left."""
    counts = {app: scope.lines(app) for app in scope.APPS}
    due = {app: size * count / sum(counts.values()) for app, count in counts.items()}
    shares = {app: int(exact) for app, exact in due.items()}
    for app in sorted(due, key=lambda app: shares[app] - due[app])[: size - sum(shares.values())]:
        shares[app] += 1
    return shares


def sample(size: int = SIZE) -> list[Fault]:
    """The faults to try: of each app those with the lowest lots, known equivalent ones among them."""
    return [
        fault
        for app, quota in quotas(size).items()
        for fault in lowest([one for path in scope.modules(app) for one in candidates(path)], quota)
    ]


def lowest(candidates: list[tuple[Any, Fault]], quota: int) -> list[Fault]:
    """The ``quota`` faults with the lowest lots, one a place, each of them another program than before."""
    places: dict[Any, Fault] = {}
    for place, fault in sorted(candidates, key=lambda one: one[1].lot):
        places.setdefault(place, fault)
    chosen: list[Fault] = []
    for fault in places.values():
        if len(chosen) == quota:
            break
        if is_another_program(fault):
            chosen.append(with_its_lines(fault))
    return chosen


def is_another_program(fault: Fault) -> bool:
    """Whether the changed source is Python at all, and not the same as before."""
    try:
        return ast.dump(ast.parse(fault.source())) != ast.dump(ast.parse((ROOT / fault.path).read_text()))
    except SyntaxError:
        return False


def with_its_lines(fault: Fault) -> Fault:
    """The fault with the line that it changes, before and after."""
    was, is_now = (ROOT / fault.path).read_text().splitlines(), fault.source().splitlines()
    at = next((n for n, (a, b) in enumerate(zip(was, is_now, strict=False)) if a != b), fault.line - 1)
    if fault.operator == "RemoveDecorator":
        return replace(fault, before=was[fault.line - 1].strip(), after="(gone)")
    return replace(fault, before=was[at].strip(), after=is_now[at].strip())


def candidates(path: str) -> Iterator[tuple[Any, Fault]]:
    """Every fault of a module with its place: path, where it starts, family of operators."""
    source = (ROOT / path).read_text()
    text = source.splitlines()
    counts: dict[str, int] = dict.fromkeys(operators(), 0)
    seen: dict[str, int] = {}
    for node in ast_nodes(get_ast(source)):
        if node.type in NO_PLACES:
            continue
        for name, operator in operators().items():
            for index, (start, _) in enumerate(operator.mutation_positions(node)):
                nth, counts[name] = counts[name], counts[name] + 1
                if not scope.holds(path, node, start, text):
                    continue
                function, called = scope.function_of(node)
                text_there = f"{SEED} {path} {function} {text[start[0] - 1].strip()} {name} {index}"
                seen[text_there] = seen.get(text_there, 0) + 1
                lot = hashlib.sha256(f"{text_there} {seen[text_there]}".encode()).hexdigest()
                fault = Fault(path, name, nth, start[0], scope.statement_of(node), function, called, lot)
                yield (path, start, name.partition("_")[0]), fault
