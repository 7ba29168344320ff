"""A payroll file that names one person of three says so the first time too, before any cost is stored."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.costs import payroll_import
from tests import world
from tests.billing.costs import books
from tests.world import NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db


def test_people_of_the_month_whom_the_file_does_not_name_are_told() -> None:
    world.group()
    aloen = world.member("Aloen")
    maelle, yann, ines, gone = (
        world.employee(first, last, members=[aloen])
        for first, last in (("Maëlle", "Kerbrat"), ("Yann", "Bihan"), ("Inès", "Guillou"), ("Loïc", "Parti"))
    )
    for person in (maelle, ines):
        world.assignment(person, aloen)
    world.assignment(gone, aloen, ends_before=OCTOBER.before)
    world.timesheet(yann, {})
    preview = payroll_import.preview_payroll(books.read(books.csv_file(books.line(maelle, 2000, 800))))
    assert [person.full_name for person in preview.missing] == ["Yann Bihan", "Inès Guillou"]
    assert preview.gone == []
    books.take(books.line(maelle, 2000, 800), books.line(ines, 2000, 800))
    preview = payroll_import.preview_payroll(books.read(books.csv_file(books.line(maelle, 2100, 800))))
    assert ([person.full_name for person in preview.missing], len(preview.gone)) == (["Yann Bihan"], 1)


def test_the_rehearsal_says_it(login) -> None:
    world.group()
    aloen = world.member("Aloen")
    people = [world.employee(first, "Kerbrat", members=[aloen]) for first in ("Maëlle", "Yann", "Inès")]
    for person in people:
        world.assignment(person, aloen)
    finance = login(world.finance())
    file = SimpleUploadedFile("paie.csv", books.csv_file(books.line(people[0], 2000, 800)))
    address = f"{reverse('billing:import_costs')}?mois={NOVEMBER}"
    answer = finance.post(address, {"file": file, "month": str(NOVEMBER)}, follow=True)
    text = re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode())))
    assert (
        "2 personnes de novembre 2026 ne figurent pas dans le fichier : Inès Kerbrat et Yann Kerbrat" in text
    )
