"""Credit and replace: one act credits an invoice, puts its price right and drafts the month again."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from billing.credit_notes import remaining, replacing
from billing.credit_notes.replacing import CorrectedPrice, credit_and_replace
from billing.models import Charge, Invoice, InvoiceStatus
from billing.month import issuing
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing.credit_notes.issued import at_end_of, bill, of_sums, placed, worked
from tests.markup import flat
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db

REASON = "Prix convenu de 20,00 €, facturé 26,40 €"


@pytest.fixture
def gael():
    world.group()
    return world.finance()


def replace(of, gael, *, price, regime="S20", **facts):
    (invoiced,) = replacing.invoiced_prices_of(of)
    prices = {invoiced.terms.pk: CorrectedPrice(Decimal(price), regime)}
    return credit_and_replace(of, prices=prices, **{"reason": REASON, "by": gael, "at": NOW, **facts})


def lines_of(draft):
    return [
        (str(row.quantity), str(row.unit_price), str(row.net), row.vat_regime) for row in draft.lines.all()
    ]


def test_hours_are_credited_and_drafted_again_at_the_price_that_is_right(gael):
    """14 h at 26.40 are 369.60 and 443.52 with VAT; at 20.00 they are 280.00 and 336.00."""
    assignment = placed("26.40")
    worked(assignment, {2: 420, 3: 420})
    of = bill()
    assert (of.net, of.total) == (Decimal("369.60"), Decimal("443.52"))
    done = replace(of, gael, price="20.00")
    assert (done.note.net, done.note.total, done.note.corrects) == (of.net, of.total, of)
    assert (done.draft.status, done.draft.net, done.draft.total) == (
        "draft",
        Decimal("280.00"),
        Decimal("336.00"),
    )
    assert lines_of(done.draft) == [("14.00", "20.00", "280.00", "S20")]
    issuing.issue(done.draft, by=gael, at=NOW)
    numbers = Invoice.objects.order_by("sequence").values_list("number", flat=True)
    assert list(numbers) == ["F-2026-0001", "F-2026-0002", "F-2026-0003"]
    rows = assignment.terms.order_by("starts_on").values_list("starts_on", "ends_before", "hourly_price")
    # What was agreed before the month of the invoice stays as it was.
    assert list(rows) == [
        (world.YEAR_START, NOVEMBER.first, Decimal("26.40")),
        (NOVEMBER.first, None, Decimal("20.00")),
    ]


def test_a_flat_amount_and_a_vat_regime_are_put_right_too(gael):
    aloen = world.member()
    world.attestation(aloen)
    agreed = {"price_method": "flat", "flat_amount": Decimal("900.00"), "is_trued_up": True}
    flat_rate = world.assignment(world.employee(), aloen, **agreed)
    worked(flat_rate, {2: 420})
    of = bill()
    assert (of.net, of.vat) == (Decimal("900.00"), Decimal("180.00"))
    done = replace(of, gael, price="850.00", regime="E261B")
    assert lines_of(done.draft) == [("1.00", "850.00", "850.00", "E261B")]
    assert (done.draft.net, done.draft.vat) == (Decimal("850.00"), Decimal("0.00"))
    assert done.note.vat == Decimal("180.00")


def test_done_twice_it_is_done_once(gael):
    worked(placed("26.40"), {2: 420})
    of = bill()
    left = remaining.remainder_of(of).total
    replace(of, gael, price="20.00", expected=left)
    with pytest.raises(Refusal):
        replace(of, gael, price="20.00", expected=left)
    assert Invoice.objects.filter(corrects=of).count() == 1
    assert Invoice.objects.filter(status=InvoiceStatus.DRAFT).count() == 1


def test_what_cannot_be_replaced_leaves_everything_as_it_was(gael):
    assignment = placed("26.40")
    worked(assignment, {1: 420}, month=OCTOBER)
    worked(assignment, {2: 420})
    november = (bill(OCTOBER), bill())[1]
    tries = {
        "no price changes": (lambda: replace(november, gael, price="26.40"), "Aucun prix ne change"),
        "no price at all": (
            lambda: replace(november, gael, price="0.00"),
            "Indiquez le prix horaire convenu",
        ),
        "no reason": (lambda: replace(november, gael, price="20.00", reason=" "), "Indiquez le motif"),
        "sums of their own": (
            lambda: credit_and_replace(of_sums(("10.00", "S20")), prices={}, reason="x", by=gael, at=NOW),
            "Aucun prix convenu",
        ),
    }
    wrong = {}
    for name, (act, sentence) in tries.items():
        with pytest.raises(Refusal) as refused:
            act()
        if sentence not in refused.value.message:
            wrong[name] = refused.value.message
    assert wrong == {}
    assert not Invoice.objects.filter(kind="credit_note").exists()
    assert assignment.terms.get().hourly_price == Decimal("26.40")


@pytest.mark.parametrize("is_flat", [False, True], ids=["by the hour", "flat"])
def test_an_earlier_month_is_replaced_and_the_later_ones_keep_their_price(gael, is_flat):
    """September to November invoiced at 26.40 (or 900.00); October was to be at 20.00 (850.00), and no other."""
    assignment = flat_rate() if is_flat else placed("26.40")
    for month in (OCTOBER.previous, OCTOBER, NOVEMBER, DECEMBER):
        worked(assignment, {2: 420}, month=month)
    invoices = [bill(month) for month in (OCTOBER.previous, OCTOBER, NOVEMBER)]
    price, nets = ("850.00", ("850.00", "900.00")) if is_flat else ("20.00", ("140.00", "184.80"))
    draft = replace(invoices[1], gael, price=price, at=at_end_of(NOVEMBER)).draft
    assert str(draft.net) == nets[0]
    issuing.issue(draft, by=gael, at=at_end_of(NOVEMBER))
    assert str(bill(DECEMBER).net) == nets[1]
    spans = assignment.terms.order_by("starts_on").values_list("starts_on", "ends_before")
    assert list(spans) == [
        (world.YEAR_START, OCTOBER.first),
        (OCTOBER.first, NOVEMBER.first),
        (NOVEMBER.first, None),
    ]
    # The later month is kept as it was invoiced, and may be replaced in its turn.
    with pytest.raises(IntegrityError), transaction.atomic():
        assignment.terms.filter(starts_on=NOVEMBER.first).update(notice_days=1, is_trued_up=True)
    again = replace(invoices[2], gael, price=price, at=at_end_of(DECEMBER)).draft
    assert str(again.net) == nets[0]
    # Billed: September, October and November once each at their price, December.
    live = Charge.objects.exclude(line__credited_by__isnull=False).exclude(line=None)
    expected = [nets[1], nets[0], nets[0], nets[1]]
    assert sorted(map(str, live.values_list("net", flat=True))) == sorted(expected)


def flat_rate():
    return world.assignment(
        world.employee(), world.member(), price_method="flat", flat_amount=Decimal("900.00")
    )


def test_one_screen_shows_the_price_and_one_press_does_it(login, gael):
    worked(placed("26.40"), {2: 420, 3: 420})
    of = bill()
    client = login(gael)
    address = reverse("billing:credit_and_replace", args=[of.pk])
    form = client.get(address).context["form"]
    (name,) = [each for each in form.fields if each.startswith("prix-")]
    sent = {name: "abc", name.replace("prix-", "tva-"): "S20", "reason": REASON, "seen": form["seen"].value()}
    wrong = client.post(address, sent)
    assert wrong.status_code == 422
    assert wrong.context["form"][name].value() == "abc"
    assert REASON in wrong.content.decode()
    sent[name] = "20,00"
    first = client.post(address, sent)
    draft = Invoice.objects.get(status=InvoiceStatus.DRAFT)
    assert first.url == reverse("billing:invoice", args=[draft.pk])
    shown = flat(client.get(first.url).content.decode())
    assert "280,00" in shown
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "est déjà créditée" in again.content.decode() or "il en reste" in again.content.decode()
    assert Invoice.objects.count() == 3
