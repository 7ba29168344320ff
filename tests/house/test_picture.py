"""The picture of the layers is the one that the code draws."""

from pathlib import Path

from django.conf import settings

from groupement.management.commands import draw_house

PICTURE = Path(settings.BASE_DIR) / "docs" / "img" / "house.svg"


def test_the_picture_of_the_layers_is_that_of_the_code():
    assert PICTURE.read_text() == draw_house.picture(), "make picture draws it again"


def test_it_shows_every_app_and_every_part_of_billing():
    names = {box.name for row in draw_house.app_rows() for box in row}
    assert {"billing", "timesheets", "employees", "charter", "members", "kernel"} <= names
    parts = {box.name for row in draw_house.part_rows("billing") for box in row}
    folders = {path.parent.name for path in Path(settings.BASE_DIR, "billing").glob("*/__init__.py")}
    assert folders - {"migrations"} <= parts
