"""Statements of the bank as they were imported, their operations, and the payment that each operation is."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models.payment import PaymentMethod
from groupement.kernel.money import MoneyField


class BankStatement(models.Model):
    """A statement imported whole (CAMT.053, OFX, or the table of a bank); the same file is not imported twice.

    ``left_out``: sentences about what was not imported of the file: not booked yet, known already, without amount.
    ``known_by``: the statements (ids) whose operations the file holds too. ``layout_name``: by which a table was read.
    An import that was undone keeps who undid it and when; its operations are gone, and the file may be imported again.
    """

    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64)
    format = models.CharField("format", max_length=20)
    layout_name = models.CharField("format de colonnes", max_length=60, blank=True)
    iban = models.CharField("IBAN du compte", max_length=34, blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    opening_balance = MoneyField("solde initial", null=True, blank=True)
    closing_balance = MoneyField("solde final", null=True, blank=True)
    left_out = models.JSONField("laissé de côté", default=list, blank=True)
    known_by = models.JSONField("opérations connues par", default=list, blank=True)
    imported_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField("importé le")
    undone_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulé par"
    )
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)

    class Meta:
        verbose_name = "relevé bancaire"
        verbose_name_plural = "relevés bancaires"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="a_statement_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(undone_by=None) | Q(undone_at__isnull=False),
                name="who_undid_an_import_did_so_at_a_moment",
            ),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(undone_at=None), name="a_file_is_imported_once"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="an_import_is_undone_while_nothing_stands_on_it",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.undone_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
                        RAISE EXCEPTION 'an import that was undone stays so' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.undone_at IS NOT NULL AND EXISTS (
                        SELECT FROM billing_bankoperation WHERE statement_id = NEW.id AND status = 'matched'
                    ) THEN
                        RAISE EXCEPTION 'a payment stands on this import' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="what_a_statement_said_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["undone_by", "undone_at"]),
            ),
            pgtrigger.Protect(name="statements_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name


class OperationStatus(models.TextChoices):
    OPEN = "open", "à rapprocher"
    MATCHED = "matched", "rapprochée"
    SET_ASIDE = "set_aside", "hors factures"
    SPLIT = "split", "ventilée"


@pghistory.track()
class BankOperation(models.Model):
    """One operation of the account, positive when money came in. ``key`` is the bank's own reference, else a digest.

    Money in is matched with the payment that it is; money out with the payment that it takes back (``reverses``) or
    with the ``refund`` that it is. One that stands for several (a deposit of cheques, a batch of debits) is split into
    ``parts`` that sum to it. ``has_made_payment``: the payment or the refund was recorded by the matching, and goes
    when the matching is undone.
    """

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="operations", verbose_name="relevé"
    )
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="partie de"
    )
    line = models.PositiveIntegerField("ligne", default=0)
    key = models.CharField("identifiant", max_length=80)
    iban = models.CharField("IBAN du compte", max_length=34, blank=True)
    booked_on = models.DateField("date")
    amount = MoneyField("montant")
    counterparty = models.CharField("tiers", max_length=140, blank=True)
    label = models.CharField("libellé", max_length=400, blank=True)
    reference = models.CharField("référence", max_length=140, blank=True)
    nature = models.CharField("moyen", max_length=12, choices=PaymentMethod, default=PaymentMethod.TRANSFER)
    is_return = models.BooleanField("rejet ou retour", default=False)
    status = models.CharField("état", max_length=10, choices=OperationStatus, default=OperationStatus.OPEN)
    payment = models.OneToOneField(
        "billing.Payment", models.PROTECT, null=True, related_name="operation", verbose_name="règlement"
    )
    reverses = models.OneToOneField(
        "billing.Payment", models.PROTECT, null=True, related_name="return_operation", verbose_name="annule"
    )
    refund = models.OneToOneField(
        "billing.Refund", models.PROTECT, null=True, related_name="operation", verbose_name="remboursement"
    )
    has_made_payment = models.BooleanField("règlement enregistré par le rapprochement", default=False)
    note = models.CharField("note", max_length=200, blank=True)

    class Meta:
        verbose_name = "opération bancaire"
        verbose_name_plural = "opérations bancaires"
        constraints = [
            models.UniqueConstraint(fields=["iban", "key"], name="an_operation_is_taken_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="an_operation_moves_money"),
            models.CheckConstraint(
                condition=Q(
                    status="matched",
                    amount__gt=0,
                    payment__isnull=False,
                    reverses__isnull=True,
                    refund__isnull=True,
                )
                | Q(
                    Q(reverses__isnull=False, refund__isnull=True)
                    | Q(reverses__isnull=True, refund__isnull=False),
                    status="matched",
                    amount__lt=0,
                    payment__isnull=True,
                )
                | Q(
                    status__in=["open", "set_aside", "split"],
                    payment__isnull=True,
                    reverses__isnull=True,
                    refund__isnull=True,
                    has_made_payment=False,
                ),
                name="a_matched_operation_has_its_payment",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="what_the_bank_said_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                # Parts are not the bank's: they may be joined again while they settle nothing. Those of an import that
                # was undone go, whole or not.
                func="""
                    IF TG_OP = 'DELETE' THEN
                        IF OLD.status = 'matched' OR NOT (
                            (OLD.part_of_id IS NOT NULL AND OLD.status = 'open') OR EXISTS (
                                SELECT FROM billing_bankstatement
                                WHERE id = OLD.statement_id AND undone_at IS NOT NULL
                            )
                        ) THEN
                            RAISE EXCEPTION 'what the bank said stays' USING ERRCODE = 'check_violation';
                        END IF;
                        RETURN OLD;
                    END IF;
                    IF (OLD.statement_id, OLD.part_of_id, OLD.line, OLD.key, OLD.iban, OLD.booked_on, OLD.amount,
                        OLD.counterparty, OLD.label, OLD.reference) IS DISTINCT FROM
                       (NEW.statement_id, NEW.part_of_id, NEW.line, NEW.key, NEW.iban, NEW.booked_on, NEW.amount,
                        NEW.counterparty, NEW.label, NEW.reference) THEN
                        RAISE EXCEPTION 'what the bank said stays' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="parts_stay_within_their_operation",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__part_of__isnull=False),
                declare=[("whole", "billing_bankoperation%ROWTYPE"), ("taken", "numeric")],
                func="""
                    SELECT * INTO whole FROM billing_bankoperation WHERE id = NEW.part_of_id FOR NO KEY UPDATE;
                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_bankoperation
                        WHERE part_of_id = NEW.part_of_id;
                    IF SIGN(whole.amount) <> SIGN(NEW.amount) OR whole.status <> 'split'
                       OR ABS(taken + NEW.amount) > ABS(whole.amount) THEN
                        RAISE EXCEPTION 'parts stay within their operation' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on:%d/%m/%Y} {self.amount}"


class BankLayout(models.Model):
    """Which column of a bank's table means what, as finance chose it once; found again by the digest of the titles.

    ``name``: as finance calls it, the bank for one; empty for those chosen before layouts had names.
    """

    name = models.CharField("nom", max_length=60, blank=True)
    titles_digest = models.CharField("empreinte des titres", max_length=64, unique=True)
    titles = models.JSONField("titres")
    columns = models.JSONField("colonnes")
    used_at = models.DateTimeField("utilisé le")

    class Meta:
        verbose_name = "format de relevé bancaire"
        verbose_name_plural = "formats de relevés bancaires"

    def __str__(self) -> str:
        return self.name or f"format {self.titles_digest[:8]}"
