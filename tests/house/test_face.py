"""The face keeps its promises: hues that can be told from the ground, sheets within their budget."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted(path for path in (ROOT / "static" / "css").glob("*.css") if not path.stem.startswith("paper"))
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
        (ROOT / "static/css/tokens.css").read_text(),
    )
}
BUDGET = 40 * 1024
FONTS_BUDGET = 4 * 1024
LIGHT, DARK = 0, 1


def luminance(colour):
    """WCAG 2.2: relative luminance of ``#rrggbb``."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["paper", "surface"])
@pytest.mark.parametrize("hue", range(1, 13))
def test_each_hue_stands_out_from_the_ground(hue, ground, theme):
    assert contrast(TOKENS[f"hue-{hue}"][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
@pytest.mark.parametrize("ink", ["ink", "ink-2", "kelp"])
def test_text_can_be_read_on_every_ground(ink, ground, theme):
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("tone", ["red", "amber", "blue", "teal", "green"])
def test_a_tone_can_be_read_on_its_own_soft_ground(tone, theme):
    assert contrast(TOKENS[tone][theme], TOKENS[f"{tone}-soft"][theme]) >= 4.5


def linked(template):
    """The sheets that a template links by itself."""
    return re.findall(r'"css/([\w-]+)\.css"', template.read_text())


DOCUMENT = ROOT / "templates" / "document.html"
COMMON, FONTS = linked(DOCUMENT), linked(ROOT / "templates" / "frame" / "fonts.html")
PAGES = {
    str(path.relative_to(ROOT)): linked(path)
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if "{% block sheets %}" in path.read_text() and path != DOCUMENT
}


def minified(name):
    """The bytes of a sheet without comments and needless space."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "static" / "css" / f"{name}.css").read_text(), flags=re.DOTALL)
    text = re.sub(r"\s*([{};,>/])\s*", r"\1", re.sub(r"\s+", " ", text))
    text = re.sub(r"\b0(\.\d)", r"\1", text)
    text = re.sub(r'="([a-z][a-z-]*)"', r"=\1", re.sub(r":\s+", ":", text)).replace(";}", "}")
    return len(text.encode())


def test_every_sheet_is_linked_by_all_pages_or_by_those_that_need_it():
    special = {name for names in PAGES.values() for name in names}
    assert sorted([*FONTS, *COMMON, *special]) == [path.stem for path in SHEETS]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_closes_what_it_opens(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_loads_more_style_than_the_budget(page):
    assert sum(minified(name) for name in [*COMMON, *PAGES[page]]) <= BUDGET
    assert sum(minified(name) for name in FONTS) <= FONTS_BUDGET
