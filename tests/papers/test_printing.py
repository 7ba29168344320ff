"""The PDF of a paper: made once from the content alone, the same bytes each time; what fails is tried three times."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from pypdf import PdfReader

from groupement.kernel.printable import HoleInPaper
from members import filing
from members.papers import printing, tasks, templating, writing
from members.papers.kinds import PaperKind
from members.papers.models import Capacity, Paper, Template
from tests import world
from tests.papers import written
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_the_pdf_says_what_was_written_with_the_digest_at_its_foot(aloen, solene):
    paper = written.agreement(aloen, solene)
    with pytest.raises(printing.PaperNotPrinted, match="pas encore prêt"):
        printing.open_pdf(paper)
    assert printing.print_paper(paper.pk, at=NOW) is True
    assert printing.print_paper(paper.pk, at=NOW) is False
    paper.refresh_from_db()
    with printing.open_pdf(paper) as file:
        data = file.read()
    assert printing.render(Paper.objects.get()) == data
    text = " ".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split()).replace("\u00a0", " ")
    for sentence in (
        paper.reference,
        aloen.legal_name,
        paper.short_digest,
        paper.digest,
        "Date et signature",
    ):
        assert sentence in text
    about = PdfReader(io.BytesIO(data)).trailer["/Root"]["/Metadata"].get_object().get_data()
    assert b"pdfaid:part>3<" in about or b'pdfaid:part="3"' in about
    # The member moves: its paper does not.
    aloen.legal_name = "Autre"
    aloen.save()
    assert printing.render(Paper.objects.get()) == data


def test_what_fails_stays_on_its_row_and_is_given_up_after_three(aloen, solene, monkeypatch):
    paper = written.agreement(aloen, solene)
    soon, later = NOW + timedelta(seconds=4), NOW + timedelta(seconds=6)
    assert (printing.waiting_for_pdf(soon), printing.waiting_for_pdf(later)) == ([], [paper.pk])

    def fails(row):
        raise OSError("plus de place")

    with monkeypatch.context() as patched:
        patched.setattr(printing, "render", fails)
        for attempt in (1, 2, 3):
            with pytest.raises(OSError, match="plus de place"):
                printing.print_paper(paper.pk, at=NOW)
            paper.refresh_from_db()
            assert (paper.attempts, paper.error) == (attempt, "OSError\u00a0: plus de place")
    assert printing.waiting_for_pdf(later) == []
    assert printing.print_paper(paper.pk, at=NOW) is True
    paper.refresh_from_db()
    assert paper.error == ""


def test_what_got_lost_on_the_way_is_asked_for_again(aloen, solene, monkeypatch):
    paper, asked = written.agreement(aloen, solene), []
    monkeypatch.setattr(printing.current_app, "send_task", lambda name, args: asked.append((name, args)))
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOW + timedelta(minutes=1))
    tasks.take_up_papers()
    assert asked == [("members.papers.tasks.print_paper", [paper.pk])]
    tasks.print_paper(paper.pk)
    tasks.take_up_papers()
    assert len(asked) == 1


def test_a_pdf_that_was_altered_is_not_handed_out(aloen, solene):
    paper = written.agreement(aloen, solene, printed=True)
    with open(storages["private"].path(paper.pdf.path), "ab") as file:  # noqa: PTH123 - a path of the store
        file.write(b" ")
    with pytest.raises(filing.FileUnreadable, match="modifié"):
        printing.open_pdf(paper)


def test_what_no_paper_can_print_is_refused_before_it_is_frozen(aloen, solene):
    written.template(solene)
    aloen.legal_name = "Aloen 🦊"
    aloen.save()
    with pytest.raises(HoleInPaper, match="raison sociale de l’adhérent"):
        written.agreement(aloen, solene)
    assert not Paper.objects.exists()


def test_a_value_that_is_lacking_is_said_and_a_paper_follows_another(aloen, solene):
    body = "Entre {adherent_nom} et {groupe_nom}."
    templating.use(
        Template.objects.create(code=PaperKind.AGREEMENT, version=1, title="Note", body=body),
        by=solene,
        at=NOW,
    )
    reader = writing.WantedParty(Capacity.READER, "Inspection du travail", must_sign=False)
    first = writing.write(PaperKind.AGREEMENT, {"groupe_nom": "La Ronde"}, [reader], by=solene, at=NOW)
    assert first.content["blocks"][0]["pieces"] == [["Entre non renseigné et La Ronde.", False]]
    second = writing.write_agreement(
        aloen, signer=solene, starts_on=NOW.date(), supersedes=first, by=solene, at=NOW
    )
    assert second.supersedes == first
    with pytest.raises(writing.Refusal, match="Personne n’a à signer"):
        written.signing.open_for_signature(first, by=solene, at=NOW)
    with pytest.raises(writing.NotWritten, match="engager le groupement"):
        writing.write_agreement(aloen, signer=world.user("X"), starts_on=NOW.date(), by=solene, at=NOW)
