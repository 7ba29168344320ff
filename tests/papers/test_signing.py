"""Signing: in the app, by a PDF signed elsewhere, by a scan; what is refused; taking back; every state × role."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from groupement.kernel.lifecycle import IllegalMove
from members import filing
from members.models import Seat
from members.models.people import Function
from members.papers import signing, verifying
from members.papers.models import Paper, Signature, Way, Withdrawal
from members.papers.printing import open_pdf
from tests import world
from tests.billing.charges.receipt_files import PDF, picture
from tests.papers import written
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_a_paper_is_written_opened_signed_by_both_and_whole(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    assert [each.paper_id for each in signing.awaiting(nolwenn, TODAY)] == [paper.pk]
    assert paper.reference == f"CONV-2026-{paper.pk:04}"
    written.sign(paper, "group", solene)
    paper.refresh_from_db()
    assert paper.status == "signing"
    made = written.sign(paper, "member", nolwenn)
    paper.refresh_from_db()
    assert (paper.status, paper.signed_at) == ("signed", NOW)
    assert made.evidence == {**written.EVIDENCE, "template": {"code": "agreement", "version": 1}}
    assert (made.seat.user, made.signer_name, made.digest) == (nolwenn, str(nolwenn), paper.digest)
    assert signing.awaiting(nolwenn, TODAY) == []
    assert verifying.faults(paper) == []
    assert [step.target for step in paper.steps.order_by("pk")] == ["written", "signing", "signed"]


def test_nobody_signs_without_mandate_consent_or_twice(aloen, nolwenn, solene):
    paper, sonam = written.agreement(aloen, solene), world.member("Sonam")
    party = written.party(paper, "member")

    def refused(by, *, consent=True, at=NOW):
        with pytest.raises(signing.Refusal) as caught:
            signing.sign(party, by=by, at=at, consent=consent, evidence={})
        return caught.value.message

    assert "pas encore ouvert" in refused(nolwenn)
    signing.open_for_signature(paper, by=solene, at=NOW)
    assert "Cochez la case" in refused(nolwenn, consent=False)
    deputy = world.user("Loïc Tanguy")
    world.deputy(nolwenn, deputy, member=aloen)
    manager = world.staff(aloen, "Erwan Le Bris", function=Function.MANAGER)
    stranger = world.staff(sonam, "Anaïs Moal")
    for other in (deputy, manager, stranger, solene, world.admin()):
        assert "Vous ne représentez pas Aloen" in refused(other)
    # A seat that ended yesterday; it still holds on the eve of its end.
    Seat.objects.filter(user=nolwenn).update(ends_before=TODAY)
    assert "Vous ne représentez pas Aloen le 03/12/2026" in refused(nolwenn)
    Seat.objects.filter(user=nolwenn).update(ends_before=TODAY + timedelta(1))
    written.sign(paper, "member", nolwenn)
    assert refused(nolwenn) == f"{aloen.legal_name} a déjà signé ce document."
    party = written.party(paper, "group")
    assert "signe ici" in refused(nolwenn)


def test_after_a_withdrawal_nobody_signs_and_the_signature_stays(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    made = written.sign(paper, "member", nolwenn)
    with pytest.raises(signing.SignatureNotWithdrawable, match="Seul qui peut engager"):
        signing.withdraw(made, reason="x", by=solene, at=NOW)
    with pytest.raises(signing.SignatureNotWithdrawable, match="pourquoi"):
        signing.withdraw(made, reason=" ", by=nolwenn, at=NOW)
    withdrawal = signing.withdraw(made, reason="Nous changeons de siège.", by=nolwenn, at=NOW)
    assert (withdrawal.from_on, withdrawal.signature) == (TODAY, made)
    assert Signature.objects.get() == made
    for capacity, by in (("group", solene), ("member", nolwenn)):
        with pytest.raises(signing.NotToSign, match="a retiré sa signature le 3 décembre 2026"):
            written.sign(paper, capacity, by)
    with pytest.raises(signing.SignatureNotWithdrawable, match="déjà retirée"):
        signing.withdraw(made, reason="Encore.", by=nolwenn, at=NOW)
    paper.refresh_from_db()
    assert paper.status == "signing"
    assert signing.void(paper, reason="Retiré", by=solene, at=NOW).status == "void"


def copied(way, data, **facts):
    known = {"name": "copie.pdf", "signed_on": TODAY}
    return signing.Copy(way=way, data=data, **{**known, **facts})


def test_a_pdf_signed_elsewhere_begins_with_our_bytes(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene, printed=True)
    party, seat = written.party(paper, "member"), Seat.objects.get(user=nolwenn)
    with open_pdf(paper) as file:
        ours = file.read()
    elsewhere = written.incremental(ours)
    one_byte_off = bytearray(elsewhere)
    one_byte_off[100] ^= 1
    for data, sentence in [
        (written.incremental(PDF), "ne commence pas par les octets du nôtre"),
        (bytes(one_byte_off), "ne commence pas par les octets du nôtre"),
        (ours, "ne porte pas de signature"),
        (ours + b"\n%%EOF\n", "ne porte pas de signature"),
    ]:
        with pytest.raises(signing.CopyRefused) as refused:
            signing.record_copy(party, copied(Way.EXTERNAL_PDF, data, seat=seat), by=solene, at=NOW)
        assert (sentence in refused.value.message, refused.value.field) == (True, "file")
    with pytest.raises(signing.PaperNoMandate, match="Choisissez qui a signé"):
        signing.record_copy(party, copied(Way.EXTERNAL_PDF, elsewhere), by=solene, at=NOW)
    made = signing.record_copy(party, copied(Way.EXTERNAL_PDF, elsewhere, seat=seat), by=solene, at=NOW)
    assert (made.signer_name, made.user, made.way) == (str(nolwenn), nolwenn, "external_pdf")
    with filing.open_file(made.copy) as file:
        assert file.read() == elsewhere
    assert verifying.compare(paper, elsewhere).is_ours
    assert "à l’octet près" in verifying.compare(paper, ours).sentence
    assert not verifying.compare(paper, bytes(one_byte_off)).is_ours
    assert "quelque chose y a été ajouté" in verifying.compare(paper, elsewhere + b" ").sentence


def test_a_scan_wants_the_characters_at_its_foot(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    party, right = written.party(paper, "member"), paper.short_digest
    wrong = ("1" if right[0] != "1" else "2") + right[1:]
    scan = {"name": "scan.jpg", "signer_name": "Yann Le Goff"}
    for facts, sentence, field in [
        ({"characters": wrong}, "ne sont pas ceux de ce document", "characters"),
        ({"characters": right[:7]}, "ne sont pas ceux de ce document", "characters"),
        ({"characters": ""}, "ne sont pas ceux de ce document", "characters"),
        ({"characters": right, "signer_name": " "}, "écrivez son nom", "signer_name"),
        (
            {"characters": right, "signed_on": TODAY + timedelta(1)},
            "entre ce jour et aujourd’hui",
            "signed_on",
        ),
        (
            {"characters": right, "signed_on": TODAY - timedelta(1)},
            "entre ce jour et aujourd’hui",
            "signed_on",
        ),
    ]:
        with pytest.raises(signing.Refusal) as refused:
            signing.record_copy(party, copied(Way.PAPER, picture(), **{**scan, **facts}), by=solene, at=NOW)
        assert sentence in refused.value.message
        assert refused.value.field == field
    for name, data in (
        ("scan.pdf", b"<html>"),
        ("scan.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("scan.pdf", b"#!/bin/sh\nls\n"),
        ("scan.pdf", picture()),
        ("scan.pdf", PDF + b" " * 20 * 1024 * 1024),
    ):
        with pytest.raises(filing.FileNotKept):
            signing.record_copy(
                party,
                copied(Way.PAPER, data, **{**scan, "name": name, "characters": right}),
                by=solene,
                at=NOW,
            )
    assert not Signature.objects.exists()
    spaced = f"{right[:4].upper()} {right[4:]}"
    made = signing.record_copy(
        party, copied(Way.PAPER, picture(), **scan, characters=spaced), by=solene, at=NOW
    )
    assert (made.seat, made.signer_name, made.recorded_by) == (None, "Yann Le Goff", solene)
    assert verifying.compare(written.agreement(aloen, solene, printed=True), picture()).is_ours is False


def test_a_copy_signed_by_a_seat_that_had_ended_is_refused(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    Seat.objects.filter(user=nolwenn).update(ends_before=TODAY)
    party, seat = written.party(paper, "member"), Seat.objects.get(user=nolwenn)
    facts = {"name": "a.jpg", "characters": paper.short_digest, "seat": seat}
    with pytest.raises(signing.PaperNoMandate, match="ne représentait pas Aloen le 03/12/2026"):
        signing.record_copy(party, copied(Way.PAPER, picture(), **facts), by=solene, at=NOW)


STATES = ("written", "signing", "signed", "void", "withdrawn")
ROLES = (
    "representative",
    "manager",
    "reader",
    "deputy",
    "stranger",
    "coordinator",
    "finance",
    "admin",
    "employee",
)
MAY = {
    # act: state → roles that may; every other pair is refused.
    "open": {"written": "any"},
    "void": {"written": "any", "signing": "any", "withdrawn": "any"},
    "sign for the member": {"signing": {"representative"}},
    "sign for the group": {"signing": {"coordinator"}},
    "take back the member’s": {"signed": {"representative"}},
}


def in_state(state, aloen, solene, nolwenn):
    """A paper of each state; what is withdrawn was signed by Aloen alone."""
    if state == "written":
        return written.agreement(aloen, solene)
    if state == "signed":
        return written.signed(aloen, solene, nolwenn)
    paper = written.opened(aloen, solene)
    if state == "withdrawn":
        made = written.sign(paper, "member", nolwenn)
        signing.withdraw(made, reason="x", by=nolwenn, at=NOW)
    return signing.void(paper, reason="x", by=solene, at=NOW) if state == "void" else paper


def acts(paper, user):
    facts = {"by": user, "at": NOW}
    member, group = written.party(paper, "member"), written.party(paper, "group")
    signature = Signature.objects.filter(party=member).first()

    def take_back():
        if signature is None:  # the page shows no such button
            raise signing.SignatureNotWithdrawable("")
        signing.withdraw(signature, reason="x", **facts)

    return {
        "open": lambda: signing.open_for_signature(paper, **facts),
        "void": lambda: signing.void(paper, reason="x", **facts),
        "sign for the member": lambda: signing.sign(member, consent=True, evidence={}, **facts),
        "sign for the group": lambda: signing.sign(group, consent=True, evidence={}, **facts),
        "take back the member’s": take_back,
    }


@pytest.mark.parametrize("state", STATES)
def test_every_act_in_every_state_by_every_role(state, aloen, nolwenn, solene):
    """Who opens and voids, the address decides (coordination); the acts decide who engages whom, and when."""
    users = {
        "representative": nolwenn,
        "manager": world.staff(aloen, "Erwan Le Bris", function=Function.MANAGER),
        "reader": world.staff(aloen, "Rozenn Guillou", function=Function.READER),
        "deputy": world.user("Loïc Tanguy"),
        "stranger": world.staff(world.member("Sonam"), "Anaïs Moal"),
        "coordinator": solene,
        "finance": world.finance(),
        "admin": world.admin(),
        "employee": world.user("Maëlle Kerbrat"),
    }
    world.deputy(nolwenn, users["deputy"], member=aloen)
    assert set(users) == set(ROLES)
    paper = in_state(state, aloen, solene, nolwenn)
    wrong = {}
    for role, user in users.items():
        for name, act in acts(paper, user).items():
            may = MAY[name].get(state, set())
            try:
                with transaction.atomic():
                    act()
                    transaction.set_rollback(True)
                    done = True
            except (signing.Refusal, IllegalMove):
                done = False
            paper.refresh_from_db()
            if done != (may == "any" or role in may):
                wrong[role, name] = done
    assert wrong == {}


def test_raw_sql_changes_and_deletes_nothing(aloen, nolwenn, solene):
    paper = written.signed(aloen, solene, nolwenn)
    made = Signature.objects.get(party__capacity="member")
    signing.withdraw(made, reason="x", by=nolwenn, at=NOW)
    statements = [
        *(
            f"UPDATE papers_paper SET {column} = {value}"
            for column, value in (
                ("title", "'x'"),
                ("content", "'{}'"),
                ("digest", "repeat('a', 64)"),
                ("reference", "'x'"),
                ("status", "'signing'"),
                ("written_at", "now()"),
            )
        ),
        "UPDATE papers_signature SET signer_name = 'x'",
        "UPDATE papers_withdrawal SET reason = 'x'",
        "UPDATE papers_party SET name = 'x'",
        "UPDATE papers_paperstep SET note = 'x'",
        *(
            f"DELETE FROM papers_{table}"
            for table in ("withdrawal", "signature", "party", "paperstep", "paper")
        ),
        *(f"TRUNCATE papers_{table} CASCADE" for table in ("withdrawal", "signature", "party", "paper")),
        (
            "INSERT INTO papers_party (paper_id, rank, capacity, name, must_sign)"
            f" VALUES ({paper.pk}, 9, 'reader', 'x', true)"
        ),
    ]
    gone_through = []
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('pgtrigger.ignore', '{papers}', true)")
                cursor.execute(statement)
        except DatabaseError:
            continue
        gone_through.append(statement)
    assert gone_through == []


def test_one_changed_byte_of_content_parties_or_signature_is_seen(aloen, nolwenn, solene):
    from tests.unguarded import unguarded

    paper = written.signed(aloen, solene, nolwenn)
    before = Paper.objects.get()
    with unguarded():
        Paper.objects.update(content={**paper.content, "title": "Convention-cadrE"})
    assert "le contenu" in verifying.faults(Paper.objects.get())[0]
    with unguarded():
        Paper.objects.update(content=before.content)
        paper.parties.filter(rank=1).update(name="Autre")
    assert "les parties" in verifying.faults(Paper.objects.get())[0]
    with unguarded():
        paper.parties.filter(rank=1).update(name=before.content["parties"][0]["name"])
        Signature.objects.filter(party__rank=1).update(digest="a" * 64)
    assert "d’un autre texte" in verifying.faults(Paper.objects.get())[0]


def test_the_database_refuses_what_the_acts_would(aloen, nolwenn, solene):
    paper = written.opened(aloen, solene)
    party, seat = written.party(paper, "member"), Seat.objects.get(user=nolwenn)
    known = {
        "party": party,
        "way": "click",
        "signer_name": "x",
        "user": nolwenn,
        "seat": seat,
        "signed_on": TODAY,
    }
    known |= {"recorded_at": NOW, "recorded_by": nolwenn, "digest": paper.digest}
    manager = world.seat(world.user("E"), aloen, function=Function.MANAGER)
    for change in (
        {"digest": "a" * 64},
        {"seat": None},
        {"seat": manager, "user": manager.user},
        {"signed_on": world.YEAR_START - timedelta(days=4000)},
        {"way": "paper"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.create(**{**known, **change})
    Signature.objects.create(**known)
    with pytest.raises(IntegrityError, match="a_party_signs_a_round_once"), transaction.atomic():
        Signature.objects.create(**known)
    assert not Withdrawal.objects.exists()
