"""Who one is on this page and where one can go: roles, the role in use, its navigation, the theme; and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from employees.models import Employee
from groupement.kernel.french import enumeration
from members.access import UserRequest, coordinates, current_seats, demo_people
from members.models import Group, Member, Seat, User
from members.roles import Role, deputy_of
from timesheets.confirming import awaiting

T = TypeVar("T")
P = TypeVar("P", "Destination", "Tab")

THEMES = ("light", "dark")
# Places of a narrow bar before "Plus", which is there for two places or more: a fifth takes its room instead.
NARROW_PLACES = 4


@dataclass(frozen=True)
class HeldRole:
    """A role that somebody holds: its code, stored in the session, and its label in the account menu."""

    code: str
    label: str


@dataclass(frozen=True)
class Tab:
    """A page beside others in one destination; ``views`` are the beginnings of the view names that belong to it.

    ``pages``: what stands in its place in the row while it is shown, each with the views that make it the current one.
    """

    label: str
    to: str
    views: tuple[str, ...]
    pages: tuple[Tab, ...] = ()


@dataclass(frozen=True)
class Destination:
    """A destination of a role: ``views`` are the beginnings of the view names that belong to it.

    With ``tabs`` it has several pages beside one another, and what they claim is its own; on a page that none of them
    claims they are not shown.
    """

    label: str
    icon: str
    to: str
    views: tuple[str, ...] = ()
    count: Callable[[User], int] | None = None
    tabs: tuple[Tab, ...] = ()


def waiting(user: User) -> int:
    """How many timesheets wait for this person's answer."""
    return awaiting(user).count()


CHARTER = Destination(
    "Charte",
    "charter",
    "charter:charter",
    tabs=(
        Tab("Charte", "charter:charter", ("charter:",)),
        Tab("Documents", "papers:papers", ("papers:",)),
    ),
)
PLANNING = Destination("Planning", "planning", "employees:planning", ("employees:",))
LATE = ("billing:late_costs", "billing:dunning_levels", "billing:dispute", "billing:close_dispute")
REMINDERS = ("billing:reminder", "billing:review_reminders", "billing:sent_reminders", *LATE)
RECEIVED = (
    "billing:payment",
    "billing:record_payment",
    "billing:refund",
    "billing:ageing",
    "billing:account",
)
ACCOUNTS = (*RECEIVED, *REMINDERS)
BANK = (
    "billing:bank",
    "billing:import_bank",
    "billing:bank_columns",
    "billing:bank_layouts",
    "billing:statement",
    "billing:operation",
)
YEAR = ("billing:year", "billing:true_up", "billing:liability", "billing:reserve")
QUOTES = ("billing:quote", "billing:accept_quote", "billing:make_quote")
RULES = Tab("Règles", "members:rules", ("members:rule", "members:withdraw_rule"))
PRICES = Destination(
    "Prix",
    "receipt",
    "billing:prices",
    tabs=(
        Tab(
            "Prix convenus",
            "billing:prices",
            ("billing:price", "billing:change_price", "billing:revise_price"),
        ),
        Tab("Simulateur", "billing:simulator", ("billing:simulator",)),
        Tab("Devis", "billing:quotes", QUOTES),
        Tab("Indices", "billing:price_indices", ("billing:price_ind",)),
        RULES,
    ),
)
SPENT = ("billing:expense", "billing:dues", "billing:waiting", "billing:add_line")
BILLED = ("billing:invoice", "billing:credit")
SHARE = ("billing:my_share", "billing:true_up_letter")
DAY = Tab("Aujourd’hui", "billing:day", ("billing:day",))
CLOSES = Tab("Clôtures", "billing:runs", ("billing:run",))
OF_THE_YEAR = Tab("Année", "billing:year", YEAR)
HOURS = Tab("Heures", "timesheets:months", ("timesheets:",))
DUTIES = Tab("Échéances", "secretariat:duties", ("secretariat:",))
MONTHS = Tab("Mois", "timesheets:months", ("timesheets:months",))
AT_HOME = Tab("Accueil", "member_home", ("member_home",))
MY_MONTHS = Tab("Mes heures", "timesheets:my_months", ("timesheets:my_months",))
WHO_IS_WHERE = Tab("Planning", PLANNING.to, PLANNING.views)
# Where finance has a place of its own for it, these are the tabs of that place (accounts/tabs.html, charges/tabs.html).
OF_ACCOUNTS = (
    Tab("Règlements", "billing:payments", ("billing:payment", "billing:record_payment", "billing:refund")),
    Tab("Comptes des adhérents", "billing:ageing", ("billing:ageing", "billing:account")),
    Tab("Relances", "billing:reminders", REMINDERS),
)
OF_CHARGES = (
    Tab("Frais", "billing:expenses", ("billing:expense",)),
    Tab("Cotisations", "billing:dues", ("billing:dues",)),
    Tab("Sommes en attente", "billing:waiting_charges", ("billing:waiting", "billing:add_line")),
    Tab("Financements", "billing:funding", ("billing:funding",)),
)
READ_ONLY = (
    CLOSES,
    Tab("Factures", "billing:invoices", BILLED),
    Tab("Règlements", "billing:payments", ACCOUNTS, OF_ACCOUNTS),
    Tab("Frais", "billing:expenses", (*SPENT, "billing:funding"), OF_CHARGES),
    Tab("Devis", "billing:quotes", QUOTES),
    OF_THE_YEAR,
)

# The first destination of a role is where it lands; seven at most, so that a wide bar holds them all.
DESTINATIONS: dict[str, tuple[Destination, ...]] = {
    "coordinator": (
        Destination("Heures", "calendar", "timesheets:months", ("timesheets:",), tabs=(MONTHS, DUTIES)),
        PLANNING,
        Destination("Facturation", "receipt", "billing:runs", tabs=(CLOSES, OF_THE_YEAR)),
        Destination("Factures", "file", "billing:invoices", (*BILLED, *ACCOUNTS)),
        Destination("Frais", "euro", "billing:expenses", (*SPENT, "billing:funding")),
        PRICES,
        CHARTER,
    ),
    "finance": (
        Destination("Accueil", "home", "billing:day", tabs=(DAY, CLOSES, HOURS, WHO_IS_WHERE, DUTIES)),
        Destination("Factures", "file", "billing:invoices", BILLED),
        Destination("Règlements", "swap", "billing:payments", (*ACCOUNTS, *BANK)),
        Destination("Coûts", "euro", "billing:costs", ("billing:cost", "billing:import_costs", *SPENT)),
        PRICES,
        Destination("Année", "checks", "billing:year", (*YEAR, "billing:funding")),
        CHARTER,
    ),
    "admin": (
        Destination("Comptes", "users", "admin:members_user_changelist", ("admin:members_user",)),
        Destination("Adhérents", "home", "admin:members_member_changelist", ("admin:members_member",)),
        Destination(
            "Paramètres",
            "gear",
            "admin:members_group_changelist",
            tabs=(Tab("Groupement", "admin:members_group_changelist", ("admin:members_group",)), RULES),
        ),
        Destination("Journal", "clock", "admin:pghistory_middlewareevents_changelist", ("admin:pghistory",)),
        Destination("Heures", "calendar", "timesheets:months", tabs=(HOURS, WHO_IS_WHERE, DUTIES)),
        Destination("Facturation", "receipt", "billing:runs", tabs=READ_ONLY),
        CHARTER,
    ),
    "member": (
        Destination("Accueil", "home", "member_home", ("timesheets:member_balance",), tabs=(AT_HOME, DUTIES)),
        Destination("Heures à viser", "check", "timesheets:to_confirm", ("timesheets:",), waiting),
        PLANNING,
        Destination("Factures", "file", "billing:invoices", (*BILLED, *SHARE, *QUOTES, *ACCOUNTS)),
        CHARTER,
    ),
    "employee": (
        Destination(
            "Mes heures", "clock", "timesheets:my_months", ("timesheets:",), tabs=(MY_MONTHS, DUTIES)
        ),
        PLANNING,
        Destination("Frais", "euro", "billing:my_expenses", ("billing:my_expenses", "billing:expense")),
        CHARTER,
    ),
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: group, theme, and for who is logged in the roles, the one in use and its places."""
    theme = request.COOKIES.get("theme")
    context: dict[str, Any] = {
        "group": group_of(request),
        "theme": theme if theme in THEMES else None,
    }
    if not _is_logged_in(request):
        return context | _entrance(request)
    role, here = active_role(request), _here(request)
    places = _places_of(request.user, role, here)
    return context | {
        "role": role.code if role else None,
        "role_label": role.label if role else None,
        "roles": [
            {"code": each.code, "label": each.label, "current": each == role} for each in roles_of(request)
        ],
        "navigation": places,
        "further_places": [place for place in places if not place["narrow"]],
        "place_tabs": _tabs(role, here),
    }


def roles_of(request: UserRequest) -> list[HeldRole]:
    """The roles of who asks, the widest first; read once for each request."""
    return _once(request, "_roles", lambda: _read_roles(request.user, seats_of(request)))


def seats_of(request: UserRequest) -> list[Seat]:
    """The seats that who asks holds today or stands in for, with member and holder; read once for each request."""
    return _once(
        request, "_seats", lambda: list(current_seats(request.user).select_related("member", "user"))
    )


def group_of(request: HttpRequest) -> Group | None:
    """The group, None before there is one; read once for each request."""
    return _once(request, "_group", lambda: Group.objects.order_by("pk").first())


def active_role(request: UserRequest) -> HeldRole | None:
    """The role chosen in the account menu if it is still held, else the widest one; None for who has none."""
    roles = roles_of(request)
    chosen = request.session.get("role")
    return next((role for role in roles if role.code == chosen), roles[0] if roles else None)


def landing(request: UserRequest) -> str | None:
    """The address where the role in use begins its day; None for who has no role."""
    role = active_role(request)
    return reverse(DESTINATIONS[role.code][0].to) if role else None


def _entrance(request: HttpRequest) -> dict[str, Any]:
    """What visitors see: whose group it is, and in a demonstration at login whom they may enter as."""
    return {
        "cover_members": list(Member.objects.order_by("pk")),
        "demo_people": demo_people() if _here(request) == settings.LOGIN_URL else [],
    }


def _here(request: HttpRequest) -> str:
    """The name of the view that answers; empty where no address of ours fits."""
    return request.resolver_match.view_name if request.resolver_match else ""


def _once(request: HttpRequest, name: str, read: Callable[[], T]) -> T:
    """What ``read`` finds, kept on the request under ``name``."""
    if not hasattr(request, name):
        setattr(request, name, read())
    return cast("T", getattr(request, name))


def _is_logged_in(request: HttpRequest) -> TypeGuard[UserRequest]:
    """False too where a request has not come through the middleware that knows who asks."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and user.is_authenticated


def _read_roles(user: User, seats: list[Seat]) -> list[HeldRole]:
    roles = [
        HeldRole(role.value, label)
        for role, label, held in (
            (Role.COORDINATOR, _coordination(user), coordinates(user)),
            (Role.FINANCE, Role.FINANCE.heading, user.is_finance),
            (Role.ADMIN, Role.ADMIN.heading, user.is_admin),
        )
        if held
    ]
    if seats:
        roles.append(HeldRole(Role.MEMBER.value, _places(user, seats)))
    if employee := Employee.objects.filter(user=user).only("job").first():
        roles.append(HeldRole(Role.EMPLOYEE.value, employee.job or "Mon travail"))
    return roles


def _coordination(user: User) -> str:
    """The role by its name, or as whose deputy it is held; the names are read for deputies only."""
    if user.is_coordinator or not user.coordinators_deputised:
        return Role.COORDINATOR.heading
    return _first_of(
        [deputy_of(each) for each in User.objects.filter(pk__in=user.coordinators_deputised).order_by("pk")]
    )


def _places(user: User, seats: list[Seat]) -> str:
    """The members of one's own seats, then whose deputy one is elsewhere."""
    own = [seat.member.short_name for seat in seats if seat.user_id == user.pk]
    stood_in = dict.fromkeys(deputy_of(seat.user) for seat in seats if seat.user_id != user.pk)
    return " · ".join(_first_of(labels) for labels in (own, list(stood_in)) if labels)


def _first_of(labels: list[str]) -> str:
    return enumeration(labels, at_most=1)


def _match(place: Destination | Tab, here: str) -> int:
    """How much of the view's name ``place`` claims: a whole name wins over the beginning of one."""
    tabs = place.tabs if isinstance(place, Destination) else ()
    claimed = (*place.views, *(view for tab in tabs for view in tab.views))
    return max((len(view) for view in claimed if here.startswith(view)), default=0)


def _current(places: Iterable[P], here: str) -> P | None:
    """The place that claims most of the view's name; None where none claims any."""
    nearest = max(places, key=lambda place: _match(place, here), default=None)
    return nearest if nearest and _match(nearest, here) else None


def _places_of(user: User, role: HeldRole | None, here: str) -> list[dict[str, Any]]:
    places = DESTINATIONS[role.code] if role else ()
    current = _current(places, here)
    narrow = NARROW_PLACES if len(places) > NARROW_PLACES + 1 else len(places)
    return [
        {
            "label": place.label,
            "icon": place.icon,
            "url": reverse(place.to),
            "current": place is current,
            "count": place.count(user) if place.count else 0,
            "narrow": rank < narrow,
        }
        for rank, place in enumerate(places)
    ]


def _tabs(role: HeldRole | None, here: str) -> dict[str, Any] | None:
    """The pages of the destination that is shown, with the one that is, in one row; None where it has one page."""
    place = _current(DESTINATIONS[role.code], here) if role else None
    if place is None or not place.tabs:
        return None
    chosen = _current(place.tabs, here)
    if chosen is None:
        return None
    row = [each for tab in place.tabs for each in ((tab.pages if tab is chosen else ()) or (tab,))]
    current = _current(row, here)
    pages = [{"label": tab.label, "url": reverse(tab.to), "current": tab is current} for tab in row]
    return {"label": place.label, "pages": pages}
