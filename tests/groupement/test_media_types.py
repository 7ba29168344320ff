"""What a file is, by its content; what a browser or an office suite would run is none of ours."""

import io
import zipfile

import openpyxl
import pytest

from groupement.kernel.media_types import MediaType, media_type
from tests.billing.charges.receipt_files import PDF, picture

ODT, ODS = MediaType.ODT.value.encode(), MediaType.ODS.value.encode()
WORD, SHEET = f"{MediaType.DOCX}.main+xml", f"{MediaType.XLSX}.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def packed(*parts: tuple[str, bytes], how=zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def office(part: str, kind: str, *more: tuple[str, bytes], listed: str = "") -> bytes:
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{listed or part}" ContentType="{kind}"/></Types>'
    )
    return packed(("[Content_Types].xml", types.encode()), (part, b"<x/>"), *more)


def workbook() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


TAKEN = {
    "pdf": (PDF, "", MediaType.PDF),
    "png": (picture("PNG"), "", MediaType.PNG),
    "jpeg": (picture(), "", MediaType.JPEG),
    "webp": (picture("WEBP"), "", MediaType.WEBP),
    "odt": (packed(("mimetype", ODT), ("content.xml", b"<x/>")), "", MediaType.ODT),
    "ods": (packed(("mimetype", ODS), ("content.xml", b"<x/>")), "", MediaType.ODS),
    "docx": (office("word/document.xml", WORD), "", MediaType.DOCX),
    "xlsx": (office("xl/workbook.xml", SHEET), "", MediaType.XLSX),
    "a workbook as openpyxl writes it": (workbook(), "", MediaType.XLSX),
    "text": ("Prix < 5 €, a<b".encode(), "", MediaType.TXT),
    "text of Windows": ("Réglé le 3 à 10 h".encode("cp1252"), "a.txt", MediaType.TXT),
    "text in UTF-16": ("Réglé".encode("utf-16"), "a.txt", MediaType.TXT),
    "a table": ("nom;heures\nMaëlle;7\n".encode(), "A.CSV", MediaType.CSV),
}
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
NOT_TAKEN = {
    "nothing": b"",
    "blanks": b" \n",
    "html": HTML,
    "html after a mark and blanks": b"\xef\xbb\xbf \n\t" + HTML,
    "html after text": b"Facture\n" * 300 + HTML,
    "html in UTF-16": HTML.decode().encode("utf-16"),
    "html in UTF-16 without mark": HTML.decode().encode("utf-16-le"),
    "a paragraph of html": b"<p onclick=x>",
    "svg": SVG,
    "svg with its XML line": b"<?xml version='1.0'?>" + SVG,
    "xml": b"<facture/>",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "php": b"Bonjour <?php system('x');",
    "an archive": packed(("a.txt", b"a")),
    "an archive with a page": packed(("index.html", HTML)),
    "an epub": packed(("mimetype", b"application/epub+zip"), ("content.xml", b"")),
    "an odt whose kind comes second": packed(("content.xml", b""), ("mimetype", ODT)),
    "an odt without content": packed(("mimetype", ODT)),
    "an odt with macros": packed(("mimetype", ODT), ("content.xml", b""), ("Basic/Standard/a.xml", b"")),
    "a document that enables macros": office("word/document.xml", MACROS),
    "a document with macros under a plain name": office(
        "word/document.xml", WORD, ("word/vbaProject.bin", b"x")
    ),
    "a document without its part": office("word/other.xml", WORD, listed="word/document.xml"),
    "a document whose list unpacks for ever": packed(
        ("[Content_Types].xml", b"<Types>" + b" " * (1 << 21)), how=zipfile.ZIP_DEFLATED
    ),
    "a document whose list names an entity": packed(
        ("[Content_Types].xml", b'<!DOCTYPE x [<!ENTITY a "b">]><Types>&a;</Types>')
    ),
    "an archive of many thousand parts": packed(*((f"{n:06}", b"") for n in range(25_000))),
    "an archive behind a page": HTML + packed(("mimetype", ODT), ("content.xml", b"")),
    "a torn archive": packed(("mimetype", ODT), ("content.xml", b""))[:60],
    "a torn picture": picture("PNG")[:40],
    "a gif": b"GIF89a" + b"\0" * 40,
    "a pdf without its end": PDF[:20],
    "a pdf behind a page": HTML + PDF,
    "a program": b"\x7fELF\x02\x01\x01" + b"\0" * 40,
    "a program of Windows": b"MZ\x90\x00\x03",
}


def test_each_kind_is_known_by_its_content():
    found = {label: media_type(data, name) for label, (data, name, _) in TAKEN.items()}
    assert found == {name: kind for name, (_, _, kind) in TAKEN.items()}


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a.csv", ""])
def test_what_runs_or_hides_is_of_no_kind_whatever_its_name(name):
    found = {label: media_type(data, name) for label, data in NOT_TAKEN.items()}
    assert {name: kind for name, kind in found.items() if kind is not None} == {}
