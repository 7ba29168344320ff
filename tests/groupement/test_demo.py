"""The demonstration's figures add up and are the same at every run."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from billing.models import Charge, FundedHours, Invoice, Payment, Reminder
from billing.month import reconciling
from groupement.demo import cast, founding, story
from members.models import Group
from tests import world

pytestmark = pytest.mark.django_db


def test_two_months_are_billed_to_the_cent_and_billing_again_changes_nothing():
    founding.found()
    story.live()
    runs = [story.bill(month) for month in cast.CLOSED]
    assert [(run.employer_cost, run.charged, run.reserve) for run in runs] == [
        (Decimal("9075.60"), Decimal("9048.12"), Decimal("27.48")),
        (Decimal("9130.20"), Decimal("9822.37"), Decimal("-692.17")),
    ]
    rows = [(row.number, row.member, row.total) for run in runs for row in reconciling.issued_invoices(run)]
    assert rows == [
        ("F-2026-0001", "Aloen", Decimal("1949.78")),
        ("F-2026-0002", "Book Hémisphères", Decimal("2183.38")),
        ("F-2026-0003", "OnCIMé", Decimal("1903.54")),
        ("F-2026-0004", "Optim’ism", Decimal("2371.87")),
        ("F-2026-0005", "Sonam", Decimal("1145.35")),
        ("F-2026-0006", "SPL Bois Énergie", Decimal("1336.61")),
        ("F-2026-0007", "Aloen", Decimal("1646.08")),
        ("F-2026-0008", "Book Hémisphères", Decimal("2748.52")),
        ("F-2026-0009", "OnCIMé", Decimal("1911.85")),
        ("F-2026-0010", "Optim’ism", Decimal("2592.49")),
        ("F-2026-0011", "Sonam", Decimal("1301.77")),
        ("F-2026-0012", "SPL Bois Énergie", Decimal("1593.65")),
    ]
    again = [story.bill(month) for month in cast.CLOSED]
    assert [run.pk for run in again] == [run.pk for run in runs]
    assert Invoice.objects.count() == 12


def test_money_comes_in_but_for_what_is_late_and_collecting_again_changes_nothing():
    founding.found()
    story.live()
    for month in cast.CLOSED:
        story.bill(month)
    story.collect()
    assert story.owing() == [("Optim’ism", Decimal("4964.36")), ("Sonam", Decimal("1759.91"))]
    (note,) = Invoice.objects.filter(kind="credit_note")
    assert (note.number, note.corrects.number) == ("F-2026-0013", "F-2026-0007")
    assert Reminder.objects.count() == 4
    counted = [model.objects.count() for model in (Payment, Invoice, Reminder, Charge, FundedHours)]
    story.collect()
    assert [model.objects.count() for model in (Payment, Invoice, Reminder, Charge, FundedHours)] == counted


def test_another_group_s_database_is_left_alone():
    world.group(name="Un vrai groupement")
    with pytest.raises(CommandError, match="Un vrai groupement"):
        call_command("demo")
    assert Group.objects.get().name == "Un vrai groupement"


def test_a_production_site_is_left_alone(settings):
    settings.LOCAL_MODE = settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="DEMO_MODE"):
        call_command("demo")
    assert not Group.objects.exists()
