"""Sets up the demonstration's records: group, members, people, charter, contracts, assignments."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from charter import signing, writing
from charter.models import Article, Charter, Commitment, Theme
from employees.models import Assignment, Contract, ContractMember, ContractTerms, Employee, Terms
from groupement.demo import cast
from groupement.kernel.french import of
from members.access import trust_email
from members.models import (
    BEGINNING,
    Declaration,
    Group,
    GroupRule,
    Member,
    Membership,
    RuleCode,
    RuleOrigin,
    Seat,
    Site,
    User,
    VatAttestation,
)
from members.papers import signing as papers_signing
from members.papers import templating
from members.papers import writing as papers
from members.papers.kinds import KINDS, PaperKind
from members.papers.models import Template

PARIS = ZoneInfo("Europe/Paris")


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of ``day`` in Paris."""
    return datetime.combine(day, time(hour, minute), PARIS)


def with_key(body: str) -> str:
    """``body`` and the digit that makes it pass the Luhn check, as SIREN and SIRET do."""
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


def identifiers(siren_body: str) -> dict[str, str]:
    """SIREN, SIRET and VAT number, valid in form and invented."""
    siren = with_key(siren_body)
    key = (12 + 3 * (int(siren) % 97)) % 97
    return {"siren": siren, "siret": with_key(f"{siren}0001"), "vat_number": f"FR{key:02d}{siren}"}


def found() -> None:
    """Create everything that stands before the first month."""
    Group.objects.create(pk=1, **cast.GROUP, **identifiers(cast.GROUP_SIREN_BODY))
    _rules()
    users = {person.login: _user(person) for person in cast.PEOPLE}
    admin = users["malo.kervella"]
    houses = {house.key: _house(house, by=admin) for house in cast.HOUSES}
    _seats(users, houses)
    _charter(users, houses, by=users["solene.rivoal"])
    _agreements(users, houses, by=users["solene.rivoal"])
    for shared in cast.EMPLOYEES:
        _employee(shared, houses)


def _rules() -> None:
    """The delay of the visa as it was, and as the board has it since."""
    first, then = cast.CONFIRMATION_DAYS
    noted_at = moment(cast.LONGER_SINCE - timedelta(days=15), 9)
    code = RuleCode.CONFIRMATION_DAYS
    GroupRule.objects.create(
        code=code,
        value={"days": first},
        starts_on=BEGINNING,
        ends_before=cast.LONGER_SINCE,
        origin=RuleOrigin.INITIAL,
        noted_at=noted_at,
    )
    GroupRule.objects.create(
        code=code,
        value={"days": then},
        starts_on=cast.LONGER_SINCE,
        origin=RuleOrigin.DECISION,
        source=cast.LONGER_BY,
        noted_at=noted_at,
    )


def _user(person: cast.Person) -> User:
    return _account(
        person.login,
        person.name,
        is_coordinator=person.coordinator,
        is_finance=person.finance,
        is_admin=person.admin,
    )


def _account(login: str, name: str, **roles: bool) -> User:
    # Numbers of the range that is kept for stories.
    phone = f"06 39 98 10 {User.objects.count() + 10}"
    facts = {"name": name, "phone": phone, **roles}
    user = User.objects.create_user(f"{login}@{cast.DOMAIN}", cast.PASSWORD, **facts)
    trust_email(user)
    return user


def _house(house: cast.Structure, *, by: User) -> Member:
    member = Member.objects.create(
        legal_name=house.legal_name,
        short_name=house.short_name,
        hue=house.mark,
        shape=house.mark,
        legal_form=house.legal_form,
        street=house.street,
        postal_code=house.city[0],
        city=house.city[1],
        billing_email=f"compta@{house.key}.example",
        collective_agreement=house.agreement,
        headcount=house.headcount,
        is_taxable_person=house.is_taxable,
        naf=house.naf,
        **{**identifiers(house.siren_body), **({} if house.is_taxable else {"vat_number": ""})},
    )
    Site.objects.create(member=member, name="Siège", street=house.street, city=house.city[1])
    _admit(member, house, by=by)
    if house.attestation_percent:
        VatAttestation.objects.create(
            member=member,
            starts_on=date(2026, 1, 1),
            ends_before=date(2027, 1, 1),
            taxable_receipts_percent=Decimal(house.attestation_percent),
            legal_basis="CGI, article 261, 7, 1° a",
            signed_on=date(2026, 5, 12),
        )
    return member


def _admit(member: Member, house: cast.Structure, *, by: User) -> None:
    membership = Membership.objects.create(
        member=member, applied_on=cast.FOUNDED_ON, college="fondateurs", deposit=Decimal("500.00")
    )
    membership.move(
        "admitted",
        by=by,
        at=moment(cast.FOUNDED_ON, 18),
        note="Assemblée constitutive.",
        starts_on=cast.FOUNDED_ON,
    )
    Declaration.objects.create(
        membership=membership,
        subject=f"Adhésion {of(house.short_name)}",
        event_on=cast.FOUNDED_ON,
        due_on=date(2026, 6, 4),
        sent_on=date(2026, 5, 20),
        letter_reference=f"RAR-2026-{house.mark:03d}",
    )


def _seats(users: dict[str, User], houses: dict[str, Member]) -> None:
    Seat.objects.bulk_create(
        Seat(user=users[person.login], member=houses[key], function=function, starts_on=cast.FOUNDED_ON)
        for person in cast.PEOPLE
        for key, function in person.seats
    )


def _charter(users: dict[str, User], houses: dict[str, Member], *, by: User) -> None:
    charter = Charter.objects.create(version=1, title=cast.CHARTER_TITLE, preamble=cast.PREAMBLE)
    Article.objects.bulk_create(
        Article(charter=charter, position=position, title=title, text=text)
        for position, (title, text) in enumerate(cast.ARTICLES, start=1)
    )
    themes = {
        code: Theme.objects.create(code=code, label=label, summary=summary, position=position)
        for position, (code, label, summary) in enumerate(cast.THEMES, start=1)
    }
    Commitment.objects.bulk_create(
        Commitment(charter=charter, theme=themes[theme], position=position, title=title, text=text)
        for position, (theme, title, text) in enumerate(cast.COMMITMENTS, start=1)
    )
    writing.open_for_signature(charter, by=by, at=moment(date(2026, 5, 11), 10))
    for rank, person in enumerate(_representatives()):
        signing.sign(
            charter,
            member=houses[person.seats[0][0]],
            by=users[person.login],
            at=moment(date(2026, 5, 18) + timedelta(days=rank), 11, 5 * rank),
            consent=True,
        )
    writing.put_in_force(charter, by=by, at=moment(date(2026, 5, 29), 18))


def _agreements(users: dict[str, User], houses: dict[str, Member], *, by: User) -> None:
    """The framework agreement of each member: all have signed but the last, whose own waits for it."""
    code = PaperKind.AGREEMENT
    draft = Template.objects.create(code=code, version=1, title="Convention-cadre", body=KINDS[code].starter)
    templating.use(draft, by=by, at=moment(date(2026, 6, 1), 9))
    known = {"login": ["password"], "address": "192.0.2.10", "agent": "Firefox"}
    people = list(_representatives())
    for rank, person in enumerate(people):
        at = moment(date(2026, 6, 2), 9, 5 * rank)
        member = houses[person.seats[0][0]]
        paper = papers.write_agreement(member, signer=by, starts_on=date(2026, 7, 6), by=by, at=at)
        papers_signing.open_for_signature(paper, by=by, at=at)
        group, host = paper.parties.select_related("paper", "member").order_by("rank")
        day = moment(date(2026, 6, 8) + timedelta(days=rank), 14, 10)
        papers_signing.sign(group, by=by, at=day, consent=True, evidence=known)
        if person is not people[-1]:
            papers_signing.sign(host, by=users[person.login], at=day, consent=True, evidence=known)


def _representatives() -> Iterable[cast.Person]:
    return (person for person in cast.PEOPLE if person.seats and person.seats[0][1] == "representative")


def _employee(shared: cast.SharedEmployee, houses: dict[str, Member]) -> None:
    employee = Employee.objects.create(
        user=_account(shared.login, f"{shared.first_name} {shared.last_name}"),
        first_name=shared.first_name,
        last_name=shared.last_name,
        birth_date=shared.birth_date,
        sex=shared.sex,
        job=shared.job,
        qualification=shared.qualification,
        payroll_number=shared.payroll_number,
    )
    contract = Contract.objects.create(
        employee=employee, starts_on=cast.FIRST_DAY, signed_on=date(2026, 7, 6)
    )
    ContractTerms.objects.create(
        contract=contract,
        starts_on=cast.FIRST_DAY,
        weekly_minutes=shared.weekly_minutes,
        gross_monthly_pay=Decimal(shared.gross),
        classification=shared.qualification,
    )
    ContractMember.objects.bulk_create(
        ContractMember(contract=contract, member=house, starts_on=cast.FIRST_DAY) for house in houses.values()
    )
    for placing in shared.placings:
        _placing(placing, employee, contract, houses[placing.house])


def _placing(placing: cast.Placement, employee: Employee, contract: Contract, member: Member) -> None:
    terms = placing.terms
    assignment = Assignment.objects.create(
        reference=placing.reference,
        employee=employee,
        contract=contract,
        member=member,
        site=member.sites.get(),
        job=placing.job,
        starts_on=cast.FIRST_DAY,
    )
    Terms.objects.create(
        assignment=assignment,
        starts_on=cast.FIRST_DAY,
        weekly_pattern=list(placing.week),
        price_method=terms["price_method"],
        hourly_price=Decimal(terms["hourly_price"]) if "hourly_price" in terms else None,
        flat_amount=Decimal(terms["flat_amount"]) if "flat_amount" in terms else None,
        management_rate=Decimal(terms.get("management_rate", "0")),
        vat_regime=terms.get("vat_regime", "S20"),
        is_trued_up="is_trued_up" in terms,
    )
