"""The interface's typefaces: small, made by the command, preloaded, and with every character that a page shows."""

import ast
import html
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont

ROOT = Path(settings.BASE_DIR)
sys.path.insert(0, str(ROOT / ".ci"))

import web_fonts  # noqa: E402 - a script of the house, no module of the product

PACKAGES = ("groupement", "members", "charter", "employees", "timesheets", "billing")
FRAMES = ["document.html", "500.html", "403_csrf.html"]
TEMPLATES = [
    path for path in sorted((ROOT / "templates").rglob("*.html")) if not {"mail", "paper"} & {*path.parts}
]
SHEETS = [path for path in sorted((ROOT / "static/css").glob("*.css")) if not path.stem.startswith("paper")]
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
MODULES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    # Of tables read from files, whose full-width signs it takes for what they mean.
    if "migrations" not in path.parts and path.name != "tabular.py"
]
# The tag {% table %} writes such a region; one written out may have its attributes a line each.
REGION = re.compile(
    r'<div\s+class="scroll[^"]*"\s+(?:id="[^"]+"\s+)?tabindex="0"\s+role="region"\s+aria-label="(?:[^"{]|\{[{%].*?[}%]\})+"\s*>\s*$'
)


def shown(path: Path) -> str:
    """What a file may put on a page: a template, a sheet or a script without comments, or the texts of a module."""
    text = path.read_text()
    if path.suffix == ".py":
        nodes = list(ast.walk(ast.parse(text)))
        docstrings = {
            id(node.body[0].value)
            for node in nodes
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        return "".join(
            node.value
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        )
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}|/\*.*?\*/", "", text, flags=re.DOTALL)
    return html.unescape(text)


@cache
def letters_shown() -> dict[str, str]:
    """Each character that pages show, and a file that holds it; control characters and the byte order mark aside."""
    return {
        letter: str(path.relative_to(ROOT))
        for path in (*TEMPLATES, *SHEETS, *SCRIPTS, *MODULES)
        for letter in set(shown(path))
        if letter >= " " and letter != "\ufeff"
    }


def test_a_typeface_has_every_character_that_a_page_shows():
    held = {
        face.file: set(TTFont(web_fonts.FONTS / f"{face.file}.woff2").getBestCmap())
        for face in web_fonts.FACES
    }
    assert held
    assert [
        (face, letter, file)
        for face, codes in held.items()
        for letter, file in letters_shown().items()
        if ord(letter) not in codes
    ] == []
    always = {ord(letter) for letter in "œŒÉÀÇæŸ€’‘“”«»‹›–—…→←✓−×÷≤≥≈°·•\u00a0\u202f\u2011"}
    assert [face for face, codes in held.items() if not always <= codes] == []


def test_the_files_are_those_that_the_command_makes():
    for face in web_fonts.FACES:
        assert (web_fonts.FONTS / f"{face.file}.woff2").read_bytes() == web_fonts.web_font(face), face.file
    assert web_fonts.STYLES.read_text() == web_fonts.style_sheet()
    written = {path.stem for path in web_fonts.FONTS.glob("*.woff2")}
    assert written == {face.file for face in web_fonts.FACES}


def test_all_typefaces_together_stay_within_the_budget():
    assert sum(path.stat().st_size for path in web_fonts.FONTS.glob("*.woff2")) <= web_fonts.BUDGET == 90_000


def test_a_font_that_holds_more_than_the_budget_is_not_written(monkeypatch, tmp_path):
    monkeypatch.setattr(web_fonts, "FONTS", tmp_path)
    monkeypatch.setattr(web_fonts, "BUDGET", 60_000)
    with pytest.raises(SystemExit, match=r"bytes of fonts, 60000 allowed"):
        web_fonts.write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["inter-regular", "inter-semibold"])
def test_figures_are_of_equal_width_and_a_hyphen_keeps_its_own(file):
    font = TTFont(web_fonts.FONTS / f"{file}.woff2")
    table, glyphs = font["GSUB"].table, font.getBestCmap()
    (feature,) = (one.Feature for one in table.FeatureList.FeatureRecord if one.FeatureTag == "tnum")
    (substitution,) = table.LookupList.Lookup[feature.LookupListIndex[0]].SubTable
    replaced = getattr(substitution, "ExtSubTable", substitution).mapping
    assert set(replaced) == {glyphs[ord(figure)] for figure in "0123456789"}
    assert len({font["hmtx"][glyph][0] for glyph in replaced.values()}) == 1


def test_a_stand_in_is_as_wide_as_the_typeface_it_stands_in_for():
    face, fallback = web_fonts.FACES[0], web_fonts.FALLBACKS[web_fonts.SANS][0]
    sentence = web_fonts.stand_in(face, fallback)
    scale = float(re.search(r"size-adjust: ([\d.]+)%", sentence)[1]) / 100
    assert fallback.regular * scale == pytest.approx(web_fonts.width(TTFont(face.source)), rel=0.001)
    ascent = float(re.search(r"ascent-override: ([\d.]+)%", sentence)[1]) / 100
    assert ascent * scale == pytest.approx(0.96875, rel=0.001)


def test_text_asks_for_every_family_in_turn():
    tokens = (ROOT / "static/css/tokens.css").read_text()
    for token, family in [("sans", web_fonts.SANS), ("serif", web_fonts.SERIF), ("mono", web_fonts.MONO)]:
        asked = re.findall(r'"([^"]+)"', re.search(rf"--{token}:([^;]+);", tokens)[1])
        stand_ins = [f"{family} {fallback.label}" for fallback in web_fonts.FALLBACKS.get(family, ())]
        assert asked == [family, *stand_ins]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_page_fetches_its_typefaces_before_its_sheets(frame):
    page = render_to_string(frame)
    fetched = re.findall(
        r'<link rel="preload" href="/static/fonts/([\w-]+)\.woff2" as="font" type="font/woff2" crossorigin>',
        page,
    )
    assert fetched == ["inter-regular", "inter-semibold", "serif-bold"]
    assert page.index("serif-bold.woff2") < page.index("css/fonts.css") < page.index("css/house.css")


def test_a_table_scrolls_in_a_region_that_the_keyboard_reaches():
    tables = [
        (path, table, text[: table.start()])
        for path in TEMPLATES
        for text in [path.read_text()]
        for table in re.finditer(r"<table[^>]*>", text)
    ]
    assert tables
    # The week of hours becomes a list of days where it does not fit.
    assert [
        f"{path.relative_to(ROOT)}: {table[0]}"
        for path, table, before in tables
        if 'class="ts"' not in table[0] and not REGION.search(before)
    ] == []
