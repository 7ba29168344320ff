"""Open the doors of the house one by one, and see that what tries them says so: ``make doors``.

A view lets in a role more, an admin page everybody who is logged in, a scope everything: the tries of the address that
this opens must find a fault. What opens unseen is printed, and the command fails.
"""

# ruff: noqa: E402, T201 - Django is set up before what needs it; the list is what the command is for
from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tests import environment

environment.prepare()

from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test.utils import setup_test_environment

from billing.models import Expense
from employees.models import Employee
from members import access
from members.models import Member, Seat
from members.roles import Role
from tests import guards
from tests.house import doors_admin, trying, trying_admin
from tests.house.doors import DOORS, OURS, addresses
from tests.house.house import House

EVERYBODY = "everybody"
# Opened to everybody without anybody getting further, and what else holds there.
ALSO_ASKED = {
    "billing:account": "the member is asked for among one’s own",
    "billing:account_pdf": "the member is asked for among one’s own",
    "secretariat:duty": "a duty that one is not shown does not exist",
    "secretariat:fulfil": "a duty that one is not shown does not exist, and who may settle it is asked",
    "secretariat:reopen": "a duty that one is not shown does not exist, and who may settle it is asked",
    "secretariat:give": "a duty that one is not shown does not exist, and who may give it is asked",
    "secretariat:proof": "a duty that one is not shown does not exist",
    "secretariat:revoke_feed": "the address is searched among one’s own",
    "timesheets:import": "who enters no hours is refused as well",
    "timesheets:import_confirm": "who enters no hours is refused as well",
    "timesheets:import_report": "who enters no hours is refused as well",
    "timesheets:import_columns": "who enters no hours is refused as well",
    "timesheets:forget_columns": "who enters no hours is refused as well",
    "timesheets:import_sample": "who enters no hours is refused as well",
}
# Opened to members without a member getting further: drafts are in the scope of no seat.
OF_DRAFTS = {"billing:draft_pdf"}
# Scopes whose opening lets nobody further at an address: what else holds there.
ALSO_HELD = {
    ("member_home", "InvoiceQuerySet"): "it is about the member of one’s own seat",
    ("member_home", "MemberQuerySet"): "it is about the member of one’s own seat",
    ("member_home", "TimesheetQuerySet"): "it is about the member of one’s own seat",
    ("timesheets:to_confirm", "MemberQuerySet"): "it is about the members of one’s own seats",
    ("timesheets:to_confirm", "TimesheetQuerySet"): "it is about the members of one’s own seats",
    ("timesheets:confirm_all", "MemberQuerySet"): "it is about the members of one’s own seats",
    ("timesheets:confirm_all", "TimesheetQuerySet"): "it is about the members of one’s own seats",
    ("timesheets:take_back_all", "MemberQuerySet"): "it is about the members of one’s own seats",
    ("timesheets:take_back_all", "TimesheetQuerySet"): "it is about the members of one’s own seats",
    ("timesheets:grid", "TimesheetQuerySet"): "the assignment is asked for among one’s own",
    ("timesheets:grid_day", "TimesheetQuerySet"): "the assignment is asked for among one’s own",
    (
        "employees:change_absence",
        "AbsenceQuerySet",
    ): "whoever may not note the person’s absences is refused as well",
    (
        "employees:cancel_absence",
        "AbsenceQuerySet",
    ): "whoever may not note the person’s absences is refused as well",
    ("charter:sign", "CharterQuerySet"): "a draft is signed by nobody",
    ("billing:dispute", "InvoiceQuerySet"): "whoever does not sign for the member is refused as well",
    ("billing:dispute", "MemberQuerySet"): "whoever does not sign for the member is refused as well",
    ("billing:withdraw_expense", "ExpenseQuerySet"): "whoever did not spend it is refused as well",
}
# Addresses of the admin that nobody gets in by: its login is behind the common one, the rest leads nowhere.
NO_DOOR = {"admin:login", "admin:logout"}


@dataclass(frozen=True)
class Opening:
    """One door that is opened: what kind, which address must notice, and how."""

    kind: str
    name: str
    what: str
    open: Callable[[], Any]


def roles_of(view: Any) -> list[Any] | None:
    """The list of roles that ``for_roles`` holds for a view; None for views that anybody may call."""
    while view is not None:
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        held = dict(zip(names, getattr(view, "__closure__", None) or (), strict=False))
        if {"roles", "sentence"} <= held.keys():
            found: list[Any] = held["roles"].cell_contents
            return found
        view = getattr(view, "__wrapped__", None)
    return None


@contextmanager
def added(roles: list[Any], role: Any) -> Iterator[None]:
    """``role`` is let in too."""
    kept = list(roles)
    roles.append(role)
    try:
        yield
    finally:
        roles[:] = kept


def role_openings() -> Iterator[Opening]:
    """Each view of a role: for finance alone to coordinators, of the coordination to members, any to everybody."""
    for name, pattern in addresses().items():
        roles = roles_of(pattern.callback)
        if roles is None or name in OF_DRAFTS:
            continue
        if roles == [Role.FINANCE]:
            yield Opening(
                "finance’s to coordinators", name, "coordinator", lambda r=roles: added(r, Role.COORDINATOR)
            )
        if Role.COORDINATOR in roles and Role.MEMBER not in roles:
            yield Opening("coordinators’ to members", name, "member", lambda r=roles: added(r, Role.MEMBER))
        if name not in ALSO_ASKED:
            yield Opening("a role’s to everybody", name, EVERYBODY, lambda r=roles: added(r, EVERYBODY))


@contextmanager
def replaced(name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Every module that holds the function or class ``name`` (by its full name) holds ``make`` of it instead."""
    module, _, attribute = name.rpartition(".")
    original = getattr(sys.modules[module], attribute)
    other = make(original)
    with ExitStack() as patches:
        for holder in list(sys.modules.values()):
            if getattr(holder, "__dict__", {}).get(attribute) is original:
                patches.enter_context(mock.patch.object(holder, attribute, other))
        yield


def always(_original: Any) -> Any:
    return lambda *_, **__: True


def anybodys(original: Any) -> Any:
    """get_object_or_404 that does not ask whose it is."""

    def first(of: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.pop("user", None) is None:
            return original(of, *args, **kwargs)
        return of.objects.filter(**kwargs).order_by("pk").first()

    return first


def all_seats(_original: Any) -> Any:
    return lambda _user: Seat.objects.on(access.today()).order_by("starts_on", "pk")


def a_mandate(_original: Any) -> Any:
    return lambda _user, member, _on: member.seats.filter(function="representative").first()


def all_expenses(original: Any) -> Any:
    return lambda _rows: original(Expense.objects.all())


def all_calendars(_original: Any) -> Any:
    return lambda _user: (list(Employee.objects.all()), list(Member.objects.all()))


# What is one’s own by other means than a scope: the function that says so, its opening, and the addresses it guards.
OWN = [
    ("employees.absences.may_record", always, ("employees:change_absence", "employees:cancel_absence")),
    ("billing.reminders.views.may_dispute", always, ("billing:dispute",)),
    ("billing.charges.views.expenses.may_withdraw", always, ("billing:withdraw_expense",)),
    ("billing.charges.views.expenses._listed", all_expenses, ("billing:my_expenses",)),
    ("members.deputising.may_arrange", always, ("members:appoint_deputy",)),
    ("members.access.decides_on", always, ("timesheets:person_month", "timesheets:person_day")),
    ("members.access.answers_for", always, ("timesheets:grid", "timesheets:grid_day")),
    ("members.access.coordinates", always, ("timesheets:import",)),
    ("members.access.can_sign_for", a_mandate, ("charter:sign", "billing:dispute")),
    (
        "members.access.current_seats",
        all_seats,
        ("member_home", "timesheets:to_confirm", "timesheets:member_balance"),
    ),
    ("members.duties.sees", always, ("secretariat:duties", "secretariat:duty", "secretariat:proof")),
    ("employees.feeds.calendars", all_calendars, ("employees:feeds", "employees:open_feed")),
    (
        "django.shortcuts.get_object_or_404",
        anybodys,
        (
            *("employees:revoke_feed", "secretariat:revoke_feed", "timesheets:my_month", "timesheets:day"),
            *("timesheets:my_findings", "timesheets:my_balance"),
        ),
    ),
]


def own_openings() -> Iterator[Opening]:
    """Each function that says whose something is."""
    for function, make, names in OWN:
        for name in names:
            yield Opening("one’s own to others", name, function, lambda f=function, m=make: replaced(f, m))


def scopes() -> dict[str, type]:
    """The querysets that have a scope."""
    found = {}
    for model in apps.get_models():
        queryset = type(model._default_manager.all())
        if hasattr(queryset, "visible_to"):
            owner = next(each for each in queryset.__mro__ if "visible_to" in vars(each))
            found[owner.__name__] = owner
    return found


def scope_openings(house: House) -> Iterator[Opening]:
    """Each scope, for each address that asks it on behalf of somebody who does not see everything."""
    querysets = scopes()
    for name in OURS:
        asked: set[str] = set()
        with ExitStack() as patches:
            for scope, queryset in querysets.items():
                patches.enter_context(
                    mock.patch.object(queryset, "visible_to", recording(scope, queryset, asked))
                )
            found = first_fault(house, name)
        assert not found, f"{name} is not as the table says: {found}"
        for scope in sorted(asked):
            if (name, scope) not in ALSO_HELD:
                yield Opening("a scope to everything", name, scope, lambda q=querysets[scope]: unscoped(q))


def recording(scope: str, queryset: type, asked: set[str]) -> Callable[..., Any]:
    """``visible_to`` that notes who asks it."""
    real = queryset.visible_to  # type: ignore[attr-defined]

    def visible_to(self: Any, user: Any) -> Any:
        if not user.sees_every_member:
            asked.add(scope)
        return real(self, user)

    return visible_to


def unscoped(queryset: type) -> Any:
    return mock.patch.object(queryset, "visible_to", lambda self, _user: self)


def let_in(request: Any) -> bool:
    """Whoever is logged in."""
    return bool(request.user.is_authenticated)


def admin_openings() -> Iterator[Opening]:
    """The admin to everybody who is logged in; of each model what the table leaves out, to admins."""
    for name in doors_admin.DOORS:
        if name not in NO_DOOR:
            opened = mock.patch.object(admin.site, "has_permission", let_in)
            yield Opening("the admin to everybody", name, EVERYBODY, lambda p=opened: p)
    words = {"a": "add", "c": "change", "d": "delete"}
    for label, letters in doors_admin.RIGHTS.items():
        shown = admin.site._registry[apps.get_model(label)]
        for letter, word in words.items():
            if letter not in letters:
                name, right = f"admin:{label.replace('.', '_')}_{word}", f"has_{word}_permission"
                opened = mock.patch.object(shown, right, always(None))
                yield Opening("a right in the admin", name, right, lambda p=opened: p)


def first_fault(house: House, name: str) -> str:
    """The first fault that the tries of an address find; nothing when all is as the table says."""
    door = DOORS[name]
    if name in doors_admin.DOORS:
        tried = trying_admin.tries(house, name, door)
    else:
        tried = trying.tries(house, name, door, trying_admin.FORMS.get(name))
    with transaction.atomic():
        try:
            return next((f"{key[1]} as {key[2]} {wrong}" for key, wrong in tried if wrong), "")
        finally:
            tried.close()


def openings(house: House) -> Iterator[Opening]:
    """Every one."""
    yield from role_openings()
    yield from own_openings()
    yield from scope_openings(house)
    yield from admin_openings()


def main() -> int:
    """Try them all, print each with what was found; how many stayed unseen."""
    access._HOLDERS[EVERYBODY] = lambda _user: True  # type: ignore[index]
    seen: Counter[str] = Counter()
    unseen: list[Opening] = []
    with tempfile.TemporaryDirectory() as folder, transaction.atomic(), trying.scene(Path(folder)) as house:
        for each in openings(house):
            with each.open():
                found = first_fault(house, each.name)
            seen[each.kind] += 1
            unseen += [] if found else [each]
            print(
                f"{'red  ' if found else 'GREEN'} {each.kind}: {each.name} ({each.what}) {found[:120]}",
                flush=True,
            )
        transaction.set_rollback(True)
    for kind, count in seen.items():
        green = sum(each.kind == kind for each in unseen)
        print(f"{kind}: {count} opened, {green} unseen")
    return len(unseen)


if __name__ == "__main__":
    environment.start()
    try:
        guards.install()
        setup_test_environment()
        keeps = environment.clone_database(connection.creation._get_test_db_name())
        connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=keeps)
        sys.exit(1 if main() else 0)
    finally:
        connection.close()
        environment.stop()
