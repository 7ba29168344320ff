"""The demonstration's figures add up and are the same at every run."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from billing.documents import rendering
from billing.models import BillingRun, Charge, Dispatch, FundedHours, Invoice, Payment, Refund, Reminder
from billing.month import reconciling
from groupement.demo import afterwards, cast, founding, story
from members.models import Group, Mail
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
    kept = (Payment, Invoice, Reminder, Charge, FundedHours, Refund, Dispatch)
    counted = [model.objects.count() for model in kept]
    story.collect()
    assert [model.objects.count() for model in kept] == counted


def test_what_came_after_the_months_is_told_too():
    """Two hours found in October make a supplement of September; 100.00 too much goes back; papers leave by e-mail."""
    founding.found()
    story.live()
    for month in cast.CLOSED:
        story.bill(month)
    story.collect()
    (run,) = BillingRun.objects.filter(supplement=1)
    (made,) = run.invoices.all()
    assert (run.month, made.number, str(made.member)) == (cast.SEPTEMBER, "F-2026-0014", "Aloen")
    assert (str(made.net), str(made.total)) == ("52.80", "63.36")
    (refund,) = Refund.objects.all()
    assert (str(refund.amount), refund.payment.amount) == ("100.00", Decimal("163.36"))
    for invoice in Invoice.objects.filter(status="issued"):
        rendering.render(invoice.pk, at=world.NOW)
    finance = story.user("gael.perrot")
    assert afterwards.send_papers(finance) == 8
    assert Mail.objects.filter(kind="document").exclude(file_path="").count() >= 8
    assert not Mail.objects.filter(kind="document", status="pending").exists()
    assert afterwards.send_papers(finance) == 0


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
