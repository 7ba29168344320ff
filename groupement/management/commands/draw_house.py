"""Draw the layers of the code from its import contracts: ``python manage.py draw_house > docs/img/house.svg``."""

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

ROOT = Path(settings.BASE_DIR)
APPS_CONTRACT = "Apps point down"
LETTER = 5.9
WIDTH, HEIGHT, MARGIN, GAP, TOP = 340, 46, 24, 8, 56
INK, SOFT, LINE, PAPER, EDGE = "#16282a", "#3c4f4c", "#16282a", "#fbfbf7", "#d6dacb"
APP, FRAME = "#dff0e8", "#e9ece2"
# The layers that every app, and every part of one, has; brackets in the contracts say that one may be missing.
INSIDE = (
    ("urls", "addresses"),
    ("views · admin · tasks", "the edges: a request, a record in Django admin, a job"),
    ("forms", "what was typed, checked field by field"),
    ("acts", "one verb a module; the rules, and the refusals in French"),
    ("models", "tables, constraints, triggers"),
)


@dataclass(frozen=True)
class Box:
    """One module or package: its name, the first sentence of its docstring, how many modules it holds."""

    name: str
    sentence: str
    modules: int
    fill: str = APP


def contracts() -> list[dict[str, Any]]:
    """The import contracts of pyproject.toml."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return list(read["tool"]["importlinter"]["contracts"])


def box(dotted: str, fill: str = APP) -> Box:
    """What is at ``dotted`` (groupement.kernel): a package with the modules below it, or one module."""
    path = ROOT.joinpath(*dotted.split("."))
    if path.is_dir():
        files = [
            file for file in path.rglob("*.py") if "migrations" not in file.parts and file.stat().st_size
        ]
        sentence, count = _sentence(path / "__init__.py"), len(files)
    else:
        sentence, count = _sentence(path.with_suffix(".py")), 1
    return Box(dotted.rpartition(".")[2], sentence, count, fill)


def _sentence(path: Path) -> str:
    first = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return " ".join(first.split())


def _names(layer: str) -> list[str]:
    return [name.strip(" ()") for part in layer.split("|") for name in part.split(":")]


def app_rows() -> list[list[Box]]:
    """The apps from top to bottom as their contract orders them, the composition above, the kernel below."""
    found = next(each for each in contracts() if each["name"].startswith(APPS_CONTRACT))
    rows = [[box(name) for name in _names(layer)] for layer in found["layers"] if "groupement." not in layer]
    composition = [path for path in (ROOT / "groupement").iterdir() if path.suffix == ".py"]
    top = Box(
        "groupement",
        "The composition: addresses, navigation, home, health, the demo.",
        len(composition),
        FRAME,
    )
    return [[top], *rows, [box("groupement.kernel", FRAME)]]


def part_rows(app: str) -> list[list[Box]]:
    """The parts of an app from top to bottom, as the contract inside it orders them; empty without one."""
    for each in contracts():
        if each["name"].startswith(f"Inside {app}") and each["containers"] == [app]:
            return [[box(f"{app}.{name}") for name in _names(layer)] for layer in each["layers"]]
    return []


def _column(title: str, rows: Sequence[Sequence[Box]], x: int) -> Iterator[str]:
    yield _text(x, TOP - 16, title, 15, INK, bold=True)
    for index, row in enumerate(rows):
        width = (WIDTH - GAP * (len(row) - 1)) / len(row)
        for place, each in enumerate(row):
            yield from _box(each, x + place * (width + GAP), TOP + index * (HEIGHT + GAP), width)


def _box(each: Box, x: float, y: float, width: float) -> Iterator[str]:
    yield (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{HEIGHT}" rx="6" fill="{each.fill}" '
        f'stroke="{LINE}" stroke-width="1"/>'
    )
    count = f" · {each.modules}" if each.modules > 1 else ""
    yield _text(x + 10, y + 19, f"{each.name}{count}", 13, INK, bold=True)
    yield _text(x + 10, y + 36, _fitting(each.sentence, width - 20), 10.5, SOFT)


def _fitting(sentence: str, width: float) -> str:
    """The sentence, or its first clause, cut at a word so that it fits; a letter takes about 5.9 units at this size."""
    most = int(width / LETTER)
    for shorter in (sentence, sentence.split(":", maxsplit=1)[0], sentence.split(",", maxsplit=1)[0]):
        if len(shorter) <= most:
            return shorter.rstrip(".")
    return sentence[: most - 1].rpartition(" ")[0].rstrip(" ,:;") + " …"


def _text(x: float, y: float, words: str, size: float, fill: str, *, bold: bool = False) -> str:
    weight = 600 if bold else 400
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" fill="{fill}">{escape(words)}</text>'


def picture() -> str:
    """The SVG: the apps, the parts of each app that has several, and the layers inside a part."""
    inside = [[Box(name, sentence, 1, FRAME)] for name, sentence in INSIDE]
    parted = [(f"Inside {app}", part_rows(app)) for app in ("billing", "timesheets", "employees")]
    columns = [
        ("Apps: everything points down", app_rows()),
        *((title, rows) for title, rows in parted if rows),
        ("Inside a part", inside),
    ]
    width = 2 * MARGIN + len(columns) * WIDTH + (len(columns) - 1) * MARGIN
    tallest = max(len(rows) for _, rows in columns)
    height = TOP + tallest * (HEIGHT + GAP) + MARGIN
    label = "The layers of the code: the apps, the parts inside the larger ones, the layers inside a part"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
    family = 'font-family="Inter, system-ui, sans-serif"'
    parts = [
        f'{opening} aria-label="{label}" {family}>',
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="12" fill="{PAPER}" stroke="{EDGE}"/>',
    ]
    for place, (title, rows) in enumerate(columns):
        parts.extend(_column(title, rows, MARGIN + place * (WIDTH + MARGIN)))
    return "\n".join([*parts, "</svg>", ""])


class Command(BaseCommand):
    """The picture of docs/house.md, as the import contracts and the docstrings have it."""

    help = "Dessine les couches du code (docs/img/house.svg) d’après les contrats d’import."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(picture(), ending="")
