"""The locks of papers: what is signed while it is voided, a paper printed by two workers."""

from __future__ import annotations

from members.models import File
from members.papers import printing, signing
from members.papers.models import Paper, Signature
from tests import world
from tests.house.locks.sites import holds
from tests.papers import written
from tests.together import Meeting, meet


@holds("members.papers.signing._locked")
def a_paper_signed_while_it_is_voided() -> Meeting:
    """Nobody is bound by a paper that is given up."""
    world.group()
    boss, aloen = world.coordinator(), world.member("Aloen")
    nolwenn = world.staff(aloen)
    paper = written.opened(aloen, boss)
    met = meet(
        lambda: signing.void(paper, reason="Une erreur.", by=boss, at=world.NOW),
        lambda: written.sign(paper, "member", nolwenn),
    )
    met.assert_refused(signing.NotToSign, "Ce document est annulé")
    assert not Signature.objects.exists()
    return met


@holds("members.papers.printing.print_paper")
def a_paper_printed_by_two_workers() -> Meeting:
    """It has one PDF, and no second file is kept for it."""
    world.group()
    paper = written.agreement(world.member("Aloen"), world.coordinator())
    met = meet(
        lambda: printing.print_paper(paper.pk, at=world.NOW),
        lambda: printing.print_paper(paper.pk, at=world.NOW),
    )
    met.assert_both_done()
    assert File.objects.count() == 1
    assert Paper.objects.get().pdf is not None
    return met
