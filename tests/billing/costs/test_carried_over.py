"""What costs differ by from those invoiced is carried exactly, once, whatever the order of events."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.costs import carried_over, estimates
from billing.costs.estimates import Basis, NotEstimable
from billing.costs.overview import yearly_pay
from billing.costs.payroll_import import PayrollNotImportable
from billing.liability.reserve import deduction_cap
from billing.models import ActualCost, CarriedCost, CostKind, EmployerCost
from billing.month import drafting, issuing
from tests import world
from tests.billing.costs import books
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = DECEMBER.next, DECEMBER.shift(2)


@pytest.fixture
def maelle():
    return world.employee(gross_monthly_pay="2000.00")


def estimated(month=NOVEMBER, rate="40.00", **whom):
    return estimates.estimate(month, basis=Basis.CONTRACT, rate=Decimal(rate), by=None, at=NOW, **whom)


def carried(month):
    row = EmployerCost.objects.filter(month=month, kind=CostKind.CARRIED).first()
    return row and (str(row.amount), row.basis)


@pytest.fixture
def closed_on_an_estimate(maelle):
    """October was invoiced on 2 800.00; November has its own payroll."""
    estimated(OCTOBER)
    books.close(maelle, OCTOBER)
    books.take(books.line(maelle, "2000,00", "800,00"))
    return maelle


def test_the_difference_goes_into_the_next_open_month_with_where_it_comes_from(closed_on_an_estimate):
    made = books.take(books.line(closed_on_an_estimate, "2100,00", "850,00"), month=OCTOBER)
    assert books.kept(OCTOBER) == {"gross_pay": "2000.00?", "employer_contributions": "800.00?"}
    assert carried(NOVEMBER) == ("150.00", "écart d’octobre 2026")
    assert [(row.kind, str(row.amount)) for row in ActualCost.objects.order_by("pk")] == [
        ("gross_pay", "2100.00"),
        ("employer_contributions", "850.00"),
    ]
    assert [change["kind"] for change in made.changes] == [
        "salaire brut (écart reporté)",
        "cotisations patronales (écart reporté)",
    ]
    (difference,) = carried_over.differences()
    assert (difference.amount, difference.carried, difference.pending) == (
        Decimal("150.00"),
        [(NOVEMBER, Decimal("150.00"))],
        Decimal("0.00"),
    )


def test_a_difference_below_zero_lowers_the_open_month(closed_on_an_estimate):
    books.take(books.line(closed_on_an_estimate, "1900,00", "760,00"), month=OCTOBER)
    assert carried(NOVEMBER) == ("-140.00", "écart d’octobre 2026")


def test_a_later_file_moves_the_difference_and_never_adds_it_twice(closed_on_an_estimate):
    for gross in ("2100,00", "2100,00", "2130,00"):
        books.take(books.line(closed_on_an_estimate, gross, "800,00"), month=OCTOBER)
    assert carried(NOVEMBER) == ("130.00", "écart d’octobre 2026")
    books.close(closed_on_an_estimate, NOVEMBER)
    books.take(books.line(closed_on_an_estimate, "2000,00", "800,00"), month=DECEMBER)
    assert carried(DECEMBER) is None
    books.take(books.line(closed_on_an_estimate, "2150,00", "800,00"), month=OCTOBER)
    assert (carried(NOVEMBER)[0], carried(DECEMBER)[0]) == ("130.00", "20.00")


def test_the_carried_difference_stays_when_the_open_month_s_own_file_comes(closed_on_an_estimate):
    books.take(books.line(closed_on_an_estimate, "2100,00", "800,00"), month=OCTOBER)
    books.take(books.line(closed_on_an_estimate, "2000,00", "810,00"))
    assert carried(NOVEMBER) == ("100.00", "écart d’octobre 2026")


def test_a_difference_waits_for_a_month_that_has_a_cost(maelle):
    estimated(OCTOBER)
    books.close(maelle, OCTOBER)
    books.take(books.line(maelle, "2100,00", "800,00"), month=OCTOBER)
    assert CarriedCost.objects.count() == 0
    assert carried_over.differences()[0].pending == Decimal("100.00")
    estimated(NOVEMBER)
    assert carried(NOVEMBER)[0] == "100.00"
    assert carried_over.differences()[0].pending == 0


def test_a_large_difference_below_zero_leaves_each_month_a_cost(maelle):
    estimated(OCTOBER)
    books.close(maelle, OCTOBER)
    for month, gross in ((NOVEMBER, "500,00"), (DECEMBER, "2000,00")):
        books.take(books.line(maelle, gross, "0"), month=month)
    books.take(books.line(maelle, "1000,00", "0"), month=OCTOBER)
    assert (carried(NOVEMBER)[0], carried(DECEMBER)[0]) == ("-499.99", "-1300.01")


def test_an_actual_figure_corrected_after_its_invoices_is_carried(maelle):
    """2 800.00 invoiced, 2 900.00 at last: what was invoiced stays, November carries 100.00, once."""
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    books.close(maelle, OCTOBER)
    books.take(books.line(maelle, "2000,00", "800,00"))
    made = books.take(books.line(maelle, "2100,00", "800,00"), month=OCTOBER)
    assert books.kept(OCTOBER) == {"gross_pay": "2000.00", "employer_contributions": "800.00"}
    assert carried(NOVEMBER) == ("100.00", "écart d’octobre 2026")
    assert made.changes == [
        {
            "employee": "Maëlle Kerbrat",
            "kind": "salaire brut (écart reporté)",
            "before": "2000.00",
            "after": "2100.00",
        }
    ]
    books.close(maelle, NOVEMBER)
    # Back to what was invoiced: November's invoices hold 100.00, December gives them back.
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    books.take(books.line(maelle, "2000,00", "800,00"), month=DECEMBER)
    assert (carried(NOVEMBER)[0], carried(DECEMBER)[0]) == ("100.00", "-100.00")
    assert [str(row.pending) for row in carried_over.differences()] == ["0.00"]


def test_the_same_actual_figures_again_are_refused_and_change_nothing(maelle):
    books.take(books.line(maelle, "2000,00", "800,00"))
    books.close(maelle)
    with pytest.raises(
        PayrollNotImportable, match="ne change rien aux coûts de novembre 2026, déjà facturés"
    ):
        books.take(books.line(maelle, "2000,00", "800,00"))
    assert (ActualCost.objects.count(), CarriedCost.objects.count()) == (0, 0)


def test_the_actual_figures_of_a_mixed_month_may_differ_too(maelle):
    estimated()
    EmployerCost.objects.filter(kind="gross_pay").update(is_estimate=False)
    books.close(maelle)
    books.take(books.line(maelle, "2100,00", "800,00"))
    assert carried_over.differences()[0].amount == Decimal("100.00")
    books.take(books.line(maelle, "2000,00", "810,00", "5,00"))
    assert carried_over.differences()[0].amount == Decimal("15.00")


def test_who_is_unchanged_of_an_invoiced_month_is_left_alone(maelle):
    other = world.employee("Yann", "Autre")
    lines = books.line(maelle, "2000,00", "800,00"), books.line(other, "1500,00", "600,00")
    books.take(*lines)
    for person in (maelle, other):
        books.close(person)
    books.take(books.line(maelle, "1900,00", "800,00"), books.line(other, "1500,00", "600,00"))
    assert set(ActualCost.objects.values_list("employee", flat=True)) == {maelle.pk}
    assert [str(row.amount) for row in carried_over.differences()] == ["-100.00"]


def test_what_an_invoiced_month_carries_never_changes(closed_on_an_estimate):
    books.take(books.line(closed_on_an_estimate, "2100,00", "800,00"), month=OCTOBER)
    books.close(closed_on_an_estimate, NOVEMBER)
    for break_it in (
        lambda rows: rows.update(amount=1),
        lambda rows: rows.delete(),
        lambda rows: rows.update(into_month=DECEMBER),
    ):
        with pytest.raises(IntegrityError, match="invoiced month are closed"), transaction.atomic():
            break_it(CarriedCost.objects.all())


def test_a_difference_is_never_carried_back(maelle):
    with pytest.raises(IntegrityError, match="carried_forward"), transaction.atomic():
        CarriedCost.objects.create(
            employee=maelle, from_month=NOVEMBER, into_month=NOVEMBER, amount=1, noted_at=NOW
        )


MONTHS = (OCTOBER, NOVEMBER, DECEMBER, JANUARY, FEBRUARY)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["estimate", "actual", "close"]),
        st.sampled_from(MONTHS),
        st.integers(0, 400_000),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whatever_the_order_costs_and_what_waits_make_the_actual_sum(maelle, events):
    """Σ of all months' costs + what waits = Σ actual, with estimates for the months whose payroll has not come."""
    with transaction.atomic():
        truth, closed = {}, set()
        for what, month, amount in events:
            gross = Decimal(amount) / 100
            if what == "close" and month in truth and month not in closed and truth[month]:
                books.close(maelle, month)
                closed.add(month)
            elif what == "estimate":
                try:
                    estimated(month, rate=f"{amount / 10_000:.2f}", employees=[maelle])
                    truth[month] = Decimal("2000.00") + Decimal(f"{amount / 10_000:.2f}") * 20
                except NotEstimable:
                    pass
            elif what == "actual":
                try:
                    books.take(books.line(maelle, gross, "0"), month=month)
                    truth[month] = gross
                except PayrollNotImportable:
                    assert month in closed
            costs = EmployerCost.objects.aggregate(sum=Sum("amount"))["sum"] or 0
            waiting = sum(difference.pending for difference in carried_over.differences())
            assert costs + waiting == sum(truth.values())
        transaction.set_rollback(True)


def test_payroll_tax_and_the_cap_of_the_reserve_read_the_pay_that_came_at_last() -> None:
    """October is invoiced on 2 000.00 gross, then corrected to 2 500.00; of Ana nothing was corrected."""
    world.group()
    maelle, ana = world.employee(), world.employee("Ana", "Le Bris")
    placed = world.assignment(maelle, world.member("Aloen"), hourly_price=Decimal("30.00"))
    world.timesheet(placed, world.hours(OCTOBER, "10"), month=OCTOBER)
    both = books.line(maelle, "2000,00", "800,00"), books.line(ana, "1000,00", "400,00")
    books.take(*both, month=OCTOBER)
    run = drafting.draft(OCTOBER, by=None, at=world.at(NOVEMBER.before))
    assert not issuing.issue_run(run, by=None, at=world.at(NOVEMBER.before)).failed
    assert yearly_pay(2026) == [(Decimal("2000.00"), 1), (Decimal("1000.00"), 1)]
    books.take(books.line(maelle, "2500,00", "900,00"), month=OCTOBER)
    books.take(books.line(maelle, "1800,00", "700,00"), month=NOVEMBER)
    assert yearly_pay(2026) == [(Decimal("4300.00"), 2), (Decimal("1000.00"), 1)]
    assert (yearly_pay(2025), deduction_cap(2026).gross) == ([], Decimal("5300.00"))
