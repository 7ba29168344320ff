"""What something issued stands on is tracked, and not rewritten: prices, rates, mentions, scales, indices, levels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing.charges import expense_decisions, expenses
from billing.models import DunningLevel, ExpenseScale, LegalMention, PriceIndex, VatRate
from billing.month import drafting, issuing
from employees.models import Terms
from members.models import VatAttestation
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import bill, credit, credit_all, days, line, placed, worked
from tests.billing.reminders import scene as late_payers
from tests.members.admin_forms import change_url, filled
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db

CHRISTMAS, NEW_YEAR = date(2026, 12, 25), date(2027, 1, 1)
OCTOBER_15 = date(2026, 10, 15)


def refused(act: Callable[[], Any]) -> str:
    """What PostgreSQL says, or nothing; taken back."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except IntegrityError as fault:
        return str(fault).splitlines()[0]
    return ""


def wrong(tries: dict[str, tuple[Callable[[], Any], bool]]) -> dict[str, str]:
    """The tries that did not end as they say: refused, or not."""
    found = {name: refused(act) for name, (act, _) in tries.items()}
    return {
        name: found[name] or "went in"
        for name, (_, is_refused) in tries.items()
        if is_refused is not ("what something issued stands on" in found[name])
    }


@pytest.fixture
def login(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(world.admin())
    return client


def test_an_invoiced_price_is_rewritten_only_once_all_of_it_is_credited() -> None:
    assignment = placed("26.40", vat_regime="S20")
    worked(assignment, {1: 420, 2: 420}, month=OCTOBER)
    of = bill(OCTOBER)
    terms = assignment.terms
    later = {"assignment": assignment, "weekly_pattern": [420] * 7, "price_method": "hourly"}

    def split(day: date) -> None:
        terms.update(ends_before=day)
        Terms.objects.create(starts_on=day, hourly_price=20, **later)

    tries: dict[str, tuple[Callable[[], Any], bool]] = {
        "26.40 → 20.00": (lambda: terms.update(hourly_price=Decimal("20.00")), True),
        "another regime": (lambda: terms.update(vat_regime="E261B", is_trued_up=True), True),
        "a minimum": (lambda: terms.update(monthly_minimum_minutes=6000), True),
        "from the middle of October": (lambda: split(OCTOBER_15), True),
        "ends in October": (lambda: terms.update(ends_before=OCTOBER_15), True),
        "from November on": (lambda: split(NOVEMBER.first), False),
        "ends with October": (lambda: terms.update(ends_before=NOVEMBER.first), False),
        "begins later, before October": (lambda: terms.update(starts_on=date(2026, 10, 1)), False),
        "another week, another notice": (
            lambda: terms.update(weekly_pattern=[300] * 7, notice_days=15),
            False,
        ),
    }
    assert wrong(tries) == {}
    credit_all(of)
    all_of_it = {name: (act, False) for name, (act, _) in tries.items()}
    assert wrong(all_of_it) == {}


def test_invoiced_terms_are_cut_in_two_that_say_the_same_and_in_no_other_way() -> None:
    """While both parts hold the same days, each day has one price; at the end they no longer overlap."""
    assignment = placed("26.40")
    worked(assignment, {2: 420})
    bill()
    terms = Terms.objects.filter(pk=assignment.terms.get().pk)

    def cut(price: str = "26.40", *, on: date = date(2026, 11, 2), ends: bool = True) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS terms_of_an_assignment_do_not_overlap DEFERRED")
            rest = Terms.objects.create(
                assignment=assignment,
                starts_on=on,
                weekly_pattern=[420] * 7,
                price_method="hourly",
                hourly_price=Decimal(price),
            )
            if ends:
                terms.update(ends_before=on)
            Terms.objects.filter(pk=rest.pk).update(notice_days=1)
            cursor.execute("SET CONSTRAINTS terms_of_an_assignment_do_not_overlap IMMEDIATE")

    assert wrong({
        "the same": (cut, False),
        "another price": (lambda: cut("20.00"), True),
        "only an end": (lambda: terms.update(ends_before=date(2026, 11, 2)), True),
    }) == {}  # fmt: skip
    assert "terms_of_an_assignment_do_not_overlap" in refused(lambda: cut(ends=False))


def test_a_part_that_is_credited_leaves_the_price_as_it_is() -> None:
    assignment = placed("26.40")
    worked(assignment, {1: 420, 2: 420}, month=OCTOBER)
    of = bill(OCTOBER)
    credit(of, days(line(of), {1: 420}, fate="voided"))
    rewrite = {"rewrite": (lambda: assignment.terms.update(hourly_price=Decimal("20.00")), True)}
    assert wrong(rewrite) == {}
    credit_all(of)
    assert wrong({"rewrite": (rewrite["rewrite"][0], False)}) == {}


def test_another_week_at_the_same_price_is_invoiced_with_it() -> None:
    """October is one segment of two terms: the charge names the first, and the second is kept as well."""
    assignment = placed("26.40")
    assignment.terms.update(ends_before=OCTOBER_15)
    Terms.objects.create(
        assignment=assignment,
        starts_on=OCTOBER_15,
        weekly_pattern=[300] * 7,
        price_method="hourly",
        hourly_price=Decimal("26.40"),
    )
    worked(assignment, {1: 420, 20: 420}, month=OCTOBER)
    bill(OCTOBER)
    second = assignment.terms.filter(starts_on=OCTOBER_15)
    assert wrong({"rewrite": (lambda: second.update(hourly_price=Decimal("20.00")), True)}) == {}
    assert wrong({"another week": (lambda: second.update(weekly_pattern=[240] * 7), False)}) == {}


def test_an_attestation_that_an_exempt_invoice_stands_on_is_kept(login) -> None:
    """October is exempt by a statement of the year: it says what it said, until all of October is credited."""
    (aloen,) = scene.hosts(1)
    stated = world.attestation(aloen)
    rows = VatAttestation.objects.filter(pk=stated.pk)
    assignment = placed("26.40", member=aloen, vat_regime="E261B", is_trued_up=True)
    worked(assignment, {1: 420}, month=OCTOBER)
    of = bill(OCTOBER)
    changes = {
        "another part of taxable receipts": lambda: rows.update(taxable_receipts_percent=35),
        "another basis": lambda: rows.update(legal_basis="x"),
        "ends in October": lambda: rows.update(ends_before=OCTOBER_15),
        "begins in October": lambda: rows.update(starts_on=OCTOBER_15),
        "deleted": lambda: rows._raw_delete("default"),
    }
    assert wrong({name: (act, True) for name, act in changes.items()}) == {}
    free = {
        "ends with October": lambda: rows.update(ends_before=NOVEMBER.first),
        "holds for longer": lambda: rows.update(ends_before=date(2028, 1, 1)),
        "its file": lambda: rows.update(document=world.kept_file()),
        "another from November on": lambda: (
            rows.update(ends_before=NOVEMBER.first),
            world.attestation(aloen, starts_on=NOVEMBER.first),
        ),
    }
    assert wrong({name: (act, False) for name, act in free.items()}) == {}
    changed = {**filled(login, stated), "taxable_receipts_percent": "35"}
    answer = login.post(change_url(stated), changed)
    assert "Un document émis s’appuie sur cette fiche" in answer.content.decode()
    ticked = {**filled(login, aloen), "vat_attestations-0-DELETE": "on"}
    answer = login.post(change_url(aloen), ticked)
    assert "Un document émis s’appuie sur cette fiche" in answer.content.decode()
    assert rows.exists()
    credit_all(of)
    assert wrong({name: (act, False) for name, act in changes.items()}) == {}


def test_a_rate_a_mention_a_scale_an_index_and_a_level_are_kept() -> None:
    assignment = placed("26.40", index_code="ICHT", index_base=Decimal("105.2"))
    index = PriceIndex.objects.create(code="ICHT", month=OCTOBER, value=Decimal("105.2"), source="Insee")
    other = PriceIndex.objects.create(code="ICHT", month=NOVEMBER, value=Decimal("106.1"), source="Insee")
    scale = ExpenseScale.objects.create(
        kind="travel", starts_on=OCTOBER.first, rate=Decimal("0.529"), source="CA"
    )
    worked(assignment, {2: 420})
    maelle = assignment.employee
    wanted = expenses.ExpenseClaim("travel", date(2026, 11, 2), "Vannes", kilometres=Decimal(10))
    trip = expenses.claim(assignment, wanted, by=maelle.user, at=NOW)
    expense_decisions.accept(trip, by=world.finance(), at=NOW)
    rates, mentions = VatRate.objects.filter(regime="S20"), LegalMention.objects.filter(code="payment_terms")
    free = {
        "rate": lambda: rates.update(rate=19),
        "rate deleted": lambda: rates._raw_delete("default"),
        "mention": lambda: mentions.update(text="x"),
        "scale": lambda: ExpenseScale.objects.update(rate=1),
        "index": lambda: PriceIndex.objects.filter(pk=index.pk).update(value=99),
    }
    assert wrong({name: (act, False) for name, act in free.items()}) == {}
    issuing.issue_run(drafting.draft(NOVEMBER, by=None, at=NOW), by=None, at=NOW)
    kept = {
        **free,
        "rate ends before": lambda: rates.update(ends_before=date(2026, 11, 30)),
        "mention ends before": lambda: mentions.update(ends_before=NOW.date()),
        "mention deleted": lambda: mentions._raw_delete("default"),
        "scale begins later": lambda: ExpenseScale.objects.update(starts_on=date(2026, 11, 3)),
        "scale deleted": lambda: ExpenseScale.objects.filter(pk=scale.pk)._raw_delete("default"),
        "index deleted": lambda: PriceIndex.objects.filter(pk=index.pk)._raw_delete("default"),
    }
    goes = {
        "rate ends after": lambda: rates.update(ends_before=DECEMBER.first),
        "rate of another regime": lambda: VatRate.objects.filter(regime="S10").update(rate=9),
        "source": lambda: rates.update(source="CGI, art. 278"),
        "mention ends the day after": lambda: mentions.update(ends_before=date(2026, 12, 4)),
        "scale ends after": lambda: ExpenseScale.objects.update(ends_before=date(2026, 11, 3)),
        "index of another month": lambda: PriceIndex.objects.filter(pk=other.pk).update(value=99),
        "index, its source": lambda: PriceIndex.objects.filter(pk=index.pk).update(source="x"),
    }
    tries = {name: (act, True) for name, act in kept.items()} | {
        name: (act, False) for name, act in goes.items()
    }
    assert wrong(tries) == {}
    # Where no row found anything the product's own rate was charged: a row does not come between afterwards.
    rates.update(ends_before=DECEMBER.first)
    again = {"regime": "S20", "rate": 19, "source": "x"}
    late = {"December": (lambda: VatRate.objects.create(starts_on=DECEMBER.first, **again), False)}
    assert wrong(late) == {}


def test_a_level_at_which_a_reminder_was_sent_keeps_its_rank() -> None:
    late_payers.levels()
    late_payers.late(world.member())
    late_payers.send(late_payers.day(6))
    level = DunningLevel.objects.filter(rank=1)
    assert "keeps its rank" in refused(lambda: level.update(rank=9))
    assert refused(lambda: level.update(title="Autre", days_late=6)) == ""
    assert refused(lambda: DunningLevel.objects.filter(rank=3).update(rank=9)) == ""


def test_a_rate_leaves_its_trace_and_a_deletion_too() -> None:
    VatRate.objects.filter(regime="S10").update(ends_before=NEW_YEAR)
    rate = VatRate.objects.create(regime="S10", starts_on=NEW_YEAR, rate=Decimal("10.00"), source="x")
    VatRate.objects.filter(pk=rate.pk).update(rate=9)
    events = VatRate.pgh_event_model.objects.filter(pgh_obj_id=rate.pk).order_by("pgh_id")
    rate.delete()
    assert list(events.values_list("pgh_label", "rate")) == [
        ("insert", Decimal("10.00")),
        ("update", Decimal("9.00")),
        ("delete", Decimal("9.00")),
    ]


def test_the_admin_says_it_in_a_sentence_and_keeps_what_was_typed(login) -> None:
    assignment = placed("26.40")
    worked(assignment, {1: 420}, month=OCTOBER)
    of = bill(OCTOBER)
    rate = VatRate.objects.get(regime="S20")
    answer = login.post(change_url(rate), {**filled(login, rate), "rate": "19"})
    assert "Un document émis s’appuie sur cette fiche" in answer.content.decode()
    assert answer.context["adminform"].form["rate"].value() == "19"
    answer = login.post(reverse("admin:billing_vatrate_delete", args=[rate.pk]), {"post": "yes"}, follow=True)
    assert "Un document émis s’appuie sur cette fiche" in answer.content.decode()
    assert login.post(change_url(rate), {**filled(login, rate), "source": "CGI"}).status_code == 302
    rate.refresh_from_db()
    assert (rate.rate, rate.source) == (Decimal("20.00"), "CGI")
    typed = {**filled(login, assignment), "terms-0-hourly_price": "20,00"}
    answer = login.post(change_url(assignment), typed)
    found = answer.content.decode().replace("\u00a0", " ")
    assert f"Octobre 2026 est facturé à ce prix (facture {of.number})" in found
    assert "convenez d’un prix à partir du 1er novembre 2026" in found
    assert answer.context["inline_admin_formsets"][0].formset.forms[0]["hourly_price"].value() == "20,00"
    credit_all(of)
    assert login.post(change_url(assignment), typed).status_code == 302
    assert assignment.terms.get().hourly_price == Decimal("20.00")
    events = Terms.pgh_event_model.objects.filter(pgh_obj_id=assignment.terms.get().pk).latest("pgh_id")
    assert str(events.pgh_context.metadata["user"]) == login.session["_auth_user_id"]
