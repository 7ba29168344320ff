"""Where people land, and a member’s home: pages that speak of every app, so that no app owns them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from billing.accounts import receivables, statement_of_account
from billing.models import Invoice
from charter.models import Charter, Signature
from employees.models import Assignment, HoursEntry
from employees.planning import plan
from groupement.kernel.asked import asked_month
from groupement.kernel.pages import page
from groupement.kernel.periods import Month
from groupement.navigation import group_of, landing, seats_of
from members.access import UserRequest, answers_by, for_roles, one_seat_a_member, today
from members.models import Group, Member, Seat, User
from timesheets.answer_delay import read_delays
from timesheets.models import Entry, Kind, Timesheet, TimesheetStatus

LAST_INVOICES = 4


@dataclass
class PersonThisMonth:
    """One person at the member this month: minutes planned, and minutes entered so far."""

    assignment: Assignment
    planned: int
    entered: int = 0
    sheets: list[Timesheet] = field(default_factory=list)


class OwnSignature(TypedDict):
    """What a member’s home adds to a version of the charter: its own signature, and how many signed."""

    signed_at: datetime | None
    signer: str | None
    signature_count: int


if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import WithAnnotations

    from billing.accounts.receivables import InvoiceWithState
    from timesheets.models.timesheet import TimesheetWithMinutes

    SignedCharter = WithAnnotations[Charter, OwnSignature]


@require_safe
def home(request: UserRequest) -> HttpResponse:
    """Send people where their day begins; who has no role yet reads whom to ask."""
    begin = landing(request)
    if begin:
        return redirect(begin)
    context = {"admins": User.objects.filter(is_admin=True, is_active=True).order_by("name", "pk")}
    return page(request, "home/nobody.html", context=context)


@require_safe
@for_roles("member")
def member_home(request: UserRequest) -> HttpResponse:
    """What waits for a member, who works there this month, its last invoices, its signature of the charter."""
    user, held = request.user, seats_of(request)
    seats = one_seat_a_member(user, held)
    seat = _chosen(seats, request.GET.get("adherent"))
    is_own = seat.user_id == user.pk
    context: dict[str, Any] = {
        "seat": seat,
        "signs": is_own and seat.can_sign,  # who stands in engages nobody
        "principal": None if is_own else seat.user,
        "seats": seats if len(seats) > 1 else [],
        "member": seat.member,
        "today": today(),
        "current": Month.of(today()),
        "invoices": _invoices(request, seat.member),
        "position": statement_of_account.account_position(seat.member, on=today()),
    }
    context |= _hours(request, seat, request.GET.get("mois")) | _charter(seat.member)
    answers = _note_answers(user, held, context["waiting"])
    context |= {"answers": answers, "several_wait": answers > 1}
    is_overdue = bool(context["position"].overdue)
    context["awaited"] = answers + (context["to_sign"] and context["signs"]) + is_overdue
    return page(request, "home/member.html", context=context)


def _note_answers(user: User, held: list[Seat], waiting: list[dict[str, Any]]) -> int:
    """Note on each of ``waiting`` whether ``user`` answers it, never their own hours; how many they answer."""
    for each in waiting:
        there = [seat for seat in held if seat.member_id == each["sheet"].assignment.member_id]
        each["may_answer"] = answers_by(user, there, each["sheet"].employee.user_id)
    return sum(each["may_answer"] for each in waiting)


def _chosen(seats: list[Seat], wanted: str | None) -> Seat:
    """The seat at the member whose key ``wanted`` is, else the first; somebody else’s member does not exist."""
    for seat in seats:
        if not wanted or str(seat.member_id) == wanted:
            return seat
    raise Http404


def _named(wanted: str | None) -> Month | None:
    """The month that ``wanted`` names, this one if it has not begun; None when it names none."""
    named = asked_month(wanted)
    return min(named, Month.of(today())) if named else None


def _at_work(sheets: list[TimesheetWithMinutes]) -> Month:
    """The month whose work waits: the oldest that waits for a visa, else the last one while it is being entered."""
    current = Month.of(today())
    waiting = [sheet.month for sheet in sheets if sheet.status == TimesheetStatus.SUBMITTED]
    if waiting:
        return min(*waiting, current)
    is_being_entered = any(
        sheet.month == current.previous and sheet.status == TimesheetStatus.DRAFT for sheet in sheets
    )
    return current.previous if is_being_entered else current


def _hours(request: UserRequest, seat: Seat, wanted: str | None) -> dict[str, Any]:
    """The people placed at the member in the month that ``wanted`` names, else in that whose work waits, with their
    hours; and the timesheets that it has yet to confirm.
    """
    member, group, named = seat.member, group_of(request), _named(wanted)
    present = Month.of(today())
    sheets = _timesheets(request.user, member, [named] if named else [present.previous, present])
    month = named or _at_work(sheets)
    people = _people(seat, month, sheets)
    return {
        "month": month,
        "waiting": _with_deadline(sheets, group),
        "people": people,
        "planned": sum(each.planned for each in people),
        "entered": sum(each.entered for each in people),
        "year_minutes": _year_minutes(seat, month),
    }


def _timesheets(user: User, member: Member, months: list[Month]) -> list[TimesheetWithMinutes]:
    """Those of the months, and of the months in which the member has something yet to confirm."""
    at_member = Timesheet.objects.visible_to(user).filter(assignment__member=member)
    waiting = at_member.filter(status=TimesheetStatus.SUBMITTED)
    wanted = at_member.filter(Q(month__in=months) | Q(month__in=waiting.order_by().values("month")))
    return list(
        wanted.with_minutes()
        .select_related("employee", "assignment")
        .order_by("month", "employee__last_name", "employee__first_name", "supplement", "pk")
    )


def _with_deadline(sheets: list[TimesheetWithMinutes], group: Group | None) -> list[dict[str, Any]]:
    """Those of ``sheets`` that wait for the member, each with the last day to answer."""
    waiting = [sheet for sheet in sheets if sheet.status == TimesheetStatus.SUBMITTED]
    if group is None or not waiting:
        return []
    delays = read_delays(waiting, group, on=today())
    by_day = [(sheet, delays[sheet.pk].due_on) for sheet in waiting]
    return [{"sheet": sheet, "by_day": day, "is_late": day < today()} for sheet, day in by_day]


def _people(seat: Seat, month: Month, sheets: list[TimesheetWithMinutes]) -> list[PersonThisMonth]:
    assignments = list(
        Assignment.objects.filter(member=seat.member)
        .during(month)
        .select_related("employee", "site")
        .order_by("employee__last_name", "employee__first_name", "pk")
    )
    planned = plan(month, assignments)
    placed = {each.pk: PersonThisMonth(each, planned=sum(planned[each.pk].values())) for each in assignments}
    for sheet in sheets:
        if sheet.month == month and sheet.assignment_id in placed:
            placed[sheet.assignment_id].entered += 0 if _is_private(sheet, seat) else sheet.minutes
            placed[sheet.assignment_id].sheets.append(sheet)
    return list(placed.values())


def _is_private(sheet: Timesheet, seat: Seat) -> bool:
    """Whether the person is still writing what the reader does not enter: hours are theirs until they are submitted."""
    placed = sheet.assignment
    is_entered_here = seat.can_write and placed is not None and placed.hours_entry != HoursEntry.EMPLOYEE
    return sheet.status == TimesheetStatus.DRAFT and not is_entered_here


def _year_minutes(seat: Seat, month: Month) -> int:
    """Minutes worked at the member since January, those not approved yet included, private drafts left out."""
    private = Q(timesheet__status=TimesheetStatus.DRAFT)
    if seat.can_write:
        private &= Q(timesheet__assignment__hours_entry=HoursEntry.EMPLOYEE)
    worked = Entry.objects.filter(
        timesheet__assignment__member=seat.member,
        kind=Kind.WORKED,
        day__gte=month.first.replace(month=1),
        day__lt=month.before,
    )
    return worked.exclude(private).aggregate(total=Sum("minutes"))["total"] or 0


def _invoices(request: UserRequest, member: Member) -> list[InvoiceWithState]:
    """The last ones issued, with how they stand; drafts are nobody’s here, whatever further role the person holds."""
    issued = Invoice.objects.visible_to(request.user).filter(member=member, number__isnull=False)
    found = receivables.with_dues(issued).select_related("document", "rendering").defer("snapshot")
    latest = found.order_by("-issued_on", "-sequence", "-pk")[:LAST_INVOICES]
    return receivables.with_states(latest, on=today())


def _charter(member: Member) -> dict[str, Any]:
    """The version to sign if one is open, else the one in force; with the member’s signature and their number."""
    own = Signature.objects.filter(charter=OuterRef("pk"), member=member)
    versions = Charter.objects.filter(status__in=["open", "in_force"]).annotate(
        signed_at=Subquery(own.values("signed_at")[:1]),
        signer=Subquery(own.values("signer_name")[:1]),
        signature_count=Count("signatures"),
    )
    current = cast("QuerySet[SignedCharter]", versions).order_by("-version").first()
    return {"charter": current, "to_sign": current is not None and current.signed_at is None}
