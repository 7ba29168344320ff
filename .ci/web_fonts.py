"""The interface's typefaces: woff2 files cut from the sources, and the style sheet that declares them.

``python .ci/web_fonts.py`` writes ``static/fonts/*.woff2`` and ``static/css/fonts.css``, the same bytes each time.
``python .ci/web_fonts.py sources FOLDER`` cuts ``.ci/fonts/*.ttf`` anew from the releases that ``RELEASES`` names.
``python .ci/web_fonts.py papers FOLDER`` cuts ``static/fonts/inter-more-*.ttf``, which papers fall back on.
``python .ci/web_fonts.py measure FILE…`` prints a font's width per letter, for ``FALLBACKS``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
FONTS, STYLES = ROOT / "static/fonts", ROOT / "static/css/fonts.css"
SOURCES = Path(__file__).parent / "fonts"
BUDGET = 90_000  # bytes, all woff2 files together

# What a French interface shows, and the Latin letters of names: Latin-1 and Latin Extended-A, the commas below of
# Romanian, spaces, dashes and quotes, and the signs of money, mathematics and arrows.
RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x2009, 0x2009), (0x2010, 0x2015), (0x2018, 0x201E),
    (0x2020, 0x2022), (0x2026, 0x2026), (0x202F, 0x202F), (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A),
    (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2190, 0x2190), (0x2192, 0x2192), (0x2212, 0x2212), (0x2248, 0x2248),
    (0x2264, 0x2265), (0x2713, 0x2713),
)  # fmt: skip
# What names on papers hold besides: other Latin letters, those of Vietnamese with their marks, Greek, Cyrillic.
MORE_RANGES = (
    (0x180, 0x24F),
    (0x300, 0x36F),
    (0x370, 0x3FF),
    (0x400, 0x52F),
    (0x1E00, 0x1EFF),
    (0x20AB, 0x20AB),
)
PAPER_BUDGET = 300_000  # bytes, both weights
CHARACTERS = frozenset(code for first, last in RANGES for code in range(first, last + 1))
FEATURES = ["kern", "tnum", "ccmp", "mark", "mkmk", "locl"]

# Letters in proportion to their frequency in French, with spaces, capitals and figures as the interface has them.
SAMPLE = (
    "Les heures de novembre sont approuvées : 151,67 h pour deux structures. La facture du mois est prête, "
    "elle part demain. Rien ne presse ; vérifiez les coûts, puis émettez. Reste à régler 1 234,50 € avant le 15."
)


@dataclass(frozen=True)
class Face:
    """One weight of a family. ``weights`` are those that CSS may ask of it."""

    file: str
    source: Path
    family: str
    weights: str


@dataclass(frozen=True)
class Fallback:
    """A family of the reader's machine that stands in until ours is there: two weights, each by its local names.

    ``regular`` and ``bold`` are the mean advances that ``measure`` gives, in em; fonts under one entry share them.
    """

    label: str
    names: tuple[str, ...]
    bold_names: tuple[str, ...]
    regular: float
    bold: float


SANS, SERIF, MONO = "Inter", "Groupement Serif", "JetBrains Mono"
# Each source of ours: the file that it was cut from, and family and style where it may not keep its name.
RELEASES: dict[str, tuple[str, tuple[str, str] | None]] = {
    "serif-regular": ("CharisSIL-Regular.ttf", (SERIF, "Regular")),
    "serif-bold": ("CharisSIL-Bold.ttf", (SERIF, "Bold")),
    "mono-regular": ("JetBrainsMono-Regular.ttf", None),
}
FACES = (
    Face("inter-regular", FONTS / "inter-regular.ttf", SANS, "400 500"),
    Face("inter-semibold", FONTS / "inter-semibold.ttf", SANS, "600 900"),
    Face("serif-regular", SOURCES / "serif-regular.ttf", SERIF, "400 500"),
    Face("serif-bold", SOURCES / "serif-bold.ttf", SERIF, "600 900"),
    Face("mono-regular", SOURCES / "mono-regular.ttf", MONO, "400 900"),
)
# The most alike first. Measured on Liberation Sans, Roboto, DejaVu Sans, the serif itself (Charter has its widths),
# Caladea (Cambria's widths), Noto Serif, Liberation Serif (those of Times New Roman) and DejaVu Serif.
FALLBACKS = {
    SANS: (
        Fallback(
            "Arial",
            ("Arial", "Liberation Sans"),
            ("Arial Bold", "Liberation Sans Bold"),
            regular=0.4426,
            bold=0.4704,
        ),
        Fallback(
            "Roboto",
            ("Roboto", "Roboto-Regular"),
            ("Roboto Bold", "Roboto-Bold"),
            regular=0.4369,
            bold=0.4457,
        ),
        Fallback("DejaVu", ("DejaVu Sans",), ("DejaVu Sans Bold",), regular=0.5038, bold=0.5668),
    ),
    SERIF: (
        Fallback(
            "Charter",
            ("Charter", "Charter-Roman"),
            ("Charter Bold", "Charter-Bold"),
            regular=0.4388,
            bold=0.4715,
        ),
        Fallback(
            "Cambria", ("Cambria", "Caladea"), ("Cambria Bold", "Caladea Bold"), regular=0.3944, bold=0.4373
        ),
        Fallback("Noto", ("Noto Serif",), ("Noto Serif Bold", "NotoSerif-Bold"), regular=0.4658, bold=0.4944),
        Fallback(
            "Times",
            ("Times New Roman", "Liberation Serif"),
            ("Times New Roman Bold", "Liberation Serif Bold"),
            regular=0.3949,
            bold=0.4178,
        ),
        Fallback("DejaVu", ("DejaVu Serif",), ("DejaVu Serif Bold",), regular=0.5077, bold=0.5584),
    ),
}


def narrow_tabular(font: TTFont) -> None:
    """Let ``tnum`` change figures only: Inter widens hyphens, spaces and brackets too, for text set in columns."""
    table, glyphs = font["GSUB"].table, font.getBestCmap()
    figures = {glyphs[code] for code in range(ord("0"), ord("9") + 1)}
    for feature in table.FeatureList.FeatureRecord:
        for number in feature.Feature.LookupListIndex if feature.FeatureTag == "tnum" else ():
            for found in table.LookupList.Lookup[number].SubTable:
                substitution = getattr(found, "ExtSubTable", found)
                substitution.mapping = {a: b for a, b in substitution.mapping.items() if a in figures}


def subset(font: TTFont) -> TTFont:
    """Reduce a font in place to ``CHARACTERS`` and ``FEATURES``, without hinting."""
    narrow_tabular(font)
    options = Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["Silt"]
    cutter = Subsetter(options)
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)
    return font


def rename(font: TTFont, family: str, style: str) -> None:
    """Give a changed font a name of its own, as the Open Font License asks where names are reserved."""
    postscript = f"{family.replace(' ', '')}-{style}"
    for number, text in {1: family, 2: style, 3: postscript, 4: f"{family} {style}", 6: postscript}.items():
        font["name"].setName(text, number, 3, 1, 0x409)


def set_line(font: TTFont, model: TTFont) -> None:
    """Take over the ascent and descent of another font, so that both stand on one line without moving it."""
    scale = font["head"].unitsPerEm / model["head"].unitsPerEm
    ascent, descent = (round(getattr(model["hhea"], name) * scale) for name in ("ascent", "descent"))
    font["hhea"].ascent = font["OS/2"].sTypoAscender = ascent
    font["hhea"].descent = font["OS/2"].sTypoDescender = descent
    font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0


def add_no_break(font: TTFont) -> None:
    """Give a font that lacks narrow spaces and the no-break hyphen its plain ones in their place."""
    for table in font["cmap"].tables:
        for code, plain in {0x2009: 0x20, 0x202F: 0xA0, 0x2011: 0x2D}.items():
            if table.isUnicode() and code not in table.cmap:
                table.cmap[code] = table.cmap[plain]


def cut_sources(releases: Path) -> None:
    """Cut the sources anew from the files of the releases, all in one folder."""
    model = TTFont(FONTS / "inter-regular.ttf")
    for name, (release, new_name) in RELEASES.items():
        font = TTFont(releases / release, recalcTimestamp=False)
        add_no_break(font)
        subset(font)
        if new_name:
            rename(font, *new_name)
        set_line(font, model)
        font.save(SOURCES / f"{name}.ttf")


def cut_more(releases: Path) -> None:
    """Cut the fonts that papers fall back on from ``Inter-Regular.woff2`` and ``Inter-SemiBold.woff2``."""
    # With the spaces and signs that stand between such letters: Pango asks the font of the letters for them.
    ranges = (*MORE_RANGES, (0x20, 0x40), (0xA0, 0xA0), (0x2010, 0x2015), (0x2018, 0x201E), (0x202F, 0x202F))
    codes = frozenset(code for first, last in ranges for code in range(first, last + 1))
    total = 0
    for weight in ("Regular", "SemiBold"):
        font = TTFont(releases / f"Inter-{weight}.woff2", recalcTimestamp=False)
        options = Options()
        options.layout_features = ["kern", "ccmp", "mark", "mkmk", "locl"]
        options.hinting = False
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        cutter = Subsetter(options)
        cutter.populate(unicodes=codes)
        cutter.subset(font)
        add_no_break(font)
        rename(font, "Inter More", weight)
        font.flavor = None
        target = FONTS / f"inter-more-{weight.lower()}.ttf"
        font.save(target)
        total += target.stat().st_size
    if total > PAPER_BUDGET:
        sys.exit(f"{total} bytes of fonts for papers, {PAPER_BUDGET} allowed")
    print(f"2 files, {total} bytes")


def width(font: TTFont) -> float:
    """The mean advance of a letter of ``SAMPLE``, in em."""
    advances, glyphs = font["hmtx"], font.getBestCmap()
    total = sum(advances[glyphs[ord(letter)]][0] for letter in SAMPLE)
    return float(total / len(SAMPLE) / font["head"].unitsPerEm)


def web_font(face: Face) -> bytes:
    """The woff2 file of a face."""
    font = subset(TTFont(face.source, recalcTimestamp=False))
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()


def rule(family: str, weights: str, sources: list[str], *more: str) -> str:
    """One ``@font-face``, written as the formatter of our sheets does."""
    declared = [f'font-family: "{family}"', f"font-weight: {weights}", f"src: {', '.join(sources)}", *more]
    return "@font-face {\n" + "".join(f"  {one};\n" for one in declared) + "}\n"


def stand_in(face: Face, fallback: Fallback) -> str:
    """The rule of a fallback for one face: as wide as ours, with our ascent and descent."""
    is_bold = face.weights.startswith("6")
    font = TTFont(face.source)
    scale = width(font) / (fallback.bold if is_bold else fallback.regular)
    line = font["hhea"]
    names = fallback.bold_names if is_bold else fallback.names
    return rule(
        f"{face.family} {fallback.label}",
        face.weights,
        [f'local("{name}")' for name in names],
        f"size-adjust: {scale:.1%}",
        f"ascent-override: {line.ascent / font['head'].unitsPerEm / scale:.1%}",
        f"descent-override: {-line.descent / font['head'].unitsPerEm / scale:.1%}",
        "line-gap-override: 0%",
    )


def style_sheet() -> str:
    """The text of ``static/css/fonts.css``."""
    ours = [
        rule(
            face.family,
            face.weights,
            [f'url("../fonts/{face.file}.woff2") format("woff2")'],
            "font-display: swap",
        )
        for face in FACES
    ]
    others = [stand_in(face, fallback) for face in FACES for fallback in FALLBACKS.get(face.family, ())]
    head = (
        "/* Written by `make fonts`: our typefaces, and local ones at their width until ours are there. */\n"
    )
    return head + "".join(ours + others)


def write() -> None:
    """Write every woff2 file and the style sheet; refuse to go over the budget."""
    made = {f"{face.file}.woff2": web_font(face) for face in FACES}
    if (total := sum(map(len, made.values()))) > BUDGET:
        sys.exit(f"{total} bytes of fonts, {BUDGET} allowed")
    for name, content in made.items():
        (FONTS / name).write_bytes(content)
    STYLES.write_text(style_sheet())
    print(f"{len(made)} files, {total} bytes")


def main(arguments: list[str]) -> None:
    match arguments:
        case []:
            write()
        case ["sources", folder]:
            cut_sources(Path(folder))
        case ["papers", folder]:
            cut_more(Path(folder))
        case ["measure", *files]:
            for file in files:
                print(f"{width(TTFont(file)):.4f} {file}")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
