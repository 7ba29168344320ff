"""docker-compose.yml as tests read it: what each service runs, how its health is asked; nothing is retyped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
LONG_RUNNING = sorted(name for name, service in SERVICES.items() if service.get("restart") != "no")


def command(name: str) -> list[str]:
    """The words that this service runs."""
    return list(SERVICES[name]["command"])


def health(name: str) -> list[str]:
    """The words that ask for this service's health, as Docker would run them."""
    kind, *words = SERVICES[name]["healthcheck"]["test"]
    if kind == "CMD-SHELL":
        return ["/bin/sh", "-c", words[0].replace("$$", "$")]
    assert kind == "CMD"
    return words


def variables_of(path: str) -> dict[str, bool]:
    """The variables that a file of NAME=value lines names, and whether each is set there or only shown."""
    lines = (ROOT / path).read_text().splitlines()
    found = [re.match(r"(# )?([A-Z][A-Z_]+)=", line) for line in lines]
    return {match[2]: not match[1] for match in found if match}
