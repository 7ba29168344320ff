"""What was seen of one side: records in a file of JSON lines, bodies beside it under their digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import still


class Store:
    """Writes the records of one side; the first record under a key stands, a further one is an error."""

    def __init__(self, folder: Path) -> None:
        self.blobs = folder / "blobs"
        self.blobs.mkdir(parents=True, exist_ok=True)
        self.index = (folder / "index.jsonl").open("a", encoding="utf-8")

    def add(self, kind: str, key: str, body: bytes, head: str = "", media: str = "text/plain") -> None:
        """Keep ``body`` and what stands above it (``head``: status, headers); ``key`` says what it is the answer to."""
        name = still.digest(body)
        if not (self.blobs / name).exists():
            (self.blobs / name).write_bytes(body)
        record = {"kind": kind, "key": key, "head": head, "media": media, "body": name}
        self.index.write(json.dumps(record, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self.index.close()


def read(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Records by (kind, key)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    with (folder / "index.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            key = record["kind"], record["key"]
            number = 2
            while key in found:
                key = record["kind"], f"{record['key']} ({number})"
                number += 1
            found[key] = record
    return found
