"""The environment is read strictly: what is missing or wrong is named, and no value is shown."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from groupement.env import Environment, kept_secret


def env(**variables: str) -> Environment:
    return Environment(variables)


def test_text_is_stripped_and_empty_counts_as_unset() -> None:
    assert env(HOST=" mail.example ").text("HOST") == "mail.example"
    assert env(HOST="  ").text("HOST", "other") == "other"


@pytest.mark.parametrize("ask", ["text", "secret", "names", "database"])
def test_what_is_required_and_missing_is_named(ask: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^THING is not set\. See \.env\.example"):
        getattr(env(), ask)("THING")


def test_secret_comes_from_the_variable_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n")
    assert env(KEY="hush").secret("KEY") == "hush"
    assert env(KEY_FILE=str(tmp_path / "key")).secret("KEY") == "hush"
    assert env().secret("KEY", "") == ""


def test_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="KEY and KEY_FILE are both set; keep one"):
        env(KEY="a", KEY_FILE=str(tmp_path / "key")).secret("KEY")


def test_secret_file_must_be_there_and_hold_something(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env(KEY_FILE=str(tmp_path / "none")).secret("KEY", "default")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ImproperlyConfigured, match="is empty"):
        env(KEY_FILE=str(tmp_path / "empty")).secret("KEY", "default")


@pytest.mark.parametrize(
    ("typed", "meant"), [("yes", True), ("1", True), ("OUI", True), ("off", False), ("0", False)]
)
def test_flag_understands_yes_and_no(typed: str, meant: bool) -> None:
    assert env(FLAG=typed).flag("FLAG", default=not meant) is meant


def test_flag_is_not_guessed() -> None:
    assert env().flag("FLAG", default=True) is True
    with pytest.raises(ImproperlyConfigured, match="FLAG must be yes or no"):
        env(FLAG="maybe").flag("FLAG", default=False)


def test_options_are_a_json_object_and_a_wrong_one_is_not_told() -> None:
    assert env().options("STORE") == {}
    assert env(STORE='{"bucket": "a"}').options("STORE") == {"bucket": "a"}
    for wrong in ("{hush", '["hush"]'):
        with pytest.raises(ImproperlyConfigured, match=r"^STORE must be a JSON object\.$") as refused:
            env(STORE=wrong).options("STORE")
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("wrong", ["ten", "-1", "1.5", "²"])
def test_number_is_whole(wrong: str) -> None:
    assert env(N="25").number("N", 0) == 25
    with pytest.raises(ImproperlyConfigured, match="N must be a whole number"):
        env(N=wrong).number("N", 0)


def test_names_are_separated_by_commas() -> None:
    assert env(HOSTS="a.example, b.example,").names("HOSTS") == ["a.example", "b.example"]
    assert env().names("HOSTS", ["c.example"]) == ["c.example"]


def test_folder_is_absolute(tmp_path: Path) -> None:
    assert env(F=str(tmp_path)).folder("F", Path("/")) == tmp_path
    with pytest.raises(ImproperlyConfigured, match="F must be an absolute path"):
        env(F="files").folder("F", tmp_path)


def test_database_address_becomes_settings() -> None:
    address = "postgresql://ronde:p%40ss@db.example:5433/ronde?sslmode=require"
    assert env(DATABASE_URL=address).database("DATABASE_URL") == {
        "NAME": "ronde",
        "USER": "ronde",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_on_a_unix_socket() -> None:
    found = env(DATABASE_URL="postgresql:///ronde?host=/run/postgresql").database("DATABASE_URL")
    assert (found["NAME"], found["HOST"], found["USER"]) == ("ronde", "/run/postgresql", "")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite:///hush", "no other database is supported"),
        ("postgresql://u:hush@h:port/db?nonsense=1", "not a valid PostgreSQL address"),
        ("postgresql://u:hush@h", "names no database"),
    ],
)
def test_wrong_database_address_is_refused_without_being_shown(address: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        env(DATABASE_URL=address).database("DATABASE_URL")
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_kept_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "key"
    made = kept_secret(path)
    assert len(made) >= 50
    assert kept_secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_secret(tmp_path / "other") != made
