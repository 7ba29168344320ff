"""Reads the environment: typed, once, and with a plain sentence when something is missing or wrong."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

YES = frozenset({"1", "yes", "true", "on", "oui"})
NO = frozenset({"0", "no", "false", "off", "non"})


class Environment:
    """Typed questions to a mapping of variables; an empty variable counts as unset.

    Without a default a variable is required. Every refusal is an ImproperlyConfigured that names the variable and
    the cure, never its value: values may be secrets and the message ends in logs.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables

    def text(self, name: str, default: str | None = None) -> str:
        """The variable as it stands, without surrounding blanks."""
        found = self.variables.get(name, "").strip()
        if found:
            return found
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. See .env.example for what it holds.")
        return default

    def secret(self, name: str, default: str | None = None) -> str:
        """The variable, or the first line of the file that NAME_FILE points to (Docker and systemd secrets)."""
        path = self.variables.get(f"{name}_FILE", "").strip()
        if not path:
            return self.text(name, default)
        if self.variables.get(name, "").strip():
            raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one.")
        try:
            found = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE points to {path}, which cannot be read.") from error
        if not found:
            raise ImproperlyConfigured(f"{name}_FILE points to {path}, which is empty.")
        return found

    def flag(self, name: str, default: bool) -> bool:
        """yes/no, true/false, on/off, 1/0, oui/non; anything else is refused rather than guessed."""
        found = self.text(name, "").lower()
        if not found:
            return default
        if found in YES:
            return True
        if found in NO:
            return False
        raise ImproperlyConfigured(f"{name} must be yes or no.")

    def number(self, name: str, default: int) -> int:
        """A whole number, zero or more."""
        found = self.text(name, str(default))
        if not found.isascii() or not found.isdigit():
            raise ImproperlyConfigured(f"{name} must be a whole number.")
        return int(found)

    def names(self, name: str, default: list[str] | None = None) -> list[str]:
        """Names separated by commas."""
        found = self.text(name, None if default is None else ",".join(default))
        return [part.strip() for part in found.split(",") if part.strip()]

    def folder(self, name: str, default: Path) -> Path:
        """An absolute path."""
        found = Path(self.text(name, str(default)))
        if not found.is_absolute():
            raise ImproperlyConfigured(f"{name} must be an absolute path.")
        return found

    def options(self, name: str) -> dict[str, Any]:
        """A JSON object, or an empty one; it may hold secrets."""
        try:
            found = json.loads(self.secret(name, "{}"))
        except ValueError:
            # Without "from": the original error carries the text.
            raise ImproperlyConfigured(f"{name} must be a JSON object.") from None
        if not isinstance(found, dict):
            raise ImproperlyConfigured(f"{name} must be a JSON object.")
        return found

    def database(self, name: str) -> dict[str, Any]:
        """Django’s database settings from an address such as postgresql://user:password@host:5432/name."""
        address = self.secret(name)
        if not address.startswith(("postgresql://", "postgres://")):
            raise ImproperlyConfigured(
                f"{name} must begin with postgresql:// (no other database is supported)."
            )
        try:
            parts = conninfo_to_dict(address)
        except ProgrammingError:
            # Without "from": the original message quotes the address, password included.
            raise ImproperlyConfigured(f"{name} is not a valid PostgreSQL address.") from None
        if not parts.get("dbname"):
            raise ImproperlyConfigured(f"{name} names no database after the host.")
        return {
            "NAME": parts.pop("dbname"),
            "USER": parts.pop("user", ""),
            "PASSWORD": parts.pop("password", ""),
            "HOST": parts.pop("host", ""),
            "PORT": str(parts.pop("port", "")),
            "OPTIONS": parts,
        }


def kept_secret(path: Path) -> str:
    """A random key made once and stored in ``path``, readable by its owner only; safe when two processes start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as fresh:
            fresh.write(secrets.token_urlsafe(50))
            fresh.flush()
            with suppress(FileExistsError):  # another process was faster: its key counts
                os.link(fresh.name, path)
    return path.read_text(encoding="ascii").strip()
