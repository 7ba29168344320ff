"""The coordinator’s month, read: matrix, what to approve, what blocks, how far the close is; in few queries."""

from datetime import date

import pytest

from groupement.kernel.worktime import spell_clock
from tests import world
from timesheets import approval, confirming
from timesheets.models import TimesheetStatus
from timesheets.overview import blockers, funnel, month_sheets
from timesheets.overview import matrix as overview_matrix
from timesheets.overview.blockers import missing_days

pytestmark = pytest.mark.django_db

MONTH_END = date(2026, 12, 3)
MONDAYS = [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]
QUERIES = 8


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def sonam(aloen):
    return world.member("Sonam")


@pytest.fixture
def maelle(aloen):
    return world.employee("Maëlle", "Kerbrat")


def full(placed, status, **facts):
    return world.timesheet(placed, dict.fromkeys(MONDAYS, 420), status=status, **facts)


def read_november(on=MONTH_END):
    return month_sheets.read_month(world.NOVEMBER, on=on)


def kinds(on=MONTH_END):
    return [blocker.kind for blocker in blockers.blockers(read_november(on))]


def the_blocker(on=MONTH_END):
    [blocker] = blockers.blockers(read_november(on))
    return blocker


@pytest.mark.parametrize("count", [1, 3])
def test_a_month_takes_the_same_queries_whatever_it_holds(aloen, sonam, count, django_assert_num_queries):
    claire, solene = world.staff(aloen), world.coordinator()
    for number in range(count):
        person = world.employee("Anna", f"Salarié {number}")
        contested = full(world.assignment(person, aloen), "submitted")
        confirming.contest(contested, by=claire, at=world.NOW, remarks=[(MONDAYS[0], "Absente.", None)])
        full(world.assignment(person, sonam, weekly_pattern=(0, 420, 0, 0, 0, 0, 0)), "confirmed", by=solene)
        world.timesheet(person, {date(2026, 11, 4): 420}, kind="leave", status="submitted")
    with django_assert_num_queries(QUERIES):
        reading = read_november()
        matrix = overview_matrix.month_matrix(reading)
        lines = month_sheets.to_approve(reading)
        blocking = blockers.blockers(reading)
        funnel.month_steps(reading)
        assert [str(line.last_step.by) for line in lines if line.member] == ["Solène Rivoal"] * count
    assert (len(matrix.rows), len(lines), len(blocking)) == (count, 2 * count, count)


def test_matrix_sets_employees_against_members_with_their_sums(aloen, sonam, maelle):
    youenn = world.employee("Youenn", "Émond", weekly_minutes=1680)
    full(world.assignment(maelle, aloen), "confirmed")
    world.timesheet(world.assignment(maelle, sonam), {MONDAYS[0]: 450}, status="draft")
    full(world.assignment(youenn, sonam), "approved")
    world.timesheet(maelle, {date(2026, 11, 4): 420}, kind="leave", status="draft")
    matrix = overview_matrix.month_matrix(read_november())
    assert [(str(row.employee), row.weekly_minutes) for row in matrix.rows] == [
        ("Youenn Émond", 1680),
        ("Maëlle Kerbrat", 2100),
    ]
    assert matrix.members == [aloen, sonam]
    assert [[cell.minutes for cell in row.cells] for row in matrix.rows] == [[0, 2100], [2100, 450]]
    assert [row.at_group.minutes for row in matrix.rows] == [0, 420]
    assert [row.minutes for row in matrix.rows] == [2100, 2970]
    assert (matrix.totals, matrix.group_total, matrix.minutes) == ([2100, 2550], 420, 5070)
    # All Saints is a Sunday in 2026; the eleventh is a Wednesday: five Mondays of seven hours, three times.
    assert matrix.planned == 3 * 5 * 420
    assert {state.state: (state.count, state.minutes) for state in matrix.states if state.count} == {
        "draft": (2, 870),
        "confirmed": (1, 2100),
        "approved": (1, 2100),
    }
    assert matrix.count == 4


def test_a_supplement_shares_the_cell_and_its_plan_counts_once(aloen, maelle):
    placed = world.assignment(maelle, aloen)
    first = full(placed, "approved")
    approval.seal([first.pk], at=world.NOW)
    world.timesheet(placed, {date(2026, 11, 3): 60}, status="draft", supplement=1)
    [row] = overview_matrix.month_matrix(read_november()).rows
    [cell] = row.cells
    assert [line.timesheet.supplement for line in cell.lines] == [0, 1]
    assert (cell.minutes, cell.planned) == (2160, 2100)
    assert kinds() == ["unsubmitted"]


def test_an_empty_month_is_a_matrix_without_rows(aloen):
    matrix = overview_matrix.month_matrix(read_november())
    assert (matrix.rows, matrix.members, matrix.totals, matrix.minutes, matrix.count) == ([], [], [], 0, 0)
    assert blockers.blockers(read_november()) == []


@pytest.mark.parametrize("status", list(TimesheetStatus))
def test_to_approve_is_what_a_member_confirmed_and_what_the_group_was_sent(aloen, maelle, status):
    placed = full(world.assignment(maelle, aloen), status)
    group = world.timesheet(maelle, status="submitted" if status == "confirmed" else status)
    expected = {"confirmed": [placed, group], "submitted": [group]}.get(status, [])
    assert [line.timesheet for line in month_sheets.to_approve(read_november())] == expected


def test_deviation_is_minutes_above_the_plan(aloen, maelle):
    world.timesheet(world.assignment(maelle, aloen), {MONDAYS[0]: 300}, status="confirmed")
    [line] = month_sheets.to_approve(read_november())
    assert (line.minutes, line.planned, line.deviation) == (300, 2100, -1800)


def test_a_contested_day_blocks_with_both_figures(aloen, maelle):
    sheet = full(world.assignment(maelle, aloen), "submitted")
    remarks = [(MONDAYS[2], "Partie à 14 h 30.", 330)]
    confirming.contest(sheet, by=world.staff(aloen), at=world.NOW, remarks=remarks)
    blocker = the_blocker()
    assert (blocker.kind, blocker.tone, blocker.timesheet) == ("contested", "danger", sheet)
    assert blocker.title == "Aloen conteste le lundi 16 novembre"
    assert blocker.explanation == f"Maëlle Kerbrat a saisi 7\u00a0h, l’adhérent en compte {spell_clock(330)}."
    assert (blocker.label, blocker.view, blocker.args, blocker.is_post) == (
        "Ouvrir le relevé",
        "timesheets:sheet",
        (sheet.pk,),
        False,
    )


def test_several_contested_days_are_counted_and_the_first_reason_quoted(aloen, maelle):
    sheet = full(world.assignment(maelle, aloen), "submitted")
    remarks = [(day, f"Fermé le {day.day}.", None) for day in MONDAYS[:2]]
    confirming.contest(sheet, by=world.staff(aloen), at=world.NOW, remarks=remarks)
    assert the_blocker().title == "Aloen conteste 2\u00a0jours"
    assert the_blocker().explanation == "Maëlle Kerbrat\u00a0: «\u00a0Fermé le 2.\u00a0»"


def test_what_was_sent_back_blocks_with_its_reason(aloen, maelle):
    sheet = full(world.assignment(maelle, aloen), "confirmed")
    approval.send_back(sheet, by=world.coordinator(), at=world.NOW, note="Le 16 est férié.")
    assert (the_blocker().kind, the_blocker().title) == ("returned", "À corriger chez Aloen")
    assert the_blocker().explanation == "Maëlle Kerbrat\u00a0: «\u00a0Le 16 est férié.\u00a0»"


def test_missing_hours_are_planned_past_days_with_nothing_anywhere(aloen, maelle):
    sheet = world.timesheet(world.assignment(maelle, aloen), {MONDAYS[0]: 420}, status="draft")
    world.timesheet(maelle, {MONDAYS[1]: 420}, kind="leave", status="draft")
    reading = read_november(on=date(2026, 11, 24))
    line = next(line for line in reading.lines if line.timesheet == sheet)
    assert missing_days(line, reading) == MONDAYS[2:4]
    blocker = the_blocker(on=date(2026, 11, 24))
    assert blocker.title == "Il manque 14\u00a0h chez Aloen"
    assert (
        blocker.explanation
        == "Maëlle Kerbrat, 2\u00a0jours depuis le lundi 16 novembre\u00a0: rien de saisi."
    )
    assert (blocker.label, blocker.view, blocker.args) == (
        "Ouvrir ses heures",
        "timesheets:person_month",
        (world.NOVEMBER, maelle.pk),
    )
    assert kinds(on=date(2026, 11, 16)) == []
    assert the_blocker(on=date(2026, 11, 17)).explanation == (
        "Maëlle Kerbrat, lundi 16 novembre\u00a0: rien de saisi."
    )


def test_complete_drafts_block_only_at_the_end_of_the_month(aloen, maelle):
    full(world.assignment(maelle, aloen), "draft")
    world.timesheet(maelle, status="draft")
    assert kinds(on=date(2026, 11, 29)) == []
    titles = [blocker.title for blocker in blockers.blockers(read_november(on=date(2026, 11, 30)))]
    assert titles == ["35\u00a0h à soumettre chez Aloen", "Relevé à soumettre au groupement"]


@pytest.mark.parametrize(
    ("on", "ago"),
    [
        (date(2026, 12, 1), "aujourd’hui"),
        (date(2026, 12, 2), "hier"),
        (date(2026, 12, 4), "il y a 3\u00a0jours"),
    ],
)
def test_unconfirmed_hours_say_since_when(aloen, maelle, on, ago):
    full(world.assignment(maelle, aloen), "submitted")
    blocker = the_blocker(on=on)
    assert (blocker.kind, blocker.title) == ("unconfirmed", "Aloen n’a pas visé 35\u00a0h")
    assert blocker.explanation == f"Maëlle Kerbrat, soumis {ago}."


def test_submitted_hours_at_the_group_wait_for_approval_and_block_nothing(maelle):
    world.timesheet(maelle, {MONDAYS[0]: 420}, kind="training", status="submitted")
    assert kinds() == []
    assert len(month_sheets.to_approve(read_november())) == 1


def test_assignments_without_a_timesheet_are_opened_by_one_action(aloen, sonam, maelle):
    world.assignment(maelle, aloen)
    world.assignment(maelle, sonam)
    blocker = the_blocker()
    assert (blocker.title, blocker.explanation) == (
        "2\u00a0relevés ne sont pas ouverts",
        "Maëlle Kerbrat. Ce qui manque s’ouvre aussi de soi-même, dans l’heure.",
    )
    assert (blocker.view, blocker.args, blocker.is_post) == ("timesheets:open", (world.NOVEMBER,), True)
    assert kinds() == ["unopened"]


def test_blockers_come_in_the_order_of_their_weight(aloen, sonam, maelle):
    world.timesheet(maelle, status="draft")
    full(world.assignment(maelle, sonam), "submitted")
    contested = full(world.assignment(maelle, aloen), "submitted")
    confirming.contest(contested, by=world.staff(aloen), at=world.NOW, remarks=[(MONDAYS[0], "Non.", None)])
    assert kinds() == ["contested", "unsubmitted", "unconfirmed"]


def bar(on=MONTH_END):
    return [(stage.label, stage.done, stage.current) for stage in funnel.month_steps(read_november(on))]


@pytest.mark.parametrize(
    ("status", "done", "current"),
    [
        ("draft", 0, "Heures"),
        ("submitted", 1, "Visa des adhérents"),
        ("confirmed", 2, "Approbation"),
        ("approved", 3, "Coûts"),
    ],
)
def test_the_step_bar_advances_with_the_timesheets(aloen, maelle, status, done, current):
    full(world.assignment(maelle, aloen), status)
    labels = ["Heures", "Visa des adhérents", "Approbation", "Coûts", "Brouillons", "Émission"]
    assert bar() == [(label, n < done, label == current) for n, label in enumerate(labels)]


def test_the_step_bar_ends_when_all_is_billed(aloen, maelle):
    sheet = full(world.assignment(maelle, aloen), "approved")
    approval.seal([sheet.pk], at=world.NOW)
    assert {(done, current) for _, done, current in bar()} == {(True, False)}
    notes = [stage.note for stage in funnel.month_steps(read_november())]
    assert notes == [""] * 6


def test_each_step_says_what_it_still_waits_for(aloen, sonam, maelle):
    """Not how much there is: "434 sur 434" stood on a step that was open."""
    youenn = world.employee("Youenn", "Émond")
    full(world.assignment(maelle, aloen), "submitted")
    full(world.assignment(youenn, aloen), "confirmed")
    full(world.assignment(maelle, sonam), "draft")
    world.assignment(youenn, sonam)
    notes = [stage.note for stage in funnel.month_steps(read_november())]
    assert notes == [
        "1\u00a0relevé à ouvrir, 1\u00a0relevé à soumettre",
        "1\u00a0visa attendu",
        "1\u00a0relevé à approuver",
        "",
        "",
        "",
    ]


def test_the_step_bar_waits_for_timesheets_not_yet_opened(aloen, sonam, maelle):
    full(world.assignment(maelle, aloen), "approved")
    world.assignment(maelle, sonam)
    assert bar()[0] == ("Heures", False, True)
