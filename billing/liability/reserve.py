"""The group's reserve: its ledger, made of entries and monthly closes, its balance, and the cap of its deduction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from billing.costs.carried_over import gross_pay
from billing.models import BillingRun, ReserveEntry, RunStatus, Settlement
from billing.month.summing import work_taken_back
from groupement.kernel.french import NO_BREAK_SPACE, quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, cents, spell
from members.models import Group, User

LARGEST = Decimal("99999999.99")
# CGI art. 214, 1, 8°: a group liable to corporate tax deducts what it sets aside, up to the higher of these a year.
CAP_PERCENT = Decimal("2")
CAP_AMOUNT = Decimal("10000.00")


class MovementNotRecordable(Refusal):
    """The movement lacks something, or is in the future."""


@dataclass(frozen=True)
class ReserveMovement:
    """One line of the ledger with the balance after it: of a close (``run``), a credit note, or an ``entry``."""

    on: date
    label: str
    amount: Decimal
    balance: Decimal
    run: BillingRun | None = None
    entry: ReserveEntry | None = None
    credit_note: int | None = None

    @property
    def sentence(self) -> str:
        """Who gave what to whom: "La réserve a versé 692,17 €." """
        return f"La réserve a {'reçu' if self.amount > 0 else 'versé'} {spell(abs(self.amount))}."


@dataclass(frozen=True)
class DeductionCap:
    """What the tax law lets a group deduct in a year, beside what was set aside in it. For information."""

    year: int
    gross: Decimal
    set_aside: Decimal

    @property
    def percent_of_gross(self) -> Decimal:
        return cents(self.gross * CAP_PERCENT / 100)

    @property
    def amount(self) -> Decimal:
        return max(self.percent_of_gross, CAP_AMOUNT)


def balance() -> Decimal:
    """The balance of the reserve in euros: entries, less what issued closes and credit notes left for it to bear.

    A close settles employer cost = charged + reserve: what stays above zero there is a use of the reserve, what is
    below zero (a price above cost) feeds it. What a credit note takes back of it no member pays: given up for good, the
    reserve bears it; billed again, a later close brings it back. What a true-up moves is an entry.
    """
    entries = ReserveEntry.objects.aggregate(total=Sum("amount"))["total"] or ZERO
    borne = Settlement.objects.filter(run__status=RunStatus.ISSUED).aggregate(total=Sum("reserve"))["total"]
    taken_back = work_taken_back().aggregate(total=Sum("net"))["total"]
    return Decimal(entries) - (borne or ZERO) - (taken_back or ZERO)


def ledger() -> Sequence[ReserveMovement]:
    """Every movement, the last first: a line an entry, a close, a credit note. Three queries."""
    runs = BillingRun.objects.filter(status=RunStatus.ISSUED).annotate(borne=Sum("settlements__reserve"))
    rows: list[tuple[date, int, dict[str, Any]]] = [
        (run.month.last, 0, {"label": run.label, "amount": -run.borne, "run": run})
        for run in runs.exclude(borne=0).exclude(borne=None).order_by("month", "supplement")
    ]
    rows.extend((note["on"], 1, _movement_of_note(note)) for note in _credit_notes())
    rows.extend(
        (entry.booked_on, 2, {"label": entry.label, "amount": entry.amount, "entry": entry})
        for entry in ReserveEntry.objects.select_related("noted_by").order_by("booked_on", "pk")
    )
    rows.sort(key=lambda row: row[:2])
    found, total = [], ZERO
    for on, _, movement in rows:
        total += movement["amount"]
        found.append(ReserveMovement(on=on, balance=total, **movement))
    return found[::-1]


def _credit_notes() -> Iterable[Mapping[str, Any]]:
    """What each credit note took back of issued closes, by day; one query."""
    found: Any = (
        work_taken_back()
        .values(
            note=F("invoice"),
            number=F("invoice__number"),
            on=F("invoice__issued_on"),
            of=F("invoice__corrects__number"),
            member=F("invoice__member__short_name"),
        )
        .annotate(total=Sum("net"))
        .order_by("on", "note")
    )
    return cast("Iterable[dict[str, Any]]", found)


def _movement_of_note(note: Mapping[str, Any]) -> dict[str, Any]:
    label = f"Avoir {note['number']} sur {note['of']}, {note['member']}"
    return {"label": label, "amount": 0 - note["total"], "credit_note": note["note"]}


@transaction.atomic
def record_movement(
    *,
    booked_on: date,
    amount: Decimal,
    label: str,
    is_confirmed: bool = True,
    by: User | None,
    at: datetime,
) -> ReserveEntry:
    """Record a movement that no close makes: an opening balance, a sum set aside, a use.

    Not ``is_confirmed``, it asks first when the same amount of that day is noted already. Raises MovementNotRecordable.
    """
    if booked_on > timezone.localdate(at):
        raise MovementNotRecordable(
            f"Un mouvement à venir n’est pas noté d’avance{NO_BREAK_SPACE}: choisissez une date passée.",
            field="booked_on",
        )
    if not amount:
        raise MovementNotRecordable("Indiquez un montant, négatif pour une sortie.", field="amount")
    if abs(amount) > LARGEST:
        raise MovementNotRecordable("Ce montant est trop grand. Vérifiez-le.", field="amount")
    if not label.strip():
        raise MovementNotRecordable("Indiquez ce qui fait ce mouvement.", field="label")
    if not is_confirmed:
        _refuse_same(booked_on, amount)
    return ReserveEntry.objects.create(
        booked_on=booked_on, amount=amount, label=label.strip()[:160], noted_by=by, noted_at=at
    )


def _refuse_same(booked_on: date, amount: Decimal) -> None:
    """Ask whether it is another movement, when one of that amount and day stands."""
    # Two at once: the second reads what the first wrote.
    Group.objects.select_for_update(no_key=True).order_by("pk").first()
    same = ReserveEntry.objects.filter(booked_on=booked_on, amount=amount)
    if (found := same.order_by("pk").first()) is not None:
        raise MovementNotRecordable(
            f"Un mouvement de {spell(amount)} du {booked_on:%d/%m/%Y} est déjà noté{NO_BREAK_SPACE}: "
            f"{quoted(found.label)}. Est-ce un autre{NO_BREAK_SPACE}? Alors cochez la case, puis notez-le.",
            field="is_confirmed",
        )


def deduction_cap(year: int) -> DeductionCap:
    """The year's gross pay, as the payroll said at last, and what was set aside in it. Three queries."""
    entries = ReserveEntry.objects.filter(booked_on__year=year, amount__gt=0).aggregate(
        total=Sum(F("amount"))
    )
    return DeductionCap(year, sum(gross_pay(year).values(), ZERO), entries["total"] or ZERO)
