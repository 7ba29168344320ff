"""The counters of numbers: one a series and year, moved by the transaction that numbers, and by nothing else."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.invoice import InvoiceKind

# Asked when the transaction ends: the counter is moved first, then the documents take the numbers.
COUNTER_STANDS_AT_ITS_NUMBERS = """
    IF EXISTS (
        SELECT FROM billing_series series
        LEFT JOIN LATERAL (
            SELECT sequence, issued_on FROM billing_invoice
            WHERE series_id = series.id AND sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1
        ) last ON true
        WHERE series.id = NEW.id AND (series.last_sequence <> COALESCE(last.sequence, 0)
            OR series.last_issued_on IS DISTINCT FROM last.issued_on)
    ) THEN
        RAISE EXCEPTION 'a counter stands where the last of its numbers does' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


@pghistory.track(
    pghistory.InsertEvent(),
    # Each number moves the counter, and the invoice tells it: what the series is called is the rest.
    pghistory.UpdateEvent(condition=pghistory.AnyChange("kind", "year", "prefix")),
    pghistory.DeleteEvent(),
)
class Series(models.Model):
    """The counter of one series and year: no gap, in the order of dates (CGI ann. II 242 nonies A).

    Credit notes take their numbers from the invoices' series, unless the group gave them a prefix of their own. A
    further one of a year (``rank``) is opened by an admin where the former stands in the future, and takes its place.
    """

    kind = models.CharField(max_length=12, choices=InvoiceKind)
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=8)
    last_sequence = models.PositiveIntegerField(default=0)
    last_issued_on = models.DateField(null=True)
    rank = models.PositiveSmallIntegerField("rang dans l’année", default=0, editable=False)
    reason = models.CharField("motif d’une série de plus", max_length=200, blank=True)
    opened_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="ouverte par",
    )
    opened_at = models.DateTimeField("ouverte le", null=True, editable=False)

    class Meta:
        verbose_name = "série"
        verbose_name_plural = "séries"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year", "rank"], name="one_series_per_kind_year_and_rank"
            ),
            models.CheckConstraint(
                condition=Q(rank=0, reason="", opened_by__isnull=True, opened_at__isnull=True)
                | Q(
                    rank__gt=0,
                    reason__regex=r"\S",
                    opened_by__isnull=False,
                    opened_at__isnull=False,
                ),
                name="a_further_series_says_who_opened_it_and_why",
            ),
            models.UniqueConstraint(fields=["prefix", "year"], name="one_series_per_prefix_and_year"),
            models.CheckConstraint(
                condition=Q(prefix__regex=r"^[A-Z0-9][A-Z0-9-]{0,7}$"), name="series_prefix_is_printable"
            ),
        ]

        triggers = [
            pgtrigger.Trigger(
                name="a_series_says_what_its_numbers_say",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("highest", "integer")],
                func="""
                    SELECT max(sequence) INTO highest FROM billing_invoice WHERE series_id = OLD.id;
                    IF highest IS NOT NULL AND (
                        (NEW.kind, NEW.year, NEW.prefix) IS DISTINCT FROM (OLD.kind, OLD.year, OLD.prefix)
                        OR NEW.last_sequence < highest
                    ) THEN
                        RAISE EXCEPTION 'the series of issued numbers keeps its prefix, its year and its count'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="a_counter_stands_where_its_numbers_do",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=COUNTER_STANDS_AT_ITS_NUMBERS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}"
