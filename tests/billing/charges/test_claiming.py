"""Expenses written down: kilometres on the scale of the day, meals, purchases; what is refused, and how."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.charges import expense_decisions, expenses, receipts
from billing.charges.expenses import ExpenseClaim, trip_amount
from billing.models import Charge, Expense, ExpenseKind, ExpenseScale, ExpenseState
from groupement.kernel.lifecycle import Refusal
from members.models import File
from tests import world
from tests.billing.charges.receipt_files import PDF, picture
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 12)


@pytest.fixture
def placed():
    world.group()
    aloen = world.member("Aloen")
    return world.assignment(world.employee(members=[aloen]), aloen)


@pytest.fixture
def scale():
    return ExpenseScale.objects.create(
        kind="travel", starts_on=date(2026, 1, 1), rate=Decimal("0.529"), source="Décision du conseil"
    )


def put(placed, *, by=None, at=NOW, **facts):
    wanted = {"kind": ExpenseKind.TRAVEL, "spent_on": DAY, "label": "Atelier à Vannes", **facts}
    return expenses.claim(placed, ExpenseClaim(**wanted), by=by or placed.employee.user, at=at)


def refusal(placed, **facts):
    with pytest.raises(Refusal) as caught:
        put(placed, **facts)
    assert not Expense.objects.exists()
    return caught.value.message.replace("\u00a0", " ").replace("\u202f", " "), caught.value.field


def test_a_trip_is_kilometres_on_the_scale_of_its_day(placed, scale):
    scale.ends_before = date(2026, 11, 13)
    scale.save()
    ExpenseScale.objects.create(
        kind="travel", starts_on=date(2026, 11, 13), rate=Decimal("0.600"), source="Décision du conseil"
    )
    before = put(placed, kilometres=Decimal("42.5"))
    after = put(placed, kilometres=Decimal("42.5"), spent_on=date(2026, 11, 13))
    assert (before.rate, before.amount) == (Decimal("0.529"), Decimal("22.48"))
    assert (after.rate, after.amount) == (Decimal("0.600"), Decimal("25.50"))
    assert before.state == ExpenseState.WAITING
    assert (before.employee, before.recorded_by) == (placed.employee, placed.employee.user)


@given(
    st.decimals("0.1", "2000", places=1),
    st.decimals("0.001", "9.999", places=3),
)
def test_a_trip_is_worth_the_exact_product_rounded_once(kilometres, rate):
    exact = Decimal(kilometres) * Decimal(rate)
    found = trip_amount(kilometres, rate)
    assert found == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert abs(found - exact) <= Decimal("0.005")


def test_a_meal_is_what_was_paid_and_at_most_its_scale(placed):
    assert put(placed, kind="meal", amount=Decimal("18.50")).amount == Decimal("18.50")
    ExpenseScale.objects.create(kind="meal", starts_on=DAY, rate=Decimal("10.100"), source="Barème")
    assert put(placed, kind="meal").amount == Decimal("10.10")
    with pytest.raises(expenses.ExpenseNotClaimable) as caught:
        put(placed, kind="meal", amount=Decimal("10.11"))
    assert "jusqu’à 10,10\u00a0€" in caught.value.message
    assert caught.value.field == "amount"


@pytest.mark.parametrize(
    ("data", "ending"), [(PDF, ".pdf"), (picture("JPEG"), ".jpg"), (picture("PNG"), ".png")]
)
def test_a_purchase_keeps_its_receipt_under_a_name_that_tells_nothing(placed, data, ending):
    made = put(placed, kind="purchase", amount=Decimal("31.20"), label="Toner", receipt=data)
    assert made.receipt.name == f"justificatif{ending}"
    assert made.receipt.path.startswith("files/2026/")
    assert "Toner" not in made.receipt.path
    assert (made.receipt.is_sensitive, made.receipt.kept_by) == (True, placed.employee.user)
    file, kind, name = receipts.open_receipt(made)
    with file:
        assert file.read() == data
    assert kind in {"application/pdf", "image/jpeg", "image/png"}
    assert name == f"justificatif-2026-11-12-{made.pk}{ending}"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Un achat demande son justificatif"),
        (b"GIF89a" + b"0" * 50, "Ce fichier n’est pas un PDF"),
        (b"%PDF-1.4 cut off", "Ce fichier n’est pas un PDF"),
        (b"MZ" + PDF, "Ce fichier n’est pas un PDF"),
        (picture("PNG")[:40], "Ce fichier n’est pas un PDF"),
        (picture("BMP"), "Ce fichier n’est pas un PDF"),
        (PDF + b"0" * receipts.LARGEST_RECEIPT, "dépasse 5 Mo"),
    ],
)
def test_a_receipt_is_checked_by_its_content(placed, data, sentence):
    message, field = refusal(placed, kind="purchase", amount=Decimal("9.90"), receipt=data)
    assert sentence in message
    assert field == "receipt"


def test_what_cannot_be_an_expense_is_told_in_a_sentence(placed, scale):
    placed.ends_before = date(2026, 11, 20)
    placed.save()
    cases = [
        ({"spent_on": date(2026, 12, 4)}, "spent_on", "n’est pas encore passé"),
        ({"spent_on": date(2026, 11, 20)}, "spent_on", "elle ne couvre pas le 20 novembre 2026"),
        ({"spent_on": date(2025, 12, 31)}, "spent_on", "du 1er janvier 2026 au 19 novembre 2026"),
        ({"kilometres": None}, "kilometres", "supérieurs à zéro"),
        ({"kilometres": Decimal("-3")}, "kilometres", "supérieurs à zéro"),
        ({"kilometres": Decimal("2000.1")}, "kilometres", "Plus de 2 000 km"),
        ({"amount": Decimal("5")}, "amount", "se calcule d’après les kilomètres"),
        ({"label": "  "}, "label", "pourquoi cette dépense"),
        ({"kind": "meal", "kilometres": Decimal("3")}, "kilometres", "vont avec un déplacement"),
        ({"kind": "meal", "kilometres": None, "amount": Decimal("-1")}, "amount", "supérieur à zéro"),
        ({"kind": "meal", "kilometres": None, "amount": Decimal("100001")}, "amount", "c’est trop"),
        ({"kind": "purchase", "kilometres": None, "amount": Decimal("5")}, "receipt", "son justificatif"),
    ]
    for facts, field, sentence in cases:
        message, at_fault = refusal(placed, **{"kilometres": Decimal("10"), **facts})
        assert sentence in message
        assert at_fault == field


def test_without_a_scale_there_is_no_trip(placed):
    message, field = refusal(placed, kilometres=Decimal("10"))
    assert message == (
        "Aucun barème kilométrique n’est en vigueur le 12 novembre 2026. Demandez à l’administration de l’enregistrer."
    )
    assert field == "spent_on"


def test_nothing_is_left_of_a_withdrawn_expense(placed, django_capture_on_commit_callbacks):
    made = put(placed, kind="purchase", amount=Decimal("31.20"), receipt=PDF)
    path = made.receipt.path
    assert storages["private"].exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        expenses.withdraw(made, by=placed.employee.user, at=NOW)
    assert not Expense.objects.exists()
    assert not storages["private"].exists(path)
    assert File.objects.get(path=path).purged_at == NOW


def test_an_accepted_expense_is_withdrawn_by_finance_only_and_with_its_charge(placed, scale):
    made, finance = put(placed, kilometres=Decimal("10")), world.finance()
    expense_decisions.accept(made, by=finance, at=NOW)
    with pytest.raises(Refusal, match="demandez aux finances"):
        expenses.withdraw(made, by=placed.employee.user, at=NOW)
    expenses.withdraw(made, by=finance, at=NOW)
    assert (Expense.objects.count(), Charge.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": Decimal("-1")},
        {"kilometres": None},
        {"rate": None},
        {"kind": "meal"},
        {"kind": "purchase", "kilometres": None, "rate": None},
    ],
)
def test_postgresql_refuses_what_is_no_expense(placed, scale, facts):
    made = put(placed, kilometres=Decimal("10"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=made.pk).update(**facts)


def test_postgresql_keeps_an_accepted_expense(placed, scale):
    made = put(placed, kilometres=Decimal("10"))
    expense_decisions.accept(made, by=world.finance(), at=NOW)
    for change in ({"amount": Decimal("9")}, {"label": "autre"}, {"spent_on": date(2026, 11, 13)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Expense.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Expense.objects.filter(pk=made.pk).delete()
