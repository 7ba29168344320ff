"""The life of a timesheet as one table: which act leads from which state where, and who may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from members.access import decides_on
from members.models import User
from timesheets import approval, changing, confirming, locking
from timesheets.models import Timesheet, TimesheetStatus, TimesheetStep


class Action(StrEnum):
    """What can be done with a timesheet, in the order of its life."""

    WRITE = "write"
    SUBMIT = "submit"
    RECALL = "recall"
    CONFIRM = "confirm"
    CONTEST = "contest"
    TACIT = "tacit"
    TAKE_BACK = "take_back"
    SETTLE = "settle"
    KEEP = "keep"
    RETAIN = "retain"
    RETURN = "return"
    APPROVE = "approve"
    UNDO = "undo"
    REOPEN = "reopen"
    BILL = "bill"
    SUPPLEMENT = "supplement"


class Party(StrEnum):
    """On whose side an act is."""

    AUTHORS = "those who enter the hours"
    SUBMITTER = "who handed the hours in"
    MEMBER = "the member"
    COORDINATION = "the coordination"
    INVOICE = "the invoice"
    TIME = "time"


class ActorRole(StrEnum):
    """Who acts, in relation to one timesheet."""

    PERSON = "the person"
    SEATED_PERSON = "the person, who is also the member’s staff"
    COORDINATING_PERSON = "the person, who is also a coordinator"
    REPRESENTATIVE = "a representative of the member"
    MANAGER = "a manager of the member"
    READER = "a reader of the member"
    STRANGER = "another member’s staff"
    COORDINATOR = "a coordinator"
    MEMBER_DEPUTY = "a deputy at the member"
    COORDINATION_DEPUTY = "a deputy of the coordinator"
    DEPUTY_OF_PERSON = "a deputy of the person, who coordinates and is the member’s staff"
    FINANCE = "finance"
    ADMIN = "an admin"
    NOBODY = "nobody: by itself"


STATES = {
    "draft": "to enter",
    "contested": "contested",
    "returned": "returned",
    "submitted": "submitted",
    "confirmed": "confirmed",
    "approved": "approved",
    "invoiced": "invoiced",
}
# At the group no member confirms: its timesheets know neither of these.
MEMBER_STATES = frozenset({"contested", "confirmed"})
DRAFTS = ("draft", "contested", "returned")


@dataclass(frozen=True)
class ActionRule:
    """Where an act leads from each state, at a member and at the group, on whose side it is, what else it asks for.

    ``through``: the state on the way, of an act that is made of several moves.
    """

    party: Party
    at_member: Mapping[str, str]
    at_group: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    through: str = ""


RULES: Mapping[Action, ActionRule] = {
    Action.WRITE: ActionRule(
        Party.AUTHORS,
        {state: state for state in DRAFTS},
        {"draft": "draft", "returned": "returned"},
        "the assignment says who enters; the group’s days of grace are not over; a reason to change what another "
        "wrote or handed in; days outside contract, assignment or membership take the coordination and a reason",
    ),
    Action.SUBMIT: ActionRule(
        Party.AUTHORS,
        dict.fromkeys(DRAFTS, "submitted"),
        dict.fromkeys(("draft", "returned"), "submitted"),
        "the month has begun; before the last day that is planned or filled, a confirmation",
    ),
    Action.RECALL: ActionRule(Party.SUBMITTER, {"submitted": "draft"}, {"submitted": "draft"}),
    Action.CONFIRM: ActionRule(Party.MEMBER, {"submitted": "confirmed"}),
    Action.CONTEST: ActionRule(
        Party.MEMBER, {"submitted": "contested"}, needs="a reason for each day; the other days are accepted"
    ),
    Action.TACIT: ActionRule(
        Party.TIME,
        {"submitted": "confirmed"},
        needs="the group has tacit confirmation, its delay and the last day with hours are over",
    ),
    Action.TAKE_BACK: ActionRule(
        Party.MEMBER,
        {"confirmed": "submitted"},
        needs="the coordination did not settle it; a reason, but for one’s own within fifteen minutes",
    ),
    Action.SETTLE: ActionRule(
        Party.COORDINATION,
        {"submitted": "confirmed"},
        needs="the member had contested; a reason that all read",
    ),
    Action.KEEP: ActionRule(
        Party.COORDINATION,
        dict.fromkeys(("contested", "submitted"), "confirmed"),
        needs="the member had contested; the hours stay as the person entered them",
        through="submitted",
    ),
    Action.RETAIN: ActionRule(
        Party.COORDINATION,
        dict.fromkeys(("contested", "submitted"), "confirmed"),
        needs="the member had contested, and said how many hours it counts; what stood there is kept in sight",
        through="submitted",
    ),
    Action.RETURN: ActionRule(
        Party.COORDINATION,
        dict.fromkeys(("submitted", "confirmed"), "returned"),
        {"submitted": "returned"},
        "a reason",
    ),
    Action.APPROVE: ActionRule(
        Party.COORDINATION,
        {"confirmed": "approved"},
        {"submitted": "approved"},
        "no hours of days to come, outside contract, assignment or membership, or of work on a day of noted absence",
    ),
    Action.UNDO: ActionRule(
        Party.COORDINATION,
        {"approved": "confirmed"},
        {"approved": "submitted"},
        "by whoever approved, within fifteen minutes",
    ),
    Action.REOPEN: ActionRule(
        Party.COORDINATION, {"approved": "returned"}, {"approved": "returned"}, "a reason"
    ),
    Action.BILL: ActionRule(
        Party.INVOICE, {"approved": "invoiced"}, {"approved": "invoiced"}, "finance issues the invoice"
    ),
    Action.SUPPLEMENT: ActionRule(
        Party.COORDINATION,
        {"invoiced": "invoiced"},
        {"invoiced": "invoiced"},
        "no timesheet of the same month and place is left to bill; a further draft is opened",
    ),
}

COORDINATION = frozenset({ActorRole.COORDINATOR, ActorRole.COORDINATION_DEPUTY})
TEAM = frozenset({ActorRole.REPRESENTATIVE, ActorRole.MANAGER, ActorRole.MEMBER_DEPUTY})
OWN = frozenset({ActorRole.PERSON, ActorRole.SEATED_PERSON, ActorRole.COORDINATING_PERSON})
# Where the assignment lets both the person and the member's team enter the hours, and the person handed them in.
ROLES: Mapping[Party, frozenset[ActorRole]] = {
    Party.AUTHORS: OWN | TEAM | COORDINATION,
    Party.SUBMITTER: OWN,
    Party.MEMBER: TEAM,
    Party.COORDINATION: COORDINATION,
    Party.INVOICE: frozenset({ActorRole.NOBODY}),
    Party.TIME: frozenset({ActorRole.NOBODY}),
}


def outcome(action: Action, state: str, role: ActorRole, *, at_group: bool = False) -> str | None:
    """The state in which ``action`` by ``role`` leaves a timesheet that was in ``state``; None when it is refused."""
    rule = RULES[action]
    if role not in ROLES[rule.party] or (at_group and role in TEAM):
        return None
    return (rule.at_group if at_group else rule.at_member).get(state)


def offered_actions(
    timesheet: Timesheet, user: User, *, at: datetime, steps: Iterable[TimesheetStep] | None = None
) -> frozenset[Action]:
    """What ``user`` may do with ``timesheet`` now, for the page to offer; the acts themselves refuse the rest.

    ``steps``, the latest first with remarks and who made them, save two queries.
    """
    found = {
        action
        for action, rule in RULES.items()
        if timesheet.state in (rule.at_member if timesheet.assignment_id else rule.at_group)
    }
    sides = {party: party in _SIDES and _SIDES[party](user, timesheet) for party in _parties(found)}
    found = {action for action in found if sides[RULES[action].party]}
    if timesheet.status == TimesheetStatus.SUBMITTED and not found.isdisjoint(ON_CONTEST):
        found -= ON_CONTEST if not approval.may_settle(timesheet, steps) else set()
    if Action.TAKE_BACK in found:
        known = timesheet.steps.order_by("-at", "-pk") if steps is None else steps
        found -= set() if confirming.may_take_back(known) else {Action.TAKE_BACK}
    if Action.UNDO in found and not approval.may_undo(timesheet, by=user, at=at):
        found.remove(Action.UNDO)
    return frozenset(found)


def _parties(actions: Iterable[Action]) -> set[Party]:
    return {RULES[action].party for action in actions}


# What answers a contest: on submitted hours only while one is open.
ON_CONTEST = frozenset({Action.SETTLE, Action.KEEP, Action.RETAIN})
_SIDES: Mapping[Party, Callable[[User, Timesheet], bool]] = {
    Party.AUTHORS: locking.may_write,
    Party.SUBMITTER: changing.may_recall,
    Party.MEMBER: confirming.may_answer,
    Party.COORDINATION: lambda user, timesheet: decides_on(user, timesheet.employee.user_id),
}


def document() -> str:
    """The whole table in words: the text of docs/timesheet-life.md."""
    return "\n".join([_PREFACE, *_summary(), *_tables(at_group=False), *_tables(at_group=True)])


_PREFACE = """\
# The life of a timesheet

Written by `python manage.py describe_life` from `timesheets/actions.py`; change it there. Every cell below is tried
against the acts by `tests/timesheets/test_actions.py`: what is allowed leads where the cell says, what is not (`·`)
is refused and changes nothing.

The tables hold where the assignment lets both the person and the member’s team enter the hours; else those whom it
leaves out do not write, submit or recall. The person has handed the hours in; what the member’s team or the
coordination handed in, its own side recalls. No hours at all is an answer too: a month of zero hours goes the same way.
"""


def _summary() -> list[str]:
    lines = ["| act | on whose side | from | to | needs |", "| --- | --- | --- | --- | --- |"]
    for action, rule in RULES.items():
        moves = {**rule.at_member, **rule.at_group}
        targets = list(dict.fromkeys([*rule.at_member.values(), *rule.at_group.values()]))
        lines.append(
            f"| {action} | {rule.party} | {_listed(moves)} | {_listed(targets)} | {rule.needs or 'nothing more'} |"
        )
    return [*lines, ""]


def _tables(*, at_group: bool) -> list[str]:
    states = [state for state in STATES if not (at_group and state in MEMBER_STATES)]
    lines = [f"## {'At the group' if at_group else 'At a member'}", ""]
    for action in Action:
        lines += [f"### {action}", "", f"| | {' | '.join(STATES[state] for state in states)} |"]
        lines.append("| --- |" + " --- |" * len(states))
        for role in ActorRole:
            cells = [outcome(action, state, role, at_group=at_group) for state in states]
            lines.append(f"| {role} | {' | '.join(STATES[cell] if cell else '·' for cell in cells)} |")
        lines.append("")
    return lines


def _listed(states: Iterable[str]) -> str:
    return ", ".join(STATES[state] for state in states)
