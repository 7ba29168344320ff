"""The locks of charter: opening a version, signing it."""

from __future__ import annotations

from charter import signing, writing
from charter.models import Article, Charter, Signature
from tests import world
from tests.charter import agreed
from tests.house.locks.sites import holds
from tests.together import Meeting, meet


@holds("charter.writing._lock_versions")
def an_article_added_while_the_version_opens() -> Meeting:
    """What is frozen holds the article that was on its way."""
    by, draft = world.coordinator(), agreed.draft()
    met = meet(
        lambda: Article.objects.create(charter=draft, position=3, title="Des fêtes", text="Chaque année."),
        lambda: writing.open_for_signature(Charter.objects.get(pk=draft.pk), by=by, at=world.NOW),
    )
    met.assert_both_done()
    opened = Charter.objects.get(pk=draft.pk)
    assert opened.content == writing.compose(opened)
    assert opened.content["articles"][-1]["title"] == "Des fêtes"
    return met


@holds("charter.signing.sign")
def a_version_signed_while_another_supersedes_it() -> Meeting:
    """Nobody is bound by a version that is over."""
    by, aloen, sonam = world.coordinator(), world.member("Aloen"), world.member("Sonam")
    nolwenn, erwan = world.staff(aloen, "Nolwenn Jégo"), world.staff(sonam, "Erwan Le Bris")
    former, following = (
        writing.open_for_signature(agreed.draft(version=1), by=by, at=world.NOW),
        agreed.draft(version=2),
    )
    for version in (former, following):
        if version is following:
            writing.open_for_signature(following, by=by, at=world.NOW)
        signing.sign(version, member=aloen, by=nolwenn, at=world.NOW, consent=True)
        if version is former:
            writing.put_in_force(former, by=by, at=world.NOW)
    met = meet(
        lambda: writing.put_in_force(following, by=by, at=world.NOW),
        lambda: signing.sign(former, member=sonam, by=erwan, at=world.NOW, consent=True),
    )
    met.assert_refused(signing.VersionNotOpen, "La version 1 n’est pas ouverte à la signature")
    assert Signature.objects.filter(member=sonam).count() == 0
    return met
