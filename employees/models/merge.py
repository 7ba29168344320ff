"""The journal of merged records: two records were of one person, and one of them remains."""

import pgtrigger
from django.db import models
from django.db.models import Q

# Begins the function of a trigger that keeps a row with its person: along a merge, which stands in the journal before
# anything moves and whose source is gone at its end, rows go from one record to the other and change nothing else.
ALONG_A_MERGE = """
    IF TG_OP = 'UPDATE' THEN
        IF NEW.employee_id IS DISTINCT FROM OLD.employee_id
            AND to_jsonb(NEW) - 'employee_id' = to_jsonb(OLD) - 'employee_id' THEN
            PERFORM 1 FROM employees_employeemerge WHERE source = OLD.employee_id AND target = NEW.employee_id;
            IF FOUND THEN RETURN NEW; END IF;
        END IF;
    END IF;
"""


class EmployeeMerge(models.Model):
    """One record of a person that was merged into another and deleted: who did it, when, why, and what moved.

    ``source`` and ``target`` are numbers, not keys: the one is gone, and the other may be merged in its turn. ``moved``
    holds the numbers of the rows that changed hands, by kind of row; what they say is in their own history.
    """

    source = models.BigIntegerField("fiche disparue")
    source_name = models.CharField("nom de la fiche disparue", max_length=161)
    source_payroll_number = models.CharField("matricule de la fiche disparue", max_length=20)
    target = models.BigIntegerField("fiche gardée")
    target_name = models.CharField("nom de la fiche gardée", max_length=161)
    reason = models.CharField("motif", max_length=200)
    moved = models.JSONField("ce qui a changé de fiche", default=dict)
    notes = models.JSONField("ce qui a été fait d’autre", default=list)
    by = models.ForeignKey("members.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "fusion de fiches"
        verbose_name_plural = "fusions de fiches"
        constraints = [
            models.UniqueConstraint(fields=["source"], name="a_record_is_merged_once"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="who_merges_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(name="merges_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="nothing_is_left_at_a_merged_record",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert,
                func="""
                    PERFORM 1 FROM employees_employee WHERE id = NEW.source;
                    IF FOUND THEN
                        RAISE EXCEPTION 'a merged record is gone' USING ERRCODE = 'check_violation';
                    END IF;
                    PERFORM 1 FROM employees_employee WHERE id = NEW.target;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'a record is merged into one that is there'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"fusion {self.source_name} n° {self.source} → n° {self.target}"
