"""Invoices and their lines; once issued they are numbered, copied whole into a snapshot, and frozen."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q

from employees.models import VatRegime
from groupement.kernel.lifecycle import Lifecycle, Step
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import MonthField
from members.models import User

# Reads OLD and NEW, so that nothing is moved off an issued invoice either; FOR SHARE waits for issue(), which holds
# the invoice FOR UPDATE.
OF_AN_ISSUED_INVOICE = """
    FOREACH named IN ARRAY ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.invoice_id END,
        CASE WHEN TG_OP <> 'DELETE' THEN NEW.invoice_id END
    ] LOOP
        CONTINUE WHEN named IS NULL;
        SELECT status INTO found_status FROM billing_invoice WHERE id = named FOR SHARE;
        IF found_status = 'issued' THEN
            RAISE EXCEPTION 'what an issued invoice is made of never changes'
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


# After the statement, so that a block of numbers written at once is seen whole. Later years are those of the series.
FOLLOWS_THE_NUMBER_BEFORE = """
    IF NEW.sequence > 1 AND NOT EXISTS (
        SELECT FROM billing_invoice WHERE series_id = NEW.series_id AND sequence = NEW.sequence - 1
            AND issued_on <= NEW.issued_on
    ) THEN
        RAISE EXCEPTION 'a number follows the one before, without a gap and in the order of dates'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM billing_series mine JOIN billing_series later ON later.kind = mine.kind AND later.year > mine.year
            AND later.rank >= mine.rank
        WHERE mine.id = NEW.series_id AND later.last_issued_on > NEW.issued_on
    ) THEN
        RAISE EXCEPTION 'a number of a year is not given after one of a later year'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", "facture"
    CREDIT_NOTE = "credit_note", "avoir"


class InvoiceStatus(models.TextChoices):
    DRAFT = "draft", "brouillon"
    ISSUED = "issued", "émise"


class Unit(models.TextChoices):
    """Units of a line, by their UN/ECE recommendation 20 code."""

    HOUR = "HUR", "heure"
    MONTH = "MON", "mois"
    ONE = "C62", "unité"
    KILOMETRE = "KMT", "km"
    DAY = "DAY", "jour"


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    """Invoices, in the scope of who reads."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; for a seat, the issued ones of its member."""
        if user.sees_every_member:
            return self
        from members.models import Member

        return self.filter(
            status=InvoiceStatus.ISSUED, member__in=Member.objects.visible_to(user).values("pk")
        )


class Invoice(Lifecycle):
    """A member's invoice or credit note: draft, then issued for ever; its PDF is made from ``snapshot`` only.

    ``run`` is None for what is issued by itself (a credit note, a true-up). Amounts of a credit note are positive:
    its kind says which way they go. ``is_out_of_scope``: dues and deposits, which never share an invoice with VAT.
    """

    MOVES = {InvoiceStatus.DRAFT: {InvoiceStatus.ISSUED}, InvoiceStatus.ISSUED: set()}

    run = models.ForeignKey(
        "billing.BillingRun",
        models.PROTECT,
        related_name="invoices",
        null=True,
        blank=True,
        verbose_name="clôture",
    )
    true_up = models.ForeignKey(
        "billing.TrueUp",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name="régularisation",
    )
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credit_notes", verbose_name="corrige"
    )
    reason = models.CharField("motif", max_length=300, blank=True)
    is_out_of_scope = models.BooleanField("hors champ de la TVA", default=False)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    kind = models.CharField("type", max_length=12, choices=InvoiceKind, default=InvoiceKind.INVOICE)
    status = models.CharField(
        "état", max_length=10, choices=InvoiceStatus, default=InvoiceStatus.DRAFT, editable=False
    )
    service_month = MonthField("mois de service")
    drafted_at = models.DateTimeField("brouillon fait le")
    series = models.ForeignKey(
        "billing.Series", models.PROTECT, null=True, related_name="invoices", editable=False
    )
    sequence = models.PositiveIntegerField(null=True, editable=False)
    number = models.CharField("numéro", max_length=20, null=True, unique=True, editable=False)  # noqa: DJ001 - drafts have none
    issued_at = models.DateTimeField("émise à", null=True, editable=False)
    issued_on = models.DateField("date", null=True, editable=False)
    due_on = models.DateField("échéance", null=True, editable=False)
    minutes = models.PositiveIntegerField("minutes facturées", default=0)
    net = MoneyField("HT", default=0)
    vat = MoneyField("TVA", default=0)
    total = MoneyField("TTC", default=0)
    snapshot = models.JSONField("copie figée", null=True, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "facture"
        verbose_name_plural = "factures"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "member", "is_out_of_scope"],
                condition=Q(kind="invoice"),
                name="one_invoice_per_run_and_member",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects__isnull=True)
                | (Q(kind="credit_note", run__isnull=True) & ~Q(reason="")),
                name="a_credit_note_stands_alone_and_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice")
                | Q(kind="credit_note", corrects__isnull=False, true_up__isnull=True)
                | Q(kind="credit_note", corrects__isnull=True, true_up__isnull=False),
                name="a_credit_note_corrects_an_invoice_or_trues_up",
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0, vat__gte=0), name="invoice_amounts_are_not_negative"
            ),
            models.UniqueConstraint(fields=["series", "sequence"], name="one_invoice_per_number_of_a_series"),
            models.CheckConstraint(
                condition=(
                    Q(
                        status="draft",
                        number__isnull=True,
                        series__isnull=True,
                        sequence__isnull=True,
                        issued_at__isnull=True,
                        issued_on__isnull=True,
                        due_on__isnull=True,
                        snapshot__isnull=True,
                    )
                    | Q(
                        status="issued",
                        number__isnull=False,
                        series__isnull=False,
                        sequence__isnull=False,
                        issued_at__isnull=False,
                        issued_on__isnull=False,
                        due_on__isnull=False,
                        due_on__gte=F("issued_on"),
                        snapshot__isnull=False,
                    )
                ),
                name="invoice_is_issued_exactly_when_numbered",
            ),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("vat")), name="invoice_total_is_net_plus_vat"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(number__regex=r"^[A-Z0-9][A-Z0-9+_/-]{0,19}$"),
                name="invoice_number_is_portable",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="issued_invoice_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="issued"),
                func="RAISE EXCEPTION 'an issued invoice never changes' USING ERRCODE = 'check_violation';",
            ),
            pgtrigger.Trigger(
                name="numbers_follow_each_other",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(
                    new__status="issued", new__series__isnull=False, new__issued_on__isnull=False
                ),
                func=FOLLOWS_THE_NUMBER_BEFORE,
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"brouillon {self.pk or '—'}"

    @property
    def document_name(self) -> str:
        """What lists call it: "facture", "avoir", "régularisation", "avoir de régularisation"."""
        if self.true_up_id is None:
            return str(self.get_kind_display())
        return "avoir de régularisation" if self.kind == InvoiceKind.CREDIT_NOTE else "régularisation"

    @property
    def paper_state(self) -> str:
        """Where its PDF is: none (a draft), pending, failed or ready. Read with ``document`` and ``rendering``."""
        if self.status == InvoiceStatus.DRAFT:
            return "none"
        if getattr(self, "document", None):
            return "ready"
        rendering = getattr(self, "rendering", None)
        return "failed" if rendering and rendering.status == "failed" else "pending"


class InvoiceStep(Step):
    """One move of an invoice."""

    subject = models.ForeignKey(Invoice, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape de facture"
        verbose_name_plural = "étapes de facture"
        triggers = [
            pgtrigger.Protect(
                name="invoice_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


class Line(models.Model):
    """One line: what is printed multiplies (net = quantity × unit price, half-up to the cent)."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name="facture")
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("désignation", max_length=200)
    detail = models.CharField("précision", max_length=300, blank=True)
    quantity = models.DecimalField("quantité", max_digits=10, decimal_places=2)
    unit = models.CharField("unité", max_length=3, choices=Unit)
    unit_price = MoneyField("prix unitaire HT")
    net = MoneyField("montant HT")
    vat_regime = models.CharField("régime de TVA", max_length=5, choices=VatRegime)
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credited_by", verbose_name="crédite"
    )

    class Meta:
        verbose_name = "ligne"
        verbose_name_plural = "lignes"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "position"], name="line_position_is_unique_in_an_invoice"
            ),
            models.CheckConstraint(
                condition=Q(net=models.functions.Round(F("quantity") * F("unit_price"), 2)),
                name="line_net_is_quantity_times_price",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lines_of_an_issued_invoice_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("named", "bigint"), ("found_status", "text")],
                func=OF_AN_ISSUED_INVOICE,
            ),
            pgtrigger.Trigger(
                name="a_line_is_not_credited_beyond_itself",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__credits__isnull=False),
                declare=[("whole", "billing_line%ROWTYPE"), ("taken", "numeric"), ("hours", "numeric")],
                func="""
                    -- Two credits of one line wait for each other; NO KEY: what refers to the line may go on.
                    SELECT * INTO whole FROM billing_line WHERE id = NEW.credits_id FOR NO KEY UPDATE;
                    -- At another price a part is told in euros ("1 × 40.00" of a share): it takes no quantity.
                    SELECT COALESCE(SUM(net), 0), COALESCE(SUM(quantity)
                        FILTER (WHERE unit = whole.unit AND unit_price = whole.unit_price), 0)
                    INTO taken, hours FROM billing_line WHERE credits_id = NEW.credits_id AND id <> NEW.id;
                    IF taken + NEW.net > whole.net
                       OR (NEW.unit = whole.unit AND NEW.unit_price = whole.unit_price
                           AND hours + NEW.quantity > whole.quantity) THEN
                        RAISE EXCEPTION 'a line is not credited beyond itself' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.label}"
