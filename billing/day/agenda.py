"""What awaits finance today, each with its sum and one action, the most pressing first; and how the month stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
)
from django.db.models.functions import JSONObject
from django.urls import reverse

from billing.accounts.receivables import unsettled, unused_credits
from billing.models import (
    BankOperation,
    BankStatement,
    BillingRun,
    EmployerCost,
    Expense,
    ExpenseState,
    Invoice,
    InvoiceStatus,
    OperationStatus,
    Proof,
    RunStatus,
    Settlement,
)
from billing.month import overview
from billing.month.overview import Readiness
from employees.models import Assignment, Employee
from groupement.kernel.french import NO_BREAK_SPACE, counted, enumeration
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from members.models import Group, Member
from timesheets.models import Timesheet

MOST_NAMED = 3


@dataclass(frozen=True)
class Task:
    """One thing to do: ``sum`` in euros, ``badge`` how pressing it is, ``action`` and ``url`` lead to it.

    Without ``url`` there is nothing to do: ``title`` names the kind and ``note`` says so.
    """

    title: str
    note: str = ""
    sum: Decimal | None = None
    badge: str = ""
    action: str = ""
    url: str = ""

    @property
    def is_done(self) -> bool:
        return not self.url


@dataclass
class Balance:
    """What a member owes and what of it is late, euros."""

    member: Member
    due: Decimal = ZERO
    overdue: Decimal = ZERO


@dataclass(frozen=True)
class MonthAtWork:
    """The month that is being closed: its hours, its costs and its run."""

    month: Month
    readiness: Readiness
    run: BillingRun | None

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        """(title, note, "done", "here" or "next"): hours, costs, invoices."""
        ready, run = self.readiness, self.run
        drafted = run is not None and run.status == RunStatus.DRAFTED
        done = (
            bool(ready.sheets) and ready.approved == ready.sheets,
            bool(ready.people) and not ready.uncosted,
            run is not None and run.status == RunStatus.ISSUED,
        )
        notes = (
            f"{ready.approved} sur {counted(ready.sheets, 'relevé approuvé', 'relevés approuvés')}",
            f"{ready.costed} sur {counted(ready.people, 'coût connu', 'coûts connus')}",
            "émises" if done[2] else "brouillons faits" if drafted else "à venir",
        )
        here = next((rank for rank, is_done in enumerate(done) if not is_done), len(done))
        states = [
            "done" if is_done else "here" if rank == here else "next" for rank, is_done in enumerate(done)
        ]
        return list(zip(("Heures", "Paie et coûts", "Factures"), notes, states, strict=True))


@dataclass
class Agenda:
    """The day of finance: what is to do first, what is done already after it; balances by name; the month."""

    tasks: Sequence[Task]
    balances: Sequence[Balance]
    work: MonthAtWork
    bank: BankStatement | None
    due: Decimal = ZERO
    overdue: Decimal = ZERO
    proof: Proof | None = None
    to_do: Sequence[Task] = field(init=False)

    def __post_init__(self) -> None:
        self.to_do = [task for task in self.tasks if not task.is_done]
        self.tasks = [*self.to_do, *(task for task in self.tasks if task.is_done)]


def agenda(on: date) -> Agenda:
    """What awaits on a day; in a fixed number of queries."""
    owed = list(unsettled().select_related("member").defer("snapshot").order_by("due_on", "sequence", "pk"))
    work = _month_at_work(on)
    last = Proof.objects.order_by("-at", "-pk").values(
        whole=JSONObject(at="at", counts="counts", findings="findings")
    )
    limit, proof = Group.objects.values_list("write_off_limit", Subquery(last[:1])).get()
    tasks = [
        *_overdue(owed, limit, on),
        _bank(),
        _drafts(),
        *_costs(work, on),
        _expenses(on),
        _credits(),
    ]
    balances = _balances(owed, on)
    due, overdue = (sum((getattr(row, name) for row in balances), ZERO) for name in ("due", "overdue"))
    return Agenda(tasks, balances, work, _latest_balance(), due, overdue, proof=_proof(proof))


def _proof(whole: dict[str, Any] | None) -> Proof | None:
    """The last proof, as it came along with another query."""
    return Proof(**{**whole, "at": datetime.fromisoformat(whole["at"])}) if whole else None


def _overdue(owed: Iterable[Any], limit: Decimal, on: date) -> Iterator[Task]:
    late = [row for row in owed if row.due_on < on]
    small = [row for row in late if row.due < row.total and row.due <= limit]
    real = [row for row in late if row not in small]
    if not real:
        yield Task("Factures échues", "Aucune facture n’est échue.")
    else:
        title = f"Relancer {counted(len(real), 'facture échue', 'factures échues')}"
        days = counted((on - real[0].due_on).days, "jour")
        note = enumeration(
            (f"{row.member} ({row.number}, {spell(row.due)})" for row in real), at_most=MOST_NAMED
        )
        yield Task(title, f"{note}.", _total(real), days, "Lire les relances", reverse("billing:reminders"))
    if small:
        title = f"Abandonner {counted(len(small), 'reste minime', 'restes minimes')}"
        note = enumeration((f"{row.member} {row.number}" for row in small), at_most=MOST_NAMED)
        first = reverse("billing:invoice", args=[small[0].pk])
        yield Task(title, f"{note}.", _total(small), action="Voir le reste", url=f"{first}#reglement")


def _total(rows: Iterable[Any]) -> Decimal:
    return sum((row.due for row in rows), ZERO)


def _bank() -> Task:
    rows = BankOperation.objects.filter(status=OperationStatus.OPEN).order_by("-amount", "pk")
    waiting = list(rows.values_list("amount", "counterparty", "label"))
    if not waiting:
        return Task("Banque", "Aucune opération n’attend.")
    came = sum((amount for amount, *_ in waiting if amount > 0), ZERO)
    named = (payer or label for _, payer, label in waiting)
    return Task(
        f"Rapprocher {counted(len(waiting), 'opération')} de banque",
        f"{enumeration(named, at_most=MOST_NAMED)}.",
        came or None,
        action="Ouvrir la banque",
        url=reverse("billing:bank"),
    )


def _drafts() -> Task:
    drafts = Invoice.objects.filter(status=InvoiceStatus.DRAFT, run__isnull=False).order_by("run__month")
    months = list(drafts.values_list("run__month").annotate(count=Count("pk"), sum=Sum("total")))
    if not months:
        return Task("Brouillons", "Aucun brouillon n’attend.")
    count, total = sum(row[1] for row in months), sum((row[2] for row in months), ZERO)
    return Task(
        f"Relire et émettre {counted(count, 'brouillon')}",
        f"{enumeration(month.label.capitalize() for month, *_ in months)}.",
        total,
        action="Ouvrir le mois",
        url=reverse("billing:run", args=[months[0][0]]),
    )


def _costs(work: MonthAtWork, on: date) -> Iterator[Task]:
    """Of the month that is over: who has no cost, estimates that wait for the real one; then costs that came late."""
    month = work.month
    here = f"{reverse('billing:costs')}?mois={month}"
    costs = EmployerCost.objects.filter(month=month)
    at_work = Q(pk__in=Assignment.objects.during(month).values("employee"))
    at_work |= Q(pk__in=Timesheet.objects.filter(month=month).values("employee"))
    missing = Employee.objects.filter(at_work, ~Exists(costs.filter(employee=OuterRef("pk"))))
    without = [person.full_name for person in missing.by_name()] if month.before <= on else []
    noted = _estimated_or_late(month)
    guessed = {row["employee"]: ZERO for row in noted if row["is_estimate"] and row["month"] == month}
    for row in noted:
        if row["is_estimate"] and row["month"] == month:
            guessed[row["employee"]] += row["sum"]
    if without:
        title = f"Saisir le coût de {counted(len(without), 'personne')}"
        note = f"{month.label.capitalize()}{NO_BREAK_SPACE}: {enumeration(without, at_most=MOST_NAMED)}."
        yield Task(title, note, action="Saisir les coûts", url=here)
    if guessed:
        title = f"Remplacer {counted(len(guessed), 'coût estimé', 'coûts estimés')}"
        note = f"{month.label.capitalize()} attend la paie."
        yield Task(title, note, sum(guessed.values(), ZERO), action="Importer la paie", url=here)
    if not without and not guessed:
        yield Task("Coûts", f"Rien ne manque pour {month.label}.")
    yield from _late_costs([row for row in noted if row["is_late"]])


def _estimated_or_late(month: Month) -> list[dict[str, Any]]:
    """Estimates of ``month``, and what came of any month after its issue and no run counts; one query."""
    issued = BillingRun.objects.filter(status=RunStatus.ISSUED, supplement=0, month=OuterRef("month"))
    settled = Settlement.objects.filter(
        ~Q(employer_cost=0), employee=OuterRef("employee"), month=OuterRef("month")
    )
    rows = EmployerCost.objects.annotate(
        is_late=ExpressionWrapper(Exists(issued) & ~Exists(settled), output_field=BooleanField()),
        first=F("employee__first_name"),
        last=F("employee__last_name"),
    ).filter(Q(month=month, is_estimate=True) | Q(is_late=True))
    names = ("employee", "month", "is_estimate", "is_late", "first", "last")
    return list(
        rows.values(*names).annotate(sum=Sum("amount")).order_by("month", "last", "first", "employee")
    )


def _late_costs(rows: Iterable[Mapping[str, Any]]) -> Iterator[Task]:
    """Costs that came after their month was issued: a supplement takes them."""
    sums: dict[tuple[int, Month], Decimal] = {}
    people: dict[tuple[int, Month], str] = {}
    for row in rows:
        key = row["employee"], row["month"]
        sums[key] = sums.get(key, ZERO) + row["sum"]
        people[key] = f"{row['first']} {row['last']} ({row['month'].label})"
    late = [key for key, total in sums.items() if total]
    if late:
        yield Task(
            f"Compter {counted(len(late), 'coût arrivé après l’émission', 'coûts arrivés après l’émission')}",
            f"{enumeration((people[key] for key in late), at_most=MOST_NAMED)}. Un complément du mois le prend.",
            sum((sums[key] for key in late), ZERO),
            action="Ouvrir le mois",
            url=reverse("billing:run", args=[late[0][1]]),
        )


def _expenses(on: date) -> Task:
    waiting = Expense.objects.in_state(ExpenseState.WAITING)
    people = waiting.values_list("employee__first_name", "employee__last_name").annotate(
        count=Count("pk"), sum=Sum("amount"), first=Min("recorded_at")
    )
    rows = list(people.order_by("first", "employee"))
    if not rows:
        return Task("Notes de frais", "Aucune n’attend de réponse.")
    count, oldest = sum(row[2] for row in rows), rows[0][4].date()
    named = enumeration(
        (f"{first} {last} ({number})" for first, last, number, *_ in rows), at_most=MOST_NAMED
    )
    since = "aujourd’hui" if oldest >= on else f"le {long_date(oldest)}"
    return Task(
        f"Répondre à {counted(count, 'note')} de frais",
        f"{named}. La plus ancienne attend depuis {since}.",
        sum((row[3] for row in rows), ZERO),
        action="Voir les notes",
        url=reverse("billing:expenses"),
    )


def _credits() -> Task:
    unused = unused_credits()
    if not unused:
        return Task("Crédits", "Aucun règlement ni avoir ne reste à utiliser.")
    members = Member.objects.filter(pk__in=unused).by_name()
    return Task(
        "Imputer ou rembourser ce qui reste en crédit",
        f"{enumeration((f'{each} ({spell(unused[each.pk])})' for each in members), at_most=MOST_NAMED)}.",
        sum(unused.values(), ZERO),
        action="Voir les comptes",
        url=reverse("billing:ageing"),
    )


def _balances(owed: Iterable[Any], on: date) -> list[Balance]:
    rows: dict[int, Balance] = {}
    for invoice in owed:
        row = rows.setdefault(invoice.member_id, Balance(invoice.member))
        row.due += invoice.due
        row.overdue += invoice.due if invoice.due_on < on else ZERO
    return sorted(rows.values(), key=lambda row: (-row.overdue, -row.due, row.member.short_name))


def _month_at_work(on: date) -> MonthAtWork:
    """Last month until its invoices are issued, then this one."""
    this = Month.of(on)
    runs = {
        run.month: run for run in BillingRun.objects.filter(month__in=[this.previous, this]).order_by("pk")
    }
    last = runs.get(this.previous)
    month = this if last is not None and last.status == RunStatus.ISSUED else this.previous
    return MonthAtWork(month, overview.readiness(month), runs.get(month))


def _latest_balance() -> BankStatement | None:
    known = BankStatement.objects.filter(closing_balance__isnull=False, undone_at=None)
    return known.order_by("-ends_on", "-imported_at").first()
