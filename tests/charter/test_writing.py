"""The life of a version: frozen when it opens, in force after a first signature, superseded by the next."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from charter import signing, writing
from charter.models import Article, Charter, Commitment, Theme
from groupement.kernel.lifecycle import IllegalMove, StaleRow
from members.models import Member, User
from tests import world
from tests.charter import agreed
from tests.together import meet

pytestmark = pytest.mark.django_db

OCTOBER_12 = world.at(date(2026, 10, 12), 9)


@pytest.fixture
def solene():
    return world.coordinator()


def opened(solene, version=1):
    return writing.open_for_signature(agreed.draft(version), by=solene, at=OCTOBER_12)


def in_force(solene, version=1):
    charter = opened(solene, version)
    aloen = world.member(f"Maison {version}")
    signing.sign(charter, member=aloen, by=world.staff(aloen, f"Voix {version}"), at=OCTOBER_12, consent=True)
    return writing.put_in_force(charter, by=solene, at=OCTOBER_12)


def test_the_text_is_composed_by_theme_and_in_order():
    text = writing.compose(agreed.draft())
    assert [theme["label"] for theme in text["themes"]] == ["Biodiversité", "Inclusion"]
    assert [each["title"] for each in text["themes"][0]["commitments"]] == ["Un espace", "Des trajets"]
    assert [each["title"] for each in text["articles"]] == ["Une voix", "Des comptes"]


def test_the_digest_depends_on_the_text_and_not_on_the_order_of_keys():
    text = writing.compose(agreed.draft())
    assert writing.digest(dict(reversed(text.items()))) == writing.digest(text)
    assert writing.digest({**text, "preamble": text["preamble"] + " "}) != writing.digest(text)
    assert writing.digest({"a": "é"}) == "b3a092a6af48807fa9482b2ee140105575daa26d5b24b3c0e60a7e2dee6683b1"


def test_opening_freezes_text_and_digest(solene):
    charter = agreed.draft()
    before = writing.compose(charter)
    writing.open_for_signature(charter, by=solene, at=OCTOBER_12)
    charter.refresh_from_db()
    assert (charter.status, charter.opened_at) == ("open", OCTOBER_12)
    assert charter.content == before
    assert charter.digest == writing.digest(before)
    assert writing.verify(charter)


def test_a_charter_without_commitment_does_not_open(solene):
    charter = agreed.draft()
    charter.commitments.all().delete()
    with pytest.raises(writing.NothingToSign, match="aucun engagement"):
        writing.open_for_signature(charter, by=solene, at=OCTOBER_12)


def test_one_version_at_a_time_is_open(solene):
    opened(solene)
    second = agreed.draft(2)
    with pytest.raises(writing.AnotherIsOpen, match="La version 1 est déjà ouverte"):
        writing.open_for_signature(second, by=solene, at=OCTOBER_12)
    with pytest.raises(IntegrityError, match="one_charter_is_open"), transaction.atomic():
        Charter.objects.filter(pk=second.pk).update(
            status="open", opened_at=OCTOBER_12, content={}, digest="0" * 64
        )


def test_a_version_opens_once(solene):
    charter = opened(solene)
    with pytest.raises(IllegalMove):
        writing.open_for_signature(charter, by=solene, at=OCTOBER_12)


def test_a_version_that_nobody_signed_is_not_put_in_force(solene):
    charter = opened(solene)
    with pytest.raises(writing.NobodySigned):
        writing.put_in_force(charter, by=solene, at=OCTOBER_12)
    assert charter.status == "open"


def test_a_draft_is_not_put_in_force(solene):
    first, draft = in_force(solene), agreed.draft(2)
    with pytest.raises(IllegalMove):
        writing.put_in_force(draft, by=solene, at=OCTOBER_12)
    first.refresh_from_db()
    assert first.status == "in_force"


def test_the_next_version_supersedes_the_former(solene):
    first, second = in_force(solene), in_force(solene, 2)
    first.refresh_from_db()
    assert (first.status, first.superseded_at) == ("superseded", OCTOBER_12)
    assert (second.status, second.in_force_at) == ("in_force", OCTOBER_12)
    assert writing.verify(first)
    moves = first.steps.order_by("pk").values_list("source", "target")
    assert list(moves) == [("draft", "open"), ("open", "in_force"), ("in_force", "superseded")]


@pytest.mark.django_db(transaction=True)
def test_two_who_put_one_version_in_force(solene):
    """No row is locked for it: one version is open and one in force, and each move asks for the state it leaves."""
    first, second = in_force(solene), opened(solene, 2)
    signing.sign(
        second, member=Member.objects.get(), by=User.objects.get(name="Voix 1"), at=OCTOBER_12, consent=True
    )
    read = Charter.objects.get(pk=second.pk)
    met = meet(
        *(lambda who=who: writing.put_in_force(who, by=solene, at=OCTOBER_12) for who in (second, read))
    )
    met.assert_refused(StaleRow, "quelqu’un vient de le modifier")
    assert met.waited
    assert list(Charter.objects.order_by("version").values_list("status", flat=True)) == [
        "superseded",
        "in_force",
    ]
    assert [first.steps.count(), second.steps.count()] == [3, 2]


def test_a_new_draft_begins_with_the_text_of_the_former(solene):
    first = in_force(solene)
    draft = writing.draft_next(first, by=solene, at=OCTOBER_12)
    text = writing.compose(draft)
    assert (draft.version, draft.status) == (2, "draft")
    assert {**text, "version": 1} == first.content


def test_an_altered_text_is_noticed(solene):
    charter = opened(solene)
    charter.content["preamble"] = "Autre chose."
    assert not writing.verify(charter)


class TestFrozen:
    """What was opened stays as it was, on every path."""

    @pytest.mark.parametrize(
        "change",
        [{"title": "Autre"}, {"preamble": "Autre"}, {"content": {}}, {"digest": "0" * 64}, {"version": 9}],
        ids=lambda change: next(iter(change)),
    )
    def test_a_raw_change_of_the_text_is_refused(self, solene, change):
        charter = opened(solene)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Charter.objects.filter(pk=charter.pk).update(**change)

    def test_a_raw_delete_is_refused(self, solene):
        charter = opened(solene)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Charter.objects.filter(pk=charter.pk)._raw_delete("default")

    @pytest.mark.parametrize("model", [Article, Commitment])
    def test_its_articles_and_commitments_are_frozen(self, solene, model):
        row = model.objects.filter(charter=opened(solene)).order_by("pk").first()
        alone = model.objects.filter(pk=row.pk)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            alone.update(text="Autre")
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            alone.delete()
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            alone.update(charter=agreed.draft(2))

    def test_nothing_is_added_to_it(self, solene):
        charter = opened(solene)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Article.objects.create(charter=charter, position=9, title="De plus", text="De plus")
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Commitment.objects.create(
                charter=charter, theme=Theme.objects.get(code="inclusion"), position=9, title="x", text="x"
            )

    def test_a_draft_changes_freely(self, solene):
        charter = agreed.draft()
        assert charter.articles.update(text="Autre") == 2
        assert charter.commitments.filter(theme__code="inclusion").delete()[0] == 1

    def test_a_state_without_its_stamps_is_refused(self):
        charter = agreed.draft()
        for change in ({"status": "open"}, {"status": "in_force"}, {"digest": "0" * 64}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Charter.objects.filter(pk=charter.pk).update(**change)
