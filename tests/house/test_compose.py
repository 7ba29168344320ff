"""docker-compose.yml, Dockerfile and .env.example against the code: real commands, all documented, no door open."""

from __future__ import annotations

import ast
import re
import shlex
from importlib.util import find_spec
from pathlib import PurePosixPath

import click
import pytest
from celery.bin.celery import celery
from django.apps import apps
from django.core.management import CommandError, get_commands, load_command_class
from gunicorn.config import Config

from groupement import health
from tests import compose
from tests.compose import COMPOSE, LONG_RUNNING, OURS, ROOT, SERVICES

OPERATIONS = (ROOT / "docs/operations.md").read_text()
EXAMPLE = compose.variables_of(".env.example")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
FROM_FILE = {"secret", "database"}  # the questions of env.py that also hear NAME_FILE


def read_by_the_settings() -> set[tuple[str, str]]:
    """The questions that settings.py puts to env.py, each with its variable."""
    calls = ast.walk(ast.parse((ROOT / "groupement/settings.py").read_text()))
    return {
        (call.func.attr, call.args[0].value.removesuffix("_FILE"))
        for call in calls
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
    }


READ = {variable for _, variable in read_by_the_settings()}
SECRETS = {variable for question, variable in read_by_the_settings() if question in FROM_FILE}


def parse(words: list[str]) -> list[str]:
    """Have the program's own parser read its words, which raises at the first it does not know; what was parsed."""
    program, *rest = words
    if program == "gunicorn":
        module = Config().parser().parse_args(rest).args
        assert [find_spec(name) is None for name in module] == [False]
        return module
    if program == "celery":
        assert rest[:2] == ["-A", "groupement"]
        subcommand = celery.commands[rest[2]]
        _, left, parameters = subcommand.make_parser(click.Context(subcommand)).parse_args(rest[3:])
        assert left == []
        return [rest[2], *[parameter.name for parameter in parameters]]
    if rest[:1] == ["-m"]:
        assert rest[1] == "groupement.health"
        assert set(rest[2:]) <= health.PARTS.keys()
        return rest[1:]
    assert (program, rest[0], (ROOT / rest[0]).is_file()) == ("python", "manage.py", True)
    name = rest[1]
    load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(rest[2:])
    return [name]


def test_each_service_runs_a_program_that_knows_its_words():
    parsed = {name: parse(compose.command(name)) for name in OURS}
    assert parsed == {
        "beat": ["beat", "loglevel", "pidfile"],
        "migrate": ["migrate"],
        "web": ["groupement.wsgi"],
        "worker": ["worker", "loglevel", "concurrency", "max_tasks_per_child"],
    }


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["celery", "-A", "groupement", "worker", "--never"], click.NoSuchOption),
        (["gunicorn", "groupement.wsgi", "--never"], SystemExit),
        (["python", "manage.py", "migrate", "--never"], CommandError),
        (["python", "-m", "groupement.health", "never"], AssertionError),
    ],
)
def test_a_word_that_no_program_knows_is_found(words, refusal):
    with pytest.raises(refusal):
        parse(words)


def test_each_long_running_service_is_asked_for_its_health():
    asked = {name: SERVICES[name].get("healthcheck", {}).get("test") for name in SERVICES}
    assert sorted(name for name, words in asked.items() if words) == LONG_RUNNING
    assert sorted(LONG_RUNNING) == ["beat", "postgres", "redis", "web", "worker"]


@pytest.mark.parametrize("name", sorted(set(OURS) & set(LONG_RUNNING)))
def test_a_question_for_health_knows_its_words(name):
    words = compose.health(name)
    parts = words[2].split(" && ") if words[:2] == ["/bin/sh", "-c"] else [shlex.join(words)]
    programs = [shlex.split(part) for part in parts]
    parsed = [parse(program) for program in programs if program[0] != "kill"]
    assert parsed
    for program in programs:
        if program[0] == "kill":  # by the file in which beat was told to note its number
            assert f"$(cat {compose.command(name)[-1]})" in words[2]


def test_migrations_are_a_step_of_their_own_that_the_others_wait_for():
    assert SERVICES["migrate"]["restart"] == "no"
    assert [name for name in OURS if "migrate" in compose.command(name)] == ["migrate"]
    waited_for = {name: SERVICES[name]["depends_on"] for name in OURS}
    after = {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }
    assert waited_for == {
        "migrate": {"postgres": {"condition": "service_healthy"}},
        "web": after,
        "worker": after,
        "beat": after,
    }


def test_only_the_web_is_reached_from_outside_and_from_this_machine_alone():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}
    assert {service.get("network_mode") for service in SERVICES.values()} == {None}


def test_every_variable_that_is_read_is_documented():
    table = OPERATIONS.split("## Variables")[1].split("\n## ")[0]
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", table)) - {"NAME_FILE"}
    assert len(READ) > 15
    assert documented == READ
    # DEBUG and PORT are for work on the code: production does not hear them.
    assert set(EXAMPLE) == READ - {"DEBUG", "PORT"}


def test_what_compose_sets_is_read_and_its_secrets_are_there():
    for name in OURS:
        service = SERVICES[name]
        for variable, value in service["environment"].items():
            if variable.endswith("_FILE"):
                assert variable.removesuffix("_FILE") in SECRETS
                assert PurePosixPath(value).parent == PurePosixPath("/run/secrets")
                assert PurePosixPath(value).name in service["secrets"]
            else:
                assert variable in READ
        assert set(service["secrets"]) <= COMPOSE["secrets"].keys()
    # Set in both places, a variable and its file are refused: the site would not start.
    given = {variable.removesuffix("_FILE") for variable in SERVICES["web"]["environment"]}
    assert given & {name for name, is_set in EXAMPLE.items() if is_set} == set()
    required = {"DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_HOST", "EMAIL_FROM"}
    assert required <= given | {name for name, is_set in EXAMPLE.items() if is_set}


def test_no_secret_has_a_default():
    assert {name for name in SECRETS if EXAMPLE[name]} == set()
    found = {
        variable: value
        for service in SERVICES.values()
        for variable, value in service.get("environment", {}).items()
        if re.search("PASSWORD|SECRET|DATABASE", variable)
    }
    assert {variable for variable, value in found.items() if not value.startswith("/run/secrets/")} == set()
    assert {secret["file"].split("/")[0] for secret in COMPOSE["secrets"].values()} == {"secrets"}
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"secrets/", ".env"} <= set(ignored)
    # The image begins with nothing and takes what is named, so neither can slip in.
    assert (ROOT / ".dockerignore").read_text().splitlines()[0] == "*"


def test_every_secret_file_is_made_by_the_instructions():
    made = set(re.findall(r"> (secrets/[a-z_]+)", OPERATIONS))
    assert made == {secret["file"] for secret in COMPOSE["secrets"].values()}


def test_our_containers_may_write_little_and_gain_nothing():
    for name in OURS:
        service = SERVICES[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER (?!root|0)", DOCKERFILE, re.MULTILINE)


def test_the_image_holds_every_app_and_what_it_needs():
    own = {config.name for config in apps.get_app_configs() if (ROOT / config.name).is_dir()}
    allowed = set((ROOT / ".dockerignore").read_text().split())
    for folder in own | {"templates", "static"}:
        assert f"COPY {folder} {folder}\n" in DOCKERFILE
        assert f"!{folder}" in allowed
    assert "requirements/base.txt" in DOCKERFILE
    assert "!requirements/base.txt" in allowed


def test_the_stop_leaves_time_for_what_is_at_hand():
    seconds = {name: SERVICES[name].get("stop_grace_period") for name in ("web", "worker")}
    assert seconds == {"web": "40s", "worker": "2m"}
    assert Config().settings["graceful_timeout"].get() < 40
