"""Who signed exactly what, how and when; and who took it back, beside the signature, which stays."""

import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.kernel.french import of
from members.models import Seat
from members.models.people import seat_keeps_its_day

pgtrigger.register(
    seat_keeps_its_day(
        "a_seat_that_signed_a_paper_keeps_its_day",
        "SELECT signature.seat_id, party.member_id, signature.signed_on AS day FROM papers_signature signature"
        " JOIN papers_party party ON party.id = signature.party_id",
    )
)(Seat)


class Way(models.TextChoices):
    """How a paper was signed (C. civ. 1366 and 1367; eIDAS art. 25)."""

    CLICK = "click", "signature électronique simple"
    EXTERNAL_PDF = "external_pdf", "PDF signé ailleurs"
    PAPER = "paper", "signature sur papier"


class Signature(models.Model):
    """A party's signature of the text whose digest it holds, with what proves it; append-only."""

    party = models.ForeignKey(
        "papers.Party", models.PROTECT, related_name="signatures", verbose_name="partie"
    )
    round = models.PositiveSmallIntegerField("tour", default=1)
    way = models.CharField("moyen", max_length=12, choices=Way)
    signer_name = models.CharField("signé par", max_length=120)
    user = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="personne"
    )
    seat = models.ForeignKey(
        "members.Seat", models.PROTECT, null=True, related_name="+", verbose_name="siège"
    )
    signed_on = models.DateField("signé le")
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name="enregistré par"
    )
    digest = models.CharField("empreinte de ce qui a été signé", max_length=64)
    evidence = models.JSONField("journal de preuve", default=dict)
    copy = models.ForeignKey(
        "members.File", models.PROTECT, null=True, related_name="+", verbose_name="copie signée"
    )

    class Meta:
        verbose_name = "signature"
        verbose_name_plural = "signatures"
        constraints = [
            models.UniqueConstraint(fields=["party", "round"], name="a_party_signs_a_round_once"),
            models.CheckConstraint(
                condition=Q(way="click", copy__isnull=True)
                | Q(way__in=["external_pdf", "paper"], copy__isnull=False),
                name="a_signature_outside_the_app_has_its_copy",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="paper_signatures_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="a_signature_is_of_the_frozen_text",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    PERFORM 1 FROM papers_paper paper JOIN papers_party party ON party.paper_id = paper.id
                    WHERE party.id = NEW.party_id AND party.must_sign
                        AND paper.status = 'signing' AND paper.digest = NEW.digest
                    FOR SHARE OF paper;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'a signature is of the frozen text of a paper that is being signed'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="a_member_is_engaged_by_a_representative_seat",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # A scan may bear the name of somebody who has no account; the seat is then not known.
                func="""
                    IF (NEW.way <> 'paper' OR NEW.seat_id IS NOT NULL) AND EXISTS (
                        SELECT FROM papers_party WHERE id = NEW.party_id AND member_id IS NOT NULL
                    ) AND NOT EXISTS (
                        SELECT FROM members_seat seat JOIN papers_party party ON party.member_id = seat.member_id
                        WHERE party.id = NEW.party_id AND seat.id = NEW.seat_id AND seat.function = 'representative'
                            AND seat.starts_on <= NEW.signed_on
                            AND (seat.ends_before IS NULL OR seat.ends_before > NEW.signed_on)
                            AND (NEW.user_id IS NULL OR seat.user_id = NEW.user_id)
                    ) THEN
                        RAISE EXCEPTION 'a member is engaged by a representative seat held that day'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"signature {of(self.signer_name)}"


class Withdrawal(models.Model):
    """A signature taken back from a day on, with the reason; the signature stays as it was."""

    signature = models.OneToOneField(
        Signature, models.PROTECT, related_name="withdrawal", verbose_name="signature"
    )
    from_on = models.DateField("à partir du")
    reason = models.CharField("motif", max_length=300)
    by = models.ForeignKey("members.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "retrait de signature"
        verbose_name_plural = "retraits de signature"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_withdrawal_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="withdrawals_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"retrait du {self.from_on:%d/%m/%Y}"
