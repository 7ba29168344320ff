"""The page of duties, that of one of them, and what is done there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from billing.contributing.duties import unset
from groupement.kernel.asked import asked_text
from groupement.kernel.french import numbered
from groupement.kernel.pages import act, attachment, page
from groupement.navigation import group_of, seats_of
from groupement.secretariat import histories, reading
from groupement.secretariat.forms import DutyForm, FulfilForm, OwnerForm
from groupement.secretariat.reading import Shown
from members import filing, fulfilling
from members.access import UserRequest, for_roles, today
from members.duties import runs_all
from members.models import DutyRole, DutyTopic, Group, User
from members.roles import Role

STATES = {"": "À faire", "faites": "Faites", "toutes": "Toutes"}
WHO = {"": "Tout le monde", "moi": "Moi", **{role.value: role.label for role in DutyRole}}
EVERYBODY = (Role.EMPLOYEE, Role.MEMBER, Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
THE_GROUP = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@require_safe
@for_roles(*EVERYBODY)
def duties(request: UserRequest) -> HttpResponse:
    """What is due, the late first; by ``?qui=``, ``?sujet=`` and ``?etat=``."""
    on, group = today(), _group(request)
    first, before = reading.window(on)
    rows = reading.read(request.user, seats_of(request), group, first=first, before=before, on=on)
    asked = {name: asked_text(request.GET.get(name)) for name in ("qui", "sujet", "etat")}
    kept = _by_owner(rows, asked["qui"], request.user)
    if asked["sujet"] in DutyTopic.values:
        kept = [row for row in kept if row.due.topic == asked["sujet"]]
    panels = _panels(kept, asked["etat"])
    runs = runs_all(request.user) or request.user.is_finance
    context = {
        "panels": [each for each in panels if not each.is_later],
        "later": [each for each in panels if each.is_later],
        "summary": _summary(rows),
        "asked": asked,
        "who": WHO | _people(rows) if runs else {},
        "topics": [("", "Tous"), *DutyTopic.choices],
        "states": STATES,
        "may_add": runs,
        "unset": unset(group) if runs else [],
        "is_admin": request.user.is_admin,
    }
    return page(request, "secretariat/duties.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*THE_GROUP)
def add_duty(request: UserRequest) -> HttpResponse:
    """Add a duty of the group's own."""
    sent = request.POST if request.method == "POST" else None
    form = DutyForm(sent, people=_group_people(), is_of_finance=not runs_all(request.user))
    if sent is not None and form.is_valid():
        facts = form.cleaned_data
        done = act(
            request,
            fulfilling.add,
            **facts,
            by=request.user,
            at=timezone.now(),
            form=form,
            success="L’échéance est ajoutée.",
        )
        if done:
            return redirect("secretariat:duties")
    return page(
        request, "secretariat/add_duty.html", context={"form": form}, status=422 if form.errors else 200
    )


@require_safe
@for_roles(*EVERYBODY)
def duty(request: UserRequest, key: str) -> HttpResponse:
    """One duty: what it asks, what was done, and how to say that it is."""
    return _show(request, _found(request, key))


@require_POST
@for_roles(*THE_GROUP)
def fulfil(request: UserRequest, key: str) -> HttpResponse:
    """Say that it is done, with its proof."""
    shown = _found(request, key)
    form = FulfilForm(request.POST, request.FILES, due=shown.due, on=today())
    if not form.is_valid():
        return _show(request, shown, fulfil_form=form)
    sent = form.cleaned_data["proof"]
    done = act(
        request, _fulfil, shown, form.cleaned_data, sent, by=request.user, form=form, success="C’est noté."
    )
    return redirect("secretariat:duties") if done else _show(request, shown, fulfil_form=form)


@require_POST
@for_roles(*THE_GROUP)
def reopen(request: UserRequest, key: str) -> HttpResponse:
    """Take back that it is done."""
    shown = _found(request, key)
    act(
        request,
        fulfilling.reopen,
        shown.due,
        by=request.user,
        at=timezone.now(),
        success="L’échéance est de nouveau à faire.",
    )
    return redirect("secretariat:duty", key=key)


@require_POST
@for_roles(*THE_GROUP)
def give(request: UserRequest, key: str) -> HttpResponse:
    """Give it to somebody, or back to the role whose work it is."""
    shown = _found(request, key)
    form = _owner_form(shown, request.POST)
    if not form.is_valid():
        return _show(request, shown, owner_form=form)
    done = act(
        request,
        fulfilling.give,
        shown.due,
        form.cleaned_data["owner"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success="C’est noté.",
    )
    return redirect("secretariat:duty", key=key) if done else _show(request, shown, owner_form=form)


@require_GET
@for_roles(*EVERYBODY)
def proof(request: UserRequest, key: str) -> HttpResponseBase:
    """The file that shows it was done, as it was brought."""
    shown = _found(request, key)
    if shown.row is None or shown.row.proof is None:
        raise Http404
    opened = act(request, filing.open_file, shown.row.proof)
    if not opened:
        return redirect("secretariat:duty", key=key)
    return attachment(opened.value, shown.row.proof.name, shown.row.proof.media_type)


def _fulfil(shown: Shown, facts: dict[str, Any], sent: Any, *, by: User) -> None:
    data, name = None, ""
    if sent is not None:
        filing.refuse_size(sent.size, field="proof")
        data, name = sent.read(), sent.name or ""
    fulfilling.fulfil(
        shown.due,
        on=facts["on"],
        note=facts["note"],
        data=data,
        file_name=name,
        by=by,
        at=timezone.now(),
    )


def _show(
    request: UserRequest,
    shown: Shown,
    *,
    fulfil_form: FulfilForm | None = None,
    owner_form: OwnerForm | None = None,
) -> HttpResponse:
    refused = [form for form in (fulfil_form, owner_form) if form is not None and form.errors]
    is_open = shown.may_settle and not shown.is_done
    context = {
        "shown": shown,
        "form": fulfil_form or (FulfilForm(due=shown.due, on=today()) if is_open else None),
        "owner_form": owner_form or (_owner_form(shown) if shown.may_give else None),
        "history": histories.read(shown.row) if shown.row and (shown.may_settle or shown.may_give) else [],
    }
    return page(request, "secretariat/duty.html", context=context, status=422 if refused else 200)


def _found(request: UserRequest, key: str) -> Shown:
    """The duty of that key; what one is not shown does not exist."""
    found = reading.find(request.user, seats_of(request), _group(request), key, on=today())
    if found is None:
        raise Http404
    return found


def _group(request: UserRequest) -> Group:
    group = group_of(request)
    if group is None:
        raise Http404
    return group


def _owner_form(shown: Shown, data: Any = None) -> OwnerForm:
    people = reading.owners(_group_people(), shown.due)
    owner = shown.owner.pk if shown.owner else ""
    return OwnerForm(data, people=people, nobody=shown.due.role.label, initial={"owner": owner})


def _group_people() -> list[User]:
    """Those who run the group, by name."""
    wanted = User.objects.filter(is_active=True).order_by("name", "pk")
    return [user for user in wanted if user.is_coordinator or user.is_finance or user.is_admin]


def _people(rows: Sequence[Shown]) -> dict[str, str]:
    """Those to whom a duty that is shown was given."""
    return {str(row.owner.pk): str(row.owner) for row in rows if row.owner}


def _by_owner(rows: Sequence[Shown], who: str, user: User) -> list[Shown]:
    """Given to that person; or, given to nobody, the work of that role."""
    if who in DutyRole.values:
        return [row for row in rows if row.owner is None and row.due.role == who]
    wanted = str(user.pk) if who == "moi" else who
    if not wanted:
        return list(rows)
    return [row for row in rows if row.owner and str(row.owner.pk) == wanted]


def _panels(rows: Sequence[Shown], state: str) -> list[reading.Panel]:
    if state == "faites":
        done = [row for row in rows if row.is_done]
        return reading.panels(done[::-1], today())
    kept = rows if state == "toutes" else [row for row in rows if not row.is_done or _is_this_month(row)]
    return reading.panels(kept, today())


def _summary(rows: Sequence[Shown]) -> str:
    """ "Une échéance est en retard, trois tombent encore ce mois-ci." """
    late = sum(row.is_late for row in rows)
    coming = sum(not row.is_done and not row.is_late and _is_this_month(row) for row in rows)
    first = "Aucune n’est en retard"
    if late:
        first = numbered(late, "Une échéance est en retard", "{n} échéances sont en retard")
    then = "aucune ne tombe ce mois-ci"
    if coming:
        then = numbered(coming, "une tombe ce mois-ci", "{n} tombent ce mois-ci")
    return f"{first}, {then}."


def _is_this_month(row: Shown) -> bool:
    return (row.due.due_on.year, row.due.due_on.month) == (row.on.year, row.on.month)
