"""What addresses are opened with to be read: each makes a record of Aloen, of Maëlle or of the group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.account.views import PasswordResetFromKeyView
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal.auth import WebAuthn

from billing.accounts import payments, refunding
from billing.bank import importing
from billing.charges import dues
from billing.documents import letters
from billing.grants import reports, tagging
from billing.models import BankOperation, Expense, FundingLine, Letter, LetterKind, Quote, TrueUp
from billing.month import drafting
from billing.prices import offering
from billing.reminders import disputing
from charter import writing
from employees import feeds
from employees.calendar.week import Week
from employees.models import Absence
from groupement.secretariat import reading
from members import fulfilling, inviting, linking
from members.models import Deputy, Group, GroupRule, Membership, RuleCode, User, VatAttestation
from members.papers.models import Way
from members.papers.signing import Copy, record_copy
from tests import world
from tests.billing import owing
from tests.billing.bank.statements import taken
from tests.billing.charges.receipt_files import PDF, picture
from tests.billing.prices.test_quoting import offered
from tests.billing.reminders import scene as late_payers
from tests.charter import agreed
from tests.house.forms_people import draft
from tests.house.house import House
from tests.papers import written
from tests.world import DECEMBER, NOVEMBER, NOW
from timesheets import freezing
from timesheets.models import HoursLayout, SignedSheet

Arguments = dict[str, Any]


def none_of(make: Callable[[House], Mapping[str, Any]]) -> Callable[[House], Arguments]:
    """For a list: make a record of Aloen’s, which others must not find there; the address names none."""

    def made(house: House) -> Arguments:
        make(house)
        return {}

    return made


def month(_house: House) -> Arguments:
    return {"month": NOVEMBER}


def month_of_findings(house: House) -> Arguments:
    """In which Maëlle works eleven hours on a day."""
    draft(house, minutes=660)
    return {"month": DECEMBER}


def day(_house: House) -> Arguments:
    return {"month": NOVEMBER, "day": 3}


def week(_house: House) -> Arguments:
    return {"week": Week.parse("2026-S45")}


def linked(house: House) -> Arguments:
    """To the charter, as a message to Maëlle brings it."""
    address = linking.link(house.maelle.user, "charter:charter")
    return {"token": address.rstrip("/").rsplit("/", 1)[1]}


def invitation(house: House) -> Arguments:
    return {"token": inviting.invite(house.users["roleless"], by=None, at=NOW)}


def address_to_confirm(house: House) -> Arguments:
    address = EmailAddress.objects.create(user=house.maelle.user, email="personne@ailleurs.example")
    return {"key": EmailConfirmationHMAC(address).key}


def password_key(house: House) -> Arguments:
    return {"uidb36": user_pk_to_url_str(house.maelle.user), "key": PasswordResetFromKeyView.reset_url_key}


def passkey(house: House) -> Arguments:
    return {"pk": WebAuthn.add(house.maelle.user, "Clé", {}).instance.pk}


def recovery_codes(house: House) -> Arguments:
    """Of finance."""
    RecoveryCodes.activate(house.users["finance"])
    return {}


def somebody_new(_house: House) -> Arguments:
    return {"pk": world.user("Quelqu’un d’autre").pk}


def rule_code(_house: House) -> Arguments:
    """A rule that has one to come, so that there is something to read."""
    return {"code": withdrawable().code}


def rule(_house: House) -> Arguments:
    """A rule to come, on which nothing stands."""
    return {"pk": withdrawable().pk}


def withdrawable() -> GroupRule:
    return world.rule(RuleCode.PAYMENT_TERMS, starts_on=date(2027, 2, 1), days=45)


def deputyship(house: House) -> Arguments:
    return {"pk": Deputy.objects.get(user=house.users["deputy"]).pk}


def charter(house: House) -> Arguments:
    return {"version": writing.open_for_signature(agreed.draft(), by=house.users["admin"], at=NOW).version}


def charter_and_draft(house: House) -> Arguments:
    """The version that is open; the next one is being written."""
    opened = charter(house)
    agreed.draft(2)
    return opened


def placed(house: House) -> Arguments:
    return {"pk": house.placed.pk}


def absence(house: House) -> Arguments:
    days = {"starts_on": NOVEMBER.first, "ends_before": NOVEMBER.before}
    return {"pk": Absence.objects.create(employee=house.maelle, recorded_at=NOW, **days).pk}


def feed(house: House) -> Arguments:
    return {"pk": feeds.open_feed(house.users["employee"], employee=house.maelle, at=NOW)[0].pk}


def secret(house: House) -> Arguments:
    return {"secret": feeds.open_feed(house.users["finance"], employee=house.maelle, at=NOW)[1]}


def duty(house: House) -> Arguments:
    """The attestation of Aloen that ends with the year."""
    held = VatAttestation.objects.filter(member=house.aloen).first() or world.attestation(house.aloen)
    return {"key": f"attestation:{held.pk}"}


def duty_feed(house: House) -> Arguments:
    return {"pk": feeds.open_feed(house.users["coordinator"], topic="duties", at=NOW)[0].pk}


def duty_secret(house: House) -> Arguments:
    return {"secret": feeds.open_feed(house.users["finance"], topic="duties", at=NOW)[1]}


def done_duty(house: House) -> Arguments:
    """The same, done on the day before, with its proof."""
    named = duty(house)
    coordinator = house.users["coordinator"]
    found = reading.find(coordinator, [], Group.objects.get(), named["key"], on=NOW.date())
    assert found is not None
    if not found.is_done:
        facts = {"on": NOW.date() - timedelta(days=1), "data": PDF, "file_name": "attestation.pdf"}
        fulfilling.fulfil(found.due, **facts, by=coordinator, at=NOW)
    return named


def layout(house: House) -> Arguments:
    """Columns that Maëlle chose, which nobody else forgets."""
    facts = {"titles": ["Jour"], "columns": ["day"], "chosen_at": NOW}
    chosen = HoursLayout.objects.create(chosen_by=house.users["employee"], titles_digest="a" * 64, **facts)
    return {"pk": chosen.pk}


def somebody(house: House) -> Arguments:
    return {"employee": house.maelle.pk}


def person(house: House) -> Arguments:
    return {"month": NOVEMBER, "employee": house.maelle.pk}


def person_day(house: House) -> Arguments:
    return person(house) | {"day": 3}


def grid(house: House) -> Arguments:
    return {"month": NOVEMBER, "assignment": house.placed.pk}


def grid_day(house: House) -> Arguments:
    return grid(house) | {"day": 3}


def sheet(house: House) -> Arguments:
    return {"pk": house.sheet.pk}


def signed_sheet(house: House) -> Arguments:
    printed = SignedSheet.objects.get(timesheet=house.sheet)
    freezing.print_signed(printed.pk, at=NOW)
    return {"pk": house.sheet.pk, "version": printed.version}


def account(house: House) -> Arguments:
    return {"pk": house.aloen.pk}


def issued(house: House) -> Arguments:
    return {"pk": owing.invoice(house.aloen).pk}


def drafted(house: House) -> Arguments:
    """The draft of Aloen for November."""
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    return {"pk": run.invoices.get(member=house.aloen).pk}


def credit_note(house: House) -> Arguments:
    return {"pk": owing.credit_note(owing.invoice(house.aloen), "24.00").pk}


def _payment(house: House, **facts: Any) -> Any:
    paid = {"amount": Decimal(1), "received_on": NOW.date(), "method": "cheque", "by": None, "at": NOW}
    return payments.record_payment(house.aloen, **{**paid, **facts})


def payment(house: House) -> Arguments:
    return {"pk": _payment(house).pk}


def refund(house: House) -> Arguments:
    facts = {"paid_on": NOW.date(), "method": "transfer", "by": None, "at": NOW}
    return {"pk": refunding.give_back(_payment(house), amount=Decimal(1), **facts).pk}


def deposit(house: House) -> Arguments:
    """A deposit that was asked for."""
    Membership.objects.filter(member=house.aloen).update(deposit=Decimal("500.00"))
    (charge,) = dues.ask_deposits(by=None, at=NOW)
    return {"pk": charge.pk}


def allocation(house: House) -> Arguments:
    owed = owing.invoice(house.aloen, "1.00")
    return {"pk": _payment(house, allocations=[(owed, Decimal(1))]).allocations.get().pk}


def _statement() -> Any:
    table = f"Date;Libellé;Montant\n{NOW:%d/%m/%Y};VIR ALOEN;1,00\n".encode()
    return taken(table, file_name="r.csv", by=None, at=NOW).statement


def statement(_house: House) -> Arguments:
    return {"pk": _statement().pk}


def operation(_house: House) -> Arguments:
    return {"pk": BankOperation.objects.get(statement=_statement()).pk}


def bank_layout(_house: House) -> Arguments:
    layout = importing.save_layout(["Quand", "Combien"], {"booked_on": [0], "amount": [1]}, at=world.NOW)
    return {"pk": layout.pk}


def operation_of_payer(house: House) -> Arguments:
    return operation(house) | {"member": house.aloen.pk}


def due_reminder(house: House) -> Arguments:
    """Aloen is a day late, and there are levels."""
    late_payers.levels()
    owing.invoice(house.aloen, issued_on=world.YEAR_START)
    return {}


def reminder(house: House) -> Arguments:
    due_reminder(house)
    return {"pk": late_payers.send(NOW.date())[0].letter.pk}


def reminder_printed(house: House) -> Arguments:
    return _printed(Letter.objects.get(**reminder(house)))


def _printed(letter: Letter) -> Arguments:
    letters.open_pdf(letter).close()
    return {"pk": letter.pk}


def dispute(house: House) -> Arguments:
    late = owing.invoice(house.aloen)
    return {"pk": disputing.open_dispute(late, reason="Heures", by=house.users["finance"], at=NOW).pk}


def expense(house: House, **facts: Any) -> Arguments:
    bought = {"kind": "purchase", "receipt": world.kept_file(), "label": "Toner", "amount": Decimal(9)}
    when = {"spent_on": NOVEMBER.first, "recorded_at": NOW}
    made = Expense.objects.create(
        assignment=house.placed, employee=house.maelle, **{**bought, **when, **facts}
    )
    return {"pk": made.pk}


def paper(house: House) -> Arguments:
    """Aloen's agreement, printed and open to its signature."""
    return {"pk": written.opened(house.aloen, _boss(house), printed=True).pk}


def paper_written(house: House) -> Arguments:
    return {"pk": written.agreement(house.aloen, _boss(house)).pk}


def party(house: House) -> Arguments:
    return {"pk": written.party(written.opened(house.aloen, _boss(house)), "member").pk}


def signature(house: House) -> Arguments:
    representative = cast("User", house.users["representative"])
    return {"pk": written.sign(written.opened(house.aloen, _boss(house)), "member", representative).pk}


def signed_copy(house: House) -> Arguments:
    """A scan that Aloen signed by hand."""
    opened = written.opened(house.aloen, _boss(house))
    scan = Copy(Way.PAPER, picture(), "scan.jpg", NOW.date(), "Yann Le Goff", characters=opened.short_digest)
    return {"pk": record_copy(written.party(opened, "member"), scan, by=_boss(house), at=NOW).pk}


def _boss(house: House) -> User:
    return cast("User", house.users["coordinator"])


def logo(_house: House) -> Arguments:
    Group.objects.update(logo=world.kept_file(picture("PNG"), "logo"))
    return {"pk": Group.objects.get().pk}


def attested(house: House) -> Arguments:
    row = house.aloen.vat_attestations.first() or world.attestation(house.aloen)
    VatAttestation.objects.filter(pk=row.pk).update(document=world.kept_file())
    return {"pk": row.pk}


def receipt(house: House) -> Arguments:
    return expense(house)


def free_line(house: House) -> Arguments:
    facts = {"label": "Salle", "quantity": Decimal(3), "unit": "DAY", "unit_price": Decimal(45)}
    dated = {"vat_regime": "S20", "service_month": NOVEMBER, "by": house.users["finance"], "at": NOW}
    return {"pk": dues.add_line(house.aloen, **facts, **dated).pk}


def _grant() -> FundingLine:
    facts = {"label": "Coop’Ter", "funder": "ADEME", "starts_on": world.YEAR_START}
    return FundingLine.objects.create(code="COOPTER", **facts)


def grant(_house: House) -> Arguments:
    return {"pk": _grant().pk}


def report(house: House) -> Arguments:
    line, by = _grant(), {"by": house.users["finance"], "at": NOW}
    world.cost(house.maelle)
    tagging.tag(line, {each.pk: each.minutes for each in house.sheet.entries.all()}, action="Animation", **by)
    return {"pk": reports.lock(line, first=NOVEMBER, last=NOVEMBER, **by).pk}


def _quote(house: House) -> Quote:
    return offering.write(offered(house.aloen), by=house.users["finance"], at=NOW)


def quote(house: House) -> Arguments:
    return {"pk": _quote(house).pk}


def quote_printed(house: House) -> Arguments:
    made = _quote(house)
    _printed(made.letter)
    return {"pk": made.pk}


def true_up(_house: House) -> Arguments:
    period = {"first_month": NOVEMBER, "last_month": NOVEMBER}
    return {"pk": TrueUp.objects.create(label="Novembre", key="hours", prepared_at=NOW, **period).pk}


def true_up_letter(house: House) -> Arguments:
    host = house.aloen
    content = {
        "label": "Novembre",
        "period": "de novembre 2026",
        "written_on": "2026-12-03",
        "keys": "les heures",
    }
    content["member"] = {
        name: getattr(host, name) for name in ("legal_name", "street", "postal_code", "city")
    }
    none = dict.fromkeys(("actual", "invoiced", "amount"), "0.00")
    none |= {"minutes": 0, "late_minutes": 0, "rows": [], "invoices": [], "documents": []}
    return _printed(
        letters.write(LetterKind.TRUE_UP, member=host, subject="x", content=content | none, at=NOW)
    )
