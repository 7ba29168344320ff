"""Series of numbers: settings that would give a number twice are refused, years follow each other, gaps are seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from billing.documents import numbering
from billing.models import Invoice, InvoiceKind, Series
from groupement.kernel.lifecycle import Refusal
from members.identifiers import prefixes_clash
from members.models import Group
from tests import world
from tests.billing import owing, scene
from tests.billing.credit_notes.issued import credit_all
from tests.members.admin_forms import change_url, filled
from tests.unguarded import unguarded
from tests.world import NOW

pytestmark = pytest.mark.django_db

DAY = NOW.date()
NEW_YEAR = date(2027, 1, 4)
CREDIT, INVOICE = InvoiceKind.CREDIT_NOTE, InvoiceKind.INVOICE
# Prefix of invoices, of credit notes, template, and whether some numbers of both are the same.
CLASHES = [
    ("F", "", "{year}-{sequence}", False),
    ("F", "F", "{year}-{sequence}", False),
    ("F", "A", "{year}-{sequence}", True),
    ("F", "A", "{prefix}-{year}-{sequence}", False),
    ("F", "F1", "{year}-{prefix}{sequence}", True),
    ("F12", "F", "{year}{prefix}{sequence}", True),
    ("F", "F01", "{year}-{prefix}{sequence}", False),
    ("F", "F1A", "{year}-{prefix}{sequence}", False),
    ("F", "F1", "{prefix}-{year}-{sequence}", False),
    ("F", "F-", "{year}{prefix}{sequence}", False),
]


@pytest.fixture(autouse=True)
def _numbers_without_documents(request) -> Iterator[None]:
    """PostgreSQL asks at the end of a transaction whether each number taken has its document; here some have none."""
    yield
    with unguarded():
        for series in Series.objects.all():
            last = series.invoices.exclude(sequence=None).order_by("-sequence").first()
            facts = (last.sequence, last.issued_on) if last else (0, None)
            Series.objects.filter(pk=series.pk).update(last_sequence=facts[0], last_issued_on=facts[1])


def take(kind: str = INVOICE, on: date = DAY) -> str:
    with transaction.atomic():
        return numbering.next_number(kind, issued_on=on).number


def refused(kind: str = INVOICE, on: date = DAY) -> str:
    with pytest.raises(Refusal) as found:
        take(kind, on)
    return found.value.message.replace("\u00a0", " ")


@pytest.fixture
def save(client, settings, monkeypatch):
    """The settings saved in the admin with these changes: the errors of the form by field, and what it shows again."""
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(world.admin())
    group = world.group()

    def send(**changes: str) -> tuple[dict[str, list[str]], dict[str, str]]:
        answer = client.post(change_url(group), {**filled(client, group), **changes})
        if answer.status_code == 302:
            return {}, {}
        form = answer.context["adminform"].form
        return dict(form.errors), {name: form[name].value() for name in changes}

    return send


def test_numbers_of_two_prefixes_that_meet_are_refused_by_postgresql_and_by_the_form(save) -> None:
    found = {}
    for invoices, notes, template, clash in CLASHES:
        settings = {"invoice_prefix": invoices, "credit_prefix": notes, "number_template": template}
        try:
            with transaction.atomic():
                Group.objects.update(**settings)
                transaction.set_rollback(True)
            kept = True
        except IntegrityError as fault:
            kept = "group_invoices_and_credit_notes_have_other_numbers" not in str(fault)
        if notes not in ("", invoices):
            assert prefixes_clash(template, invoices, notes) is clash
        errors, shown = save(**settings)
        assert shown in ({}, settings)
        found[invoices, notes, template] = (not kept, list(errors))
    assert found == {
        (invoices, notes, template): (clash, ["credit_prefix"] if clash else [])
        for invoices, notes, template, clash in CLASHES
    }


def test_the_prefix_of_a_series_of_the_year_is_not_given_to_the_other(save) -> None:
    """F was that of invoices this year, and stays it: credit notes do not get the numbers of invoices."""
    invoice = owing.invoice(world.member(), issued_on=DAY)
    errors, shown = save(invoice_prefix="N", credit_prefix="F")
    assert shown == {"invoice_prefix": "N", "credit_prefix": "F"}
    assert errors == {
        "credit_prefix": [
            "En 2026, le préfixe F est déjà celui des factures\u00a0: donnez-en un autre aux avoirs."
        ]
    }
    Group.objects.update(invoice_prefix="N", credit_prefix="F")
    assert refused(CREDIT) == errors["credit_prefix"][0].replace("\u00a0", " ")
    assert [invoice.number, take()] == ["F-2026-0001", "F-2026-0002"]
    Group.objects.update(credit_prefix="A")
    assert take(CREDIT) == "A-2026-0001"
    # The other way round: nothing was invoiced in 2027 when its first credit note took the prefix.
    assert take(CREDIT, NEW_YEAR) == "A-2027-0001"
    Group.objects.update(invoice_prefix="A", credit_prefix="V")
    assert refused(INVOICE, NEW_YEAR).startswith("En 2027, le préfixe A est déjà celui des avoirs")


def test_a_template_that_gives_a_number_again_is_refused(save) -> None:
    """AV-2026-0002 is a credit note: the second invoice does not get that number by a template that spells it."""
    Group.objects.update(credit_prefix="AV")
    first, _ = invoices = [owing.invoice(world.member(name), issued_on=DAY) for name in ("Aloen", "Sonam")]
    notes = [owing.credit_note(of, "1.20", issued_on=DAY) for of in (first, first, first)]
    assert [row.number[:2] for row in (*invoices, *notes)] == ["F-", "F-", "AV", "AV", "AV"]
    errors, _ = save(number_template="AV-{year}-{sequence}", credit_prefix="")
    assert list(errors) == ["number_template"]
    assert "Le numéro AV-2026-0003 existe déjà" in errors["number_template"][0]
    Group.objects.update(number_template="AV-{year}-{sequence}", credit_prefix="")
    assert refused().startswith("Le numéro AV-2026-0003 existe déjà dans une autre série")
    # The first numbers of the series are behind it: they are not given again.
    Group.objects.update(number_template="{prefix}-{year}-{sequence}")
    assert take() == "F-2026-0003"


def test_the_first_credit_note_with_a_prefix_is_issued_and_with_one_that_is_taken_says_so() -> None:
    run = scene.issued(scene.hosts(1))
    invoice = run.invoices.get()
    Group.objects.update(invoice_prefix="N", credit_prefix="F")
    with pytest.raises(Refusal, match="déjà celui des factures"):
        credit_all(invoice)
    assert Invoice.objects.filter(kind=CREDIT).count() == 0
    Group.objects.update(credit_prefix="AV")
    assert credit_all(invoice).number == "AV-2026-0001"


def test_a_number_of_an_old_year_does_not_follow_one_of_the_new() -> None:
    world.group()
    aloen = world.member()
    owing.invoice(aloen, issued_on=DAY)
    owing.invoice(aloen, issued_on=NEW_YEAR)
    assert refused(on=date(2026, 12, 31)).endswith("La date la plus proche possible est le 04/01/2027.")
    assert take(on=NEW_YEAR) == "F-2027-0002"
    # Credit notes with a prefix of their own are a series of their own.
    Group.objects.update(credit_prefix="AV")
    assert take(CREDIT, date(2026, 12, 31)) == "AV-2026-0001"


def test_postgresql_refuses_a_gap_an_earlier_date_and_an_older_year() -> None:
    world.group()
    aloen = world.member()
    first = owing.invoice(aloen, issued_on=DAY)
    later = owing.invoice(aloen, issued_on=NEW_YEAR)

    def write(of: Invoice, rank: int, on: date, year: int) -> str:
        facts = {"sequence": rank, "number": f"{of.number[:7]}{rank:04d}", "issued_on": on, "due_on": on}
        copy = Invoice.objects.get(pk=of.pk)
        copy.pk, copy._state.adding = None, True
        for name, value in facts.items():
            setattr(copy, name, value)
        try:
            with transaction.atomic():
                copy.save()
                transaction.set_rollback(True)
        except IntegrityError as fault:
            return str(fault).splitlines()[0]
        return ""

    gap, year = "a number follows the one before, without a gap and in the order of dates", "a later year"
    tries = [
        (write(later, 2, NEW_YEAR, 2027), ""),
        (write(later, 3, NEW_YEAR, 2027), gap),
        (write(later, 2, date(2027, 1, 3), 2027), gap),
        (write(first, 2, date(2026, 12, 31), 2026), year),
    ]
    assert [
        (found, expected) for found, expected in tries if (expected not in found) or (not expected and found)
    ] == []


def test_the_series_of_issued_numbers_keeps_its_prefix_and_its_count() -> None:
    world.group()
    owing.invoice(world.member(), issued_on=DAY)
    for change in ({"prefix": "N"}, {"year": 2025}, {"kind": CREDIT}, {"last_sequence": 0}):
        with pytest.raises(IntegrityError, match="keeps its prefix"), transaction.atomic():
            Series.objects.update(**change)
    Series.objects.create(kind=CREDIT, year=2026, prefix="AV")
    Series.objects.filter(kind=CREDIT).update(prefix="AC")  # nothing was numbered by it


def test_a_gap_made_by_hand_is_seen_by_finance_and_refused(client, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    aloen = world.member()
    kept = [owing.invoice(aloen, issued_on=DAY) for _ in range(3)]
    client.force_login(world.finance())
    assert "sans document" not in client.get("/facturation/factures/").content.decode()
    assert numbering.gaps() == []
    Series.objects.update(last_sequence=5)
    assert refused().startswith("La série F-2026 s’arrête au rang 3 et son compteur est à 5")
    (gap,) = numbering.gaps()
    assert (gap.missing, gap.missing_count) == (["F-2026-0004", "F-2026-0005"], 2)
    shown = client.get("/facturation/factures/").content.decode().replace("\u00a0", " ")
    assert "Série F-2026 : 2 numéros sans document, F-2026-0004 et F-2026-0005." in shown
    with unguarded():
        Invoice.objects.filter(pk=kept[1].pk)._raw_delete("default")
    Series.objects.update(last_sequence=3)
    (gap,) = numbering.gaps()
    assert (gap.missing, gap.missing_count) == (["F-2026-0002"], 1)
    client.force_login(world.staff(aloen))
    assert "sans document" not in client.get("/facturation/factures/").content.decode()
