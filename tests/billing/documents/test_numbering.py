"""Numbers: one after the other, given back by a roll-back, in the order of dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.documents import numbering
from billing.models import Series
from groupement.kernel.lifecycle import Refusal
from members.identifiers import check_number_template
from members.models import Group
from tests import world
from tests.billing import owing
from tests.together import all_at_once

DAY = date(2026, 12, 3)


class FailureError(Exception):
    """What a test makes go wrong."""


@pytest.fixture(autouse=True)
def _numbers_without_documents(request: pytest.FixtureRequest) -> Iterator[None]:
    """PostgreSQL asks at the end of a transaction whether each number taken has its document; here none has."""
    yield
    if request.node.get_closest_marker("django_db"):
        Series.objects.filter(invoices=None).delete()


def take(on: date = DAY) -> str:
    with transaction.atomic():
        return numbering.next_number(issued_on=on).number


@pytest.mark.django_db
def test_numbers_follow_each_other_and_start_again_each_year() -> None:
    world.group(invoice_prefix="GE-56")
    days = [date(2026, 11, 30), DAY, DAY, date(2027, 1, 1)]
    assert [take(on) for on in days] == [
        "GE-56-2026-0001",
        "GE-56-2026-0002",
        "GE-56-2026-0003",
        "GE-56-2027-0001",
    ]


@pytest.mark.django_db
def test_roll_back_gives_the_number_back() -> None:
    world.group()
    assert take() == "F-2026-0001"

    def fail() -> None:
        with transaction.atomic():
            assert numbering.next_number(issued_on=DAY).sequence == 2
            raise FailureError

    with pytest.raises(FailureError):
        fail()
    assert take() == "F-2026-0002"


@pytest.mark.django_db
def test_credit_notes_follow_the_invoices_unless_they_have_a_prefix() -> None:
    world.group()
    with transaction.atomic():
        kinds = ["invoice", "credit_note", "invoice"]
        assert [numbering.next_number(kind, issued_on=DAY).number for kind in kinds] == [
            "F-2026-0001",
            "F-2026-0002",
            "F-2026-0003",
        ]
        Group.objects.update(credit_prefix="A")
        assert [numbering.next_number(kind, issued_on=DAY).number for kind in ["credit_note", "invoice"]] == [
            "A-2026-0001",
            "F-2026-0004",
        ]


@pytest.mark.django_db
def test_a_block_is_the_same_as_one_after_the_other_and_is_given_back_whole() -> None:
    world.group(invoice_prefix="ABCDEFGH", credit_prefix="A")
    kinds = ["credit_note", "invoice", "invoice", "credit_note"]

    def block() -> list[str]:
        with transaction.atomic():
            return [taken.number for taken in numbering.next_numbers(kinds, issued_on=DAY)]

    assert block() == ["A-2026-0001", "ABCDEFGH-2026-0001", "ABCDEFGH-2026-0002", "A-2026-0002"]
    Series.objects.filter(prefix="ABCDEFGH").update(last_sequence=9_999_998)
    with pytest.raises(Refusal, match="dépasse 20 caractères"):
        block()
    assert list(Series.objects.order_by("prefix").values_list("prefix", "last_sequence")) == [
        ("A", 2),
        ("ABCDEFGH", 9_999_998),
    ]


@pytest.mark.django_db
def test_the_template_makes_the_number() -> None:
    world.group(number_template="GE/{year}/{prefix}{sequence}")
    assert (take(), take()) == ("GE/2026/F0001", "GE/2026/F0002")


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{prefix}-{sequence}", "Ajoutez {year}"),
        ("{prefix}-{year}", "Terminez le modèle par {sequence}"),
        ("{sequence}-{year}", "Terminez le modèle par {sequence}"),
        ("{prefix} {year}-{sequence}", "sans espace"),
        ("N°{year}-{sequence}", "sans accent"),
        ("FACTURE-{prefix}-{year}-{sequence}", "dépasse vingt caractères"),
    ],
)
def test_case_64_a_template_that_would_clash_is_refused_at_configuration(template, sentence) -> None:
    with pytest.raises(ValidationError, match=sentence):
        check_number_template(template)


@pytest.mark.django_db
def test_case_64_postgresql_refuses_a_yearly_number_without_its_year() -> None:
    world.group()
    with pytest.raises(IntegrityError, match="group_number_template_has_its_year"), transaction.atomic():
        Group.objects.update(number_template="{prefix}-{sequence}")


@pytest.mark.django_db
def test_year_keeps_the_prefix_it_began_with() -> None:
    group = world.group()
    take()
    type(group).objects.update(invoice_prefix="NEW")
    assert (take(), take(date(2027, 1, 4))) == ("F-2026-0002", "NEW-2027-0001")


@pytest.mark.django_db
def test_case_62_earlier_date_is_refused_with_the_earliest_allowed() -> None:
    world.group()
    take(date(2026, 3, 31))
    with pytest.raises(Refusal) as refused:
        take(date(2026, 2, 28))
    assert refused.value.message.endswith("La date la plus proche possible est le 31/03/2026.")
    assert take(date(2026, 3, 31)) == "F-2026-0002"


@pytest.mark.django_db
def test_number_fits_in_twenty_characters() -> None:
    world.group(invoice_prefix="ABCDEFGH")
    assert take() == "ABCDEFGH-2026-0001"
    Series.objects.update(last_sequence=9_999_999)
    with pytest.raises(Refusal, match="dépasse 20 caractères"):
        take()


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "f", "F 1", "É", "-F"])
def test_prefix_that_cannot_be_printed_is_refused(prefix: str) -> None:
    world.group()
    take()
    with pytest.raises(IntegrityError, match="series_prefix_is_printable"), transaction.atomic():
        Series.objects.update(prefix=prefix)


@pytest.mark.django_db(transaction=True)
def test_number_is_taken_in_a_transaction() -> None:
    world.group()
    with pytest.raises(transaction.TransactionManagementError):
        numbering.next_number(issued_on=DAY)


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_leave_no_gap_when_every_third_rolls_back() -> None:
    world.group()
    aloen = world.member()

    def act(rank: int) -> int | None:
        with transaction.atomic():
            taken = owing.invoice(aloen, issued_on=DAY).sequence
            if rank % 3 == 0:
                raise FailureError
            return taken

    calls = all_at_once([lambda rank=rank: act(rank) for rank in range(12)])
    assert sorted(call.result for call in calls if call.error is None) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [type(call.error) for call in calls if call.error] == [FailureError] * 4
    assert Series.objects.get().last_sequence == 8


@pytest.mark.django_db
def test_a_number_of_twenty_characters_is_given_and_one_more_is_refused() -> None:
    world.group(invoice_prefix="GE-BZH56")
    take()
    Series.objects.update(last_sequence=999_998)
    assert take() == "GE-BZH56-2026-999999"
    assert len("GE-BZH56-2026-999999") == numbering.LONGEST == 20
    with pytest.raises(Refusal, match="GE-BZH56-2026-1000000 dépasse 20 caractères"):
        take()
    assert Series.objects.get().last_sequence == 999_999


def test_a_template_of_twenty_characters_is_the_longest() -> None:
    """Four signs of prefix, the year and six digits leave six."""
    check_number_template("FACT-{prefix}-{year}{sequence}")
    with pytest.raises(ValidationError, match="dépasse vingt caractères"):
        check_number_template("FACT-{prefix}-{year}-{sequence}")
