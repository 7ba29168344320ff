"""The locks of papers: numbers, the jobs that make the PDFs, letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

from billing.documents import letters, numbering, rendering
from billing.models import Letter, LetterKind, Rendering, Series
from groupement.kernel import paper
from members.models import User
from tests import world
from tests.billing import owing
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOW

DAY = NOW.date()
LATER = NOW + timedelta(minutes=1)


def job(status: str = "pending", *, attempts: int = 0) -> Rendering:
    """The job of an issued invoice; one that is no longer pending was begun NOW."""
    world.group()
    started = None if status == "pending" else NOW
    finished = NOW if status == "failed" else None
    stamps = {"queued_at": NOW, "started_at": started, "finished_at": finished}
    invoice = owing.invoice(world.member("Aloen"))
    return Rendering.objects.create(invoice=invoice, status=status, attempts=attempts, **stamps)


@holds("billing.documents.numbering._locked")
def two_numbers_of_one_series() -> Meeting:
    world.group()
    aloen = world.member()

    def take() -> str | None:
        return owing.invoice(aloen, issued_on=DAY).number

    take()
    met = meet(take, take)
    assert (met.first, met.second) == ("F-2026-0002", "F-2026-0003"), met
    return met


@holds("billing.documents.numbering.open_series")
def two_admins_open_a_further_series_at_once() -> Meeting:
    """Else both find the blocked one and no other: the second would run into the rank that the first took."""
    world.group()
    owing.invoice(world.member(), issued_on=DAY + timedelta(days=25))
    one, other = world.admin(), world.admin("Enora Le Bris")

    def opening(prefix: str, by: User) -> Callable[[], Series]:
        return lambda: numbering.open_series(kind="invoice", prefix=prefix, reason="Horloge", by=by, at=NOW)

    met = meet(opening("G", one), opening("H", other))
    met.assert_refused(numbering.SeriesNotOpenable, "n’est pas bloquée")
    assert [(row.rank, row.prefix) for row in Series.objects.order_by("rank")] == [(0, "F"), (1, "G")]
    return met


@holds("billing.documents.rendering.interrupted")
def a_job_in_the_hands_of_a_living_worker_is_left_to_it() -> Meeting:
    found = job("running", attempts=1)
    met = meet(
        lambda: Rendering.objects.filter(pk=found.pk).update(error=""),
        lambda: rendering.interrupted(LATER),
    )
    assert met.second == []
    assert rendering.interrupted(LATER) == [found.invoice_id]
    return met


@holds("billing.documents.rendering._claim")
def a_job_claimed_while_another_worker_claims_it() -> Meeting:
    found = job()
    met = meet(
        lambda: rendering._claim(found.invoice_id, NOW),
        lambda: rendering.render(found.invoice_id, at=NOW),
    )
    assert (met.first, met.second) == (True, None)
    found.refresh_from_db()
    assert (found.status, found.attempts) == ("running", 1)
    return met


@holds("billing.documents.rendering._make")
def a_job_made_while_it_is_put_back_into_the_queue() -> Meeting:
    """Else its file would be made twice: by who was slow, and by who takes it up."""
    found = job("running", attempts=1)
    with patch.object(rendering, "print_pdf", side_effect=AssertionError("printed")):
        met = meet(
            lambda: rendering.interrupted(LATER),
            lambda: rendering._make(found.invoice_id),
        )
    assert (met.first, met.second) == ([found.invoice_id], None)
    found.refresh_from_db()
    assert found.status == "pending"
    return met


@holds("billing.documents.rendering._fail")
def a_failure_noted_while_another_worker_claims_the_job() -> Meeting:
    """The other’s last attempt is not given up, nor begun a third time, for what went wrong before it."""
    found = job("running", attempts=rendering.MOST_ATTEMPTS - 1)

    def claim_again() -> bool:
        rendering.interrupted(LATER)
        return rendering._claim(found.invoice_id, LATER)

    met = meet(claim_again, lambda: rendering._fail(found.invoice_id, OSError("disk full"), NOW))
    found.refresh_from_db()
    assert (met.first, met.second) == (True, None)
    assert (found.status, found.attempts, found.error) == ("running", rendering.MOST_ATTEMPTS, ""), met
    return met


@holds("billing.documents.rendering.retry")
def jobs_given_up_are_tried_again_once() -> Meeting:
    found = job("failed", attempts=3)

    def again() -> int:
        return rendering.retry([found.invoice_id], at=LATER)

    sent: list[list[int]] = []
    with patch.object(rendering, "enqueue", sent.append):
        met = meet(again, again)
    assert (met.first, met.second) == (1, 0)
    assert sorted(sent) == [[], [found.invoice_id]]
    return met


@holds("billing.documents.letters._make")
def a_letter_read_by_two_is_printed_once() -> Meeting:
    world.group()
    written = letters.write(LetterKind.QUOTE, member=None, subject="Devis", content={"x": "y"}, at=NOW)

    def read() -> bytes:
        with letters.open_pdf(Letter.objects.get(pk=written.pk)) as file:
            return file.read()

    pages = iter([b"one", b"two"])
    with patch.object(letters, "print_pdf", lambda _: next(pages)):
        met = meet(lambda: letters._make(written), read)
    assert met.second == b"one", met
    assert Letter.objects.get().sha256 == met.first.sha256
    with paper.open_stored(met.first.path, met.first.sha256) as file:
        assert file.read() == b"one"
    return met
