"""The locks of timesheets: hours written, confirmed and approved, signed sheets printed, findings answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from employees.models import Assignment
from groupement.kernel.lifecycle import StaleRow
from tests import world
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from timesheets import approval, confirming, freezing, recording
from timesheets.day_rules import BadDays
from timesheets.models import Acknowledgement, Entry, SignedSheet, Timesheet
from timesheets.watching import findings

MONDAY = date(2026, 11, 2)
LATER = world.NOW + timedelta(minutes=5)


@holds("timesheets.recording._lock")
def one_day_written_in_two_timesheets_of_one_person() -> Meeting:
    """Sixteen hours at one member and ten at another are not one day."""
    maelle, by = _person(), world.coordinator()
    sheets = [
        world.timesheet(world.assignment(maelle, world.member(name)), status="draft")
        for name in ("Aloen", "Sonam")
    ]
    met = meet(
        lambda: recording.save(sheets[0], {MONDAY: {"worked": 960}}, by=by, at=world.NOW),
        lambda: recording.save(sheets[1], {MONDAY: {"worked": 600}}, by=by, at=world.NOW),
    )
    met.assert_refused(BadDays, "")
    assert "26\u00a0h" in " ".join(met.second.errors), met.second.errors
    assert list(Entry.objects.values_list("timesheet", "minutes")) == [(sheets[0].pk, 960)]
    return met


@holds("timesheets.confirming.lock_unchanged")
def hours_confirmed_that_were_submitted_anew() -> Meeting:
    """The member has read seven hours; the person takes them back, writes eight and submits them."""
    sheet, nolwenn = _waiting()
    read = _stored(sheet)
    met = meet(_submit_anew(sheet, 480), lambda: confirming.confirm(read, by=nolwenn, at=world.NOW))
    met.assert_refused(StaleRow, "viennent de changer")
    assert _stored(sheet).status == "submitted"
    return met


@holds("timesheets.confirming._lock_all")
def hours_confirmed_with_others_that_were_submitted_anew() -> Meeting:
    """The same, of hours that the member confirms with those of everybody: the others would be, these are not."""
    sheet, nolwenn = _waiting()
    read = _stored(sheet)
    met = meet(_submit_anew(sheet, 480), lambda: confirming.confirm_all([read], by=nolwenn, at=world.NOW))
    assert _stored(sheet).status == "submitted"
    assert [sentence for _, sentence in met.second.exceptions] == [confirming.CHANGED_MEANWHILE]
    return met


@holds("timesheets.confirming._confirm_one_tacitly")
def tacit_confirmation_of_hours_submitted_anew() -> Meeting:
    """The delay begins again: nothing is confirmed that nobody had the time to read."""
    sheet, reader = _waiting()
    world.visa_mail(sheet, reader, sheet.submitted_at + timedelta(hours=1))
    on = sheet.submitted_at.date() + timedelta(days=30)
    met = meet(
        _submit_anew(sheet, 480, at=world.at(on - timedelta(days=1))),
        lambda: confirming.confirm_tacitly(on=on, at=world.at(on)),
    )
    met.assert_both_done()
    assert met.second == []
    assert _stored(sheet).status == "submitted"
    return met


@holds("timesheets.approval._lock")
def hours_approved_that_are_sent_back() -> Meeting:
    """They are a draft again: the batch leaves them out and says so."""
    sheet, by, other = _sheet("confirmed"), world.coordinator(), world.coordinator("Maï Le Dantec")
    read = [_stored(sheet)]
    met = meet(
        lambda: approval.send_back(sheet, by=other, at=world.NOW, note="À revoir."),
        lambda: approval.approve_all(read, by=by, at=world.NOW),
    )
    met.assert_both_done()
    assert (met.second.count, [sentence for _, sentence in met.second.exceptions]) == (
        0,
        ["Quelqu’un vient de modifier ce relevé\u00a0: rechargez la page."],
    )
    assert _stored(sheet).status == "draft"
    return met


@holds("timesheets.approval._lock_approved")
def hours_reopened_that_are_billed() -> Meeting:
    """The invoice is on its way: what is missing goes to a supplement."""
    sheet, by = _sheet("approved"), world.coordinator()
    read = _stored(sheet)
    met = meet(
        lambda: approval.seal([sheet.pk], at=LATER),
        lambda: approval.reopen(read, by=by, at=LATER, note="Une heure manque."),
    )
    met.assert_refused(approval.AlreadyBilled, "Ces heures sont facturées")
    assert (_stored(sheet).status, _stored(sheet).billed_at) == ("approved", LATER)
    return met


@holds("timesheets.approval.open_supplement")
def two_supplements_of_one_timesheet() -> Meeting:
    """The second finds the first, which is not billed."""
    sheet, by = _sheet("approved"), world.coordinator()
    approval.seal([sheet.pk], at=LATER)
    met = meet(*(lambda: approval.open_supplement(_stored(sheet), by=by, at=LATER) for _ in range(2)))
    met.assert_refused(approval.NotApprovable, "pas encore facturé")
    assert Timesheet.objects.filter(supplement__gt=0).count() == 1
    return met


@holds("timesheets.freezing.print_signed")
def one_signed_sheet_printed_by_two_workers() -> Meeting:
    """One of them prints, the other goes on to what is left."""
    row, printed = _signed(), []
    with patch.object(freezing, "render_signed", lambda row: printed.append(row.pk) or b"%PDF-1.7"):
        met = meet(*(lambda: freezing.print_signed(row.pk, at=LATER) for _ in range(2)))
    assert (met.first, met.second, printed) == (True, False, [row.pk]), met
    return met


@holds("timesheets.freezing.waiting_for_pdf")
def a_signed_sheet_in_print_is_not_queued_again() -> Meeting:
    """What a worker has in hand is not left over."""
    row, left = _signed(), _signed("Youenn", "Talec")
    with patch.object(freezing, "render_signed", lambda _row: b"%PDF-1.7"):
        met = meet(lambda: freezing.print_signed(row.pk, at=LATER), lambda: freezing.waiting_for_pdf(LATER))
    assert (met.first, met.second) == (True, [left.pk]), met
    return met


@holds("timesheets.watching.findings.acknowledge")
def one_finding_answered_by_two() -> Meeting:
    """The second reads who has answered."""
    maelle, people = _person(), [world.coordinator(), world.coordinator("Maï Le Dantec")]
    for name, minutes in (("Aloen", 360), ("Sonam", 300)):
        world.timesheet(world.assignment(maelle, world.member(name)), {MONDAY: minutes}, status="draft")
    met = meet(
        *(
            lambda by=by: findings.acknowledge(
                maelle, "daily", MONDAY, 660, note="Repos donné.", by=by, at=world.NOW
            )
            for by in people
        )
    )
    met.assert_refused(findings.NotAcknowledged, "Solène Rivoal a déjà répondu")
    assert Acknowledgement.objects.count() == 1
    return met


def _person(first_name: str = "Maëlle", last_name: str = "Kerbrat") -> Any:
    world.group(collective_agreement="ECLAT (1518)")
    return world.employee(first_name, last_name)


def _sheet(status: str) -> Timesheet:
    return world.timesheet(world.assignment(_person(), world.member()), {MONDAY: 420}, status=status)


def _waiting() -> tuple[Timesheet, Any]:
    """Seven hours that wait for who answers for the member."""
    sheet = _sheet("submitted")
    place = sheet.assignment
    assert isinstance(place, Assignment)
    return sheet, world.staff(place.member)


def _submit_anew(sheet: Timesheet, minutes: int, *, at: Any = LATER) -> Callable[[], None]:
    person = sheet.employee.user

    def again() -> None:
        recording.recall(sheet, by=person, at=world.NOW)
        recording.save(sheet, {MONDAY: {"worked": minutes}}, by=person, at=world.NOW)
        recording.submit(sheet, by=person, at=at)

    return again


def _signed(*name: str) -> SignedSheet:
    place = world.assignment(_person(*name), world.member(" ".join(name) or "Aloen"))
    sheet = world.timesheet(place, {MONDAY: 420}, by=world.user(f"Visa {len(name)}"))
    return freezing.sign([sheet], at=world.NOW)[0]


def _stored(sheet: Timesheet) -> Timesheet:
    return Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)
