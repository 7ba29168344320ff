"""Pages of papers: what waits for one, a paper read and signed, a copy recorded, one's own only, what is forged."""

import html
import re
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from groupement.kernel.templatetags import formats
from members.papers import printing, signing
from members.papers.models import Paper, Signature, Template, Withdrawal
from members.papers.printing import open_pdf
from tests import world
from tests.billing.charges.receipt_files import PDF, picture
from tests.members.admin_forms import change_url, filled
from tests.papers import written
from tests.world import NOW

pytestmark = pytest.mark.django_db
LIST = reverse("papers:papers")


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW):
        yield


def visit(person):
    client = Client(headers={"user-agent": "Firefox"})
    client.force_login(person)
    return client


def words(answer):
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text)).replace(" .", ".")


def at(name, row):
    return reverse(f"papers:{name}", args=[row.pk])


def test_a_paper_is_written_opened_and_signed_on_its_page(aloen, nolwenn, solene):
    written.template(solene)
    coordination, member = visit(solene), visit(nolwenn)
    form = {"member": aloen.pk, "starts_on": "2026-12-01", "signer": solene.pk}
    answer = coordination.post(reverse("papers:write_agreement"), form)
    paper = Paper.objects.get()
    assert answer.url == at("paper", paper)
    assert "Le PDF se prépare." in words(coordination.get(answer.url))
    assert "Aucun document" not in words(member.get(LIST))
    printing.print_paper(paper.pk, at=NOW)
    coordination.post(at("open_for_signature", paper))
    assert f"Convention-cadre {paper.reference} À signer Pour {aloen.legal_name}" in words(member.get(LIST))
    page = words(member.get(at("paper", paper)))
    assert "C’est une signature électronique simple" in page
    assert formats.siren(aloen.siren).replace("\u00a0", " ") in page
    party = written.party(paper, "member")
    refused = member.post(at("sign", party))
    assert (refused.status_code, "Cochez la case" in words(refused)) == (422, True)
    assert member.post(at("sign", party), {"consent": "on"}).url == at("paper", paper)
    made = Signature.objects.get()
    assert made.evidence["agent"] == "Firefox"
    assert made.evidence["address"] == "127.0.0.1"
    assert "Vous avez signé" in words(member.get(at("paper", paper)))
    served = member.get(at("pdf", paper))
    assert b"".join(served.streaming_content).startswith(b"%PDF-")
    assert served["Content-Disposition"] == f'attachment; filename="{paper.reference}.pdf"'


def test_a_member_sees_only_the_papers_it_is_party_to(aloen, nolwenn, solene):
    sonam = world.member("Sonam")
    stranger, paper = world.staff(sonam, "Anaïs Moal"), written.opened(aloen, solene, printed=True)
    other = written.agreement(sonam, solene)
    assert {row.pk for row in Paper.objects.visible_to(nolwenn)} == {paper.pk}
    assert {row.pk for row in Paper.objects.visible_to(stranger)} == {other.pk}
    assert {row.pk for row in Paper.objects.visible_to(solene)} == {paper.pk, other.pk}
    client = visit(stranger)
    assert paper.reference not in words(client.get(LIST))
    assert other.reference in words(client.get(LIST))
    for name in ("paper", "pdf", "verify"):
        assert client.get(at(name, paper)).status_code == 404
    # Whoever has left the seat reads no longer.
    nolwenn.seats.update(ends_before=NOW.date())
    assert visit(nolwenn).get(at("paper", paper)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_whatever_its_length(
    aloen, nolwenn, solene, count, django_assert_num_queries
):
    for _ in range(count):
        written.opened(aloen, solene)
    client = visit(nolwenn)
    client.get(LIST)
    with django_assert_num_queries(9):
        client.get(LIST)


def test_a_scan_is_recorded_and_a_wrong_one_refused_with_what_was_typed(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    party, client = written.party(paper, "member"), visit(solene)

    def send(data=None, **fields):
        known = {"way": "paper", "signed_on": "2026-12-03", "signer_name": "Yann Le Goff"}
        file = SimpleUploadedFile("scan.pdf", data or PDF)
        return client.post(at("record_copy", party), {**known, **fields, "file": file})

    wrong = {}
    for data, characters, sentence in [
        (PDF, "00000000", "Ces caractères ne sont pas ceux de ce document"),
        (b"<html><script>alert(1)</script></html>", paper.short_digest, "Ce fichier n’est pas d’une nature"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            paper.short_digest,
            "Ce fichier n’est pas d’une nature",
        ),
        (b"#!/bin/sh\nls\n", paper.short_digest, "Ce fichier n’est pas d’une nature"),
        (picture("PNG"), paper.short_digest, "finit par"),
        (b"%PDF-" + b" " * 21_000_000 + b"%%EOF", paper.short_digest, "dépasse 20 Mo"),
    ]:
        answer = send(data, characters=characters)
        is_typed = 'value="Yann Le Goff"' in answer.content.decode()
        if (answer.status_code, is_typed) != (422, True) or sentence not in words(answer):
            wrong[data[:9]] = answer.status_code
    assert wrong == {}
    assert not Signature.objects.exists()
    assert send(characters=paper.short_digest).status_code == 302
    made = Signature.objects.get()
    served = visit(nolwenn).get(at("signed_copy", made))
    assert b"".join(served.streaming_content) == PDF
    assert served["X-Content-Type-Options"] == "nosniff"


def test_a_signature_is_taken_back_on_the_page(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    made, client = written.sign(paper, "member", nolwenn), visit(nolwenn)
    answer = client.post(at("withdraw", made), {"reason": ""})
    assert (answer.status_code, "pourquoi vous la retirez" in words(answer)) == (422, True)
    assert client.post(at("withdraw", made), {"reason": "Nous partons."}).status_code == 302
    assert Withdrawal.objects.get().reason == "Nous partons."
    page = words(client.get(at("paper", paper)))
    assert "Retirée à partir du 3 décembre 2026 : Nous partons." in page
    assert "Retirer la signature" not in page
    assert "Signer" not in words(visit(solene).get(at("paper", paper)))


def test_a_file_is_verified_and_a_forged_one_refused(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene, printed=True)
    with open_pdf(paper) as file:
        ours = file.read()
    forged = bytearray(ours)
    forged[len(ours) // 2] ^= 1
    client = visit(nolwenn)
    for data, sentence in [
        (ours, "C’est notre PDF, à l’octet près."),
        (bytes(forged), "un octet au moins diffère"),
        (written.incremental(ours), "quelque chose y a été ajouté"),
        (b"x" * (20 * 1024 * 1024 + 1), "dépasse 20 Mo"),
    ]:
        answer = client.post(at("verify", paper), {"file": SimpleUploadedFile("a.pdf", data)})
        assert sentence in words(answer)
    assert "Le document est intact." in words(client.get(at("verify", paper)))


def test_a_paper_without_a_template_in_use_is_not_written(aloen, solene):
    client = visit(solene)
    assert "Aucun modèle n’est en usage." in words(client.get(reverse("papers:write_agreement")))
    form = {"member": aloen.pk, "starts_on": "2026-12-01", "signer": solene.pk}
    answer = client.post(reverse("papers:write_agreement"), form)
    assert answer.status_code == 422
    assert not Paper.objects.exists()


def test_the_group_is_engaged_by_whom_it_names(aloen, solene, nolwenn):
    written.template(solene)
    form = {"member": aloen.pk, "starts_on": "2026-12-01", "signer": nolwenn.pk}
    answer = visit(solene).post(reverse("papers:write_agreement"), form)
    assert "Choisissez quelqu’un de la liste." in words(answer)


def test_templates_are_written_in_the_administration(aloen, solene):
    client = visit(world.admin())
    add = reverse("admin:papers_template_add")
    page = client.get(add).content.decode()
    assert "{adherent_nom}" in page
    known = {"code": "agreement", "version": 1, "title": "Convention-cadre"}
    rows = {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}
    answer = client.post(add, {**known, **rows, "body": "Entre {salaire}"})
    assert "Le champ {salaire} n’existe pas." in words(answer)
    assert client.post(add, {**known, **rows, "body": "Entre {adherent_nom}"}).status_code == 302
    draft = Template.objects.get()
    assert client.post(change_url(draft), filled(client, draft) | {"title": "Convention"}).status_code == 302
    listed = reverse("admin:papers_template_changelist")
    client.post(listed, {"action": "use", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert (draft.status, draft.title) == ("in_use", "Convention")
    made = signing.open_for_signature(
        written.writing.write_agreement(aloen, signer=solene, starts_on=date(2026, 12, 1), by=solene, at=NOW),
        by=solene,
        at=NOW,
    )
    assert made.content["blocks"][0]["pieces"] == [[f"Entre {aloen.legal_name}", False]]
