"""The locks of members: applications and admissions, deputies, invitations, mail, the last of a role."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from django.core import mail as box
from django.core.mail import get_connection
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from members import closing, deputising, inviting, joining, mailing, notifying, ruling
from members.models import (
    Deputy,
    GroupRule,
    Mail,
    MailKind,
    MailStatus,
    Member,
    Membership,
    Notice,
    NoticeKind,
    RuleCode,
    User,
)
from tests import world
from tests.house.locks.sites import holds
from tests.together import Meeting, meet

MONDAY, WEDNESDAY, FRIDAY = date(2026, 12, 7), date(2026, 12, 9), date(2026, 12, 11)


@holds("members.joining.apply")
def two_applications_of_one_member() -> Meeting:
    """The second finds the first, instead of opening another one."""
    by, sonam = world.coordinator(), world.member("Sonam", admitted_on=None)
    met = meet(
        lambda: joining.apply(sonam, by=by, at=world.NOW),
        lambda: joining.apply(Member.objects.get(pk=sonam.pk), by=by, at=world.NOW),
    )
    met.assert_refused(joining.AlreadyCandidate, "Sonam a déjà une adhésion en cours (candidat)")
    assert sonam.memberships.count() == 1
    return met


@holds("members.joining.admit")
def two_local_authorities_admitted_beside_one_association() -> Meeting:
    """Each would be half of two members; together they are two of three."""
    world.group()
    world.member("Aloen")
    by = world.coordinator()
    towns = [
        joining.apply(
            world.member(name, admitted_on=None, counts_as_local_authority=True), by=by, at=world.NOW
        )
        for name in ("Lorient", "Lanester")
    ]
    met = meet(*(lambda town=town: joining.admit(town, by=by, at=world.NOW) for town in towns))
    met.assert_refused(joining.TooManyAuthorities, "il y en aurait 2 sur 3")
    assert Membership.objects.admitting(world.NOW.date()).count() == 2
    return met


@holds("members.ruling._lock")
def two_rules_from_one_day() -> Meeting:
    """The second finds the first, instead of cutting the same days from the rule before."""
    world.group()
    by, code = world.coordinator(), RuleCode.CONFIRMATION_DAYS

    def set_days(days: int) -> GroupRule:
        return ruling.set_rule(code, {"days": days}, starts_on=FRIDAY, by=by, at=world.NOW)

    met = meet(lambda: set_days(3), lambda: set_days(4))
    met.assert_refused(ruling.WrongFirstDay, "Une règle commence déjà le 11 décembre 2026")
    assert list(GroupRule.objects.kept().values_list("value__days", flat=True)) == [5, 3]
    return met


@holds("members.deputising.appoint")
def two_appointments_of_one_deputy() -> Meeting:
    """The second finds the days of the first."""
    solene, ronan = world.coordinator(), world.finance()

    def appoint(first: date) -> Deputy:
        return deputising.appoint(solene, ronan, first=first, last=FRIDAY, by=solene, at=world.NOW)

    met = meet(lambda: appoint(MONDAY), lambda: appoint(WEDNESDAY))
    met.assert_refused(deputising.BadDates, "du 07/12/2026 au 11/12/2026")
    assert Deputy.objects.count() == 1
    return met


@holds("members.deputising.end")
def a_deputyship_that_ends_is_not_ended_later() -> Meeting:
    """It ended today; who wanted it to go on till Wednesday does not bring it back."""
    solene, ronan = world.coordinator(), world.finance()
    held = world.deputy(solene, ronan)
    met = meet(
        lambda: deputising.end(held, on=world.NOW.date(), by=ronan, at=world.NOW),
        lambda: deputising.end(held, on=WEDNESDAY, by=solene, at=world.NOW),
    )
    met.assert_refused(deputising.AlreadyOver, "déjà finie")
    assert Deputy.objects.get().ends_before == world.NOW.date()
    return met


@holds("members.inviting.invite")
def two_invitations_of_one_person() -> Meeting:
    """Both letters leave, and the link of the second alone opens."""
    by, nolwenn = world.coordinator(), world.user("Nolwenn Jégo")
    met = meet(*(lambda: inviting.invite(nolwenn, by=by, at=world.NOW) for _ in range(2)))
    met.assert_both_done()
    assert inviting.read(met.second, at=world.NOW).user == nolwenn
    assert [row.voided_at for row in nolwenn.invitations.order_by("pk")] == [world.NOW, None]
    return met


@holds("members.inviting.accept")
def a_link_clicked_while_another_invitation_is_made() -> Meeting:
    """Both take the person before the invitation: in another order they would wait for each other for ever."""
    by, nolwenn = world.coordinator(), world.user("Nolwenn Jégo")
    token = inviting.invite(nolwenn, by=by, at=world.NOW)
    met = meet(
        lambda: User.objects.select_for_update().get(pk=nolwenn.pk),  # where invite() begins
        lambda: inviting.accept(token, "Quatre vélos sous la pluie", at=world.NOW),
        then=lambda: inviting.invite(nolwenn, by=by, at=world.NOW),
    )
    met.assert_refused(inviting.BadInvitation, "vient de servir")
    assert User.objects.get(pk=nolwenn.pk).check_password(world.PASSWORD)
    assert inviting.read(met.first, at=world.NOW).user == nolwenn
    return met


@holds("members.mailing._send_next")
def two_workers_and_two_messages() -> Meeting:
    """The second worker takes the message that the first has not in hand."""
    one, two = _two_mails()
    met = meet(
        lambda: mailing._send_next(get_connection(), world.NOW, after=0),
        lambda: mailing.send_pending(world.NOW),
    )
    assert (met.first, met.second) == (one, 1), met
    assert [letter.to for letter in box.outbox] == [[one.address], [two.address]]
    assert _states() == [(MailStatus.SENT, 1, ""), (MailStatus.SENT, 1, "")]
    return met


@holds("members.notifying._tell")
def two_workers_and_one_person_to_tell() -> Meeting:
    """The second waits, and finds that all of it is told."""
    world.group()
    nolwenn = world.user("Nolwenn Jégo")
    facts: dict[str, Any] = {"kind": NoticeKind.PLAN, "url": "/", "at": world.NOW - timedelta(hours=1)}
    for number in (1, 2):
        notifying.queue([nolwenn], topic=f"assignment {number}", sentence="Jour libéré.", **facts)
    met = meet(*(lambda: notifying._tell(nolwenn.pk, world.NOW) for _ in range(2)))
    assert (met.first, met.second) == (True, False), met
    assert Mail.objects.count() == 1
    assert Notice.objects.filter(mail=Mail.objects.get()).count() == 2
    return met


class NoServer(EmailBackend):
    """A mail server that does not answer."""

    def open(self) -> bool:
        raise OSError("no route")


@holds("members.mailing.send_pending")
def a_worker_without_server_beside_one_that_sends() -> Meeting:
    """The message on its way has not failed: it would leave once more."""
    one, _ = _two_mails()
    server = get_connection()

    def send_without_server() -> int:
        with patch.object(mailing, "get_connection", NoServer):
            return mailing.send_pending(world.NOW)

    met = meet(lambda: mailing._send_next(server, world.NOW, after=0), send_without_server)
    assert (met.first, met.second) == (one, 0), met
    assert _states() == [(MailStatus.SENT, 1, ""), (MailStatus.PENDING, 1, "OSError\u00a0: no route")]
    return met


def _two_mails() -> list[Mail]:
    world.group()
    facts: dict[str, Any] = {
        "kind": MailKind.CONFIRM_DIGEST,
        "subject": "1\u00a0relevé attend votre visa",
        "template": "visas",
        "context": {"lines": ["Aloen"], "visas": 1, "is_tacit": True, "asked_by": "", "url": "/heures/"},
        "at": world.NOW - timedelta(minutes=1),
        "day": world.NOW.date(),
    }
    people = [world.user("Nolwenn Jégo"), world.user("Erwan Le Bris")]
    mails = [mailing.write(person, **facts) for person in people]
    return [mail for mail in mails if mail]


def _states() -> list[tuple[str, int, str]]:
    return list(Mail.objects.order_by("pk").values_list("status", "attempts", "error"))


@holds("members.closing.refuse_last")
def the_last_two_coordinators_leave_at_once() -> Meeting:
    """The second finds that nobody else is left."""
    first, second = world.coordinator("Solène Rivoal"), world.coordinator("Yann Kerhoas")

    @transaction.atomic
    def leave(user: User) -> None:
        closing.refuse_last(user, losing=["is_coordinator"])
        User.objects.filter(pk=user.pk).update(is_coordinator=False)

    met = meet(lambda: leave(first), lambda: leave(second))
    met.assert_refused(closing.LastOfTheirRole, "Personne d’autre ne tient ce rôle")
    assert User.objects.filter(is_coordinator=True).count() == 1
    return met
