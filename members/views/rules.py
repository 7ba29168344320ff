"""The rules of the group: what holds today, since when and by whom, what comes, what was; a change from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupement.kernel.french import full_date
from groupement.kernel.pages import Done, Refused, act, page
from members import rules, ruling
from members.access import UserRequest, for_roles, today
from members.models import GroupRule, RuleCode, RuleOrigin
from members.roles import Role
from members.rule_codes import KINDS, RuleKind
from members.rule_forms import RuleForm
from members.rules import HeldRule, RuleBook

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@dataclass(frozen=True)
class RuleRow:
    """One rule on the page: what holds today, and what was noted for later, the next first."""

    kind: RuleKind
    held: HeldRule
    to_come: Sequence[HeldRule]
    reserved_to: str


@dataclass(frozen=True)
class HistoryRow:
    """One row of the history of a rule. ``state``: current, to_come, past or withdrawn."""

    row: GroupRule
    rule: HeldRule
    state: str
    may_withdraw: bool


@require_safe
@for_roles(*READERS)
def index(request: UserRequest) -> HttpResponse:
    """All rules of today, with those that are noted for later."""
    day = today()
    book = rules.read()
    of_day = book.on(day)
    rows = [_row(book, of_day, code, day) for code in KINDS]
    context = {"rows": rows, "today": day, "may_set": ruling.may_set(request.user)}
    return page(request, "members/rules.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*READERS)
def rule(request: UserRequest, code: str) -> HttpResponse:
    """One rule: its history, and for coordination and administration the form that changes it from a day on."""
    kind, book, may_set = _kind(code), rules.read(), ruling.may_set(request.user)
    of_day = book.on(today())
    posted = request.POST if request.method == "POST" else None
    form = RuleForm(posted, kind=kind, initial=dict(of_day[kind.code].value))
    if form.is_valid() and (_set(request, kind, form if may_set else None, form) or not may_set):
        return redirect("members:rule", code)
    context = {
        "row": _row(book, of_day, kind.code, of_day.day),
        "noted": _history(kind.code, of_day.day, may_set=may_set),
        "form": form if may_set else None,
        "today": of_day.day,
    }
    return page(request, "members/rule.html", context=context, status=422 if form.errors else 200)


def _set(
    request: UserRequest, kind: RuleKind, shown: RuleForm | None, form: RuleForm
) -> Done[GroupRule] | Refused:
    """Set the rule; what is refused is told in the form that is ``shown``, else as a message."""
    return act(
        request,
        ruling.set_rule,
        kind.code,
        form.value,
        starts_on=form.first_day,
        is_decided=form.cleaned_data["is_decided"],
        source=form.cleaned_data["source"],
        by=request.user,
        at=timezone.now(),
        form=shown,
        success=lambda made: f"C’est noté\u00a0: {kind.label}, à partir du {full_date(made.starts_on)}.",
    )


@require_POST
@for_roles(*READERS)
def withdraw_rule(request: UserRequest, pk: int) -> HttpResponse:
    """Take back a rule that nothing stands on: the one before it holds on its days too."""
    noted = get_object_or_404(GroupRule.objects.kept(), pk=pk)
    act(
        request,
        ruling.withdraw_rule,
        noted,
        by=request.user,
        at=timezone.now(),
        success="La règle est retirée\u00a0: celle d’avant vaut aussi ces jours-là.",
    )
    return redirect("members:rule", noted.code)


def _kind(code: str) -> RuleKind:
    if code not in RuleCode.values:
        raise Http404
    return KINDS[RuleCode(code)]


def _row(book: RuleBook, of_day: rules.Rules, code: RuleCode, day: date) -> RuleRow:
    to_come = [each for each in book.noted[code] if each.starts_on > day]
    return RuleRow(KINDS[code], of_day[code], to_come, of_day.reserved_to(code))


def _history(code: RuleCode, day: date, *, may_set: bool) -> list[HistoryRow]:
    """All that was ever noted of a rule, the latest first day first, with who noted it."""
    rows = GroupRule.objects.filter(code=code).select_related("noted_by", "withdrawn_by")
    return [_noted(row, day, may_set=may_set) for row in rows.order_by("-starts_on", "-pk")]


def _noted(row: GroupRule, day: date, *, may_set: bool) -> HistoryRow:
    if row.withdrawn_at:
        state = "withdrawn"
    elif row.starts_on > day:
        state = "to_come"
    else:
        state = "current" if row.covers(day) else "past"
    return HistoryRow(
        row, rules.rule_of(row), state, may_set and state != "withdrawn" and row.origin != RuleOrigin.INITIAL
    )
