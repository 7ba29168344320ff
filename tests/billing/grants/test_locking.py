"""What hours cost a grant, and its locked report: never more than the month cost, frozen, the same files each time."""

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from billing.grants import funded_costs, reports, tagging
from billing.grants.funded_costs import cost_a_minute, cost_by_action
from billing.models import ActualCost, EmployerCost, FundedHours, FundingReport, PayrollImport
from tests import world
from tests.billing.grants.granted import grant, whole, worked
from tests.world import NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db
ADDED = """
    INSERT INTO billing_fundedhours (line_id, entry_id, month, action, minutes, tagged_at)
    SELECT line_id, entry_id, month, 'Étude', 1, tagged_at FROM billing_fundedhours
"""


@pytest.fixture
def finance():
    return world.finance()


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    """100 hours worked and 20 of training in November, ten days of leave; 3 000 euros."""
    person = world.employee(members=[aloen])
    world.cost(person, gross="2200.00", contributions="800.00")
    return person


@pytest.fixture
def entries(aloen, maelle):
    found = worked(maelle, aloen, "100")
    world.timesheet(maelle, {date(2026, 11, 28): 600, date(2026, 11, 29): 600}, kind="training")
    return found


def put(line, wanted, finance, action="Animation"):
    return tagging.tag(line, wanted, action=action, by=finance, at=NOW)


def lock(line, finance, first=NOVEMBER, last=NOVEMBER):
    return reports.lock(line, first=first, last=last, by=finance, at=NOW)


def reckoned(line):
    return funded_costs.funding_of([line])[line.pk]


def test_an_hour_costs_the_month_over_all_hours_worked_or_learnt(entries, finance):
    line = grant()
    put(line, whole(entries[:2]), finance)
    put(line, {entries[2].pk: 60}, finance, action="Étude")
    found = reckoned(line)
    # 3 000 € over 120 h are 25 € an hour.
    assert [(row.action, row.minutes, row.cost) for row in found.hours] == [
        ("Animation", 840, Decimal("350.00")),
        ("Étude", 60, Decimal("25.00")),
    ]
    assert (found.minutes, found.total, found.missing) == (900, Decimal("375.00"), [])


def test_a_month_without_its_cost_has_hours_and_no_euros(entries, finance):
    EmployerCost.objects.all().delete()
    line = grant()
    put(line, whole(entries[:1]), finance)
    found = reckoned(line)
    assert [row.cost for row in found.missing] == [None]
    assert (found.minutes, found.total) == (420, Decimal("0.00"))


def test_a_month_invoiced_on_an_estimate_costs_what_the_payroll_said_at_last(entries, maelle, finance):
    EmployerCost.objects.update(is_estimate=True)
    line = grant()
    put(line, {entries[0].pk: 60}, finance)
    (row,) = reckoned(line).hours
    assert (row.cost, row.is_estimate) == (Decimal("25.00"), True)
    paid = PayrollImport.objects.create(
        month=NOVEMBER, file_name="paie.csv", sha256="0" * 64, row_count=1, total=0, imported_at=NOW
    )
    for kind, amount in (("gross_pay", "2500.00"), ("employer_contributions", "1100.00")):
        ActualCost.objects.create(
            employee=maelle, month=NOVEMBER, kind=kind, amount=Decimal(amount), source=paid
        )
    # What October was short of is October's.
    EmployerCost.objects.create(employee=maelle, month=NOVEMBER, kind="carried", amount=Decimal("900.00"))
    (row,) = reckoned(line).hours
    assert (row.month_cost, row.cost, row.is_estimate) == (Decimal("3600.00"), Decimal("30.00"), False)


def test_lines_together_never_pay_more_than_the_month(aloen, finance):
    person = world.employee(members=[aloen])
    world.cost(person, gross="100.01", contributions="0.00")
    entries = worked(person, aloen, "3", month=NOVEMBER)
    lines = [grant(code) for code in ("A", "B", "C")]
    for line in lines:
        put(line, {entries[0].pk: 60}, finance)
    found = funded_costs.funding_of(lines)
    assert [found[line.pk].total for line in lines] == [Decimal("33.33")] * 3


@given(st.integers(0, 500_000), st.lists(st.lists(st.integers(1, 300), min_size=1, max_size=4), max_size=5))
def test_whatever_is_tagged_the_sum_stays_within_the_month(hundredths, lines):
    cost = Decimal(hundredths) / 100
    worked_minutes = sum(map(sum, lines))
    paid = [cost_by_action(cost_a_minute(cost, worked_minutes), actions) for actions in lines]
    total = sum(map(sum, paid), Decimal(0))
    assert cost - Decimal("0.01") * len(lines) <= total <= cost or not lines
    assert [len(each) for each in paid] == [len(actions) for actions in lines]


@given(
    st.integers(0, 500_000), st.integers(0, 500_000), st.integers(1, 5000), st.integers(0, 5000), st.data()
)
def test_what_comes_after_a_lock_takes_no_more_than_is_left(before, after, locked, added, data):
    locked_cost = sum(cost_by_action(cost_a_minute(Decimal(before) / 100, locked), [locked]))
    cost, minutes = Decimal(after) / 100, locked + added
    later = data.draw(st.integers(0, added))
    a_minute = cost_a_minute(cost, minutes, locked_cost, locked)
    assert Fraction(locked_cost) + a_minute * later <= max(cost, locked_cost)


def test_a_locked_report_copies_everything_and_stands(entries, maelle, finance):
    line = grant()
    put(line, whole(entries[:2]), finance)
    report = lock(line, finance)
    assert report.content["total"] == "350.00"
    assert report.content["hours"] == [
        {
            "employee": maelle.pk,
            "person": "Maëlle Kerbrat",
            "payroll_number": "M001",
            "month": "2026-11",
            "action": "Animation",
            "minutes": 840,
            "cost": "350.00",
            "month_cost": "3000.00",
            "month_minutes": 7200,
            "is_estimate": False,
        }
    ]
    EmployerCost.objects.update(amount=Decimal("9000.00"))
    line.label = "Autre chose"
    line.save()
    (row,) = reckoned(line).hours
    assert (row.cost, row.is_locked) == (Decimal("350.00"), True)
    # Another line stays within what the locked one leaves of the month.
    other = grant("REGION")
    put(other, whole(entries[2:4]), finance)
    assert reckoned(other).total == Decimal("2100.00")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_fundedhours SET minutes = 1",
        "UPDATE billing_fundedhours SET month = '2026-12-01'",
        "UPDATE billing_fundedhours SET line_id = (SELECT id FROM billing_fundingline WHERE code = 'REGION')",
        "DELETE FROM billing_fundedhours",
        ADDED,
        "UPDATE billing_fundingreport SET content = '{}'",
        "DELETE FROM billing_fundingreport",
    ],
)
def test_postgresql_refuses_to_touch_what_is_locked(entries, finance, statement):
    line = grant()
    put(line, {entries[0].pk: 60}, finance)
    grant("REGION")
    lock(line, finance)
    with pytest.raises(DatabaseError, match=r"locked|Cannot"), transaction.atomic():
        connection.cursor().execute(statement)
    assert FundedHours.objects.get().minutes == 60


def test_a_month_of_a_line_is_locked_once(entries, finance):
    line = grant()
    put(line, {entries[0].pk: 60}, finance)
    report = lock(line, finance, OCTOBER, NOVEMBER)
    with pytest.raises(reports.NotLockable, match="couvre déjà octobre 2026 à novembre 2026"):
        lock(line, finance)
    report.pk, report.first_month = None, NOVEMBER
    with pytest.raises(IntegrityError, match="a_month_of_a_line_is_locked_once"), transaction.atomic():
        report.save()
    with pytest.raises(tagging.NotTaggable) as caught:
        put(line, {entries[1].pk: 60}, finance)
    assert caught.value.errors == [
        "Maëlle Kerbrat, 3 novembre 2026\u00a0: novembre 2026 est verrouillé pour COOPTER."
    ]
    with pytest.raises(tagging.NotTaggable, match="ne change plus"):
        tagging.untag(
            line,
            person=entries[0].timesheet.employee_id,
            month=NOVEMBER,
            action="Animation",
            by=None,
            at=NOW,
        )


def test_what_may_not_be_locked_yet_is_told(aloen, maelle, entries, finance):
    line = grant(starts_on=date(2026, 2, 1))
    cases = [
        ((NOVEMBER, OCTOBER), "Inversez-les"),
        ((NOVEMBER, NOVEMBER.next), "Décembre 2026 n’est pas terminé"),
        ((NOVEMBER.shift(-10), NOVEMBER), "ne couvre pas tous ces mois"),
        ((NOVEMBER, NOVEMBER), "il n’y a rien à verrouiller"),
    ]
    for months, sentence in cases:
        with pytest.raises(reports.NotLockable, match=sentence):
            lock(line, finance, *months)
    put(line, {entries[0].pk: 60}, finance)
    world.timesheet(maelle, {date(2026, 11, 27): 60}, kind="leave", supplement=1, status="draft")
    EmployerCost.objects.all().delete()
    with pytest.raises(reports.NotLockable) as caught:
        lock(line, finance)
    assert [error.replace("\u00a0", " ") for error in caught.value.errors] == [
        "Maëlle Kerbrat, novembre 2026 : le coût employeur n’est pas importé.",
        "Maëlle Kerbrat, novembre 2026 : des heures ne sont pas approuvées, le coût horaire changerait.",
    ]
    assert not FundingReport.objects.exists()


def test_the_files_say_the_report_and_are_the_same_each_time(entries, finance, monkeypatch):
    line = grant()
    put(line, whole(entries[:2]), finance, action="=Animation")
    report = FundingReport.objects.get(pk=lock(line, finance).pk)
    first = reports.as_csv(report), reports.as_workbook(report), reports.as_pdf(report)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    world.group().name = "Autre nom"
    again = reports.as_csv(report), reports.as_workbook(report), reports.as_pdf(report)
    assert first == again
    rows = list(csv.reader(io.StringIO(first[0].decode("utf-8-sig")), delimiter=";"))
    sentence = [
        "2026-11",
        "M001",
        "Maëlle Kerbrat",
        "'=Animation",
        "14,00",
        "840",
        "3000,00",
        "120,00",
        "25,00",
    ]
    assert rows[1] == [*sentence, "350,00", ""]
    book = openpyxl.load_workbook(io.BytesIO(first[1]))
    assert book.sheetnames == ["État", "Heures", "Dépenses"]
    values = [cell.value for cell in book["Heures"][2]]
    assert values == ["2026-11", "M001", "Maëlle Kerbrat", "=Animation", 14, 840, 3000, 120, 25, 350, None]
    assert book["Heures"]["D2"].data_type == "s"
    text = PdfReader(io.BytesIO(first[2])).pages[0].extract_text().replace("\u00a0", " ")
    for part in ("COOPTER", "ADEME", "Maëlle Kerbrat", "14,00", "350,00 €", report.digest[:20]):
        assert part in text
