"""Write an expense down: a trip on the scale of its day, a meal, a purchase with its receipt; take it away again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pghistory
from django.db import transaction
from django.utils import timezone

from billing.charges import receipts, recording
from billing.models import Expense, ExpenseKind, ExpenseScale, ExpenseState
from employees.models import Assignment
from groupement.kernel.french import NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import cents, spell, spell_plain
from groupement.kernel.templatetags.formats import long_date
from members import filing
from members.models import User

LONGEST_TRIP = Decimal(2000)
LARGEST_AMOUNT = Decimal(100_000)


class ExpenseNotClaimable(Refusal):
    """The expense cannot be taken as it was put."""


class ExpenseNotWithdrawable(Refusal):
    """The expense stands on something that is not undone here."""


@dataclass(frozen=True)
class ExpenseClaim:
    """What somebody spent: ``kilometres`` of a trip, else an ``amount``; ``receipt`` is the bytes of the file."""

    kind: str
    spent_on: date
    label: str
    kilometres: Decimal | None = None
    amount: Decimal | None = None
    receipt: bytes | None = None


@transaction.atomic
def claim(
    assignment: Assignment, wanted: ExpenseClaim, *, is_confirmed: bool = True, by: User, at: datetime
) -> Expense:
    """Write ``wanted`` down for ``assignment``; it waits for finance.

    A trip is worth its kilometres × the scale in force that day. A meal without an amount is worth its scale, and never
    more than it. A purchase has its receipt. Not ``is_confirmed``, it asks first when the same amount of that place and
    day is written down already. Raises ExpenseNotClaimable and BadReceipt, naming the field.
    """
    _refuse_day(assignment, wanted.spent_on, timezone.localdate(at))
    if not wanted.label.strip():
        raise ExpenseNotClaimable("Dites en quelques mots pourquoi cette dépense.", field="label")
    kilometres, rate, amount = _amounts(wanted)
    if wanted.kind == ExpenseKind.PURCHASE and not wanted.receipt:
        raise ExpenseNotClaimable("Un achat demande son justificatif en PDF, JPEG ou PNG.", field="receipt")
    if not is_confirmed:
        _refuse_same(assignment, amount, wanted.spent_on)
    receipt = receipts.keep(wanted.receipt, by=by, at=at) if wanted.receipt else None
    return Expense.objects.create(
        assignment=assignment,
        employee=assignment.employee,
        kind=wanted.kind,
        spent_on=wanted.spent_on,
        label=wanted.label.strip()[:120],
        kilometres=kilometres,
        rate=rate,
        amount=amount,
        receipt=receipt,
        recorded_by=by,
        recorded_at=at,
    )


@transaction.atomic
def withdraw(expense: Expense, *, by: User, at: datetime) -> None:
    """Take an expense away with its receipt, and the sum that it became as long as no invoice holds it.

    Its own person does so while nobody has decided; finance at any time before the invoice. Raises
    ExpenseNotWithdrawable.
    """
    row: Expense = still_there(Expense.objects.select_for_update(of=("self",)), expense.pk)
    if row.state in (ExpenseState.ACCEPTED, ExpenseState.INVOICED):
        if not by.is_finance:
            raise ExpenseNotWithdrawable(
                f"Cette dépense est acceptée{NO_BREAK_SPACE}: demandez aux finances de la retirer."
            )
        release(row, by=by, at=at)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        row.delete()
    if row.receipt is not None:
        filing.purge(row.receipt, at=at)


def release(row: Expense, *, by: User, at: datetime) -> None:
    """Take the charge off an accepted expense, whose row is locked; the journal keeps it.

    Raises ExpenseNotWithdrawable, also for what is funded.
    """
    funded = row.funded.select_related("line").order_by("pk").first()
    if funded is not None:
        raise ExpenseNotWithdrawable(
            f"Cette dépense est affectée au financement {funded.line.code}{NO_BREAK_SPACE}: retirez d’abord "
            "l’affectation."
        )
    charge = row.charge
    if charge is None:
        return
    recording.lock_withdrawable(charge)  # before the expense lets go of it
    row.charge = None
    with pghistory.context(user=by.pk, at=at.isoformat()):
        row.save(update_fields=["charge"])
    recording.withdraw_charge(charge, by=by, at=at)


def _refuse_same(assignment: Assignment, amount: Decimal, day: date) -> None:
    """Ask whether it is another expense, when one of that amount, place and day stands."""
    # Two at once: the second reads what the first wrote.
    still_there(Assignment.objects.select_for_update(no_key=True), assignment.pk)
    same = Expense.objects.filter(assignment=assignment, spent_on=day, amount=amount, refused_at=None)
    if (found := same.order_by("pk").first()) is not None:
        raise ExpenseNotClaimable(
            f"Une dépense de {spell(amount)} du {long_date(day)} est déjà enregistrée{NO_BREAK_SPACE}: "
            f"{quoted(found.label)}. Est-ce une autre{NO_BREAK_SPACE}? Alors cochez la case, puis enregistrez.",
            field="is_confirmed",
        )


def _refuse_day(assignment: Assignment, day: date, today: date) -> None:
    if day > today:
        raise ExpenseNotClaimable(
            f"Le {long_date(day)} n’est pas encore passé. Une dépense se saisit une fois faite.",
            field="spent_on",
        )
    if not assignment.covers(day):
        last = assignment.last_day
        until = f" au {long_date(last)}" if last else ""
        raise ExpenseNotClaimable(
            f"La mise à disposition {assignment.reference} va du {long_date(assignment.starts_on)}"
            f"{until or ' jusqu’à nouvel ordre'}{NO_BREAK_SPACE}: elle ne couvre pas le {long_date(day)}.",
            field="spent_on",
        )


def _amounts(wanted: ExpenseClaim) -> tuple[Decimal | None, Decimal | None, Decimal]:
    """Kilometres, rate and amount as the row keeps them."""
    if wanted.kind == ExpenseKind.TRAVEL:
        return _trip(wanted)
    if wanted.kilometres is not None:
        raise ExpenseNotClaimable("Les kilomètres vont avec un déplacement. Effacez-les.", field="kilometres")
    amount = _meal(wanted) if wanted.kind == ExpenseKind.MEAL else wanted.amount
    if amount is None or amount <= 0:
        raise ExpenseNotClaimable("Indiquez le montant payé, supérieur à zéro.", field="amount")
    if amount > LARGEST_AMOUNT:
        raise ExpenseNotClaimable(f"{spell(amount)}, c’est trop pour une dépense. Vérifiez.", field="amount")
    return None, None, amount


def _trip(wanted: ExpenseClaim) -> tuple[Decimal, Decimal, Decimal]:
    if wanted.amount is not None:
        raise ExpenseNotClaimable(
            "Le montant d’un déplacement se calcule d’après les kilomètres. Effacez-le.", field="amount"
        )
    if wanted.kilometres is None or wanted.kilometres <= 0:
        raise ExpenseNotClaimable("Indiquez les kilomètres parcourus, supérieurs à zéro.", field="kilometres")
    if wanted.kilometres > LONGEST_TRIP:
        raise ExpenseNotClaimable(
            f"Plus de 2{NO_BREAK_SPACE}000{NO_BREAK_SPACE}km pour un déplacement. Vérifiez.",
            field="kilometres",
        )
    scale = scale_on(ExpenseKind.TRAVEL, wanted.spent_on)
    if scale is None:
        raise ExpenseNotClaimable(
            f"Aucun barème kilométrique n’est en vigueur le {long_date(wanted.spent_on)}. Demandez à "
            "l’administration de l’enregistrer.",
            field="spent_on",
        )
    amount = trip_amount(wanted.kilometres, scale.rate)
    if amount <= 0:
        raise ExpenseNotClaimable(
            f"À {spell_rate(scale.rate)} le km, ce trajet ne vaut pas un centime.", field="kilometres"
        )
    return wanted.kilometres, scale.rate, amount


def _meal(wanted: ExpenseClaim) -> Decimal | None:
    """The amount paid, at most the scale of the day if there is one; nothing typed is the scale itself."""
    scale = scale_on(ExpenseKind.MEAL, wanted.spent_on)
    if scale is None:
        return wanted.amount
    worth = trip_amount(Decimal(1), scale.rate)
    if wanted.amount is None:
        return worth
    if wanted.amount > worth:
        raise ExpenseNotClaimable(
            f"Le barème du {long_date(wanted.spent_on)} rembourse un repas jusqu’à {spell(worth)}. Ne saisissez "
            "pas davantage.",
            field="amount",
        )
    return wanted.amount


def scale_on(kind: str, day: date) -> ExpenseScale | None:
    """The scale of ``kind`` in force on ``day``."""
    rows = ExpenseScale.objects.on(day).filter(kind=kind)
    found: ExpenseScale | None = rows.order_by("-starts_on", "pk").first()
    return found


def scales_on(day: date) -> list[ExpenseScale]:
    """All scales in force on ``day``: kilometres first, then meals; one query."""
    order = list(ExpenseKind)
    rows = ExpenseScale.objects.on(day).order_by("kind", "pk")
    return sorted(rows, key=lambda row: order.index(ExpenseKind(row.kind)))


def trip_amount(kilometres: Decimal, rate: Decimal) -> Decimal:
    """Kilometres × euros a kilometre, rounded once to the cent."""
    return cents(kilometres * rate)


def spell_kilometres(kilometres: Decimal) -> str:
    """ "42,5 km", "42 km" """
    return f"{spell_plain(kilometres).rstrip('0').removesuffix(',')}{NO_BREAK_SPACE}km"


def spell_rate(rate: Decimal) -> str:
    """ "0,529 €" a kilometre, with every decimal that counts."""
    return f"{spell_plain(rate)}{NO_BREAK_SPACE}€"
