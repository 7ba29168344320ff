"""The face keeps its promises: hues that can be told from the ground, sheets within their budget."""

import re
from functools import cache
from itertools import product
from pathlib import Path

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


def faint(pairs, least):
    """The pairs of colours, light and dark, whose contrast is below what is asked."""
    found = {
        (one, other, theme): contrast(TOKENS[one][theme], TOKENS[other][theme])
        for one, other in pairs
        for theme in (LIGHT, DARK)
    }
    return {pair: ratio for pair, ratio in found.items() if ratio < least}


def test_each_hue_stands_out_from_the_ground():
    assert faint(product([f"hue-{hue}" for hue in range(1, 13)], ["paper", "surface"]), 3) == {}


def test_text_can_be_read_on_every_ground():
    assert faint(product(["ink", "ink-2", "kelp"], ["paper", "surface", "sunken"]), 4.5) == {}


def test_a_tone_can_be_read_on_its_own_soft_ground():
    tones = ["red", "amber", "blue", "teal", "green"]
    assert faint([(tone, f"{tone}-soft") for tone in tones], 4.5) == {}


def test_a_faint_pair_is_seen():
    assert faint([("paper", "paper")], 3) == {("paper", "paper", LIGHT): 1, ("paper", "paper", DARK): 1}


def linked(template):
    """The sheets that a template links by itself."""
    return re.findall(r'"css/([\w-]+)\.css"', template.read_text())


DOCUMENT = ROOT / "templates" / "document.html"
COMMON, FONTS = linked(DOCUMENT), linked(ROOT / "templates" / "frame" / "fonts.html")
ADMINISTRATION = linked(ROOT / "templates" / "admin" / "base_site.html")
PAGES = {
    str(path.relative_to(ROOT)): linked(path)
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if "{% block sheets %}" in path.read_text() and path != DOCUMENT
}


@cache
def minified(name):
    """The bytes of a sheet without comments and needless space."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / "static" / "css" / f"{name}.css").read_text(), flags=re.DOTALL)
    text = re.sub(r"\s*([{};,>/])\s*", r"\1", re.sub(r"\s+", " ", text))
    text = re.sub(r"\b0(\.\d)", r"\1", text)
    text = re.sub(r'="([a-z][a-z-]*)"', r"=\1", re.sub(r":\s+", ":", text)).replace(";}", "}")
    return len(text.encode())


def test_every_sheet_is_linked_by_all_pages_or_by_those_that_need_it():
    special = {name for names in PAGES.values() for name in names}
    assert sorted([*FONTS, *COMMON, *ADMINISTRATION, *special]) == [path.stem for path in SHEETS]


def test_a_sheet_closes_what_it_opens():
    texts = {path.stem: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in SHEETS}
    assert [name for name, text in texts.items() if text.count("{") != text.count("}")] == []


def test_no_page_loads_more_style_than_the_budget():
    sizes = {page: sum(minified(name) for name in [*COMMON, *PAGES[page]]) for page in PAGES}
    assert {page: size for page, size in sizes.items() if size > BUDGET} == {}
    assert sum(minified(name) for name in FONTS) <= FONTS_BUDGET


def test_everything_that_unfolds_shows_the_same_arrow():
    """A browser draws its own, ▶, wherever ours is not: one in each summary, and the sheet takes the other away."""
    summaries = [
        (path.relative_to(ROOT), match[0])
        for path in (ROOT / "templates").rglob("*.html")
        for match in re.finditer(r"<summary[^>]*>.*?</summary>", path.read_text(), re.DOTALL)
    ]
    assert summaries
    assert [found for found in summaries if '{% icon "chevron" %}' not in found[1]] == []
    house = (ROOT / "static/css/house.css").read_text()
    assert "summary::-webkit-details-marker" in house
    assert re.search(r"  summary \{[^}]*list-style: none", house)
