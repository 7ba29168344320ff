"""A month by its pages: closed, credited, completed with a late cost, trued up and paid.

At each step what every page prints, what the papers say and what the database holds are compared: they are one sum.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.urls import reverse
from pypdf import PdfReader

from billing import tasks
from billing.accounts import receivables
from billing.accounts.statement_of_account import account_position
from billing.documents import rendering
from billing.liability import reserve
from billing.models import (
    Allocation,
    Charge,
    Document,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Line,
    Payment,
    Settlement,
)
from billing.proving.proof import prove
from groupement.kernel.money import spell_plain
from members.models import Member
from tests import world
from tests.billing import printed
from tests.billing.printed import ZERO, facts, named
from tests.journeys.visiting import Visitor
from tests.world import OCTOBER

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 3)
RUN = f"/facturation/{OCTOBER}/"
COSTS = f"/facturation/couts/?mois={OCTOBER}"
HEAD = "matricule;nom;prénom;mois;brut;cotisations patronales\r\n"
MAELLE = HEAD + "M001;Kerbrat;Maëlle;2026-10;1700,00;646,33\r\n"
YOUENN = HEAD + "M002;Talec;Youenn;2026-10;1690,00;508,69\r\n"


# 41 h and 29 h at 26.40; 7 h of these given up; 2 198.69 by 33 and 50 h, with 6 % each; then 41 and 22 parts of seventy
# of 2 346.33, less what was paid.
DOCUMENTS = [
    "F-2026-0001 invoice Aloen 1082.40",
    "F-2026-0002 invoice Sonam 765.60",
    "F-2026-0003 credit_note Sonam 184.80",
    "F-2026-0004 invoice Aloen 926.63",
    "F-2026-0005 invoice Optim’ism 1403.98",
    "F-2026-0006 invoice Aloen 291.88",
    "F-2026-0007 invoice Sonam 156.62",
]


@pytest.fixture
def cast(files: Any) -> dict[str, Any]:
    """Maëlle by the hour at Aloen and Sonam, trued up; Youenn at cost at Aloen and Optim’ism, with fees."""
    world.group()
    aloen, sonam, optimism = (world.member(name) for name in ("Aloen", "Sonam", "Optim’ism"))
    world.attestation(sonam)
    maelle, youenn = world.employee("Maëlle", "Kerbrat"), world.employee("Youenn", "Talec")
    by_the_hour = {"hourly_price": Decimal("26.40"), "is_trued_up": True}
    at_cost = {"price_method": "actual", "management_rate": Decimal("6.00")}
    for host, hours in ((aloen, 41), (sonam, 29)):
        exempt = {"vat_regime": "E261B"} if host == sonam else {}
        world.timesheet(
            world.assignment(maelle, host, **by_the_hour, **exempt),
            world.hours(OCTOBER, hours),
            month=OCTOBER,
        )
    for host, hours in ((aloen, 33), (optimism, 50)):
        world.timesheet(world.assignment(youenn, host, **at_cost), world.hours(OCTOBER, hours), month=OCTOBER)
    for person in (maelle, youenn):
        world.timesheet(person, month=OCTOBER)
    return {"members": [aloen, optimism, sonam], "gael": world.finance()}


def test_a_month_closed_credited_completed_trued_up_and_paid(
    cast, clock, visit, sent, django_capture_on_commit_callbacks
):
    clock.set(TODAY)
    gael = visit(cast["gael"])
    paper_of.cache_clear()
    comparison = Comparison(gael, cast["members"], sent)
    steps = [
        ("trial", 0, lambda: (import_costs(gael, MAELLE), gael.open(RUN).press("Faire un essai"))),
        ("closed", 2, lambda: issue(gael)),
        ("credited", 3, lambda: credit_hours(gael)),
        ("a late cost", 3, lambda: import_costs(gael, YOUENN)),
        ("trial of the rest", 3, lambda: gael.open(RUN).press("Faire l’essai du complément")),
        ("completed", 5, lambda: issue(gael)),
        ("trued up", 7, lambda: true_up(gael)),
        ("paid", 7, lambda: [pay(gael, member) for member in cast["members"]]),
    ]
    for step, documents, act in steps:
        with django_capture_on_commit_callbacks(execute=True):
            act()
        comparison.at(step, documents=documents)
    assert comparison.wrong == {}
    documents = Invoice.objects.order_by("number").values_list("number", "kind", "member__short_name", "net")
    assert [f"{number} {kind} {name} {net}" for number, kind, name, net in documents] == DOCUMENTS
    # Seven of Maëlle’s seventy hours were given up: their part of her cost stays with the reserve.
    assert reserve.balance() == Decimal("-234.63")
    assert receivables.unsettled().count() == 0
    assert sum(receivables.unused_credits().values(), ZERO) == ZERO
    assert prove(at=world.at(TODAY)).findings == []


def issue(gael: Visitor) -> None:
    gael.open(f"{RUN}?confirmer=emission").press("Émettre")


class Comparison:
    """Reads every page and paper of finance after a step, and keeps what does not agree, by step and address."""

    def __init__(self, gael: Visitor, members: list[Member], sent: list[int]) -> None:
        self.gael, self.members, self.sent = gael, members, sent
        self.wrong: dict[str, list[str]] = {}

    def at(self, step: str, *, documents: int) -> None:
        """Compare; ``documents`` are the invoices and credit notes issued so far."""
        for pk in self.sent:
            tasks.render_invoice(pk)
        self.sent.clear()
        issued = list(Invoice.objects.filter(status=InvoiceStatus.ISSUED).order_by("pk"))
        self.keep(step, unequal(documents=(len(issued), documents)))
        texts = {address: self.read(address) for address in self.addresses(issued)}
        for address, text in texts.items():
            self.keep(f"{step}: {address}", printed.faults(text))
        for row in issued:
            self.keep(f"{step}: {row.number}", document_faults(row, texts[address_of(row)]))
        self.keep(f"{step}: database", database_faults())
        self.keep(f"{step}: pages", page_faults(texts, self.members))
        for member in self.members:
            self.keep(f"{step}: {member}", self.account_faults(member, texts))

    def keep(self, where: str, faults: Iterable[str]) -> None:
        if found := list(faults):
            self.wrong[where] = found

    def read(self, address: str) -> str:
        answer = self.gael.client.get(address)
        assert answer.status_code == 200, address
        return str(answer.content.decode())

    def addresses(self, issued: list[Invoice]) -> list[str]:
        pages = [RUN, "/facturation/", RESERVE, YEAR, INVOICES, COSTS, "/facturation/comptes/"]
        pages += [f"{RUN}?facture={row.pk}" for row in issued if row.run_id]
        pages += [reverse("billing:account", args=[member.pk]) for member in self.members]
        return [*pages, *map(address_of, issued)]

    def account_faults(self, member: Member, texts: dict[str, str]) -> list[str]:
        """The account on the page, on its statement and in the list is what documents and payments leave."""
        documents = Invoice.objects.filter(member=member, status=InvoiceStatus.ISSUED)
        owed = signed_sum(documents, "total") - total(Payment.objects.filter(member=member), "amount")
        position = account_position(member, on=TODAY)
        page = facts(texts[reverse("billing:account", args=[member.pk])])
        file = self.gael.client.get(reverse("billing:account_pdf", args=[member.pk]))
        paper = text_of(file.getvalue())
        return unequal(
            position=(position.due - position.credit, owed),
            due=(page["À régler"], position.due),
            on_paper=(spaceless(spell_plain(abs(owed))) in paper, True),
        )


RESERVE, YEAR, INVOICES = (reverse(f"billing:{name}") for name in ("reserve", "year", "invoices"))


def address_of(row: Invoice) -> str:
    return reverse("billing:invoice", args=[row.pk])


def unequal(**figures: tuple[Any, Any]) -> list[str]:
    """Names of two figures that should be one, with both."""
    return [f"{name}: {left} is not {right}" for name, (left, right) in figures.items() if left != right]


def total(rows: Any, name: str) -> Decimal:
    return rows.aggregate(sum=Sum(name))["sum"] or ZERO


def signed_sum(rows: Any, name: str) -> Decimal:
    """Invoices less credit notes, whose amounts are positive."""
    notes = rows.filter(kind=InvoiceKind.CREDIT_NOTE)
    return total(rows.exclude(kind=InvoiceKind.CREDIT_NOTE), name) - total(notes, name)


def document_faults(row: Invoice, page: str) -> list[str]:
    """Row, lines, copy, page and paper of a document say the same sums."""
    copied, shown = row.snapshot or {}, facts(page)
    paper = paper_of(row.pk)
    printed_sums = {
        name: spaceless(spell_plain(getattr(row, name))) in paper for name in ("net", "vat", "total")
    }
    return unequal(
        lines=(total(row.lines, "net"), row.net),
        total=(row.net + row.vat, row.total),
        copied=(
            [copied["net"], copied["vat_total"], copied["total"]],
            [str(row.net), str(row.vat), str(row.total)],
        ),
        page=([shown["Total HT"], shown["TVA"], shown["Total TTC"]], [row.net, row.vat, row.total]),
        paper=([name for name, is_there in printed_sums.items() if not is_there], []),
        number=(str(row.number) in paper, True),
    )


@lru_cache
def paper_of(invoice: int) -> str:
    """The words of its PDF, which never changes."""
    with rendering.open_document(Document.objects.get(invoice=invoice)) as file:
        return text_of(file.read())


def database_faults() -> list[str]:
    """Charges are lines, the reserve is what members paid less what the months cost, allocations are within both."""
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED)
    billed = Charge.objects.filter(line__invoice__in=issued)
    taken_back = Line.objects.filter(invoice__in=issued, credits__charge__kind__in=OF_WORK)
    for_work = total(billed.filter(kind__in=OF_WORK), "net") - total(taken_back, "net")
    trued_up = signed_sum(issued.filter(true_up__isnull=False), "net")
    cost = total(Settlement.objects.filter(run__status="issued"), "employer_cost")
    over = [str(row.number) for row in receivables.with_dues(issued) if row.due < ZERO or row.left < ZERO]
    return unequal(
        charges=(
            total(billed.filter(line__invoice__kind="invoice"), "net"),
            total(Line.objects.filter(invoice__in=issued.filter(kind="invoice")), "net"),
        ),
        reserve=(reserve.balance(), for_work + trued_up - cost),
        over=(over, []),
        allocated=(
            total(Allocation.objects.filter(payment__isnull=False), "amount")
            <= total(Payment.objects.all(), "amount"),
            True,
        ),
    )


OF_WORK = ("worked_hours", "minimum", "flat", "cost_share")


def page_faults(texts: dict[str, str], members: list[Member]) -> list[str]:
    """The lists, the month, the year and the reserve say what the database adds up to."""
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED)
    of_month = issued.filter(run__month=OCTOBER) | issued.filter(corrects__run__month=OCTOBER)
    if Invoice.objects.filter(status=InvoiceStatus.DRAFT).exists():
        return []
    ladder = named(texts[RUN], "Du coût")
    listed = named(texts["/facturation/"], "Clôture")
    balances = named(texts[RESERVE], "Mouvements").column("Solde") if reserve.balance() else [ZERO]
    return unequal(
        month=(ladder.column(ladder.titles[-1])[-1], signed_sum(of_month, "net")),
        months=(listed.column("HT")[0], signed_sum(of_month, "net")),
        months_total=(listed.column("TTC")[0], signed_sum(of_month, "total")),
        balance=(balances[0], reserve.balance()),
        year=(facts(texts[YEAR])["Solde"], reserve.balance()),
    )


def spaceless(text: str) -> str:
    """Without the spaces between thousands, of whatever kind."""
    return re.sub(r"[\s\u00a0\u202f]", "", text)


def text_of(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return spaceless(text)


def import_costs(gael: Visitor, text: str) -> None:
    file = SimpleUploadedFile("paie.csv", text.encode(), content_type="text/csv")
    gael.open(COSTS).press("Relire le fichier", {"month": str(OCTOBER), "file": file})
    gael.press("Importer la paie")


def credit_hours(gael: Visitor) -> None:
    """Seven of Sonam’s hours were counted twice: given up."""
    invoice = Invoice.objects.get(member__short_name="Sonam")
    entry = invoice.timesheets.get().timesheet.entries.order_by("day").first()
    gael.open(reverse("billing:credit", args=[invoice.pk]))
    choice = {"extent": "lines", f"day-{entry.pk}": "on", "fate": "voided", "reason": "Comptées deux fois"}
    gael.press("Voir l’avoir", choice)
    gael.press("Émettre")


def true_up(gael: Visitor) -> None:
    gael.open(f"/facturation/annee/regularisations/apercu/?du={OCTOBER}&au={OCTOBER}&reserve=garde")
    gael.press("Préparer")
    gael.press("Émettre la régularisation")


def pay(gael: Visitor, member: Member) -> None:
    """What the account says is due, first with the credits that it has."""
    gael.open(reverse("billing:account", args=[member.pk]))
    while gael.offers("Imputer"):
        gael.press("Imputer")
    due = account_position(member, on=TODAY).due
    if due:
        gael.open(f"/facturation/reglements/nouveau/?adherent={member.pk}&montant={due}")
        gael.press("Enregistrer", {"received_on": TODAY.isoformat(), "method": "transfer"})
