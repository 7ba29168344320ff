"""A true-up as its page shows it: shares by member and person, documents, letters; and the list of true-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Lower

from billing.models import Invoice, InvoiceStatus, TrueUp, TrueUpKey, TrueUpShare
from billing.month.summing import with_credits
from groupement.kernel.money import ZERO, spell
from members.models import Member

if TYPE_CHECKING:
    from billing.month.summing import InvoiceWithCredits


@dataclass
class MemberShares:
    """One member's shares, person by person, with what was made of them once issued."""

    member: Member
    shares: list[TrueUpShare] = field(default_factory=list)
    documents: list[InvoiceWithCredits] = field(default_factory=list)
    letter: int | None = None

    @property
    def credited(self) -> Decimal:
        """What credit notes took back of its documents since, without VAT."""
        return sum((document.credited_net for document in self.documents), ZERO)

    @property
    def minutes(self) -> int:
        return sum(share.minutes for share in self.shares)

    @property
    def actual(self) -> Decimal:
        return sum((share.actual for share in self.shares), ZERO)

    @property
    def invoiced(self) -> Decimal:
        return sum((share.invoiced for share in self.shares), ZERO)

    @property
    def amount(self) -> Decimal:
        return sum((share.amount for share in self.shares), ZERO)


@dataclass(frozen=True)
class SummaryLine:
    """One step from the cost to the difference, in euros without VAT, below zero for what is taken off."""

    label: str
    amount: Decimal
    sign: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class TrueUpSummary:
    """A true-up with its sums, in euros without VAT; ``to_reserve`` stays with the reserve, ``moved`` is its entry.

    ``everybody`` is the actual cost with management of all members, those that are not settled among them;
    ``given_up`` the cost of hours that were credited for good.
    """

    members: Sequence[MemberShares]
    keys: Sequence[str]
    cost: Decimal
    to_reserve: Decimal
    moved: Decimal
    remarks: Sequence[str]
    everybody: Decimal = ZERO
    given_up: Decimal = ZERO

    @property
    def lines(self) -> list[SummaryLine]:
        """From the cost of these people to the difference; each sum is that of the lines above it."""
        management = self.everybody - self.cost + self.to_reserve + self.given_up
        others = self.actual - self.everybody
        found = [
            SummaryLine("Coût employeur", self.cost),
            SummaryLine("Reste à la réserve", 0 - self.to_reserve, "−"),
            SummaryLine("Heures créditées pour de bon, que la réserve porte", 0 - self.given_up, "−"),
            SummaryLine("Frais de gestion", management, "+"),
            SummaryLine("Part d’adhérents qui ne sont pas régularisés", others, "−"),
            SummaryLine("Part réelle, gestion comprise", self.actual, "=", is_sum=True),
            SummaryLine("Déjà facturé", 0 - self.invoiced, "−"),
            SummaryLine("Différence HT", self.amount, "=", is_sum=True),
        ]
        if self.credited:
            found.append(SummaryLine("Avoirs émis depuis", 0 - self.credited, "−"))
            found.append(SummaryLine("Différence HT, avoirs déduits", self.amount_now, "=", is_sum=True))
        return [line for line in found if line.amount or line.is_sum]

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.members)

    @property
    def actual(self) -> Decimal:
        return sum((row.actual for row in self.members), ZERO)

    @property
    def invoiced(self) -> Decimal:
        return sum((row.invoiced for row in self.members), ZERO)

    @property
    def amount(self) -> Decimal:
        return sum((row.amount for row in self.members), ZERO)

    @property
    def credited(self) -> Decimal:
        """What credit notes took back of its invoices since, without VAT."""
        return sum((row.credited for row in self.members), ZERO)

    @property
    def amount_now(self) -> Decimal:
        return self.amount - self.credited

    @property
    def sentence(self) -> str:
        """Who gives what to whom: "La réserve reçoit 692,17 €." """
        if not self.moved:
            return "La réserve ne reçoit ni ne verse rien."
        return f"La réserve {'reçoit' if self.moved > 0 else 'verse'} {spell(abs(self.moved))}."

    @property
    def owed(self) -> Sequence[MemberShares]:
        return [row for row in self.members if row.amount > 0]

    @property
    def due_back(self) -> Sequence[MemberShares]:
        return [row for row in self.members if row.amount < 0]

    @property
    def papers_waiting(self) -> int:
        """How many documents have no PDF yet."""
        return sum(document.paper_state != "ready" for row in self.members for document in row.documents)


def summary(true_up: TrueUp) -> TrueUpSummary:
    """Shares by member's and person's name, documents by number. Three queries."""
    rows: dict[int, MemberShares] = {}
    shares = true_up.shares.select_related("employee", "member").order_by(
        Lower("member__short_name__unaccent"),
        "member",
        Lower("employee__last_name__unaccent"),
        Lower("employee__first_name__unaccent"),
        "pk",
    )
    for share in shares:
        rows.setdefault(share.member_id, MemberShares(share.member)).shares.append(share)
    documents = (
        with_credits(true_up.invoices.all())
        .select_related("document", "rendering")
        .order_by("sequence", "pk")
    )
    for document in documents:
        rows[document.member_id].documents.append(document)
    figures: dict[str, Any] = true_up.figures
    for member, letter in figures.get("letters", {}).items():
        rows[int(member)].letter = letter
    return TrueUpSummary(
        list(rows.values()),
        list(dict.fromkeys(str(TrueUpKey(key).label) for key in figures.get("keys", {}).values())),
        Decimal(figures.get("cost", "0")),
        Decimal(figures.get("kept", "0")),
        Decimal(figures.get("reserve_before", "0")) - Decimal(figures.get("reserve_after", "0")),
        figures.get("remarks", []),
        Decimal(figures.get("actual", "0")),
        Decimal(figures.get("given_up", "0")),
    )


def letter_of(invoice: Invoice) -> int | None:
    """The letter that went with a true-up’s document, by id; None for what is no true-up. No query without one."""
    if invoice.true_up is None:
        return None
    letter: int | None = invoice.true_up.figures.get("letters", {}).get(str(invoice.member_id))
    return letter


def all_true_ups() -> QuerySet[TrueUp]:
    """Every true-up, the last period first, with what it comes to now, less credit notes, and for how many members."""
    total = (
        TrueUpShare.objects.filter(true_up=OuterRef("pk"))
        .order_by()
        .values("true_up")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    notes = Invoice.objects.filter(corrects__true_up=OuterRef("pk"), status=InvoiceStatus.ISSUED)
    credited = notes.order_by().values("corrects__true_up").annotate(total=Sum("net")).values("total")
    money = DecimalField(max_digits=12, decimal_places=2)
    return TrueUp.objects.annotate(
        credited=Coalesce(Subquery(credited), ZERO, output_field=money),
        amount=Coalesce(Subquery(total), ZERO, output_field=money) - F("credited"),
        members=Count("shares__member", distinct=True),
    ).order_by("-last_month", "-pk")
