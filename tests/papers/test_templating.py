"""Templates hold words and listed fields; no value becomes markup; one version is in use, and it is frozen."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from groupement.kernel.lifecycle import IllegalMove
from members.papers import templating
from members.papers.kinds import KINDS, PaperKind
from members.papers.models import Template
from tests.papers import written
from tests.world import NOW

FIELDS = KINDS[PaperKind.AGREEMENT].fields
VALUES = dict.fromkeys(FIELDS, "x")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Écrivez le texte"),
        ("Entre {salaire} et nous.", "Le champ {salaire} n’existe pas"),
        ("Entre {adherent_nom.pk}.", "n’existe pas"),
        ("Entre {adherent_nom!r}.", "n’existe pas"),
        ("Entre {adherent_nom:>99}.", "n’existe pas"),
        ("Entre {}.", "n’existe pas"),
        ("Entre { adherent_nom }.", "n’existe pas"),
        ("{for x in y}texte{endfor}", "ni boucle ni condition"),
        ("{% for x in y %}texte{% endfor %}", "ni boucle ni"),
        ("{pour chaque salarié}", "ni boucle ni condition"),
        ("{{ adherent_nom }}", "ni boucle ni balise"),
        ("{# rien #}", "ni boucle ni balise"),
        ("${adherent_nom}", "ni boucle ni balise"),
        ("<script>alert(1)</script>", "ni balise ni lien"),
        ("< img src=x>", "ni balise ni lien"),
        ("[ici](https://example.org)", "ni balise ni lien"),
        ("Une { seule.", "Une accolade est seule"),
        ("Une seule }.", "Une accolade est seule"),
    ],
)
def test_what_is_no_wording_is_refused_with_a_sentence(body, sentence):
    with pytest.raises(templating.TemplateRefused) as refused:
        templating.check(PaperKind.AGREEMENT, body)
    assert sentence in refused.value.message
    assert refused.value.field == "body"


def test_a_text_is_laid_out_and_filled():
    body = "## Titre {adherent_nom}\n\nEntre **{groupe_nom}**\net nous.\n\n- un\n- deux {date_effet}"
    assert templating.fill(PaperKind.AGREEMENT, body, {**VALUES, "groupe_nom": "La Ronde"}) == [
        {"kind": "heading", "pieces": [["Titre x", False]]},
        {"kind": "paragraph", "pieces": [["Entre ", False], ["La Ronde", True], [" et nous.", False]]},
        {"kind": "list", "items": [[["un", False]], [["deux x", False]]]},
    ]


@given(
    st.lists(
        st.sampled_from([f"{{{name}}}" for name in FIELDS] + ["mot", "**gras**", "\n\n", "## ", "- ", " "])
    ),
    st.text(max_size=30),
)
def test_a_text_of_listed_fields_is_always_filled_and_no_value_becomes_markup(parts, value):
    body = "a" + "".join(parts)
    blocks = templating.fill(PaperKind.AGREEMENT, body, dict.fromkeys(FIELDS, value))
    marked = templating.fill(PaperKind.AGREEMENT, body, dict.fromkeys(FIELDS, "x"))
    assert [block["kind"] for block in blocks] == [block["kind"] for block in marked]
    assert [len(block.get("pieces", block.get("items"))) for block in blocks] == [
        len(block.get("pieces", block.get("items"))) for block in marked
    ]


@pytest.mark.django_db
def test_a_version_in_use_retires_the_one_before_and_is_frozen(solene):
    first = written.template(solene)
    second = templating.draft_next(first, by=solene, at=NOW)
    assert (second.version, second.body, second.status) == (2, first.body, "draft")
    templating.use(second, by=solene, at=NOW)
    first.refresh_from_db()
    assert (first.status, second.status) == ("retired", "in_use")
    for row, change in [(first, {"body": "x"}), (second, {"title": "x"}), (second, {"status": "draft"})]:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Template.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IllegalMove):
        templating.use(first, by=solene, at=NOW)
    assert [step.target for step in second.steps.order_by("pk")] == ["draft", "in_use"]


@pytest.mark.django_db
def test_a_draft_that_was_written_past_the_form_is_not_put_in_use(solene):
    draft = Template.objects.create(code="agreement", version=1, title="x", body="{salaire}")
    with pytest.raises(templating.TemplateRefused, match="salaire"):
        templating.use(draft, by=solene, at=NOW)
    draft.refresh_from_db()
    assert draft.status == "draft"
