"""French in every template and every string: spaces that do not break, elision, dates, plurals, from one place each."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.template.loader import get_template

from billing.documents.mentions import DEFAULT_MENTIONS
from members.models import Group

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*")) if path.suffix in (".html", ".txt")]
APPS = ("groupement", "timesheets", "billing", "members", "employees", "charter")
# What migrations have written keeps its bytes, and the sources of the mentions that they brought; the second is where
# the words are made.
OLD = re.compile(r"/migrations/|^groupement/kernel/french\.py|^billing/documents/mentions\.py")
READ = {("timesheets/importing/rows.py", " :")}
SOURCES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not OLD.search(str(path.relative_to(ROOT)))
]
UNSEEN = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}|<(style|script)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
# Before : ; ? ! » and after «, before € and %: a space where a line may not break.
SIGN, END = "[:;?!»]", r"(?=[ \n<,.)§\"|]|$)"
PLAIN = re.compile(
    rf"(?<=[^ \n{{<>]) {SIGN}{END}|^[ \n]+{SIGN}{END}|§[ \n]+{SIGN}{END}|«[ \n]|(?<=[\d}}]) [€%]{END}",
    re.MULTILINE,
)
# "de" and its kind before a variable: a figure has no vowel to mind, a name has.
ELIDED = re.compile(r"\b([dD]e|[qQ]ue|[lL]orsque|[pP]uisque)\s+(?:<[^>]*>\s*|§)*\{\{ ([^}]*) \}\}")
BEFORE = re.compile(r"\b([dD]e|[qQ]ue|[lL]orsque|[pP]uisque)[ \u00a0]$")
OF_FIGURES = re.compile(r"\|(duration|short_hours|hours|euros|percent|amount|days|counted)\b")
# Years, figures and numbers of papers.
FIGURES = {"year", "terms.yearly_days", "invoice.number", "allocation.invoice.number"}
PYTHON_FIGURES = re.compile(
    r"^(spell\w*|_spell|counted|quoted|len|listed_numbers|self\.amount|str)\b|(number|code|reference|yearly_days)$"
)
IN_SENTENCES = {
    *("number", "least", "programs", "hours", "amount", "rate", "share", "first", "whose", "which", "days"),
    *("YEARS[0]", "LONGEST_ACTION", "readiness.uncosted", "self.due", "self.decimal_places"),
}
DATE = re.compile(r'\|date:"([^"]*)"')
MACHINES = {"Y-m-d", "c"}
PAIR = re.compile(r"\{% if [\w.|]+ (?:==|>|!=) 1 %\}([^{%]{1,40})\{% else %\}([^{%]{1,40})\{% endif %\}")


# Each page has its unit of hours (groupement/hours_unit.py), and tests/units.py reads every answer. Hundredths by name
# stand in no template of a page that writes hours as people say them; what people say by name, in messages alone.
IN_HUNDREDTHS = re.compile(r"\|(?:short_)?hours\b")
SPOKEN = ("timesheets/day", "timesheets/exchange/", "timesheets/parts/finding_hours.html")
SPOKEN_BY_NAME = re.compile(r"\bspell_clock\(")
MESSAGES = {
    *("employees/announcing.py", "employees/feeds.py", "timesheets/reminding/wording.py"),
    *("groupement/kernel/page_unit.py", "groupement/kernel/worktime.py"),
}


def shown(path: Path) -> str:
    """What of a template is seen, each tag as one sign."""
    return TAG.sub("§", UNSEEN.sub("", path.read_text()))


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that are no docstring, with their lines."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def elided(path: Path) -> Iterator[str]:
    """What stands after "de" or "que" in the sentences of a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            for before, after in pairwise(node.values):
                if isinstance(before, ast.Constant) and BEFORE.search(str(before.value)):
                    yield ast.unparse(after.value)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("la sienne : oui", True),
        ("{{ name }} ?", True),
        ("« oui", True),
        ("20 %", True),
        ("<b>oui</b>\n    : non", True),
        ("§ : non", True),
        ("la sienne\u00a0: «\u00a0oui\u00a0», 20\u00a0%", False),
        ('<a href="?mois=2026-11">', False),
    ],
)
def test_a_space_that_may_break_is_found(text, is_found):
    assert bool(PLAIN.search(text)) == is_found


def test_no_line_breaks_before_a_sign_in_a_template():
    found = {name_of(path): PLAIN.findall(shown(path)) for path in TEMPLATES}
    assert {name: spaces for name, spaces in found.items() if spaces} == {}


def test_no_line_breaks_before_a_sign_in_a_sentence():
    found = [
        f"{name_of(path)}:{line} {text[:60]}"
        for path in SOURCES
        for line, text in strings(path)
        if PLAIN.search(text) and (name_of(path), text) not in READ and re.search(r"\w|«|»", text)
    ]
    assert found == []


def test_no_line_breaks_before_a_sign_in_what_is_printed_of_the_law():
    texts = [wording.text for wording in DEFAULT_MENTIONS] + [Group().discount_terms]
    assert [text for text in texts if PLAIN.search(text)] == []


def test_a_name_after_de_or_que_goes_through_the_filter():
    found = {
        (name_of(path), match[2])
        for path in TEMPLATES
        for match in ELIDED.finditer(shown(path))
        if not OF_FIGURES.search(match[2]) and match[2] not in FIGURES
    }
    assert found == set()


def test_a_name_after_de_or_que_in_a_sentence_goes_through_the_function():
    found = {
        (name_of(path), what)
        for path in SOURCES
        for what in elided(path)
        if not PYTHON_FIGURES.search(what) and what not in IN_SENTENCES
    }
    assert found == set()


def test_days_and_times_are_spelt_by_our_filters():
    found = {
        (name_of(path), form)
        for path in TEMPLATES
        for form in DATE.findall(path.read_text())
        if form not in MACHINES
    }
    assert found == set()


def test_a_page_writes_hours_in_one_way():
    names = {path: str(path.relative_to(ROOT / "templates")) for path in TEMPLATES}
    assert [begun for begun in SPOKEN if not any(name.startswith(begun) for name in names.values())] == []
    found = {
        name for path, name in names.items() if name.startswith(SPOKEN) and IN_HUNDREDTHS.search(shown(path))
    }
    assert found == set()
    assert {name_of(path) for path in SOURCES if SPOKEN_BY_NAME.search(path.read_text())} == MESSAGES


def test_every_template_can_be_read():
    """A filter that is used and not loaded is a fault of the first request, not of the start."""
    for path in TEMPLATES:
        get_template(str(path.relative_to(ROOT / "templates")))


def test_one_and_many_are_told_apart_in_one_place():
    found = [
        (name_of(path), match[0])
        for path in TEMPLATES
        for match in PAIR.finditer(path.read_text())
        if "paper" not in path.parts
    ]
    assert [each for each in found if re.search(r"\w", each[1].partition("%}")[2].partition("{%")[0])] == []
    assert [name_of(path) for path in TEMPLATES if "pluralize" in path.read_text()] == []
