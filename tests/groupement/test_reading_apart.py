"""Files that ask for more than they hold: read in a process of its own, ended at its limits, said in a sentence."""

import io
import os
import re
import threading
import time
import zipfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groupement.kernel import reading_apart
from groupement.kernel.reading_apart import BUSY, TOO_MUCH, ReadingLimits, TooMuch, read_apart
from groupement.kernel.tabular import Unreadable
from tests import world
from tests.timesheets import files
from timesheets.importing import layouts

SWOLLEN = "bien plus gros une fois ouvert"
SECONDS, BYTES = 5, 50_000_000
WORKBOOK = files.workbook(
    ("M001", "Aloen", "03/11/2026", 7.5), titles=("matricule", "adhérent", "date", "heures")
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = f"<styleSheet {MAIN}><fonts>%b</fonts></styleSheet>".encode()
SHEET = f"<worksheet {MAIN}><sheetData><row>%b</row></sheetData></worksheet>".encode()


@pytest.fixture(autouse=True)
def _apart(settings):
    settings.READ_FILES_APART = True
    settings.REQUIRE_SECOND_FACTOR = False


def bomb(part: str, content: bytes) -> bytes:
    """Our sample workbook with another ``part``."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(WORKBOOK)) as before,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for each in before.infolist():
            after.writestr(each.filename, content if each.filename == part else before.read(each))
    return packed.getvalue()


def fonts() -> bytes:
    """A workbook of 96 kB whose styles hold 63 MB of fonts."""
    return bomb("xl/styles.xml", STYLES % (b"<font/>" * 9_000_000))


def different_fonts() -> bytes:
    """The same in fonts that differ, so that they do not pack so well."""
    return bomb(
        "xl/styles.xml", STYLES % b"".join(b'<font><sz val="%d"/></font>' % n for n in range(1_000_000))
    )


def long_row() -> bytes:
    """A workbook with one row of a million cells."""
    return bomb(
        "xl/worksheets/sheet1.xml", SHEET % b"".join(b"<c><v>%d</v></c>" % n for n in range(1_000_000))
    )


def far_cell() -> bytes:
    """A workbook with two cells, as far from each other as can be."""
    return bomb(
        "xl/worksheets/sheet1.xml",
        SHEET % b'<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>',
    )


def unclosed_errors() -> bytes:
    """A workbook of cells in error that never end, for whoever searches their ends."""
    return bomb("xl/worksheets/sheet1.xml", SHEET % b"".join(b'<c t="e" s="%d">' % n for n in range(400_000)))


def separators() -> bytes:
    """A text of titles, then five and a half million cells in one line."""
    return layouts.sample_csv("Aloen").encode("utf-8-sig") + b";1" * 5_500_000


def full_sheet() -> bytes:
    """A workbook with more cells than a year of everybody has."""
    rows = (b"".join(b"<c><v>%d</v></c>" % (n * m % 97) for n in range(100)) for m in range(32_000))
    return bomb("xl/worksheets/sheet1.xml", SHEET % b"</row><row>".join(rows))


def memory() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def bytes_read(data: bytes) -> int:
    return len(data)


def refuse(data: bytes) -> None:
    raise Unreadable("Rien à lire.", field="file", errors=["Ligne 1", "Ligne 2"])


def fail(data: bytes) -> None:
    raise LookupError("a fault of ours")


def grow(data: bytes) -> int:
    return len([bytes(1_000_000) for _ in range(2_000)])


def stay(data: bytes) -> None:
    time.sleep(60)


def turn(data: bytes) -> None:
    while True:
        pass


def write_at_length(data: bytes) -> bytes:
    return bytes(100_000_000)


def process_of(data: bytes) -> int:
    return os.getpid()


@pytest.fixture
def short_limits(monkeypatch):
    monkeypatch.setattr(reading_apart, "LIMITS", ReadingLimits(processor=1, clock=2))


@pytest.mark.parametrize("reader", [grow, stay, turn, write_at_length])
def test_a_reader_is_ended_at_its_limits(short_limits, reader):
    before = memory()
    with pytest.raises(TooMuch, match="bien plus de temps ou de mémoire"):
        read_apart(reader, b"x")
    assert memory() - before < BYTES


def test_what_a_reader_says_comes_back():
    assert read_apart(bytes_read, b"abc") == 3
    assert read_apart(process_of, b"") != os.getpid()
    with pytest.raises(Unreadable, match="Rien à lire") as refused:
        read_apart(refuse, b"x")
    assert (refused.value.field, refused.value.errors) == ("file", ["Ligne 1", "Ligne 2"])
    with pytest.raises(RuntimeError, match="a fault of ours"):
        read_apart(fail, b"x")


def test_a_third_file_waits_for_its_turn(short_limits, monkeypatch):
    def wait_in_vain() -> None:
        with suppress(TooMuch):
            read_apart(stay, b"")

    threads = [threading.Thread(target=wait_in_vain) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    monkeypatch.setattr(reading_apart, "LIMITS", ReadingLimits(processor=1, clock=0))
    with pytest.raises(TooMuch) as refused:
        read_apart(bytes_read, b"x")
    for thread in threads:
        thread.join()
    assert refused.value.message == BUSY


def test_the_same_table_is_read_apart_and_here(settings):
    for data in (WORKBOOK, layouts.sample_csv("Aloen").encode("utf-8-sig")):
        apart = layouts.read_hours_table(data)
        settings.READ_FILES_APART = False
        assert layouts.read_hours_table(data) == apart
        settings.READ_FILES_APART = True


def post(client, data):
    return client.post(reverse("timesheets:import"), {"file": SimpleUploadedFile("heures.xlsx", data)})


BOMBS = {
    fonts: SWOLLEN,
    different_fonts: "rien ne peut être importé",
    long_row: "aucune ligne d’heures",
    far_cell: TOO_MUCH,
    unclosed_errors: "erreur de calcul",
    separators: TOO_MUCH,
    full_sheet: TOO_MUCH,
}


@pytest.mark.parametrize("make", BOMBS)
def test_a_bomb_is_answered_in_time_and_others_are_served_meanwhile(make, client, db):
    data = make()
    client.force_login(world.coordinator())
    # The process that the others are copied from has started; the page alone takes what it takes on this machine.
    read_apart(bytes_read, b"")
    began = time.monotonic()
    post(client, WORKBOOK)
    page_alone = time.monotonic() - began
    before, began, served = memory(), time.monotonic(), []

    def beat() -> None:
        while len(served) < 400:
            served.append(time.monotonic())
            time.sleep(0.01)

    other = threading.Thread(target=beat, daemon=True)
    other.start()
    answer = post(client, data)
    took, meanwhile = time.monotonic() - began, [moment for moment in served if moment < time.monotonic()]
    assert answer.status_code in {200, 422}
    text = answer.content.decode()
    notice = " ".join(
        re.sub(r"<[^>]+>", " ", part) for part in re.findall(r'role="alert".*?</div>', text, re.DOTALL)
    )
    assert BOMBS[make] in notice
    assert took - page_alone < SECONDS
    assert memory() - before < BYTES
    assert max(b - a for a, b in pairwise(meanwhile)) < 1


def test_a_process_that_serves_pages_gets_ready_beside_its_start(settings, monkeypatch):
    """The start does not wait; where files are read in the serving process, as in most tests, nothing starts."""
    began, asked = threading.Event(), []

    def slow(*arguments):
        began.wait(5)
        asked.append(arguments)
        raise reading_apart.TooMuch(BUSY)

    monkeypatch.setattr(reading_apart, "read_apart", slow)
    settings.READ_FILES_APART = True
    reading_apart.get_ready_soon()
    (thread,) = (each for each in threading.enumerate() if each.name == "reading")
    assert asked == []
    began.set()
    thread.join(5)
    assert (asked, thread.daemon) == ([(len, b"")], True)
    settings.READ_FILES_APART = False
    reading_apart.get_ready_soon()
    assert not [each for each in threading.enumerate() if each.name == "reading"]


@pytest.mark.parametrize("name", ["wsgi", "asgi"])
def test_what_serves_pages_gets_ready(name):
    source = Path(f"groupement/{name}.py").read_text()
    assert source.rstrip().endswith("reading_apart.get_ready_soon()")
