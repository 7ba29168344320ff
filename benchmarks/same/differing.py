"""What differs between the records of two sides: short diffs, the same ones printed once with their count."""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import still, store
from .markup import normal

MOST_LINES = 40
# Spaces that cannot be told from others in a terminal.
SEEN = {0xA0: "‹nbsp›", 0x202F: "‹nnbsp›", 0x2009: "‹thin›"}
MOST_WIDTH = 400
TEXT = ("text/", "json", "xml", "calendar", "csv")


@dataclass
class Side:
    """The records of one side and where their bodies lie."""

    folder: Path
    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add(self.folder)

    def add(self, folder: Path) -> None:
        """Read the records of ``folder`` too."""
        for key, record in store.read(folder).items():
            self.records[key] = {**record, "path": folder / "blobs" / record["body"]}


@dataclass
class Report:
    """How many answers of each kind were compared; the differences by (kind, diff) with the keys that show them."""

    compared: Counter[str] = field(default_factory=Counter)
    differences: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    files: Counter[str] = field(default_factory=Counter)

    def add(self, other: Report) -> None:
        """Take over what ``other``, of other kinds, says."""
        self.compared += other.compared
        self.differences.update(other.differences)


@lru_cache(maxsize=50_000)
def _normal(path: Path) -> tuple[str, tuple[str, ...]]:
    text, files = normal(path.read_bytes().decode())
    return text, tuple(files)


def compare(before: Side, after: Side) -> Report:
    """Every record of both sides, in the order of the first."""
    report = Report()
    for key in [*before.records, *(key for key in after.records if key not in before.records)]:
        kind, name = key
        report.compared[kind] += 1
        one, other = before.records.get(key), after.records.get(key)
        if one is None or other is None:
            seen, where = (other, "after") if one is None else (one, "before")
            status = seen["head"].split("\n")[0] if seen else ""
            report.differences[kind, f"only {where} {status} {shape(name)}"].append(name)
            continue
        if one["head"] != other["head"]:
            report.differences[kind, diff(one["head"], other["head"])].append(name)
        if one["body"] != other["body"]:
            for text in bodies(one, other, report):
                report.differences[kind, text].append(name)
    return report


def shape(name: str) -> str:
    """A key without its numbers, so that what is missing everywhere is printed once."""
    return re.sub(r"\d+", "#", name.split(" ", 1)[-1])[:200]


def bodies(one: dict[str, Any], other: dict[str, Any], report: Report) -> Iterator[str]:
    """The diffs of two bodies that are not the same bytes; none when nobody can see it."""
    if "html" in one["media"] and "html" in other["media"]:
        left, left_files = _normal(one["path"])
        right, right_files = _normal(other["path"])
        if left_files != right_files:
            report.files.update(f"-{file}" for file in set(left_files) - set(right_files))
            report.files.update(f"+{file}" for file in set(right_files) - set(left_files))
        if left != right:
            is_space = re.sub(r"\s", "", left) == re.sub(r"\s", "", right)
            yield ("only spaces within a line:\n" if is_space else "") + diff(left, right)
        return
    yield from diffs_of(one["path"].read_bytes(), other["path"].read_bytes(), one["media"])


def diffs_of(left: bytes, right: bytes, media: str) -> Iterator[str]:
    if left[:2] == right[:2] == b"PK":
        if text := diff(parts(left), parts(right)):
            yield text
    elif left[:5] == b"%PDF-" and right[:5] == b"%PDF-":
        text_diff = diff(words(left), words(right)) or "the same words, placed or written differently"
        yield f"PDF, other bytes:\n{text_diff}"
    elif any(word in media for word in TEXT):
        yield diff(decoded(left), decoded(right)) or "other bytes for the same text"
    else:
        yield f"{len(left)} and {len(right)} bytes of {media}"


def decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def parts(archive: bytes) -> str:
    """The names and the content of an archive’s parts, in order; what is not text by its digest."""
    lines_shown = []
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            content = opened.read(name)
            try:
                text = content.decode().replace("><", ">\n<")
            except UnicodeDecodeError:
                text = f"{len(content)} bytes {hash_of(content)}"
            lines_shown.append(f"=== {name}\n{text}")
    return "\n".join(lines_shown)


def hash_of(content: bytes) -> str:
    return still.digest(content)[:16]


def words(document: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def diff(left: str, right: str) -> str:
    """A short unified diff, without the numbers of lines."""
    lines = difflib.unified_diff(left.splitlines(), right.splitlines(), lineterm="", n=1)
    lines_shown = [
        "…" if line.startswith("@@") else line[:MOST_WIDTH].translate(SEEN) for line in list(lines)[2:]
    ]
    more = len(lines_shown) - MOST_LINES
    return "\n".join(lines_shown[:MOST_LINES] + ([f"… and {more} lines more"] if more > 0 else []))


def accepted(text: str, rules: list[tuple[re.Pattern[str], str]]) -> str | None:
    """The reason for which a diff is accepted: a rule matches its heading, or each changed line matches one of them."""
    heading = text.partition("\n")[0]
    if heading.startswith("only "):
        return next((why for pattern, why in rules if pattern.search(heading)), None)
    changed = [line for line in text.splitlines() if line[:1] in {"+", "-"}]
    reasons = []
    for line in changed:
        reason = next((why for pattern, why in rules if pattern.search(line)), None)
        if reason is None:
            return None
        reasons.append(reason)
    return reasons[0] if reasons else None


def rules_of(path: Path | None) -> list[tuple[re.Pattern[str], str]]:
    """Lines ``regular expression  # reason``; empty ones and those that begin with # are passed over."""
    found = []
    for line in path.read_text().splitlines() if path else []:
        if line.strip() and not line.startswith("#"):
            pattern, mark, reason = line.rpartition("  # ")
            if not mark:
                raise SystemExit(f"{path}: no reason is given for {line}")
            found.append((re.compile(pattern), reason))
    return found


def print_report(report: Report, rules: list[tuple[re.Pattern[str], str]], most: int) -> int:
    """Print the counts and the differences; how many of these nobody accepted."""
    by_kind: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    fine: Counter[str] = Counter()
    for (kind, text), names in report.differences.items():
        if reason := accepted(text, rules):
            fine[reason] += len(names)
        else:
            by_kind[kind].append((text, names))
    print("compared:")
    for kind, count in sorted(report.compared.items()):
        differing = sum(len(names) for _, names in by_kind[kind])
        print(f"  {kind:<16}{count:>7}   {differing} differ, in {len(by_kind[kind])} ways")
    if report.files:
        print("\nour own files that pages load, not counted as differences:")
    for text, count in sorted(report.files.items(), key=lambda one: one[0][1:]):
        print(f"  {count:>5} pages  {text}")
    for reason, count in fine.items():
        print(f"\naccepted {count} times: {reason}")
    for kind, ways in sorted(by_kind.items()):
        print_ways(kind, ways, most)
    return sum(len(names) for ways in by_kind.values() for _, names in ways)


def print_ways(kind: str, ways: list[tuple[str, list[str]]], most: int) -> None:
    """Print the differences of one kind, the most frequent first, each with up to three answers that show it."""
    for text, names in sorted(ways, key=lambda way: -len(way[1]))[:most]:
        print(f"\n── {kind}, {len(names)} times: {names[0][:300]}")
        for name in names[1:3]:
            print(f"   and {name[:300]}")
        print(text)
    if len(ways) > most:
        print(f"\n── {kind}: {len(ways) - most} ways more")
