"""The cast of the tests: the group, its members, the people; plain functions with the facts that matter as keywords."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from billing.models import CostKind, EmployerCost
from employees.models import (
    Assignment,
    Contract,
    ContractMember,
    ContractTerms,
    Employee,
    Terms,
)
from groupement.kernel.periods import Month
from members import filing, rules
from members.models import (
    BEGINNING,
    Deputy,
    File,
    Group,
    GroupRule,
    Mail,
    MailKind,
    MailStatus,
    MailSubject,
    Member,
    Membership,
    RuleCode,
    RuleOrigin,
    Seat,
    SubjectKind,
    User,
    VatAttestation,
)
from members.rule_codes import KINDS
from timesheets.models import Entry, Kind, Timesheet, TimesheetStatus

PARIS = ZoneInfo("Europe/Paris")
OCTOBER = Month(2026, 10)
NOVEMBER = Month(2026, 11)
DECEMBER = Month(2026, 12)
YEAR_START = date(2026, 1, 1)
PASSWORD = "Six maisons, une ronde"
WEEK = (420, 420, 420, 420, 420, 0, 0)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of ``day`` in Paris."""
    return datetime.combine(day, time(hour, minute), PARIS)


NOW = at(date(2026, 12, 3))


def siren(seed: int) -> str:
    """Nine digits that pass the Luhn check, different for each ``seed`` below ten million."""
    body = f"9{seed:07d}"
    total = sum(_digits(int(digit) * (2 if index % 2 else 1)) for index, digit in enumerate(body))
    return f"{body}{-total % 10}"


def siret(of_siren: str) -> str:
    """The head office of ``of_siren``: fourteen digits that pass the Luhn check."""
    body = f"{of_siren}0001"
    total = sum(_digits(int(digit) * (1 if index % 2 else 2)) for index, digit in enumerate(body))
    return f"{body}{-total % 10}"


def vat_number(of_siren: str) -> str:
    """The French VAT number of ``of_siren``."""
    return f"FR{(12 + 3 * (int(of_siren) % 97)) % 97:02d}{of_siren}"


def _digits(value: int) -> int:
    return value - 9 if value > 9 else value


def group(**facts: Any) -> Group:
    """La Ronde, the one group; made once."""
    number = siren(1)
    defaults = {
        "name": "La Ronde",
        "siren": number,
        "siret": siret(number),
        "vat_number": vat_number(number),
        "rna": "W561000001",
        "street": "1 quai des Indes",
        "postal_code": "56100",
        "city": "Lorient",
        "email": "bonjour@laronde.example",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "bank_name": "Banque des Six",
    }
    return Group.objects.get_or_create(pk=1, defaults={**defaults, **facts})[0]


def rule(code: RuleCode, *, starts_on: date = BEGINNING, source: str = "", **value: Any) -> GroupRule:
    """A rule of the group from a day on, whatever the day; parts that are not named are those that held there.

    What held on those days is ended or, where it began with them, withdrawn.
    """
    held = rules.on(starts_on)[code]
    kind = KINDS[code]
    now = timezone.now()
    before = GroupRule.objects.kept().filter(code=code)
    before.filter(starts_on__gte=starts_on).update(withdrawn_at=now)
    before.filter(starts_on__lt=starts_on).update(ends_before=starts_on)
    is_first = starts_on == BEGINNING
    if not is_first and held.pk is None:
        GroupRule.objects.create(
            code=code, value=dict(kind.default), ends_before=starts_on, starts_on=BEGINNING,
            origin=RuleOrigin.INITIAL, noted_at=now,
        )  # fmt: skip
    return GroupRule.objects.create(
        code=code,
        value=kind.keep({**held.value, **value}),
        starts_on=starts_on,
        origin=RuleOrigin.INITIAL if is_first else RuleOrigin.ADMIN,
        source=source,
        noted_at=now,
    )


def member(short_name: str = "Aloen", *, admitted_on: date | None = YEAR_START, **facts: Any) -> Member:
    """A member structure, admitted since the start of the year unless told otherwise."""
    rank = Member.objects.count()
    number = siren(100 + rank)
    defaults = {
        "legal_name": f"{short_name} (structure de démonstration)",
        "hue": rank % 12 + 1,
        "shape": (rank + rank // 12) % 12 + 1,
        "legal_form": "association",
        "siren": number,
        "siret": siret(number),
        "vat_number": vat_number(number),
        "street": f"{rank + 1} rue du Port",
        "postal_code": "56100",
        "city": "Lorient",
        "billing_email": f"factures@member{rank}.example",
        "collective_agreement": "ECLAT (1518)",
    }
    made = Member.objects.create(short_name=short_name, **{**defaults, **facts})
    if admitted_on is not None:
        Membership.objects.create(
            member=made, status="admitted", applied_on=admitted_on - timedelta(days=30), starts_on=admitted_on
        )
    return made


def kept_file(data: bytes = b"%PDF-1.4 %%EOF", name: str = "papier") -> File:
    """A file in the store, brought by nobody."""
    return filing.keep(data, name, by=None, at=NOW)


def attestation(
    of_member: Member, *, starts_on: date = YEAR_START, ends_before: date = date(2027, 1, 1)
) -> VatAttestation:
    """The statement behind an exempt regime, for the year."""
    return VatAttestation.objects.create(
        member=of_member,
        starts_on=starts_on,
        ends_before=ends_before,
        taxable_receipts_percent=Decimal("4.50"),
        legal_basis="CGI, article 261, 7",
        signed_on=starts_on,
    )


def user(name: str = "Camille Le Goff", *, email: str | None = None, **roles: Any) -> User:
    """A person who logs in with PASSWORD."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    address = email or f"{plain.replace(' ', '.').replace(chr(39), '')}@laronde.example"
    return User.objects.create_user(address, PASSWORD, name=name, **roles)


def coordinator(name: str = "Solène Rivoal") -> User:
    return user(name, is_coordinator=True)


def finance(name: str = "Gaël Perrot") -> User:
    return user(name, is_finance=True)


def admin(name: str = "Malo Kervella") -> User:
    return user(name, is_admin=True)


def staff(
    of_member: Member,
    name: str = "Nolwenn Jégo",
    *,
    function: str = "representative",
    starts_on: date = YEAR_START,
    ends_before: date | None = None,
) -> User:
    """A person with one seat at ``of_member``."""
    person = user(name)
    seat(person, of_member, function=function, starts_on=starts_on, ends_before=ends_before)
    return person


def seat(
    person: User,
    of_member: Member,
    *,
    function: str = "representative",
    starts_on: date = YEAR_START,
    ends_before: date | None = None,
) -> Seat:
    return Seat.objects.create(
        user=person, member=of_member, function=function, starts_on=starts_on, ends_before=ends_before
    )


def deputy(
    principal: User,
    person: User,
    *,
    member: Member | None = None,
    starts_on: date = YEAR_START,
    ends_before: date = date(2099, 1, 1),
) -> Deputy:
    """``person`` answers for ``principal``, at ``member`` or for the coordination; the days are not asked about."""
    return Deputy.objects.create(
        principal=principal, user=person, member=member, starts_on=starts_on, ends_before=ends_before
    )


def employee(
    first_name: str = "Maëlle",
    last_name: str = "Kerbrat",
    *,
    job: str = "comptable",
    members: Iterable[Member] = (),
    weekly_minutes: int = 2100,
    gross_monthly_pay: str = "2200.00",
    starts_on: date = YEAR_START,
    with_account: bool = True,
) -> Employee:
    """A shared employee under a permanent contract that names ``members``."""
    made = Employee.objects.create(
        user=user(f"{first_name} {last_name}") if with_account else None,
        first_name=first_name,
        last_name=last_name,
        birth_date=date(1990, 5, 17),
        sex="F",
        job=job,
        qualification="technicien",
        payroll_number=f"M{Employee.objects.count() + 1:03d}",
    )
    contract = Contract.objects.create(employee=made, starts_on=starts_on, signed_on=starts_on)
    ContractTerms.objects.create(
        contract=contract,
        starts_on=starts_on,
        weekly_minutes=weekly_minutes,
        gross_monthly_pay=Decimal(gross_monthly_pay),
        classification="groupe D",
    )
    for host in members:
        ContractMember.objects.create(contract=contract, member=host, starts_on=starts_on)
    return made


def assignment(
    of_employee: Employee,
    at_member: Member,
    *,
    starts_on: date = YEAR_START,
    ends_before: date | None = None,
    weekly_pattern: Iterable[int] = (420, 0, 0, 0, 0, 0, 0),
    job: str | None = None,
    hours_entry: str = "both",
    **terms: Any,
) -> Assignment:
    """An employee at a member, one day a week by default, hourly at 22.44 € unless ``terms`` say otherwise."""
    contract = of_employee.contracts.get()
    if not contract.allowed_members.filter(member=at_member).exists():
        ContractMember.objects.create(contract=contract, member=at_member, starts_on=contract.starts_on)
    made = Assignment.objects.create(
        reference=f"MAD-2026-{Assignment.objects.count() + 1:03d}",
        employee=of_employee,
        contract=contract,
        member=at_member,
        starts_on=starts_on,
        ends_before=ends_before,
        job=job or of_employee.job,
        hours_entry=hours_entry,
    )
    prices: dict[str, Any] = {"price_method": "hourly", "hourly_price": Decimal("22.44")}
    if terms.get("price_method", "hourly") != "hourly":
        del prices["hourly_price"]
        # Exempt at cost with a fee: the law wants it trued up.
        prices["is_trued_up"] = terms.get("vat_regime") == "E261B" and bool(terms.get("management_rate"))
    Terms.objects.create(
        assignment=made,
        starts_on=terms.pop("terms_from", starts_on),
        weekly_pattern=list(weekly_pattern),
        **{**prices, **terms},
    )
    return made


def timesheet(
    of: Assignment | Employee,
    days: Mapping[date, int] | None = None,
    *,
    month: Month = NOVEMBER,
    kind: str = Kind.WORKED,
    status: str = TimesheetStatus.APPROVED,
    supplement: int = 0,
    by: User | None = None,
) -> Timesheet:
    """A month of ``of`` (an assignment; an employee means "at the group") with minutes by day, in ``status``."""
    placed = of if isinstance(of, Assignment) else None
    sheet = Timesheet.objects.create(
        employee=placed.employee if placed else of,
        assignment=placed,
        month=month,
        supplement=supplement,
    )
    Entry.objects.bulk_create(
        Entry(timesheet=sheet, day=day, minutes=minutes, kind=kind, entered_by=by)
        for day, minutes in (days or {}).items()
    )
    advance(sheet, status, by=by)
    return sheet


def advance(sheet: Timesheet, status: str, *, by: User | None = None) -> None:
    """Move ``sheet`` forward to ``status`` on the first days of the month after its own."""
    start = sheet.month.before
    path = [
        (TimesheetStatus.SUBMITTED, "submit", {"submitted_at": at(start, 9)}),
        (TimesheetStatus.CONFIRMED, "confirm", {"confirmed_at": at(start, 14)}),
        (TimesheetStatus.APPROVED, "approve", {"approved_at": at(start + timedelta(days=1), 10)}),
    ]
    if sheet.assignment_id is None:
        del path[1]
    reached = [status_name for status_name, *_ in path]
    if status not in reached:
        return
    for to, kind, stamps in path[: reached.index(status) + 1]:
        sheet.move(to, kind=kind, by=by, at=next(iter(stamps.values())), **stamps)


def visa_mail(sheet: Timesheet, to: User, sent_at: datetime | None) -> Mail:
    """A morning’s message to ``to`` about what was handed over with ``sheet``; without ``sent_at`` it waits."""
    queued = sent_at or NOW
    mail = Mail.objects.create(
        to=to,
        address=to.email,
        kind=MailKind.CONFIRM_DIGEST,
        day=queued.date(),
        subject="1 relevé attend votre visa",
        text="1 relevé attend votre visa",
        html="<p>1 relevé attend votre visa</p>",
        status=MailStatus.SENT if sent_at else MailStatus.PENDING,
        queued_at=queued,
        sent_at=sent_at,
    )
    step = sheet.steps.filter(kind="submit").latest("pk")
    MailSubject.objects.create(
        mail=mail, kind=SubjectKind.TIMESHEET_STEP, number=step.pk, address=to.email, day=mail.day
    )
    return mail


def hours(month: Month, total: int | str, *, per_day: int = 420) -> dict[date, int]:
    """``total`` hours spread over the weekdays of ``month``, ``per_day`` minutes at most each day."""
    left = int(Decimal(total) * 60)
    days: dict[date, int] = {}
    for day in month.days:
        if left and day.weekday() < 5:
            days[day] = min(per_day, left)
            left -= days[day]
    assert left == 0, "more hours than the month holds"
    return days


def cost(
    of_employee: Employee,
    *,
    month: Month = NOVEMBER,
    gross: str = "2000.00",
    contributions: str = "800.00",
    other: str | None = None,
) -> list[EmployerCost]:
    """What the month of ``of_employee`` cost, as the payroll file would say."""
    amounts = {
        CostKind.GROSS_PAY: gross,
        CostKind.EMPLOYER_CONTRIBUTIONS: contributions,
        CostKind.OTHER: other,
    }
    return EmployerCost.objects.bulk_create(
        EmployerCost(employee=of_employee, month=month, kind=kind, amount=Decimal(amount))
        for kind, amount in amounts.items()
        if amount is not None
    )
