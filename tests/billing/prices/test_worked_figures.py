"""The worked figures of a group's price: full cost, rate, price, coefficient, and the four ways to pay a month."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.costs.leave import leave_pay
from billing.month.cost_sharing import management_fee
from billing.month.pricing import price_by_coefficient
from billing.prices.job_cost import Job, NotComputable
from billing.prices.simulator import (
    Host,
    HostMonth,
    Method,
    SimulationInput,
    at_hourly_price,
    at_shared_cost,
    simulate,
)
from employees.models import VatRegime
from groupement.kernel.money import line_net, vat

RATES = {VatRegime.STANDARD: Decimal("20.00"), VatRegime.EXEMPT_261B: Decimal("0.00")}
OTHERS = [
    ("Mutuelle", Decimal(360)),
    ("Médecine du travail", Decimal(120)),
    ("Formation", Decimal(420)),
    ("Déplacements", Decimal(300)),
    ("Maintien de salaire", Decimal(600)),
    ("Assurance", Decimal(120)),
]
UNBILLED = [
    ("Formation", 35 * 60),
    ("Réunions du groupement", 21 * 60),
    ("Maladie", 35 * 60),
    ("Sans mission", 16 * 60),
]


def job(**facts):
    """Gross 2,000 € a month, 40 % of contributions, a legal year of 1,607 h."""
    known = {
        "gross_monthly_pay": Decimal(2000),
        "contributions_rate": Decimal(40),
        "minutes_a_year": 1607 * 60,
        "others": OTHERS,
        "reserve_rate": Decimal(2),
        "unbilled": UNBILLED,
        "management_rate": Decimal(10),
    }
    return Job(**{**known, **facts})


def hosts(*rows):
    return [
        Host(name, minutes=hours * 60, share=Decimal(share), vat_regime=regime)
        for name, hours, share, regime in rows
    ]


THREE = hosts(("A", 60, 0, "S20"), ("B", 40, 0, "E261B"), ("C", 25, 0, "S20"))


def amounts(method, *, asked):
    return [each.amounts[method] for each in simulate(asked, rates=RATES).hosts]


def test_the_year_s_full_cost_is_36_000():
    assert [(cost.label, cost.yearly) for cost in job().costs] == [
        ("Salaire brut", Decimal(24000)),
        ("Cotisations patronales", Decimal(9600)),
        *OTHERS,
        ("Réserve de solidarité", Decimal(480)),
    ]
    assert job().full_cost == Decimal("36000.00")


def test_a_legal_year_leaves_1_500_hours_to_bill():
    assert job().billable_minutes == 1500 * 60


def test_rate_price_and_coefficient_of_method_a():
    asked = job()
    assert (asked.hourly_cost, asked.hourly_fee, asked.price) == (
        Decimal("24.00"),
        Decimal("2.40"),
        Decimal("26.40"),
    )
    assert (asked.gross_hourly_pay, asked.coefficient(asked.price)) == (Decimal("13.19"), Decimal("2.00"))


def test_the_parts_of_an_hour_sum_to_its_rate():
    assert sum(cost.hourly for cost in job().costs) == Decimal("24.00")
    assert [cost.hourly for cost in job().costs][:2] == [Decimal("16.00"), Decimal("6.40")]


def test_a_month_of_method_a_for_two_taxed_members_and_an_exempt_one():
    shown = amounts(Method.HOURLY, asked=SimulationInput(job(), THREE))
    assert [(each.net, each.vat, each.total) for each in shown] == [
        (Decimal("1584.00"), Decimal("316.80"), Decimal("1900.80")),
        (Decimal("1056.00"), Decimal("0.00"), Decimal("1056.00")),
        (Decimal("660.00"), Decimal("132.00"), Decimal("792.00")),
    ]


def test_a_month_of_method_b_goes_by_the_hours_worked_for_members():
    two_of_three = hosts(("A", 70, 0, "S20"), ("B", 30, 0, "S20"), ("C", 0, 0, "S20"))
    shown = at_shared_cost(
        Decimal("2800.00"), Decimal(5), [host.minutes for host in two_of_three], two_of_three, RATES
    )
    assert [each.net for each in shown] == [Decimal("2058.00"), Decimal("882.00"), Decimal("0.00")]
    assert sum(each.net for each in shown) == Decimal("2940.00")


def test_the_job_s_pay_is_the_month_that_method_b_shares():
    bare = job(others=[], reserve_rate=Decimal(0), management_rate=Decimal(5))
    assert bare.monthly_cost == Decimal("2800.00")
    two = hosts(("A", 70, 0, "S20"), ("B", 30, 0, "S20"))
    assert [each.net for each in amounts(Method.ACTUAL, asked=SimulationInput(bare, two))] == [
        Decimal("2058.00"),
        Decimal("882.00"),
    ]


def test_a_month_of_method_c_goes_by_a_key_of_50_30_and_20():
    keyed = hosts(("A", 0, 50, "S20"), ("B", 0, 30, "S20"), ("C", 0, 20, "S20"))
    asked = job(management_rate=Decimal(5))
    assert asked.monthly_cost == Decimal("3000.00")
    shown = amounts(Method.FLAT, asked=SimulationInput(asked, keyed))
    assert [each.net for each in shown] == [Decimal("1575.00"), Decimal("945.00"), Decimal("630.00")]


def test_method_d_puts_280_aside_each_month():
    assert job().leave_provision == Decimal("280.00")


def test_leave_is_paid_by_the_higher_of_two_rules():
    pay = leave_pay(job().gross_yearly_pay, job().gross_monthly_pay, 30)
    assert (pay.maintained, pay.tenth) == (Decimal("2307.69"), Decimal("2400.00"))


def test_a_year_of_method_d_pays_no_more_than_one_of_method_b():
    """What is put aside in a year is what leave costs in it: 12 × 280.00 = 2,400.00 with its contributions."""
    asked = job()
    tenth = leave_pay(asked.gross_yearly_pay, asked.gross_monthly_pay, 30).tenth
    assert asked.leave_provision * 12 == tenth * Decimal("1.40") == Decimal("3360.00")


def test_case_56_gross_12_at_a_coefficient_of_1_87():
    assert price_by_coefficient(Decimal("12.00"), Decimal("1.87")) == Decimal("22.44")


def test_case_57_a_month_of_151_67_hours_at_22_44():
    net = line_net(Decimal("151.67"), Decimal("22.44"))
    assert (net, vat(net, 20), net + vat(net, 20)) == (
        Decimal("3403.47"),
        Decimal("680.69"),
        Decimal("4084.16"),
    )


def test_a_coefficient_makes_the_price_and_says_what_it_leaves_uncovered():
    expected = simulate(SimulationInput(job(), THREE, coefficient=Decimal("1.87")), rates=RATES)
    assert (expected.price, expected.uncovered) == (Decimal("24.67"), Decimal("1.73"))
    assert expected.totals[Method.HOURLY].net == Decimal("3083.75")


def test_all_methods_cover_an_average_month():
    expected = simulate(SimulationInput(job(), THREE), rates=RATES)
    assert expected.monthly_cost == Decimal("3300.00")
    assert [expected.totals[method].net for method in Method] == [
        Decimal("3300.00"),
        Decimal("3300.00"),
        Decimal("3300.00"),
        Decimal("3608.00"),
    ]
    assert expected.free_minutes == 0


def test_hosts_without_hours_take_the_month_by_their_key():
    expected = simulate(SimulationInput(job(), hosts(("A", 0, 2, "S20"), ("B", 0, 1, "S20"))), rates=RATES)
    assert [each.host.minutes for each in expected.hosts] == [5000, 2500]


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"gross_monthly_pay": Decimal(0)}, "brut", "Indiquez un salaire brut supérieur à zéro."),
        (
            {"unbilled": [("Maladie", 1607 * 60)]},
            "annee",
            "Il ne reste aucune heure à facturer\u00a0: les heures non facturées (1607\u00a0h) atteignent l’année.",
        ),
    ],
)
def test_figures_that_lead_to_no_price_are_refused(facts, field, sentence):
    with pytest.raises(NotComputable) as refusal:
        job(**facts)
    assert (refusal.value.field, refusal.value.message.replace("\u202f", "")) == (field, sentence)


def test_nobody_to_share_with_is_refused():
    with pytest.raises(NotComputable, match="Indiquez au moins une structure"):
        simulate(SimulationInput(job(), hosts(("A", 0, 0, "S20"))), rates=RATES)


money = st.decimals("0.00", "99999.99", places=2, allow_nan=False)
rate = st.decimals("0.00", "100.00", places=2, allow_nan=False)
weights = st.lists(st.integers(0, 20000), min_size=1, max_size=12).filter(any)


@given(cost=money, percent=rate, parts=weights)
def test_what_members_pay_is_the_cost_and_the_fee_to_the_cent(cost, percent, parts):
    shared = [Host(str(n), part, Decimal(part)) for n, part in enumerate(parts)]
    shown = at_shared_cost(cost, percent, parts, shared, RATES)
    assert sum(each.cost for each in shown) == cost
    assert sum(each.fee for each in shown) == management_fee(cost, percent)
    assert sum(each.net for each in shown) == cost + management_fee(cost, percent)


@given(cost=money, percent=rate, parts=weights)
def test_no_member_s_part_is_a_cent_off_its_weight(cost, percent, parts):
    shared = [Host(str(n), part, Decimal(part)) for n, part in enumerate(parts)]
    for part, each in zip(parts, at_shared_cost(cost, percent, parts, shared, RATES), strict=True):
        exact = Fraction(cost) * part / sum(parts)
        assert abs(Fraction(each.cost) - exact) < Fraction(1, 100)


@given(price=money, minutes=st.lists(st.integers(0, 20000), min_size=1, max_size=6))
def test_what_an_hour_is_sold_at_multiplies(price, minutes):
    placed = [Host(str(n), each, Decimal(0)) for n, each in enumerate(minutes)]
    for shown, host in zip(at_hourly_price(price, placed, RATES), placed, strict=True):
        assert shown == HostMonth(shown.net, Decimal("0.00"), vat(shown.net, 20))
        assert shown.net == line_net(
            (Decimal(host.minutes) / 60).quantize(Decimal("0.01"), "ROUND_HALF_UP"), price
        )
