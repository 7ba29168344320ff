"""Sign a paper: in the app, by a PDF signed elsewhere, by a scan; take a signature back; void a paper.

A signature in the app is a simple electronic signature (regulation 910/2014, art. 25; C. civ. 1366 and 1367): it binds
by what proves it, which is kept beside it. For fixed-term and part-time contracts (C. trav. L1242-12, L3123-6) paper or
a qualified provider is advised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.media_types import MediaType
from groupement.kernel.templatetags.formats import long_date
from members import filing
from members.access import can_sign_for
from members.models import File, Member, Seat, User
from members.models.people import Function
from members.papers.models import Paper, PaperStatus, Party, Signature, Way, Withdrawal
from members.papers.printing import open_pdf

SCANS = (MediaType.PDF, MediaType.JPEG, MediaType.PNG)


class NotToSign(Refusal):
    """The paper, or this party of it, is not to be signed, or not any more."""


class PaperNoMandate(Refusal):
    """Who signs is not the party, or does not represent it that day."""


class PaperNoConsent(Refusal):
    """The box was not ticked: nobody signs by accident."""


class PaperAlreadySigned(Refusal):
    """A party signs once."""


class CopyRefused(Refusal):
    """The copy is not one of this paper, signed."""


class SignatureNotWithdrawable(Refusal):
    """The signature is not this person's to take back, or is taken back already."""


@dataclass(frozen=True)
class Copy:
    """A paper signed outside the app: the file, who signed it and when, and the characters at its foot."""

    way: Way
    data: bytes
    name: str
    signed_on: date
    signer_name: str = ""
    seat: Seat | None = None
    characters: str = ""


@transaction.atomic
def open_for_signature(paper: Paper, *, by: User, at: datetime) -> Paper:
    """Let the parties sign. Raises NotToSign where nobody has to, IllegalMove."""
    paper = _locked(paper)
    if paper.may_move(PaperStatus.SIGNING) and not paper.parties.filter(must_sign=True).exists():
        raise NotToSign("Personne n’a à signer ce document.")
    paper.move(PaperStatus.SIGNING, by=by, at=at, opened_at=at)
    return paper


@transaction.atomic
def void(paper: Paper, *, reason: str, by: User, at: datetime) -> Paper:
    """Give a paper up that not everybody has signed; it stays to be read. Raises NotToSign, IllegalMove."""
    paper = _locked(paper)
    if not reason.strip():
        raise NotToSign("Dites en quelques mots pourquoi vous annulez ce document.", field="reason")
    paper.move(PaperStatus.VOID, by=by, at=at, note=reason.strip()[:300], voided_at=at)
    return paper


@transaction.atomic
def sign(party: Party, *, by: User, at: datetime, consent: bool, evidence: Mapping[str, Any]) -> Signature:
    """Sign in the app, as the party or by a representative seat held on the local day of ``at``, never as a deputy.

    Raises NotToSign, PaperNoConsent (field "consent"), PaperNoMandate, PaperAlreadySigned.
    """
    paper = _locked(party.paper)
    _refuse_closed(paper, party)
    if not consent:
        raise PaperNoConsent(
            f"Cochez la case{NO_BREAK_SPACE}: elle dit que vous avez lu le document et que vous le signez.",
            field="consent",
        )
    on = timezone.localtime(at).date()
    seat = _mandate(party, by, on)
    kept = {**evidence, "template": paper.content["template"]}
    facts: dict[str, Any] = {
        "user": by,
        "seat": seat,
        "signer_name": str(by),
        "signed_on": on,
        "evidence": kept,
    }
    return _record(paper, party, way=Way.CLICK, by=by, at=at, **facts)


@transaction.atomic
def record_copy(party: Party, copy: Copy, *, by: User, at: datetime) -> Signature:
    """Record a signature given outside the app, with its copy.

    A PDF signed elsewhere begins with the bytes of ours and carries a signature; of a scan the eight characters at the
    foot of each page are typed. Raises NotToSign, PaperNoMandate, PaperAlreadySigned, CopyRefused, FileNotKept.
    """
    paper = _locked(party.paper)
    _refuse_closed(paper, party)
    on = timezone.localtime(at).date()
    if not timezone.localtime(paper.written_at).date() <= copy.signed_on <= on:
        raise CopyRefused(
            f"Un document écrit le {long_date(paper.written_at)} se signe entre ce jour et aujourd’hui.",
            field="signed_on",
        )
    seat = _seat_of(party, copy)
    kinds: tuple[MediaType, ...] = SCANS
    if copy.way == Way.EXTERNAL_PDF:
        kinds = (MediaType.PDF,)
        _refuse_foreign(paper, copy.data)
    elif _plain(copy.characters) != paper.short_digest:
        raise CopyRefused(
            f"Ces caractères ne sont pas ceux de ce document{NO_BREAK_SPACE}: lisez les huit caractères de "
            "l’empreinte au pied de la copie signée, et vérifiez que c’est la bonne.",
            field="characters",
        )
    name = str(seat.user) if seat else copy.signer_name.strip() or party.name
    kept = filing.keep(copy.data, copy.name, by=by, at=at, is_sensitive=True, kinds=kinds, field="file")
    facts: dict[str, Any] = {
        "user": seat.user if seat else party.user,
        "seat": seat,
        "signer_name": name[:120],
    }
    return _record(paper, party, way=copy.way, by=by, at=at, signed_on=copy.signed_on, copy=kept, **facts)


@transaction.atomic
def withdraw(signature: Signature, *, reason: str, by: User, at: datetime) -> Withdrawal:
    """Take a signature back from today on; it stays, and nobody signs again. Raises SignatureNotWithdrawable."""
    party = signature.party
    paper = _locked(party.paper)
    if Withdrawal.objects.filter(signature=signature).exists():
        raise SignatureNotWithdrawable("Cette signature est déjà retirée.")
    if paper.status == PaperStatus.VOID:
        raise SignatureNotWithdrawable(f"Ce document est annulé{NO_BREAK_SPACE}: il n’engage plus personne.")
    on = timezone.localtime(at).date()
    if not may_withdraw(signature, by, on):
        raise SignatureNotWithdrawable(f"Seul qui peut engager {party.name} retire sa signature.")
    if not reason.strip():
        raise SignatureNotWithdrawable("Dites en quelques mots pourquoi vous la retirez.", field="reason")
    return Withdrawal.objects.create(
        signature=signature, from_on=on, reason=reason.strip()[:300], by=by, at=at
    )


def may_withdraw(signature: Signature, user: User, on: date) -> bool:
    """Whether ``user`` is the party of ``signature``, or represents it that day."""
    return _may_sign(signature.party, user, on)[0]


def awaiting(user: User, on: date) -> list[Party]:
    """The parties for which ``user`` may sign that day: papers that wait for them, the oldest first."""
    represented = user.seats.on(on).filter(function=Function.REPRESENTATIVE).values("member")
    rows = Party.objects.filter(must_sign=True, paper__status=PaperStatus.SIGNING, signatures=None)
    mine = rows.filter(user=user) | rows.filter(member__in=represented)
    return list(mine.select_related("paper", "member").order_by("paper__opened_at", "paper", "rank"))


def mandates(member: Member, on: date) -> list[Seat]:
    """The representative seats of ``member`` on that day."""
    seats = member.seats.on(on).filter(function=Function.REPRESENTATIVE).select_related("user")
    return list(seats.order_by("starts_on", "pk"))


def _locked(paper: Paper) -> Paper:
    """The paper, held until commit: nobody voids or signs it between what is asked and what is written."""
    found: Paper = still_there(Paper.objects.select_for_update(), paper.pk)
    return found


def _refuse_closed(paper: Paper, party: Party) -> None:
    if not party.must_sign:
        raise NotToSign(f"{party.name} n’a pas à signer ce document.")
    withdrawn = Withdrawal.objects.filter(signature__party__paper=paper).select_related("signature__party")
    taken_back = withdrawn.order_by("at", "pk").first()
    if taken_back is not None:
        raise NotToSign(
            f"{taken_back.signature.party.name} a retiré sa signature le {long_date(taken_back.from_on)}"
            f"{NO_BREAK_SPACE}: ce document ne se signe plus. Demandez qu’un nouveau soit écrit."
        )
    if party.signatures.exists():
        raise PaperAlreadySigned(f"{party.name} a déjà signé ce document.")
    if paper.status == PaperStatus.WRITTEN:
        raise NotToSign("Ce document n’est pas encore ouvert à la signature.")
    if paper.status != PaperStatus.SIGNING:
        raise NotToSign(f"Ce document est {paper.get_status_display()}{NO_BREAK_SPACE}: il ne se signe plus.")


def _may_sign(party: Party, user: User, on: date) -> tuple[bool, Seat | None]:
    if party.member is None:
        return user.is_active and party.user_id == user.pk, None
    seat = can_sign_for(user, party.member, on)
    return seat is not None, seat


def _mandate(party: Party, by: User, on: date) -> Seat | None:
    may, seat = _may_sign(party, by, on)
    if may:
        return seat
    if party.member is None:
        raise PaperNoMandate(f"Seul {party.name} signe ici.")
    raise PaperNoMandate(
        f"Vous ne représentez pas {party.member} le {on:%d/%m/%Y}. Demandez à la coordination de noter votre mandat."
    )


def _seat_of(party: Party, copy: Copy) -> Seat | None:
    """The seat by which a copy was signed; a scan may bear a name without one."""
    if party.member is None:
        return None
    if copy.seat is not None:
        held = any(seat.pk == copy.seat.pk for seat in mandates(party.member, copy.signed_on))
        if not held:
            raise PaperNoMandate(
                f"{copy.seat.user} ne représentait pas {party.member} le {copy.signed_on:%d/%m/%Y}. Vérifiez la date, "
                "ou notez son mandat.",
                field="seat",
            )
        return copy.seat
    if copy.way == Way.EXTERNAL_PDF:
        raise PaperNoMandate("Choisissez qui a signé ce PDF pour l’adhérent.", field="seat")
    if not copy.signer_name.strip():
        raise PaperNoMandate("Choisissez qui a signé, ou écrivez son nom.", field="signer_name")
    return None


def _refuse_foreign(paper: Paper, data: bytes) -> None:
    """A PDF that was signed keeps our bytes at its beginning and adds its signature after them (ISO 32000, 7.5.6)."""
    with open_pdf(paper) as file:
        ours = file.read()
    if not data.startswith(ours):
        raise CopyRefused(
            f"Ce PDF n’est pas notre document signé{NO_BREAK_SPACE}: il ne commence pas par les octets du nôtre. "
            "Téléchargez le PDF d’ici, signez ce fichier-là sans l’imprimer ni l’enregistrer de nouveau.",
            field="file",
        )
    added = data[len(ours) :]
    if b"/ByteRange" not in added or b"%%EOF" not in added:
        raise CopyRefused(
            f"Ce PDF est le nôtre, mais il ne porte pas de signature{NO_BREAK_SPACE}: signez-le, puis envoyez-le.",
            field="file",
        )


def _plain(characters: str) -> str:
    return re.sub(r"[\s\u00a0\u202f-]", "", characters).lower()


def _record(
    paper: Paper, party: Party, *, by: User, at: datetime, copy: File | None = None, **facts: Any
) -> Signature:
    made = Signature.objects.create(
        party=party, recorded_at=at, recorded_by=by, digest=paper.digest, copy=copy, **facts
    )
    left = paper.parties.filter(must_sign=True, signatures=None)
    if not left.exists():
        paper.move(PaperStatus.SIGNED, by=by, at=at, signed_at=at)
    return made
