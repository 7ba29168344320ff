"""Postal addresses: the parts that papers copy, and the lines in which pages, papers and calendars write them."""

from __future__ import annotations

from collections.abc import Mapping

PARTS = ("street", "postal_code", "city")


def parts_of(row: object, prefix: str = "") -> dict[str, str]:
    """The parts of the address of ``row`` for a snapshot; ``prefix`` begins the names of its columns."""
    return {part: str(getattr(row, f"{prefix}{part}")) for part in PARTS}


def lines(address: object) -> list[str]:
    """The street, then the postal code and the town; empty ones are left out.

    ``address`` is a row, or a mapping that has the parts, as a snapshot does.
    """
    parts = address if isinstance(address, Mapping) else parts_of(address)
    town = f"{parts['postal_code']} {parts['city']}".strip()
    return [line for line in (parts["street"], town) if line]
