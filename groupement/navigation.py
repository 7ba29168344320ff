"""Who one is on this page and where one can go: roles, the role in use, its navigation, the theme; and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from employees.models import Employee
from members.access import demo_people
from members.models import Group, Member, Seat, User

THEMES = ("light", "dark")
PHONE_ITEMS = 4


@dataclass(frozen=True)
class Role:
    """What somebody is here for: a code kept in the session, and how it is called in the bar."""

    code: str
    label: str


@dataclass(frozen=True)
class Place:
    """A destination of a role: ``views`` are the beginnings of the view names that belong to it."""

    label: str
    icon: str
    to: str
    views: tuple[str, ...]
    count: Callable[[User], int] | None = None


CHARTER = Place("Charte", "charter", "charter:charter", ("charter:",))
MONTHS = Place("Mois", "calendar", "timesheets:months", ("timesheets:",))
RUNS = Place("Facturation", "receipt", "billing:runs", ("billing:run",))
INVOICES = Place("Factures", "file", "billing:invoices", ("billing:invoice",))

# The first place of a role is where it lands.
PLACES: dict[str, tuple[Place, ...]] = {
    "coordinator": (MONTHS, RUNS, INVOICES, CHARTER),
    "finance": (
        RUNS,
        INVOICES,
        Place("Coûts", "euro", "billing:costs", ("billing:cost",)),
        MONTHS,
        CHARTER,
    ),
    "admin": (
        Place("Comptes", "users", "admin:members_user_changelist", ("admin:members_user",)),
        Place("Adhérents", "home", "admin:members_member_changelist", ("admin:members_member",)),
        Place("Paramètres", "gear", "admin:members_group_changelist", ("admin:members_group",)),
        MONTHS,
    ),
    "member": (
        Place("Accueil", "home", "member_home", ("member_home",)),
        Place("Heures à viser", "check", "timesheets:to_confirm", ("timesheets:",)),
        INVOICES,
        CHARTER,
    ),
    "employee": (Place("Mes heures", "clock", "timesheets:my_months", ("timesheets:",)), CHARTER),
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: group, theme, and for who is logged in the roles, the one in use and its places."""
    theme = request.COOKIES.get("theme")
    context: dict[str, Any] = {
        "group": Group.objects.order_by("pk").first(),
        "theme": theme if theme in THEMES else None,
        "demo_mode": settings.DEMO_MODE,
    }
    if _visitor(request):
        return context | {
            "cover_members": list(Member.objects.order_by("pk")),
            "demo_people": SimpleLazyObject(demo_people),
        }
    role = active_role(request)
    return context | {
        "role": role.code if role else None,
        "role_label": role.label if role else None,
        "roles": [
            {"code": each.code, "label": each.label, "current": each == role} for each in roles_of(request)
        ],
        "navigation": _items(request, role),
    }


def roles_of(request: HttpRequest) -> list[Role]:
    """The roles of who asks, the widest first; read once for each request."""
    if not hasattr(request, "_roles"):
        request._roles = _read_roles(request.user)  # type: ignore[attr-defined]
    return request._roles  # type: ignore[attr-defined,no-any-return]


def active_role(request: HttpRequest) -> Role | None:
    """The role chosen in the account menu if it is still held, else the widest one; None for who has none."""
    roles = roles_of(request)
    chosen = request.session.get("role")
    return next((role for role in roles if role.code == chosen), roles[0] if roles else None)


def landing(request: HttpRequest) -> str | None:
    """The address where the role in use begins its day; None for who has no role."""
    role = active_role(request)
    return reverse(PLACES[role.code][0].to) if role else None


def _visitor(request: HttpRequest) -> bool:
    return (
        isinstance(getattr(request, "user", AnonymousUser()), AnonymousUser)
        or not request.user.is_authenticated
    )


def _read_roles(user: User) -> list[Role]:
    roles = [
        Role(code, label)
        for code, label, held in (
            ("coordinator", "Coordination", user.is_coordinator),
            ("finance", "Finances", user.is_finance),
            ("admin", "Administration", user.is_admin),
        )
        if held
    ]
    seats = (
        Seat.objects.filter(user=user)
        .on(timezone.localdate())
        .select_related("member")
        .order_by("starts_on", "pk")
    )
    if names := [seat.member.short_name for seat in seats]:
        others = len(names) - 1
        roles.append(
            Role("member", names[0] if not others else f"{names[0]} et {others} autre{'s' * (others > 1)}")
        )
    if employee := Employee.objects.filter(user=user).only("job").first():
        roles.append(Role("employee", employee.job or "Mon travail"))
    return roles


def _items(request: HttpRequest, role: Role | None) -> list[dict[str, Any]]:
    match = request.resolver_match
    here = match.view_name if match else ""
    items = []
    for place in PLACES[role.code] if role else ():
        try:
            url = reverse(place.to)
        except NoReverseMatch:
            continue
        items.append(
            {
                "label": place.label,
                "icon": place.icon,
                "url": url,
                "current": here.startswith(place.views),
                "count": place.count(request.user) if place.count else 0,
                "phone": len(items) < PHONE_ITEMS,
            }
        )
    return items
