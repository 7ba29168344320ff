"""A valid posting for each address of members, charter, employees, timesheets and the accounts.

They hold at world.NOW, 3 December 2026: whoever sends them travels there. What must be there before is made by acts.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from charter import writing
from employees import absences, feeds, rescheduling
from groupement.kernel import uploads
from groupement.secretariat import reading
from members import fulfilling, inviting
from members.models import Deputy, Group, MailFrequency, RuleCode, User
from members.roles import Role
from tests import world
from tests.billing.charges.receipt_files import PDF
from tests.charter import agreed
from tests.house import forms_accounts, forms_papers
from tests.house.door import WRITING
from tests.house.form import Filled, Form
from tests.house.house import House
from tests.timesheets import files
from timesheets import approval, confirming, recording
from timesheets.importing import columns
from timesheets.importing.preview import preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.importing.views import SESSION_KEY
from timesheets.models import Kind, Timesheet

# Worked already; and a Monday to come, when Maëlle is planned at Aloen, with the Friday after it.
TUESDAY, MONDAY, FRIDAY = date(2026, 12, 1), date(2026, 12, 7), date(2026, 12, 11)
A_WEEK = {"first": MONDAY, "last": FRIDAY}
COORDINATION = ("coordinator", "coordinator_deputy")
WITHOUT_FORM = forms_accounts.WITHOUT_FORM


def _decider(house: House, role: str) -> User:
    """The sender if they decide for the coordination, else the coordinator."""
    return house.users[role if role in COORDINATION else "coordinator"]


def _by(user: User) -> dict[str, Any]:
    return {"by": user, "at": timezone.now()}


# The entrance and one's preferences.


def _switch_role(house: House, role: str) -> Filled:
    held = {"employee": Role.EMPLOYEE, "colleague": Role.EMPLOYEE, "coordinator_deputy": Role.COORDINATOR}
    plain = {"coordinator": Role.COORDINATOR, "finance": Role.FINANCE, "admin": Role.ADMIN}
    return Filled(fields={"role": (held | plain).get(role, Role.MEMBER)})


def _invitation(house: House, role: str) -> Filled:
    token = inviting.invite(house.users["roleless"], by=None, at=timezone.now())
    return Filled({"token": token}, {"password": forms_accounts.NEW, "again": forms_accounts.NEW})


def _appoint_deputy(house: House, role: str) -> Filled:
    """Erwan stands in for Nolwenn at Aloen."""
    deputy, principal = house.users["manager"], house.users["representative"]
    return Filled(fields={"pour": principal.pk, "deputy": f"{house.aloen.pk}-{deputy.pk}", **A_WEEK})


def _rule(house: House, role: str) -> Filled:
    return Filled({"code": "payment_terms"}, {"days": 45, "basis": "invoice_date", "starts_on": "2027-02-01"})


def _withdraw_rule(house: House, role: str) -> Filled:
    noted = world.rule(RuleCode.PAYMENT_TERMS, starts_on=date(2027, 2, 1), days=45)
    return Filled({"pk": noted.pk})


def _end_deputy(house: House, role: str) -> Filled:
    return Filled({"pk": Deputy.objects.get(principal=house.users["representative"]).pk})


def _sign(house: House, role: str) -> Filled:
    charter = writing.open_for_signature(agreed.draft(), **_by(house.users["coordinator"]))
    return Filled({"version": charter.version}, {"member": house.aloen.pk, "consent": "on"})


MEMBERS = {
    "members:switch_role": Form(
        _switch_role, writes=False, shows=lambda answer: "role" in answer.client.session
    ),
    "members:theme": Form(
        lambda *_: Filled(fields={"theme": "dark"}),
        writes=False,
        shows=lambda answer: "theme" in answer.cookies,
    ),
    "members:invitation": Form(_invitation),
    "members:invite": Form(lambda house, role: Filled({"pk": house.users["roleless"].pk})),
    "members:demo_login": Form(
        lambda house, role: Filled(fields={"email": house.users["reader"].email}),
        shows=lambda answer: "_auth_user_id" in answer.client.session,
        settings={"DEMO_MODE": True, "REQUIRE_SECOND_FACTOR": True},
    ),
    "members:preferences": Form(lambda *_: Filled(fields={"mail_frequency": MailFrequency.WEEKLY})),
    "members:appoint_deputy": Form(_appoint_deputy),
    "members:end_deputy": Form(_end_deputy),
    "members:rule": Form(_rule),
    "members:withdraw_rule": Form(_withdraw_rule),
    "charter:sign": Form(_sign),
}

# The planning, absences, calendars.


def _query(house: House, day: date | None = None) -> str:
    opened = f"&qui={house.maelle.pk}&jour={day}" if day else ""
    return f"pour=2026-S50&vue=personnes{opened}"


def _day(house: House, name: str, typed: dict[str, Any]) -> Filled:
    fields = {f"m{house.placed.pk}-{name}-{field}": value for field, value in typed.items()}
    return Filled({"pk": house.placed.pk}, fields, _query(house, MONDAY))


def _restore_day(house: House, role: str) -> Filled:
    rescheduling.set_day(house.placed, MONDAY, minutes=210, **_by(house.users["coordinator"]))
    return Filled({"pk": house.placed.pk}, query=_query(house, MONDAY))


def _record_absence(house: House, role: str) -> Filled:
    """Maëlle’s, by whoever chooses; others who may note one note their own."""
    typed = {"employee": house.maelle.pk, "kind": "leave", **A_WEEK}
    return Filled(fields={f"absence-{name}": value for name, value in typed.items()}, query=_query(house))


def _absence(house: House) -> int:
    days = {"kind": "leave", "first": MONDAY, "last": MONDAY}
    return absences.record(house.maelle, **days, **_by(house.maelle.user)).pk


def _change_absence(house: House, role: str) -> Filled:
    pk = _absence(house)
    fields = {f"a{pk}-{name}": value for name, value in {"kind": "leave", **A_WEEK}.items()}
    return Filled({"pk": pk}, fields, _query(house))


def _revoke_feed(house: House, role: str) -> Filled:
    opened, _ = feeds.open_feed(house.maelle.user, employee=house.maelle, at=timezone.now())
    return Filled({"pk": opened.pk})


def _open_feed(house: House, role: str) -> Filled:
    """Maëlle’s calendar; the member’s for its own staff."""
    team = ("reader", "manager", "representative", "deputy")
    chosen = f"adherent-{house.aloen.pk}" if role in team else f"personne-{house.maelle.pk}"
    return Filled(fields={"calendar": chosen})


EMPLOYEES = {
    "employees:set_day": Form(lambda house, role: _day(house, "set", {"minutes": "3h30"})),
    "employees:move_day": Form(lambda house, role: _day(house, "move", {"to": FRIDAY})),
    "employees:clear_days": Form(lambda house, role: _day(house, "clear", A_WEEK)),
    "employees:restore_day": Form(_restore_day),
    "employees:record_absence": Form(_record_absence),
    "employees:change_absence": Form(_change_absence),
    "employees:cancel_absence": Form(
        lambda house, role: Filled({"pk": _absence(house)}, query=_query(house))
    ),
    "employees:open_feed": Form(_open_feed, is_page=True),
    "employees:revoke_feed": Form(_revoke_feed),
}

# The hours: Maëlle's sheet of December at Aloen, led by those who lead it to where the posting wants it.


def draft(house: House, minutes: int = 420) -> Timesheet:
    """With hours on 1 December."""
    recording.open_month(world.DECEMBER, at=timezone.now(), employee=house.maelle)
    sheet = Timesheet.objects.get(assignment=house.placed, month=world.DECEMBER)
    recording.save(sheet, {TUESDAY: {Kind.WORKED: minutes}}, **_by(house.maelle.user))
    return sheet


def submitted(house: House) -> Timesheet:
    sheet = draft(house)
    recording.submit(sheet, is_early=True, **_by(house.maelle.user))
    return sheet


def confirmed(house: House) -> Timesheet:
    sheet = submitted(house)
    confirming.confirm(sheet, **_by(house.users["representative"]))
    return sheet


def approved(house: House, by: User) -> Timesheet:
    sheet = confirmed(house)
    approval.approve(sheet, **_by(by))
    return sheet


def maintained(house: House) -> Timesheet:
    """Contested by the member, and submitted again as it was."""
    sheet = submitted(house)
    remarks = [(TUESDAY, "Nous comptons 6 h.", 360)]
    confirming.contest(sheet, remarks=remarks, **_by(house.users["representative"]))
    recording.submit(sheet, note="Je maintiens.", is_early=True, **_by(house.maelle.user))
    return sheet


def _take_back_all(house: House, role: str) -> Filled:
    """By who confirmed, named by the moment."""
    sheet, at = submitted(house), timezone.now()
    confirming.confirm(sheet, by=house.users[role if role in WRITING else "representative"], at=at)
    return Filled({}, {}, urlencode({"le": at.isoformat()}))


def _disputed(house: House) -> Filled:
    return _pk(maintained(house), seen=f"{TUESDAY.isoformat()}=420")


def _remind_late(house: House, role: str) -> Filled:
    """November’s hours came back two days ago."""
    at = timezone.now() - timedelta(days=2)
    sheet = Timesheet.objects.select_related("employee").get(pk=house.sheet.pk)
    approval.reopen(sheet, by=house.users["coordinator"], at=at, note="Il manque le lundi.")
    return Filled({"month": world.NOVEMBER}, {"timesheet": str(house.sheet.pk)})


def _pk(sheet: Timesheet, **fields: Any) -> Filled:
    return Filled({"pk": sheet.pk}, fields)


def _hours(house: House, role: str) -> dict[str, str]:
    """Seven hours at Aloen on 1 December, in a month that nobody has opened; a colleague’s own are at the group."""
    if role == "colleague":
        return {f"m-g-{TUESDAY}": "7", f"k-g-{TUESDAY}": "training"}
    return {f"m-a{house.placed.pk}-{TUESDAY}": "7"}


def _grid(house: House, role: str, **arguments: Any) -> Filled:
    return Filled({"month": world.DECEMBER, **arguments}, {"do": "save", **_hours(house, role)})


def _approve_confirmed(house: House, role: str) -> Filled:
    return Filled({"month": world.DECEMBER}, {"timesheet": str(confirmed(house).pk)})


def _undo_approvals(house: House, role: str) -> Filled:
    """By who approved, named by the moment."""
    sheet = approved(house, _decider(house, role))
    return Filled({"month": world.DECEMBER}, {}, urlencode({"le": sheet.approved_at.isoformat()}))


def _acknowledge(house: House, role: str) -> Filled:
    """Eleven hours in a day are one too many."""
    draft(house, minutes=660)
    finding = {"rule": "daily", "day": TUESDAY, "measured": 660}
    return Filled({"employee": house.maelle.pk}, {**finding, "note": "Repos donné."}, "mois=2026-12")


def _prolong(house: House, role: str) -> Filled:
    """Hours on 1 December, where the assignment was to end the day before."""
    sheet = draft(house)
    type(house.placed).objects.filter(pk=house.placed.pk).update(ends_before=TUESDAY)
    return _pk(sheet)


def _supplement(house: House, role: str) -> Filled:
    approval.seal([house.sheet.pk], at=timezone.now())
    return _pk(house.sheet)


# A file on disk is as old as this machine says, not the traveller's clock.
IN_MEMORY = {
    "STORAGES": {
        **settings.STORAGES,
        "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
}


def _file(house: House) -> bytes:
    cells = {"matricule": house.maelle.payroll_number, "adhérent": "Aloen", "date": f"{TUESDAY:%d/%m/%Y}"}
    return files.own({**cells, "heures": "7"})


def _import(house: House, role: str) -> Filled:
    return Filled(fields={"file": SimpleUploadedFile("heures.csv", _file(house))})


def _is_previewed(answer: Any) -> bool:
    preview = (answer.context or {}).get("preview")
    return preview is not None and preview.is_good and preview.has_changes


def _import_confirm(house: House, role: str) -> Filled:
    preview = preview_hours(_file(house), ImportChoices(), **_by(house.users["coordinator"]))
    return Filled(fields={"digest": preview.digest})


def _previewed(house: House, role: str) -> dict[str, Any]:
    """What the preview leaves in the session."""
    stored = {"token": uploads.store(_file(house), at=timezone.now()), "name": "heures.csv"}
    return {SESSION_KEY: {**stored, "people": {}, "places": {}}}


# The same under titles that nobody knows.
FOREIGN, MEANINGS = ("Qui", "Où", "Quand", "Combien"), ("payroll_number", "member", "day", "hours")


def _foreign(house: House) -> bytes:
    row = (house.maelle.payroll_number, "Aloen", f"{TUESDAY:%d/%m/%Y}", "7")
    return files.table(FOREIGN, [row], separator=";")


def _asked(house: House, role: str) -> dict[str, Any]:
    """What an upload of unknown titles leaves in the session."""
    return {SESSION_KEY: {"token": uploads.store(_foreign(house), at=timezone.now()), "name": "heures.csv"}}


def _columns(house: House, role: str) -> Filled:
    return Filled(fields={f"column_{place}": meaning for place, meaning in enumerate(MEANINGS)})


def _forget(house: House, role: str) -> Filled:
    by = house.users[role]
    file = columns.read_hours_file(_foreign(house), by=by)
    return Filled({"pk": columns.save_layout(file.table, MEANINGS, {}, **_by(by)).pk})


TIMESHEETS = {
    "timesheets:my_month": Form(_grid),
    "timesheets:day": Form(lambda house, role: _grid(house, role, day=1)),
    "timesheets:person_month": Form(lambda house, role: _grid(house, "", employee=house.maelle.pk)),
    "timesheets:person_day": Form(lambda house, role: _grid(house, "", employee=house.maelle.pk, day=1)),
    "timesheets:grid": Form(lambda house, role: _grid(house, "", assignment=house.placed.pk)),
    "timesheets:grid_day": Form(lambda house, role: _grid(house, "", assignment=house.placed.pk, day=1)),
    "timesheets:open": Form(lambda house, role: Filled({"month": world.DECEMBER})),
    "timesheets:approve_confirmed": Form(_approve_confirmed),
    "timesheets:undo_approvals": Form(_undo_approvals),
    "timesheets:acknowledge": Form(_acknowledge),
    "timesheets:import": Form(_import, writes=False, is_page=True, shows=_is_previewed, settings=IN_MEMORY),
    "timesheets:import_confirm": Form(_import_confirm, session=_previewed, settings=IN_MEMORY),
    "timesheets:import_columns": Form(_columns, session=_asked, settings=IN_MEMORY),
    "timesheets:forget_columns": Form(_forget),
    "timesheets:confirm": Form(lambda house, role: _pk(submitted(house), answer="confirm")),
    "timesheets:confirm_all": Form(
        lambda house, role: Filled(fields={"timesheet": str(submitted(house).pk)})
    ),
    "timesheets:take_back_all": Form(_take_back_all),
    "timesheets:take_back": Form(lambda house, role: _pk(confirmed(house), note="La salle était fermée.")),
    "timesheets:approve": Form(lambda house, role: _pk(confirmed(house))),
    "timesheets:undo": Form(lambda house, role: _pk(approved(house, _decider(house, role)))),
    "timesheets:settle": Form(lambda house, role: _pk(maintained(house), note="Le planning dit 7 h.")),
    "timesheets:keep": Form(lambda house, role: _disputed(house)),
    "timesheets:retain": Form(lambda house, role: _disputed(house)),
    "timesheets:return": Form(lambda house, role: _pk(submitted(house), note="Il manque le lundi.")),
    "timesheets:reopen": Form(lambda house, role: _pk(house.sheet, note="Il manque le lundi.")),
    "timesheets:remind": Form(lambda house, role: _pk(draft(house))),
    "timesheets:remind_late": Form(_remind_late),
    "timesheets:supplement": Form(_supplement),
    "timesheets:prolong": Form(_prolong),
}

# Duties: the attestation of Aloen, which ends with the year.


def _ending(house: House, **facts: Any) -> Filled:
    held = world.attestation(house.aloen)
    return Filled({"key": f"attestation:{held.pk}"}, facts)


def _add_duty(house: House, role: str) -> Filled:
    return Filled(
        fields={
            "title": "Assurance",
            "due_on": FRIDAY,
            "topic": "life",
            "role": "finance",
            "every_months": 12,
        }
    )


def _fulfil(house: House, role: str) -> Filled:
    proof = SimpleUploadedFile("attestation.pdf", PDF, content_type="application/pdf")
    return _ending(house, on=TUESDAY, note="Reçue par courrier", proof=proof)


def _reopen(house: House, role: str) -> Filled:
    ending = _ending(house)
    coordinator, key = house.users["coordinator"], ending.arguments["key"]
    found = reading.find(coordinator, [], Group.objects.get(), key, on=TUESDAY)
    assert found is not None
    fulfilling.fulfil(found.due, on=TUESDAY, **_by(coordinator))
    return ending


def _revoke_duty_feed(house: House, role: str) -> Filled:
    opened, _ = feeds.open_feed(house.users["coordinator"], topic="duties", at=timezone.now())
    return Filled({"pk": opened.pk})


DUTIES = {
    "secretariat:open_feed": Form(lambda house, role: Filled(fields={"days": "90"}), is_page=True),
    "secretariat:revoke_feed": Form(_revoke_duty_feed),
    "secretariat:add_duty": Form(_add_duty),
    "secretariat:fulfil": Form(_fulfil),
    "secretariat:reopen": Form(_reopen),
    "secretariat:give": Form(lambda house, role: _ending(house, owner=house.users["finance"].pk)),
}

FORMS: dict[str, Form] = {
    **MEMBERS, **forms_papers.FORMS, **EMPLOYEES, **TIMESHEETS, **DUTIES, **forms_accounts.FORMS,
}  # fmt: skip
