"""Settings as another process sees them: production fails closed, local mode needs nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

PRODUCTION = {
    "DATABASE_URL": "postgresql://u:p@db.example/ronde",
    "SECRET_KEY": "long-enough-for-a-test",
    "ALLOWED_HOSTS": "ronde.example",
    "EMAIL_HOST": "mail.example",
    "EMAIL_FROM": "ronde@ronde.example",
}
ASKED = (
    *("LOCAL_MODE", "OWN_DATABASE", "DEBUG", "DEMO_MODE", "REQUIRE_SECOND_FACTOR", "ALLOWED_HOSTS"),
    *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"),
    *("SESSION_COOKIE_NAME", "EMAIL_BACKEND", "WORKER_IN_WEB", "CELERY_BROKER_URL", "SITE_URL"),
)
SCRIPT = f"""
import json
from groupement import settings
found = {{name: getattr(settings, name) for name in {ASKED!r}}}
found["CACHE"] = settings.CACHES["default"]["BACKEND"].rsplit(".")[-1]
found["STATIC"] = settings.STORAGES["staticfiles"]["BACKEND"].rsplit(".")[-1]
print(json.dumps(found))
"""


def read(**variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=settings.BASE_DIR,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(**variables: str) -> dict[str, object]:
    done = read(**variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_complete_production_environment_is_strict() -> None:
    assert loaded(**PRODUCTION) == {
        "LOCAL_MODE": False,
        "OWN_DATABASE": False,
        "DEBUG": False,
        "DEMO_MODE": False,
        "REQUIRE_SECOND_FACTOR": True,
        "ALLOWED_HOSTS": ["ronde.example"],
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "WORKER_IN_WEB": True,
        "CELERY_BROKER_URL": "memory://localhost",
        "SITE_URL": "https://ronde.example",
        "CACHE": "LocMemCache",
        "STATIC": "HashedStaticFilesStorage",
    }


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_HOST", "EMAIL_FROM"])
def test_production_without_one_of_its_variables_does_not_start(missing: str) -> None:
    done = read(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode == 1
    assert f"{missing} is not set. See .env.example" in done.stderr


def test_production_without_database_does_not_start() -> None:
    done = read(**(PRODUCTION | {"DATABASE_URL": "", "LOCAL_MODE": "no"}))
    assert done.returncode == 1
    assert "DATABASE_URL is not set" in done.stderr


def test_debug_cannot_be_switched_on_in_production() -> None:
    assert loaded(**PRODUCTION, DEBUG="yes")["DEBUG"] is False


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(PRODUCTION["DATABASE_URL"])
    (tmp_path / "key").write_text("from-a-file")
    by_file = {"DATABASE_URL_FILE": str(tmp_path / "url"), "SECRET_KEY_FILE": str(tmp_path / "key")}
    found = loaded(
        **{k: v for k, v in PRODUCTION.items() if k not in ("DATABASE_URL", "SECRET_KEY")}, **by_file
    )
    assert (found["LOCAL_MODE"], found["OWN_DATABASE"]) == (False, False)


def test_redis_becomes_broker_and_cache() -> None:
    found = loaded(**PRODUCTION, BROKER_URL="redis://redis.example/0")
    assert (found["WORKER_IN_WEB"], found["CACHE"]) == (False, "RedisCache")


def test_nothing_set_means_this_machine_only() -> None:
    found = loaded()
    assert (found["LOCAL_MODE"], found["OWN_DATABASE"], found["DEBUG"]) == (True, True, False)
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert (found["SECURE_SSL_REDIRECT"], found["WORKER_IN_WEB"]) == (False, True)


def test_everything_follows_the_port() -> None:
    """Mails and calendars link to the site that `make demo PORT=…` serves."""
    assert loaded()["SITE_URL"] == "http://127.0.0.1:8000"
    where = ["make", "--no-print-directory", "--eval", "where: ; @echo $$PORT", "where", "PORT=8101"]
    port = subprocess.run(
        where, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert loaded(PORT=port)["SITE_URL"] == "http://127.0.0.1:8101"
    assert loaded(**PRODUCTION, PORT=port)["SITE_URL"] == "https://ronde.example"


def test_demo_needs_no_second_factor_unless_asked() -> None:
    assert loaded(DEMO_MODE="yes")["REQUIRE_SECOND_FACTOR"] is False
    assert loaded(DEMO_MODE="yes", REQUIRE_SECOND_FACTOR="yes")["REQUIRE_SECOND_FACTOR"] is True


def test_no_page_may_run_foreign_or_inline_code() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == directives["style-src"] == ["'self'"]
    assert not [name for name, sources in directives.items() if "'unsafe-inline'" in sources]


def test_another_store_is_a_setting() -> None:
    script = (
        "from groupement import settings; print(settings.STORAGES['private'], settings.STORAGES['default'])"
    )
    named = {"PRIVATE_STORAGE": "a.Store", "PRIVATE_STORAGE_OPTIONS": '{"bucket": "b"}'}
    wanted = {"BACKEND": "a.Store", "OPTIONS": {"bucket": "b"}}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=os.environ | PRODUCTION | named,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{wanted} {wanted}"


def test_private_files_are_closed_to_other_users() -> None:
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    private = storages["private"]
    path = Path(private.path(private.save("closed/invoice.pdf", ContentFile(b"%PDF"))))
    assert path.is_relative_to(os.environ["PRIVATE_FILES_ROOT"])
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.django_db
def test_triggers_need_no_error_to_know_that_they_are_not_set_aside() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)
    assert settings.DATABASES["default"]["OPTIONS"]["options"] == "-c pgtrigger.ignore={}"
