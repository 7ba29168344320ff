"""What is unique is so in the way in which it is looked up: Python and PostgreSQL compare alike."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from groupement.kernel.cells import plain
from groupement.kernel.spelling import refuse_doubles
from members.models import Member
from tests import world
from timesheets.importing import scope

TEXTS = [
    *(
        "LR001",
        "lr001",
        "  Lr 001 ",
        "LR_001",
        "Épicerie",
        "EPICERIE",
        "é",
        "e\u0301",
        "Œuvre",
        "œuvre",
        "ÆØ",
    ),
    *(
        "Straße",
        "STRASSE",
        "L’Atelier",
        "L'atelier",
        "n°\u00a03",
        "ﬁn",
        "Ç",
        "\u202fa\t\nb",
        "",
        "Ñandú",
        "½",
        "Ⅳ",
    ),
]


@pytest.mark.django_db
def test_python_and_postgresql_compare_alike() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, plain_text(text) FROM unnest(%s::text[]) AS text", [TEXTS])
        found = dict(cursor.fetchall())
    assert found == {text: plain(text) for text in TEXTS}


@pytest.mark.django_db
def test_a_name_is_found_however_it_is_written() -> None:
    aloen = world.member("Épicerie d’Aloen")
    assert Member.objects.get(short_name__plain=plain("EPICERIE  d'aloen")) == aloen


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("migration", "rule", "sentence"),
    [
        (
            "members.migrations.0005_keep_short_names_one_however_written",
            "member_short_name_is_one_however_written",
            "Noms courts d’adhérents en double",
        ),
        (
            "employees.migrations.0002_keep_numbers_one_however_written",
            "payroll_number_is_one_however_written",
            "Matricules de paie en double",
        ),
        (
            "employees.migrations.0002_keep_numbers_one_however_written",
            "assignment_reference_is_one_however_written",
            "Références de mises à disposition en double",
        ),
    ],
)
def test_a_migration_stops_at_doubles(migration: str, rule: str, sentence: str) -> None:
    places = [world.assignment(world.employee(name), world.member(name)) for name in ("Aloen", "Sonam")]
    refuse = import_module(migration).refuse
    refuse(apps, None)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {rule}")
    first, second = (
        {"short_name": each.member, "payroll_number": each.employee, "reference": each} for each in places
    )
    column = next(name for name in first if name in rule)
    double = {column: getattr(first[column], column).lower()}
    type(second[column])._base_manager.filter(pk=second[column].pk).update(**double)
    with pytest.raises(ValueError, match=sentence):
        refuse(apps, None)


@pytest.mark.django_db
def test_a_legal_name_never_takes_the_place_of_a_short_name() -> None:
    """What a file calls Bémol is the member of that short name; what two are called is nobody."""
    bemol = world.member("Bémol", legal_name="Harmonie")
    aloen = world.member("Aloen", legal_name="BEMOL")
    sonam = world.member("Sonam", legal_name="Harmonie")
    for member in (bemol, aloen, sonam):
        world.assignment(world.employee(member.short_name), member)
    places = scope.read_directory(world.coordinator()).places
    assert places == {"bemol": bemol.pk, "aloen": aloen.pk, "sonam": sonam.pk}


def test_doubles_are_all_named_and_others_are_not() -> None:
    rows = [(1, "LR001"), (2, "M2"), (3, "lr001"), (4, "Épi"), (5, "EPI")]
    with pytest.raises(ValueError, match="en double") as refusal:
        refuse_doubles(rows, "Matricules de paie", plain)
    sentence = str(refusal.value).replace("\u00a0", " ")
    assert "n° 1 « LR001 » = n° 3 « lr001 » ; n° 4 « Épi » = n° 5 « EPI »." in sentence
    assert "M2" not in sentence
    refuse_doubles(rows[:2], "Matricules de paie", plain)
