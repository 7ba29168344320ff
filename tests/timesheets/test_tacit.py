"""What the member leaves unanswered: confirmed when the delay is over, marked as such, once, and told."""

from datetime import date, timedelta

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.db import transaction

from members.models import Group, Mail, MailKind, RuleCode, User
from tests import world
from tests.timesheets.reminding.scene import linked
from timesheets import confirming, tasks
from timesheets.answer_delay import read_delays
from timesheets.models import Timesheet
from timesheets.reminding import sending
from timesheets.sheet import days

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 11, 19)
SUBMITTED = date(2026, 12, 1)
DUE = date(2026, 12, 7)  # five days end on a Sunday
LATE = world.at(DUE + timedelta(days=1), 5, 30)


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee("Youenn", "Talec"), world.member("Book Hémisphères"))


def waiting(place, *, since=SUBMITTED, hour=9, **facts):
    sheet = world.timesheet(place, {THURSDAY: 420}, status="draft", **facts)
    moment = world.at(since, hour)
    sheet.move("submitted", kind="submit", by=sheet.employee.user, at=moment, submitted_at=moment)
    return sheet


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


def lapse(on):
    return confirming.confirm_tacitly(on=on, at=LATE)


def test_after_the_last_day_the_hours_are_confirmed_and_marked(placed):
    sheet = waiting(placed)
    assert lapse(DUE) == []  # the member has until the end of that day
    assert stored(sheet).status == "submitted"
    assert lapse(DUE + timedelta(days=1)) == [sheet]
    after = stored(sheet)
    assert (after.status, after.confirmed_at, after.is_confirmed_tacitly) == ("confirmed", LATE, True)
    event = days.history(after)[0]
    assert (event.label, event.by, event.at) == ("Visé tacitement", None, LATE)
    assert event.note == (
        "Sans réponse jusqu’au lundi 7 décembre, délai de 5 jours. "
        "Personne chez l’adhérent ne pouvait recevoir de message."
    )


def test_a_second_run_finds_nothing(placed):
    sheet = waiting(placed)
    assert len(lapse(DUE + timedelta(days=1))) == 1
    assert lapse(DUE + timedelta(days=9)) == []
    assert sheet.steps.count() == 2


@pytest.mark.parametrize(("hour", "lapses"), [(23, False), (1, True)])
def test_the_delay_counts_the_days_of_paris(placed, hour, lapses):
    """Half past midnight in Paris is still the day before in UTC."""
    world.rule(RuleCode.CONFIRMATION_DAYS, days=2)
    since = SUBMITTED if hour == 23 else SUBMITTED - timedelta(days=1)
    waiting(placed, since=since, hour=hour)
    assert bool(lapse(SUBMITTED + timedelta(days=2))) == lapses


def test_the_group_s_own_delay_counts(placed):
    world.rule(RuleCode.CONFIRMATION_DAYS, days=1)
    sheet = waiting(placed)
    assert lapse(SUBMITTED + timedelta(days=1)) == []
    assert lapse(SUBMITTED + timedelta(days=2)) == [sheet]
    assert "délai de 1 jour. " in days.history(sheet)[0].note


def test_without_tacit_confirmation_hours_wait(placed):
    Group.objects.update(has_tacit_confirmation=False)
    sheet = waiting(placed)
    assert lapse(date(2027, 6, 1)) == []
    assert stored(sheet).status == "submitted"


def test_only_what_waits_for_a_member_lapses(placed):
    at_group = waiting(placed.employee, kind="leave")
    states = ("draft", "confirmed", "approved")
    others = [
        world.timesheet(placed, {THURSDAY: 420}, status=state, supplement=rank)
        for rank, state in enumerate(states)
    ]
    before = list(Timesheet.objects.order_by("pk").values_list())
    assert lapse(date(2027, 6, 1)) == []
    assert list(Timesheet.objects.order_by("pk").values_list()) == before
    assert len(before) == len([at_group, *others])


def test_what_was_recalled_meanwhile_is_left_alone(placed, monkeypatch):
    """Between listing and locking the person took the hours back and handed them in anew: the delay begins again."""
    first, second = waiting(placed), waiting(placed, supplement=1)
    lapsed = confirming._confirm_one_tacitly

    def recalled_first(listed, delay, at):
        if listed.pk == first.pk and stored(first).submitted_at < LATE:
            first.move("draft", kind="recall", by=placed.employee.user, at=LATE, submitted_at=None)
            first.move("submitted", kind="submit", by=None, at=LATE, submitted_at=LATE)
        return lapsed(listed, delay, at)

    monkeypatch.setattr(confirming, "_confirm_one_tacitly", recalled_first)
    assert lapse(DUE + timedelta(days=1)) == [second]
    assert stored(first).status == "submitted"


def test_the_task_confirms_and_tells_once(placed):
    claire = world.staff(placed.member, "Claire Danno")
    sheet = waiting(placed, since=date(2026, 1, 5))
    world.visa_mail(sheet, claire, world.at(date(2026, 1, 6), 7, 30))
    tasks.confirm_tacitly()
    tasks.confirm_tacitly()
    assert stored(sheet).is_confirmed_tacitly
    notices = Mail.objects.filter(kind=MailKind.CONFIRMED_TACITLY)
    assert list(notices.values_list("to", flat=True)) == [claire.pk]


def test_where_nobody_can_be_written_to_the_coordination_is_written_to(placed):
    """Before the end, among what waits for it, and at the end; a seat whose holder wants no messages is nobody."""
    solene, silent = world.coordinator(), world.staff(placed.member, "Yves Even")
    silent.mail_frequency = "never"
    silent.save()
    sheet = waiting(placed)
    line = "Book Hémisphères\u00a0: 1\u00a0relevé à viser, et personne à qui écrire"
    sending.send_digests(world.at(date(2026, 12, 2), 7, 30))
    assert [(mail.to, line in mail.text, line in mail.html) for mail in Mail.objects.all()] == [
        (solene, True, True)
    ]
    done = lapse(DUE + timedelta(days=1))
    assert done == [sheet]
    assert [sending.notify_confirmed_tacitly(done, at=LATE) for _ in range(2)] == [1, 0]
    notice = Mail.objects.get(kind=MailKind.CONFIRMED_TACITLY)
    assert (notice.to, "le délai a couru seul" in notice.text) == (solene, True)
    assert "le délai a couru seul" in notice.html
    assert linked(notice) == "/heures/mois/2026-11/"


FRIDAY, MONDAY, TUESDAY = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)
EARLY = (7, 30)
# When the hours were handed over, the delay in days, when the first message left (None: not yet), how often the reader
# is written to, and the last day to answer as it stands on the Friday, or after the message.
DELAYS = {
    "a Sunday moves to Monday, when the first message leaves too": (
        (FRIDAY, 18), 2, world.at(MONDAY, *EARLY), "daily", MONDAY,
    ),
    "the same before it has left": ((FRIDAY, 18), 2, None, "daily", MONDAY),
    "a working day stays": ((FRIDAY, 6), 3, world.at(FRIDAY, *EARLY), "daily", MONDAY),
    "a Saturday moves": ((FRIDAY, 6), 1, world.at(FRIDAY, *EARLY), "daily", MONDAY),
    "Christmas, then a weekend": ((date(2026, 12, 23), 9), 2, world.at(date(2026, 12, 24), *EARLY), "daily",
                                  date(2026, 12, 28)),
    "a message that leaves late": ((FRIDAY, 6), 0, world.at(TUESDAY, 15), "daily", TUESDAY),
    "no days at all": ((FRIDAY, 9), 0, None, "daily", MONDAY),
    "no days at all, before the morning’s message": ((FRIDAY, 6), 0, None, "daily", FRIDAY),
    "a reader of Mondays": ((TUESDAY, 9), 1, None, "weekly", date(2026, 12, 7)),
    "nobody to write to": ((FRIDAY, 9), 0, None, "never", FRIDAY),
}  # fmt: skip


def test_the_delay_ends_on_a_working_day_and_never_before_the_first_message(placed):
    claire = world.staff(placed.member, "Claire Danno")
    wrong = {}
    for name, ((since, hour), length, sent_at, frequency, expected) in DELAYS.items():
        point = transaction.savepoint()
        world.rule(RuleCode.CONFIRMATION_DAYS, days=length)
        User.objects.filter(pk=claire.pk).update(mail_frequency=frequency)
        sheet = waiting(placed, since=since, hour=hour)
        if sent_at:
            world.visa_mail(sheet, claire, sent_at)
        delay = read_delays([sheet], Group.objects.get(), on=since)[sheet.pk]
        runs_out = [bool(lapse(expected)), bool(lapse(expected + timedelta(days=1)))]
        found = (delay.due_on, delay.first_mail_at, *runs_out)
        # Until somebody who can be written to was, it does not run out.
        if found != (expected, sent_at, False, bool(sent_at) or frequency == "never"):
            wrong[name] = found
        transaction.savepoint_rollback(point)
    assert wrong == {}


def test_a_message_about_an_earlier_handing_over_or_one_that_waits_does_not_count(placed):
    claire = world.staff(placed.member, "Claire Danno")
    sheet = waiting(placed, since=FRIDAY)
    world.visa_mail(sheet, claire, world.at(MONDAY, *EARLY))
    again = {"at": world.at(MONDAY, 10), "by": placed.employee.user}
    sheet.move("draft", kind="recall", submitted_at=None, **again)
    sheet.move("submitted", kind="submit", submitted_at=again["at"], **again)
    world.visa_mail(sheet, claire, None)
    assert lapse(date(2027, 1, 15)) == []
    sending.remind([sheet], by=world.coordinator(), at=world.at(TUESDAY, 11))
    assert lapse(date(2027, 1, 15)) == []  # it waits too
    Mail.objects.filter(status="pending", is_by_hand=True).update(
        status="sent", sent_at=world.at(TUESDAY, 11, 1)
    )
    assert lapse(date(2027, 1, 15)) == [sheet]
    assert days.history(sheet)[0].note.endswith("Premier message le mardi 1er décembre à 11 h 01.")


def test_the_morning_s_message_starts_the_delay_and_is_written_each_morning(placed):
    claire = world.staff(placed.member, "Claire Danno")
    world.rule(RuleCode.CONFIRMATION_DAYS, days=1)
    sheet = waiting(placed, since=FRIDAY, hour=18)
    for morning in (MONDAY, TUESDAY):
        assert sending.send_digests(world.at(morning, *EARLY)) == 1
    first, second = Mail.objects.order_by("pk")
    assert (first.to, "jusqu’au lundi 30 novembre" in first.text) == (claire, True)
    assert lapse(date(2026, 12, 3)) == []
    Mail.objects.filter(pk=second.pk).update(status="sent", sent_at=world.at(TUESDAY, 9))
    assert lapse(TUESDAY) == []
    assert lapse(date(2026, 12, 2)) == [sheet]


def test_the_task_runs_each_morning_before_the_reminders():
    entry = settings.CELERY_BEAT_SCHEDULE["confirm tacitly"]
    assert (entry["task"], entry["schedule"]) == (tasks.confirm_tacitly.name, crontab(hour=5, minute=30))
    assert settings.CELERY_TIMEZONE == settings.TIME_ZONE == "Europe/Paris"
