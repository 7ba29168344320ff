"""The checks name what the system lacks and the command that installs it; each has an id of its own."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from groupement import checks


def test_a_complete_system_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "loads", lambda library: True)
    assert checks.pdf_libraries() == []


def test_a_library_weasyprint_needs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "loads", lambda library: library != "libpangoft2-1.0.so.0")
    (found,) = checks.pdf_libraries()
    assert found.id == "groupement.E001"
    assert found.msg == "No PDF can be made: the system lacks libpangoft2-1.0-0."
    assert "apt-get install --no-install-recommends libpangoft2-1.0-0 " in found.hint


def test_the_library_that_makes_pdfs_fast_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "loads", lambda library: library != "libharfbuzz-subset.so.0")
    (found,) = checks.pdf_libraries()
    assert (found.id, found.is_serious()) == ("groupement.W001", False)
    assert "libharfbuzz-subset0" in found.msg


def test_a_library_that_is_not_there_is_not_found() -> None:
    assert checks.loads("libc.so.6")
    assert not checks.loads("libnobody-has-this.so.0")


def test_django_runs_the_check() -> None:
    from django.core.checks.registry import registry

    assert checks.pdf_libraries in registry.get_checks()


def test_a_check_has_an_id_of_its_own():
    """Two under one id could neither be told apart nor silenced one by one (SILENCED_SYSTEM_CHECKS)."""
    ours = ("groupement", "members", "charter", "employees", "timesheets", "billing")
    texts = [path.read_text() for app in ours for path in Path(settings.BASE_DIR, app).rglob("*.py")]
    given = Counter(found for text in texts for found in re.findall(r"\bid=\"([a-z_]+\.[A-Z]\d{3})\"", text))
    assert {"groupement.E001", "groupement.E002", "groupement.E003", "groupement.W001"} <= given.keys()
    assert [name for name, times in given.items() if times > 1] == []
    written = sum(
        len(re.findall(r"\bchecks\.(?:Error|Warning|Info|Critical|CheckMessage)\(", text)) for text in texts
    )
    assert written == given.total(), "a check without an id, or with one that this test cannot read"
