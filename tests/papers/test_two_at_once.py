"""Two who sign one party's line at the same moment: one signature, and a sentence for the second."""

import pytest

from members.papers import signing
from members.papers.models import Paper, Signature
from tests import world
from tests.papers import written
from tests.together import meet

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_representatives_one_signs():
    world.group()
    boss, aloen = world.coordinator(), world.member("Aloen")
    first, second = world.staff(aloen, "Nolwenn Jégo"), world.staff(aloen, "Yann Le Goff")
    paper = written.opened(aloen, boss)
    met = meet(lambda: written.sign(paper, "member", first), lambda: written.sign(paper, "member", second))
    met.assert_refused(signing.PaperAlreadySigned, "a déjà signé ce document")
    assert Signature.objects.get().user == first


def test_the_last_two_sign_at_once_and_the_paper_is_signed():
    world.group()
    boss, aloen = world.coordinator(), world.member("Aloen")
    nolwenn = world.staff(aloen)
    paper = written.opened(aloen, boss)
    met = meet(lambda: written.sign(paper, "member", nolwenn), lambda: written.sign(paper, "group", boss))
    met.assert_both_done()
    assert Paper.objects.get().status == "signed"
