"""Ask members for what is no work: the dues of a year, the deposit once, a free line on their next invoice.

Dues without anything given for them, and deposits that go back, are put outside VAT (regime "O"): a choice that the
accountant has to confirm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from billing.charge_kinds import ChargeKind, Writer, kinds_where
from billing.charges import recording
from billing.documents import vat
from billing.models import Charge, DuesYear, InvoiceStatus, Line, Unit
from employees.models import VatRegime
from groupement.kernel.french import NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import line_net, spell
from groupement.kernel.periods import Month
from members.models import Group, Member, Membership, User, VatAttestation
from members.models.membership import MembershipStatus

WITHDRAWABLE = kinds_where(lambda row: row.writer in (Writer.MEMBERSHIP, Writer.FINANCE))
MONTHS_AHEAD = 12


class NotChargeable(Refusal):
    """The sum cannot be asked for, or not any more."""


@dataclass(frozen=True)
class DuesCall:
    """One member that would be asked, or was: the sum of the statutes and the charge that asks, if any.

    ``is_credited``: a credit note took the charge back, which for a deposit means that it goes back.
    """

    member: Member
    amount: Decimal
    charge: Charge | None = None
    is_credited: bool = False


def dues_of(year: int) -> list[DuesCall]:
    """Every member admitted for a day of ``year`` whose membership has dues, by name, with the charge that asks."""
    span = Q(ends_before__isnull=True) | Q(ends_before__gt=date(year, 1, 1))
    rows = _admitted().filter(span, starts_on__lt=date(year + 1, 1, 1), yearly_dues__gt=0)
    return _calls_by_member({row.member_id: (row, row.yearly_dues) for row in rows}, year)


def deposits() -> list[DuesCall]:
    """Every member still admitted whose membership has a deposit, by name, with the charge that asks.

    Who left is among them when it was asked: its deposit is to be given back.
    """
    rows = list(_admitted().filter(deposit__gt=0))
    calls = _calls_by_member({row.member_id: (row, row.deposit) for row in rows}, None)
    left = {row.member_id for row in rows if row.status == MembershipStatus.LEFT}
    left -= {row.member_id for row in rows if row.status != MembershipStatus.LEFT}
    return [call for call in calls if call.charge or call.member.pk not in left]


@transaction.atomic
def call_dues(year: int, *, by: User | None, at: datetime) -> list[Charge]:
    """Ask each member for the dues of ``year``, whole as the statutes say, that was not asked yet.

    Done twice, it asks for nothing more. Raises NotChargeable for a year that is not last year, this one or the next.
    """
    refuse_far_year(year, timezone.localdate(at))
    return [
        _charge(
            call,
            year,
            ChargeKind.DUES,
            f"Cotisation de l’année {year}",
            month=Month(year, 1),
            by=by,
            at=at,
        )
        for call in dues_of(year)
        if call.charge is None
    ]


@transaction.atomic
def ask_deposits(*, by: User | None, at: datetime) -> list[Charge]:
    """Ask each member for its deposit, once in its life as a member; done twice, it asks for nothing more."""
    month = Month.of(timezone.localdate(at))
    return [
        _charge(call, None, ChargeKind.DEPOSIT, "Dépôt de garantie, remboursable", month=month, by=by, at=at)
        for call in deposits()
        if call.charge is None
    ]


@transaction.atomic
def add_line(
    member: Member,
    *,
    label: str,
    quantity: Decimal,
    unit: str,
    unit_price: Decimal,
    vat_regime: str,
    service_month: Month,
    is_confirmed: bool = True,
    by: User | None,
    at: datetime,
) -> Charge:
    """A free line that the member's next invoice takes. Not ``is_confirmed``, it asks first when the same sum of that
    month is recorded already. Raises NotChargeable and recording.ChargeNotRecordable.
    """
    if service_month > Month.of(timezone.localdate(at)).shift(MONTHS_AHEAD):
        raise NotChargeable(
            f"{service_month.label.capitalize()} est trop loin{NO_BREAK_SPACE}: douze mois au plus.",
            field="service_month",
        )
    if quantity <= 0:
        raise NotChargeable("Indiquez une quantité supérieure à zéro.", field="quantity")
    if vat_regime not in regimes():
        raise NotChargeable("Ce régime de TVA ne va pas avec une ligne libre.", field="vat_regime")
    if vat_regime == VatRegime.EXEMPT_261B and not _is_attested(member, service_month):
        raise NotChargeable(
            f"{member} n’a pas d’attestation de TVA valable pour tout le mois {service_month.of_label}. "
            "Enregistrez-la, ou choisissez un autre régime.",
            field="vat_regime",
        )
    if not is_confirmed:
        _refuse_same(member, line_net(quantity, unit_price), service_month)
    return recording.record_charge(
        member,
        kind=ChargeKind.FREE,
        label=label,
        quantity=quantity,
        unit=unit,
        unit_price=unit_price,
        vat_regime=vat_regime,
        service_month=service_month,
        by=by,
        at=at,
    )


def _refuse_same(member: Member, net: Decimal, month: Month) -> None:
    """Ask whether it is another line, when one of ``member`` with that sum and month stands."""
    # Two at once: the second reads what the first wrote.
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    same = Charge.objects.live().filter(member=member, kind=ChargeKind.FREE, net=net, service_month=month)
    if (found := same.order_by("pk").first()) is not None:
        raise NotChargeable(
            f"Une ligne libre de {spell(net)} HT existe déjà pour {member.short_name} en {month.label}"
            f"{NO_BREAK_SPACE}: {quoted(found.label)}. Est-ce une autre{NO_BREAK_SPACE}? Alors cochez la case, puis "
            "enregistrez.",
            field="is_confirmed",
        )


@transaction.atomic
def withdraw(charge: Charge, *, by: User | None, at: datetime) -> None:
    """Take back dues, a deposit or a free line that no invoice nor draft holds; what was asked for once may be again.

    Raises NotChargeable for sums of other origin, and recording.ChargeNotWithdrawable.
    """
    if charge.kind not in WITHDRAWABLE or charge.rebills_id is not None:
        raise NotChargeable("Cette somme ne vient pas d’ici. Retirez-la là où elle a été enregistrée.")
    DuesYear.objects.filter(charge=charge).delete()
    recording.withdraw_charge(charge, by=by, at=at)


def regimes() -> Sequence[VatRegime]:
    """The VAT regimes that a free line of this group may have."""
    return vat.regimes_of_a_line(in_franchise=Group.objects.filter(vat_franchise=True).exists())


def refuse_far_year(year: int, today: date) -> None:
    """Raises NotChargeable for a year that is not last year, this one or the next."""
    if abs(year - today.year) > 1:
        raise NotChargeable(
            f"Les cotisations s’appellent pour {today.year - 1}, {today.year} ou {today.year + 1}, pas pour {year}.",
            field="annee",
        )


def _admitted() -> models.QuerySet[Membership]:
    rows = Membership.objects.filter(starts_on__isnull=False).exclude(status=MembershipStatus.CANDIDATE)
    # Of a member that left and came back, the later membership counts.
    return rows.select_related("member").order_by("starts_on", "pk")


def _calls_by_member(wanted: dict[int, tuple[Membership, Decimal]], year: int | None) -> list[DuesCall]:
    asked = DuesYear.objects.filter(year=year, member__in=wanted).select_related("charge__line__invoice")
    charges = {row.member_id: row.charge for row in asked}
    of_charges = Q(credits__charge__in=charges.values(), invoice__status=InvoiceStatus.ISSUED)
    credited = set(Line.objects.filter(of_charges).values_list("credits__charge__member", flat=True))
    members = Member.objects.filter(pk__in=wanted).by_name()
    return [
        DuesCall(member, wanted[member.pk][1], charges.get(member.pk), is_credited=member.pk in credited)
        for member in members
    ]


def _charge(
    call: DuesCall, year: int | None, kind: str, label: str, *, month: Month, by: User | None, at: datetime
) -> Charge:
    charge = recording.record_charge(
        call.member,
        kind=kind,
        label=label,
        quantity=Decimal(1),
        unit=Unit.ONE,
        unit_price=call.amount,
        service_month=month,
        figures={"year": year, "statutes": str(call.amount)},
        by=by,
        at=at,
    )
    try:
        DuesYear.objects.create(member=call.member, year=year, charge=charge)
    except IntegrityError as error:
        raise NotChargeable(
            f"Quelqu’un vient de faire cet appel pour {call.member}. Rechargez la page."
        ) from error
    return charge


def _is_attested(member: Member, month: Month) -> bool:
    """Whether each day of the month has a statement that holds; two that follow each other cover it together."""
    rows = list(VatAttestation.objects.filter(member=member).during(month))
    return all(any(row.covers(day) for row in rows) for day in month.days)
