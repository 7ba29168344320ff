"""Try the addresses of Django admin: everybody but admins is sent to its login, admins do what the table allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Model, ProtectedError
from django.test import RequestFactory
from django.urls import NoReverseMatch, resolve, reverse

from tests.billing import owing
from tests.house import doors_billing, doors_people, forms_billing, forms_people
from tests.house.door import Door
from tests.house.doors_admin import RIGHTS
from tests.house.form import Filled, Form
from tests.house.forms_accounts import NEW
from tests.house.house import ROLES, House
from tests.house.posting import writing
from tests.house.records_admin import BY_FORM, BY_HAND
from tests.house.trying import Answer, Try, browse, call, post, undone
from tests.journeys.visiting import field_values
from tests.markup import Tree
from tests.world import PASSWORD

FORMS = {**forms_people.FORMS, **forms_billing.FORMS}
DOORS = {**doors_people.DOORS, **doors_billing.DOORS}
# What an empty form asks and the page of a record does not show.
DAYS = {"first": "2026-12-04", "last": "2026-12-05"}


def record_of(house: House, label: str) -> Model | None:
    """A record of the model, made unless there is one; None for what no act of the tests writes."""
    if label in BY_HAND:
        return BY_HAND[label](house)
    if label in BY_FORM:
        _post(house, BY_FORM[label])
    return apps.get_model(label)._default_manager.order_by("-pk").first()


def _post(house: House, name: str) -> None:
    """Have an act done by the first who may."""
    role = next(role for role in ROLES if role in DOORS[name].actors)
    answer = post(house, name, role, FORMS[name])
    assert answer.status in (200, 302), f"{name}: {answer}"


def label_of(name: str) -> str:
    """The model that an address of the admin is about; empty for those of the site."""
    for label in RIGHTS:
        named, written = label.replace(".", "_"), label.replace(".", "/")
        if name.rpartition("_")[0] == f"admin:{named}" or name == f"admin/{written}/<path:object_id>/":
            return label
    return ""


def address_of(house: House, name: str, record: Model | None) -> str:
    """Where it is, with ``record`` as what it is about."""
    key = record.pk if record else 0
    if name.startswith("admin/"):
        return "/" + name.replace("<path:object_id>", str(key)).replace("(?P<url>.*)$", "nulle-part/")
    arguments: dict[str, Any] = {"object_id": key}
    if name == "admin:view_on_site":
        arguments = {
            "content_type_id": ContentType.objects.get_for_model(house.aloen).pk,
            "object_id": house.aloen.pk,
        }
    elif name == "admin:app_list":
        arguments = {"app_label": "members"}
    elif name == "admin:members_mail_html" or name.endswith("_file"):
        arguments = {"pk": key}
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, kwargs=arguments)


def tries(house: House, name: str, door: Door) -> Iterator[tuple[Try, str]]:
    """Each try of an address of the admin, (name, method, role), with what is wrong, if anything is."""
    with undone(house):
        label = label_of(name)
        record = record_of(house, label) if label else None
        if name.endswith("_file"):
            record = apps.get_model(label)._default_manager.get(**door.make(house))
        address = address_of(house, name, record)
        for role in ROLES:
            if role != "admin":
                for method in ("GET", "POST"):
                    yield (name, method, role), _fault_of_stranger(house, role, method, address)
        if door.get is not None:
            with undone(house):
                answer = call(house, "admin", "GET", address + door.queries[0])
                yield (name, "GET", "admin"), _fault_of_reading(door, answer)
        with undone(house):
            answer = _acted(house, name, address, record if "admin" in door.actors else None)
            yield (name, "POST", "admin"), _fault_of_acting(door, answer, label)


def _fault_of_stranger(house: House, role: str, method: str, address: str) -> str:
    """Asked of the view itself, which refuses before it reads anything."""
    request = getattr(RequestFactory(), method.lower())(address)
    request._dont_enforce_csrf_checks = True
    request.user = house.users[role] or AnonymousUser()
    view, arguments, named = resolve(request.path_info)
    with writing() as tables:
        try:
            got = view(request, *arguments, **named).get("Location", "").split("?")[0]
        except PermissionDenied:
            got = "refused"
        except Exception as error:
            got = f"{type(error).__name__}: {error}"
    wanted = reverse("admin:login")
    if address == wanted:
        wanted = reverse("account_login") if role == "anonymous" else "refused"
    elif address == reverse("admin:logout"):
        wanted = reverse("admin:index")
    return (
        ""
        if got == wanted and not tables
        else f"should be sent to {wanted}, gets {got or 'in'} {tables or ''}"
    )


def _fault_of_reading(door: Door, answer: Answer) -> str:
    if "admin" not in door.readers:
        return "" if answer.status in (403, 404) else f"an admin should be refused, gets {answer}"
    wanted = 302 if "admin" in door.sent_on else 200
    return (
        ""
        if answer.status == wanted and not answer.asks_for_login
        else f"an admin should get in, gets {answer}"
    )


def _fault_of_acting(door: Door, answer: Answer, label: str) -> str:
    if "admin" not in door.actors:
        is_refused = not answer.written and not answer.location.startswith("Error")
        is_refused = is_refused and (door.post is None or answer.status == 403)
        return "" if is_refused else f"an admin should be refused, gets {answer}"
    table = apps.get_model(label)._meta.db_table if label else None
    is_done = answer.status in (200, 302) and not answer.errors and (table is None or table in answer.written)
    sentences = [
        each.words().strip() for each in Tree(answer.text).elements if "errorlist" in each["class"].split()
    ]
    return "" if is_done else f"an admin should do it, gets {answer} {sentences}"


def _acted(house: House, name: str, address: str, record: Model | None) -> Answer:
    """Post what a browser would."""
    fields = fields_of(house, name, record)
    return (browse if name == "admin:logout" else call)(house, "admin", "POST", address, fields)


def form_of(name: str) -> Form:
    """The form of an address that an admin may post to."""

    def make(house: House, _role: str) -> Filled:
        label = label_of(name)
        record = record_of(house, label) if label else None
        named = {"object_id": record.pk} if record and not name.endswith("_add") else {}
        return Filled(named, fields_of(house, name, record))

    is_logout = name == "admin:logout"  # a page of Django’s
    return Form(make, writes=not is_logout, is_page=is_logout)


def fields_of(house: House, name: str, record: Model | None) -> dict[str, Any]:
    """What is posted: the page of the record as it stands, the same as a new one, or the confirmation."""
    kind = name.rpartition("_")[2]
    fields: dict[str, Any] = {}
    if kind in ("change", "add") and record is not None:
        meta = record._meta
        page = call(
            house,
            "admin",
            "GET",
            reverse(f"admin:{meta.label_lower.replace('.', '_')}_change", args=[record.pk]),
        )
        form = next(
            (each for each in Tree(page.text).elements if each["id"] == f"{meta.model_name}_form"), None
        )
        fields = field_values(form) | {"_save": "1"} if form else {}
        if name == "admin:billing_series_add":  # a further one, beside one that stands in the future
            owing.invoice(house.aloen, issued_on=date(2026, 12, 28))
            return {"kind": "invoice", "prefix": "Z", "reason": "Horloge en avance"}
        if kind == "add":
            fields = _as_new(fields, record)
    if name == "admin:password_change":
        fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    if kind == "delete":
        fields = {"post": "yes"}
    return fields


def _as_new(fields: dict[str, Any], record: Model) -> dict[str, Any]:
    """Fields of the page of ``record`` without its parts; it makes room for one like it."""
    label = record._meta.label_lower
    counts = {name for name in fields if name.endswith(("-INITIAL_FORMS", "-TOTAL_FORMS"))}
    parts = tuple(f"{name.removesuffix('-TOTAL_FORMS')}-" for name in counts if name.endswith("-TOTAL_FORMS"))
    shown = {name: value for name, value in fields.items() if not name.startswith(parts or "\n")}
    shown |= dict.fromkeys(counts, "0")
    if label == "members.deputy":
        named = record.member.seats.get(function="manager")
        shown = {"principal": record.principal_id, "user": named.user_id, "member": record.member_id, **DAYS}
    for field in record._meta.fields:
        value = field.value_from_object(record)
        if field.editable and value not in (None, ""):
            shown.setdefault(field.name, value)
    _remove(record)
    return shown


def _remove(record: Model) -> None:
    """With what stands on it."""
    try:
        record.delete()
    except ProtectedError as protected:
        for each in protected.protected_objects:
            _remove(each)
        record.delete()
