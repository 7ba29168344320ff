"""At least one row in each of our tables, in the states that the rows of the table change; people and members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from charter.models import Article, Charter, CharterStep, Commitment, Signature, Theme
from employees.models import (
    Absence,
    Assignment,
    CalendarFeed,
    Employee,
    EmployeeMerge,
    PlannedDay,
    WorkingTimeLimits,
)
from groupement.kernel.periods import Month
from members.models import (
    Declaration,
    Duty,
    File,
    Invitation,
    Mail,
    MailSubject,
    Member,
    Membership,
    Notice,
    RuleCode,
    Seat,
    SecurityEvent,
    SentForm,
    Site,
    User,
)
from tests import world
from tests.house.constraints.scene_papers import papers
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER
from timesheets.models import (
    Acknowledgement,
    ChangedHours,
    Entry,
    HoursLayout,
    Remark,
    SignedSheet,
    Timesheet,
)

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
TODAY = NOW.date()


@dataclass(frozen=True)
class Cast:
    """Whom the rows are about; ``billed`` and ``approved`` are sheets of November and October, ``entry`` in the one."""

    aloen: Member
    sonam: Member
    boss: User
    maelle: Employee
    yann: Employee
    placed: Assignment
    billed: Timesheet
    approved: Timesheet
    entry: Entry


def _rules() -> None:
    """One of each code, one that was withdrawn, and the key of liability reserved to the assembly."""
    for code in RuleCode:
        world.rule(code)
    world.rule(RuleCode.LIABILITY_KEY, months=24)
    world.rule(RuleCode.RESERVED, assembly=["liability_key"])


def cast() -> Cast:
    """Rows of members, charter, employees and timesheets."""
    world.group()
    _rules()
    aloen, sonam = world.member(), world.member("Sonam")
    boss = world.coordinator()
    _of_members(aloen, sonam, boss)
    papers(aloen, boss)
    _of_charter(aloen, boss)
    maelle, yann = world.employee(members=[aloen]), world.employee("Yann", "Le Bris", members=[aloen])
    placed = world.assignment(maelle, aloen, index_code="SYNTEC", index_base=300)
    _of_employees(maelle, placed, boss)
    billed = world.timesheet(placed, {NOVEMBER.first: 420, NOVEMBER.first + timedelta(1): 420}, by=boss)
    approved = world.timesheet(placed, {OCTOBER.first: 420}, month=OCTOBER)
    Timesheet.objects.filter(pk=billed.pk).update(billed_at=NOW)
    _of_timesheets(maelle, yann, placed, billed, approved, boss)
    _of_hours_outside(aloen, sonam, yann)
    entry = Entry.objects.get(timesheet=billed, day=NOVEMBER.first)
    return Cast(aloen, sonam, boss, maelle, yann, placed, billed, approved, entry)


def _of_members(aloen: Member, sonam: Member, boss: User) -> None:
    signer = world.staff(aloen)
    world.staff(sonam, "Erwan Tanguy")
    world.attestation(aloen)
    Site.objects.create(member=aloen, name="Siège")
    world.deputy(boss, signer)
    world.deputy(signer, boss, member=aloen)
    membership = Membership.objects.get(member=aloen)
    membership.steps.create(source="candidate", target="admitted", by=boss, at=NOW)
    Declaration.objects.create(membership=membership, subject="Adhésion", event_on=TODAY, due_on=TODAY)
    own = {"title": "Assurance", "due_on": TODAY, "begins_on": TODAY, "made_by": boss, "made_at": NOW}
    Duty.objects.create(key="own:0:1", every_months=12, **own)
    done = {"done_on": TODAY, "done_by": boss, "done_at": NOW, "made_at": NOW}
    Duty.objects.create(key="vat_return:2026-10", title="TVA", due_on=TODAY, **done)
    Invitation.objects.create(
        user=signer, token_digest=A, sent_by=boss, sent_at=NOW, expires_at=NOW + timedelta(7)
    )
    facts = {
        "to": signer,
        "address": signer.email,
        "subject": "Heures",
        "text": "…",
        "html": "…",
        "queued_at": NOW,
    }
    mail = Mail.objects.create(kind="confirm_digest", day=TODAY, **facts)
    MailSubject.objects.create(mail=mail, kind="timesheet", number=1, address=mail.address)
    shown = {"to": signer, "sentence": "Jour libéré.", "url": "/", "queued_at": NOW}
    Notice.objects.create(kind="plan", topic="assignment 1", **shown)
    for sender in (boss, None):
        SentForm.objects.create(key=A, user=sender, sent_at=NOW)
    Notice.objects.create(kind="leaver", topic="contract 1", settled_at=NOW, mail=mail, **shown)
    file = {"file_name": "f.pdf", "file_path": "invoices/f.pdf", "file_sha256": A}
    Mail.objects.create(kind="document", **facts, **file)
    kept = {"name": "devis.pdf", "media_type": "application/pdf", "size": 9, "sha256": A, "kept_at": NOW}
    File.objects.create(path="files/2026/a.pdf", kept_by=boss, **kept)
    File.objects.create(path="files/2026/b.pdf", purged_at=NOW, **kept)
    SecurityEvent.objects.create(at=NOW, kind="login", user=signer, ip="127.0.0.1", detail="password")
    kept = {**facts, "text": "", "html": "", "encrypted": "gAAAAx", "expires_at": NOW + timedelta(1)}
    Mail.objects.create(kind="access", **kept)
    Mail.objects.create(kind="returned", **facts)  # about nothing, so that only its trigger keeps it


def _of_charter(aloen: Member, boss: User) -> None:
    theme = Theme.objects.create(code="vivant", label="Vivant")
    for version in (1, 2):
        charter = Charter.objects.create(version=version, title="Charte", preamble="…")
        Article.objects.create(charter=charter, position=1, title="Article", text="…")
        Commitment.objects.create(charter=charter, theme=theme, position=1, title="Engagement", text="…")
    opened = Charter.objects.filter(version=1)
    opened.update(status="in_force", opened_at=NOW, in_force_at=NOW, content={}, digest=A)
    superseded = {"status": "superseded", "in_force_at": NOW, "superseded_at": NOW}
    Charter.objects.create(
        version=3, title="…", preamble="…", opened_at=NOW, content={}, digest=A, **superseded
    )
    Charter.objects.create(version=4, title="…", preamble="…")
    CharterStep.objects.create(subject=opened.get(), source="draft", target="open", by=boss, at=NOW)
    Signature.objects.create(
        charter=opened.get(),
        member=aloen,
        seat=Seat.objects.filter(member=aloen).earliest("pk"),
        signer_name="Nolwenn Jégo",
        signed_at=NOW,
        digest=A,
    )


def _of_employees(maelle: Employee, placed: Assignment, boss: User) -> None:
    PlannedDay.objects.create(assignment=placed, day=DECEMBER.first, minutes=420, made_by=boss, made_at=NOW)
    Absence.objects.create(
        employee=maelle,
        starts_on=date(2026, 12, 21),
        ends_before=date(2026, 12, 24),
        recorded_by=boss,
        recorded_at=NOW,
    )
    CalendarFeed.objects.create(user=boss, employee=maelle, secret_digest=A, made_at=NOW)
    WorkingTimeLimits.objects.create(starts_on=world.YEAR_START)
    names = {
        "source_name": "Maelle Kerbrat",
        "source_payroll_number": "M900",
        "target_name": maelle.full_name,
    }
    EmployeeMerge.objects.create(
        source=900_000, target=maelle.pk, reason="La même personne", by=boss, at=NOW, **names
    )


def _of_hours_outside(aloen: Member, sonam: Member, yann: Employee) -> None:
    """Submitted hours before a contract (2025), an assignment (April), a membership (January); within them in May."""
    Membership.objects.filter(member=sonam).update(starts_on=world.YEAR_START + timedelta(1))
    contract = yann.contracts.get()
    at_aloen, at_sonam = (
        Assignment.objects.create(
            reference=f"MAD-Y-{host.pk}",
            employee=yann,
            contract=contract,
            member=host,
            job="paie",
            starts_on=start,
        )
        for host, start in ((aloen, date(2026, 4, 15)), (sonam, world.YEAR_START))
    )
    world.timesheet(yann, {date(2025, 12, 10): 420}, month=Month(2025, 12), kind="leave", status="submitted")
    for place, day in (
        (at_aloen, date(2026, 4, 14)),
        (at_sonam, world.YEAR_START),
        (at_aloen, date(2026, 5, 4)),
    ):
        world.timesheet(place, {day: 420}, month=Month.of(day), status="submitted")


def _of_timesheets(
    maelle: Employee, yann: Employee, placed: Assignment, billed: Timesheet, approved: Timesheet, boss: User
) -> None:
    draft = Timesheet.objects.create(employee=maelle, assignment=placed, month=DECEMBER)
    Entry.objects.create(
        timesheet=draft, day=DECEMBER.first, minutes=420, started_at="09:00", ended_at="16:00"
    )
    Entry.objects.create(
        timesheet=draft, day=DECEMBER.first + timedelta(1), minutes=420, entered_by=maelle.user
    )
    eve = DECEMBER.first + timedelta(22)
    Entry.objects.create(timesheet=draft, day=eve, minutes=120, started_at="22:00", ended_at="00:00")
    Entry.objects.create(
        timesheet=draft,
        day=eve + timedelta(1),
        minutes=360,
        started_at="00:00",
        ended_at="06:00",
        goes_on_from_day_before=True,
    )
    # Handed in by the person, confirmed, come back, and changed by somebody else.
    handed_in = {"source": "draft", "target": "submitted", "at": NOW}
    draft.steps.create(kind="submit", by=maelle.user, **handed_in)
    draft.steps.create(kind="confirm", source="submitted", target="confirmed", by=boss, at=NOW)
    changed = draft.steps.create(
        kind="change", source="draft", target="draft", by=boss, at=NOW, note="Selon le badge."
    )
    ChangedHours.objects.create(
        step=changed, day=DECEMBER.first, kind="worked", before_minutes=420, after_minutes=300
    )
    Timesheet.objects.create(employee=maelle, month=DECEMBER)  # at the group, and empty
    Timesheet.objects.create(employee=yann, month=DECEMBER, status="submitted", submitted_at=NOW)
    step = billed.steps.get(kind="submit")
    Remark.objects.create(step=step, day=NOVEMBER.first, reason="Trop")
    made = {"path": "a.pdf", "size": 1, "sha256": B, "made_at": NOW}
    for sheet, file in ((billed, made), (approved, {})):
        SignedSheet.objects.create(timesheet=sheet, content={}, digest=A, signed_at=NOW, **file)
    HoursLayout.objects.create(
        chosen_by=maelle.user, titles_digest=A, titles=["Jour"], columns=["day"], chosen_at=NOW
    )
    Acknowledgement.objects.create(
        employee=maelle, rule="daily", day=NOVEMBER.first, measured=700, note="Vu", by=boss, at=NOW
    )
