"""The table of a timesheet's life, whole: each state × act × role is tried against the real acts and PostgreSQL."""

import inspect
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from groupement.kernel.lifecycle import Refusal
from tests import world
from timesheets import actions, approval, confirming, recording, settling
from timesheets.actions import RULES, Action, ActorRole, outcome
from timesheets.models import Entry, Timesheet, TimesheetStatus, TimesheetStep

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
AT = world.NOW
BEFORE = AT - timedelta(minutes=10)
ROLES_OF = {  # whose timesheet a role is seen from; else Maëlle's, who is an employee and nothing else
    ActorRole.SEATED_PERSON: "seated",
    ActorRole.COORDINATING_PERSON: "coordinating",
    ActorRole.DEPUTY_OF_PERSON: "both",
}


def write(sheet, *, by, at):
    kind = "worked" if sheet.assignment_id else "leave"
    recording.save(sheet, {TUESDAY: {kind: 60}}, by=by, at=at, reason="Selon le badge.")


def contest(sheet, *, by, at):
    confirming.contest(sheet, by=by, at=at, remarks=[(MONDAY, "Parti plus tôt.", 300)])


def settle(sheet, *, by, at):
    approval.settle(sheet, by=by, at=at, note="Le badge fait foi.")


def take_back(sheet, *, by, at):
    confirming.take_back(sheet, by=by, at=at, note="Le 2, la salle était fermée.")


def disputed(sheet):
    found = settling.read_contests(Timesheet.objects.filter(pk=sheet.pk)).get(sheet.pk)
    return found.seen if found else ""


def keep(sheet, *, by, at):
    settling.keep(sheet, by=by, at=at, seen=disputed(sheet))


def retain(sheet, *, by, at):
    settling.retain(sheet, by=by, at=at, seen=disputed(sheet))


def send_back(sheet, *, by, at):
    approval.send_back(sheet, by=by, at=at, note="La réunion est au groupement.")


def reopen(sheet, *, by, at):
    approval.reopen(sheet, by=by, at=at, note="Il manque le 3.")


def undo(sheet, *, by, at):
    """What is undone is one's own approval: approved by ``by`` first, where they may."""
    if sheet.state == "approved" and by.name in ("Solène Rivoal", "Ronan Le Bihan"):
        reopen(sheet, by=by, at=BEFORE)
        sheet.move("submitted", kind="submit", by=None, at=BEFORE, submitted_at=BEFORE, returned_at=None)
        if sheet.assignment_id:
            sheet.move("confirmed", kind="confirm", by=None, at=BEFORE, confirmed_at=BEFORE)
        approval.approve(sheet, by=by, at=BEFORE)
    approval.undo(sheet, by=by, at=at)


def bill(sheet, *, at):
    approval.seal([sheet.pk], at=at)


def tacit(sheet, *, at):
    if sheet.status == "submitted" and sheet.assignment_id:
        world.visa_mail(sheet, sheet.assignment.member.seats.first().user, at)
    if sheet not in confirming.confirm_tacitly(on=AT.date() + timedelta(days=30), at=at):
        raise Refusal("rien ne s’est écoulé")


ACTS = {
    Action.WRITE: write,
    Action.SUBMIT: recording.submit,
    Action.RECALL: recording.recall,
    Action.CONFIRM: confirming.confirm,
    Action.CONTEST: contest,
    Action.TACIT: tacit,
    Action.SETTLE: settle,
    Action.TAKE_BACK: take_back,
    Action.KEEP: keep,
    Action.RETAIN: retain,
    Action.RETURN: send_back,
    Action.APPROVE: approval.approve,
    Action.UNDO: undo,
    Action.REOPEN: reopen,
    Action.BILL: bill,
    Action.SUPPLEMENT: approval.open_supplement,
}


@pytest.fixture
def cast():
    """Everybody by role, and the assignments of the four people whose timesheets are read."""
    world.group()
    book, sonam = world.member("Book Hémisphères"), world.member("Sonam")
    names = {"plain": "Maëlle", "seated": "Youenn", "coordinating": "Anna", "both": "Erwan"}
    placed = {key: world.assignment(world.employee(name, "Talec"), book) for key, name in names.items()}
    accounts = {key: assignment.employee.user for key, assignment in placed.items()}
    for key in ("coordinating", "both"):
        accounts[key].is_coordinator = True
        accounts[key].save()
    for key in ("seated", "both"):
        world.seat(accounts[key], book)
    claire, solene = world.staff(book, "Claire Danno"), world.coordinator()
    deputies = {name: world.user(name) for name in ("Tifenn Riou", "Ronan Le Bihan", "Gwen Madec")}
    world.deputy(claire, deputies["Tifenn Riou"], member=book)
    world.deputy(solene, deputies["Ronan Le Bihan"])
    world.deputy(accounts["both"], deputies["Gwen Madec"])
    world.deputy(accounts["both"], deputies["Gwen Madec"], member=book)
    roles = {
        ActorRole.PERSON: accounts["plain"],
        ActorRole.SEATED_PERSON: accounts["seated"],
        ActorRole.COORDINATING_PERSON: accounts["coordinating"],
        ActorRole.REPRESENTATIVE: claire,
        ActorRole.MANAGER: world.staff(book, "Nolwenn Jégo", function="manager"),
        ActorRole.READER: world.staff(book, "Loïc Le Roux", function="reader"),
        ActorRole.STRANGER: world.staff(sonam, "Anaïs Moal"),
        ActorRole.COORDINATOR: solene,
        ActorRole.MEMBER_DEPUTY: deputies["Tifenn Riou"],
        ActorRole.COORDINATION_DEPUTY: deputies["Ronan Le Bihan"],
        ActorRole.DEPUTY_OF_PERSON: deputies["Gwen Madec"],
        ActorRole.FINANCE: world.finance(),
        ActorRole.ADMIN: world.admin(),
    }
    return roles, placed


def lived(place, state, roles):
    """A timesheet of ``place`` in ``state``; on its way there the member contested once, and the hours were kept."""
    at_member = hasattr(place, "member")
    draft = world.timesheet(place, {MONDAY: 420}, kind="worked" if at_member else "leave", status="draft")
    solene, claire = roles[ActorRole.COORDINATOR], roles[ActorRole.REPRESENTATIVE]
    person = draft.employee.user
    dispute = [(recording.submit, person), (contest, claire)] * at_member
    submitted = [*dispute, (recording.submit, person)]
    confirmed = [*submitted, *[(confirming.confirm, claire)] * at_member]
    approved = [*confirmed, (approval.approve, solene)]
    path = {
        "draft": [],
        "contested": dispute,
        "returned": [*submitted, (send_back, solene)],
        "submitted": submitted,
        "confirmed": confirmed,
        "approved": approved,
        "invoiced": approved,
    }[state]
    sheet = fresh(draft)
    for act, who in path:
        act(sheet, by=who, at=BEFORE)
    if state == "invoiced":
        bill(sheet, at=BEFORE)
    return fresh(sheet)


def fresh(sheet):
    return Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)


def kept():
    """Everything that an act may change."""
    return [list(model.objects.order_by("pk").values_list()) for model in (Timesheet, Entry, TimesheetStep)]


def tried(sheet, action, who):
    """The state that comes out of it, then taken back; None when it is refused, which the act itself takes back."""
    point = transaction.savepoint()
    try:
        ACTS[action](fresh(sheet), at=AT, **({"by": who} if who else {}))
    except Refusal:
        transaction.savepoint_commit(point)
        return None
    came = fresh(sheet).state
    transaction.savepoint_rollback(point)
    return came


def cells(roles):
    """Every act by everybody who can ask for it: what goes by itself has no person, all else cannot do without."""
    for action in Action:
        by_itself = "by" not in inspect.signature(ACTS[action]).parameters
        for role in ActorRole:
            if by_itself == (role == ActorRole.NOBODY):
                yield action, role, roles.get(role)


@pytest.mark.parametrize(
    ("state", "at_group"),
    [
        (state, at_group)
        for state in actions.STATES
        for at_group in (False, True)
        if not (at_group and state in actions.MEMBER_STATES)
    ],
)
def test_every_act_by_every_role_comes_out_as_the_table_says(cast, state, at_group):
    roles, placed = cast
    sheets = {key: lived(each.employee if at_group else each, state, roles) for key, each in placed.items()}
    assert {sheet.state for sheet in sheets.values()} == {state}
    before, table, came = kept(), {}, {}
    for action, role, who in cells(roles):
        table[action, role] = outcome(action, state, role, at_group=at_group)
        came[action, role] = tried(sheets[ROLES_OF.get(role, "plain")], action, who)
    assert came == table
    assert kept() == before


def test_every_cell_is_tried(cast):
    """All but what cannot be asked: what goes by itself by a person, what a person asks for by nobody."""
    people = len(ActorRole) - 1
    assert len(list(cells(cast[0]))) == 2 + (len(Action) - 2) * people == 14 * 13 + 2


def test_what_no_person_asks_for_has_no_person_and_all_else_needs_one():
    for action, rule in RULES.items():
        parameters = inspect.signature(ACTS[action]).parameters
        allowed = {role for role in ActorRole if outcome(action, next(iter(rule.at_member)), role)}
        assert ("by" not in parameters) == (allowed == {ActorRole.NOBODY})
        assert (ActorRole.NOBODY in allowed) == ("by" not in parameters)


def test_the_table_and_the_lifecycle_know_the_same_moves():
    """Each outcome is a move that MOVES allows, and MOVES allows none that no act makes."""
    status = {state: state for state in TimesheetStatus.values} | {
        "contested": "draft",
        "returned": "draft",
        "invoiced": "approved",
    }
    made = {
        (status[source], status[target])
        for rule in RULES.values()
        for moves in (rule.at_member, rule.at_group)
        for leg in moves.items()
        for source, target in ([(leg[0], rule.through), (rule.through, leg[1])] if rule.through else [leg])
        if status[source] != status[target]
    }
    allowed = {
        (str(source), str(target)) for source, targets in Timesheet.MOVES.items() for target in targets
    }
    assert made == allowed


def test_the_document_is_what_the_table_says(capsys):
    call_command("describe_life")
    assert capsys.readouterr().out == actions.document()
    assert (Path(settings.BASE_DIR) / "docs" / "timesheet-life.md").read_text() == actions.document()
    assert actions.document().count("| a coordinator |") == len(Action) * 2


@pytest.mark.parametrize("state", actions.STATES)
def test_the_page_offers_what_the_acts_allow(cast, state):
    roles, placed = cast
    sheets = {key: lived(each, state, roles) for key, each in placed.items()}
    for role, who in roles.items():
        offered = actions.offered_actions(sheets[ROLES_OF.get(role, "plain")], who, at=AT)
        allowed = {action for action in Action if outcome(action, state, role)}
        if state == "approved" and role == ActorRole.COORDINATION_DEPUTY:
            allowed.remove(Action.UNDO)  # Solène approved it
        assert (role, offered) == (role, allowed)
