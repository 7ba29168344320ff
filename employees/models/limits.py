"""Limits of working time as dated settings of a collective agreement; the law’s own figures are the defaults."""

from datetime import date
from decimal import Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from groupement.kernel.periods import Dated, ends_after_start, no_overlap


@pghistory.track()
class WorkingTimeLimits(Dated):
    """What a person’s working time may not exceed, from a day on; durations in minutes unless the name ends in days.

    The row whose ``collective_agreement`` is the group’s wins over the one without (the law), which wins over the
    defaults below. Sources: Code du travail L3121-16 to -36, L3123-7 to -31, L3131-1, L3132-1 and -2, L3162-1,
    L3164-1 and -2.
    """

    collective_agreement = models.CharField(
        "convention collective",
        max_length=120,
        blank=True,
        help_text="Telle qu’elle est écrite dans la fiche du groupement\u00a0; vide\u00a0: le Code du travail.",
    )
    daily_minutes = models.PositiveSmallIntegerField("journée, au plus (L3121-18)", default=600)
    daily_most_minutes = models.PositiveSmallIntegerField("journée, jamais plus de (L3121-19)", default=720)
    break_after_minutes = models.PositiveSmallIntegerField("pause due dès (L3121-16)", default=360)
    break_minutes = models.PositiveSmallIntegerField("pause, au moins (L3121-16)", default=20)
    daily_rest_minutes = models.PositiveSmallIntegerField("repos quotidien (L3131-1)", default=660)
    weekly_minutes = models.PositiveSmallIntegerField("semaine, au plus (L3121-20)", default=2880)
    weekly_most_minutes = models.PositiveSmallIntegerField("semaine, jamais plus de (L3121-21)", default=3600)
    average_minutes = models.PositiveSmallIntegerField("moyenne hebdomadaire (L3121-22)", default=2640)
    average_weeks = models.PositiveSmallIntegerField("semaines de la moyenne", default=12)
    days_a_week = models.PositiveSmallIntegerField("jours par semaine (L3132-1)", default=6)
    weekly_rest_minutes = models.PositiveSmallIntegerField("repos hebdomadaire (L3132-2)", default=2100)
    legal_week_minutes = models.PositiveSmallIntegerField("durée légale (L3121-27)", default=2100)
    cycle_week_minutes = models.PositiveSmallIntegerField(
        "deux semaines\u00a0: heures supplémentaires dès, dans l’une (D3121-25)", default=2340
    )
    yearly_overtime_minutes = models.PositiveIntegerField(
        "contingent annuel d’heures supplémentaires (D3121-24)", default=13200
    )
    yearly_minutes = models.PositiveIntegerField("durée annuelle (L3121-41)", default=96420)
    part_time_minutes = models.PositiveSmallIntegerField(
        "temps partiel, au moins par semaine (L3123-27)", default=1440
    )
    extra_hours_share = models.DecimalField(
        "heures complémentaires, part du contrat (L3123-28, -20)",
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.1000"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="0,1\u00a0: le dixième de la loi\u00a0; 0,3333\u00a0: le tiers d’un accord.",
    )
    part_time_breaks = models.PositiveSmallIntegerField(
        "temps partiel, coupures par jour (L3123-30)", default=1
    )
    part_time_break_minutes = models.PositiveSmallIntegerField(
        "temps partiel, coupure au plus (L3123-30)", default=120
    )
    notice_days = models.PositiveSmallIntegerField(
        "prévenance d’un changement, jours ouvrés (L3123-31)", default=7
    )
    minor_daily_minutes = models.PositiveSmallIntegerField(
        "moins de 18 ans\u00a0: journée (L3162-1)", default=480
    )
    minor_weekly_minutes = models.PositiveSmallIntegerField(
        "moins de 18 ans\u00a0: semaine (L3162-1)", default=2100
    )
    minor_break_after_minutes = models.PositiveSmallIntegerField(
        "moins de 18 ans\u00a0: pause dès (L3162-3)", default=270
    )
    minor_break_minutes = models.PositiveSmallIntegerField(
        "moins de 18 ans\u00a0: pause (L3162-3)", default=30
    )
    minor_daily_rest_minutes = models.PositiveSmallIntegerField(
        "moins de 18 ans\u00a0: repos quotidien (L3164-1)", default=720
    )
    child_daily_rest_minutes = models.PositiveSmallIntegerField(
        "moins de 16 ans\u00a0: repos quotidien (L3164-1)", default=840
    )
    minor_days_a_week = models.PositiveSmallIntegerField(
        "moins de 18 ans\u00a0: jours par semaine (L3164-2)", default=5
    )
    leave_counts_from = models.DateField(
        "congés payés comptés dans les heures supplémentaires dès le",
        null=True,
        blank=True,
        default=date(2025, 9, 10),
        help_text="Congés pris dès ce jour, à la semaine (Cass. soc. 10 sept. 2025, n°\u00a023-14.455). Vide\u00a0: "
        "jamais. Un rappel de salaire peut remonter à trois ans (C. trav. L3245-1)\u00a0: demandez à votre conseil.",
    )
    leave_counts_in_cycles_from = models.DateField(
        "congés payés comptés de même sur deux semaines dès le",
        null=True,
        blank=True,
        default=date(2026, 1, 7),
        help_text="Congés pris dès ce jour, sur deux semaines (Cass. soc. 7 janv. 2026, n°\u00a024-19.410). "
        "Vide\u00a0: jamais.",
    )
    warning_percent = models.PositiveSmallIntegerField(
        "prévenir à partir de (%)", default=90, validators=[MinValueValidator(50), MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = "limites de la durée du travail"
        verbose_name_plural = "limites de la durée du travail"
        constraints = [
            no_overlap("limits_of_an_agreement_do_not_overlap", "collective_agreement"),
            ends_after_start("limits_end_after_they_start"),
            models.CheckConstraint(
                condition=Q(daily_minutes__lte=F("daily_most_minutes"), daily_most_minutes__lte=1440),
                name="limits_of_a_day_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(weekly_minutes__lte=F("weekly_most_minutes"), average_weeks__gte=1),
                name="limits_of_a_week_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"limites depuis le {self.starts_on:%d/%m/%Y}"
