"""Every page of the month asks the database as often for one row as for three, and fewer than seventeen times."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.documents import rendering
from billing.models import Invoice
from billing.month import drafting, issuing
from charter import signing, writing
from tests import world
from tests.charter import agreed
from tests.world import DECEMBER, NOVEMBER, NOW
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

MOST = 19
# Who reads what, and how many queries it takes, those for session, person and frame included.
PAGES = [
    ("maelle", "/heures/{november}/", 14),
    ("maelle", "/heures/{december}/", 14),
    ("maelle", "/heures/{december}/jour/4/", 14),
    ("maelle", "/charte/", 9),
    ("nolwenn", "/accueil/", 18),
    ("maelle", "/heures/mon-annee/", 14),
    ("nolwenn", "/heures/engagement/", 11),
    ("solene", "/heures/annee/", 11),
    ("solene", "/heures/annee/?personne={employee}", 14),
    ("solene", "/heures/annee/?adherent={member}", 10),
    ("nolwenn", "/heures/a-viser/", 17),
    ("nolwenn", "/heures/releve/{sheet}/", 17),
    ("nolwenn", "/heures/{december}/{assignment}/", 15),
    ("nolwenn", "/facturation/factures/", 12),
    ("nolwenn", "/facturation/factures/{invoice}/", 13),
    ("nolwenn", "/charte/", 10),
    ("solene", "/heures/mois/{november}/", 14),
    ("solene", "/heures/mois/{december}/", 15),
    ("solene", "/heures/{december}/personne/{employee}/", 13),
    ("solene", "/heures/releve/{sheet}/", 12),
    ("solene", "/facturation/", 8),
    ("solene", "/facturation/{november}/", 16),
    ("solene", "/charte/1/", 9),
    ("gael", "/facturation/aujourd-hui/", 16),
    ("gael", "/facturation/", 8),
    ("gael", "/facturation/{november}/", 18),
    ("gael", "/facturation/{december}/", 11),
    ("gael", "/facturation/factures/", 10),
    ("gael", "/facturation/factures/{invoice}/", 17),
    ("gael", "/facturation/couts/?mois={november}", 14),
    ("gael", "/heures/mois/{november}/", 13),
    ("solene", "/echeances/", 15),
    ("nolwenn", "/echeances/", 16),
    ("maelle", "/echeances/", 14),
    ("gael", "/echeances/", 15),
]


def many(count):
    """``count`` members, as many people at each of them: November billed and printed, December on its way."""
    world.group()
    members = [world.member(f"Adhérent {number}") for number in range(count)]
    people = [world.employee(f"Prénom{number}", "Kerbrat") for number in range(count)]
    states = ("submitted", "confirmed", "draft")
    for person in people:
        for rank, member in enumerate(members):
            placed = world.assignment(person, member, price_method="actual", management_rate=Decimal("5"))
            world.timesheet(placed, world.hours(NOVEMBER, 7, per_day=60))
            world.timesheet(placed, world.hours(DECEMBER, 7, per_day=60), month=DECEMBER, status=states[rank])
        world.timesheet(person)
        world.timesheet(person, month=DECEMBER, status="submitted")
        world.cost(person)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    for invoice in issuing.issue_run(run, by=None, at=NOW).issued:
        rendering.render(invoice.pk, at=NOW)
    drafting.draft(DECEMBER, by=None, at=NOW)
    charter = agreed.draft()
    writing.open_for_signature(charter, by=None, at=NOW)
    staff = [world.staff(member, f"Personne {rank}") for rank, member in enumerate(members)]
    for member, person in list(zip(members, staff, strict=True))[1:]:
        signing.sign(charter, member=member, by=person, at=NOW, consent=True)
    return {
        "maelle": people[0].user,
        "nolwenn": staff[0],
        "solene": world.coordinator(),
        "gael": world.finance(),
    }


def places():
    sheet = Timesheet.objects.filter(assignment__isnull=False, month=DECEMBER).order_by("pk").first()
    return {
        "november": NOVEMBER,
        "december": DECEMBER,
        "sheet": sheet.pk,
        "assignment": sheet.assignment_id,
        "employee": sheet.employee_id,
        "member": sheet.assignment.member_id,
        "invoice": Invoice.objects.filter(number__isnull=False).earliest("sequence").pk,
    }


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_as_often_for_one_as_for_many(count, files, settings, clock):
    settings.REQUIRE_SECOND_FACTOR = False
    people, where = many(count), places()
    taken = []
    for who, address, _ in PAGES:
        client = Client()
        client.force_login(people[who])
        client.get("/charte/")  # the first page of a day notes the visit
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address.format(**where)).status_code == 200
        taken.append((who, address, len(queries)))
    assert [page for page in taken if page not in PAGES] == []
    assert max(asked for _, _, asked in PAGES) < MOST
