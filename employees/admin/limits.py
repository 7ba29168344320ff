"""Limits of working time: the law’s own figures, and those of the group’s collective agreement, from a day on."""

from django import forms
from django.contrib import admin

from employees.forms import DurationField
from employees.models import WorkingTimeLimits
from groupement.kernel.worktime import HOUR, spell_clock
from members.admin.site import CurrentFilter

A_WEEK, A_YEAR = 7 * 24 * HOUR, 366 * 24 * HOUR
DURATIONS = [field for field in WorkingTimeLimits._meta.get_fields() if field.name.endswith("_minutes")]


class LimitField(DurationField):
    """A duration that has to be typed: nothing is no limit, 0 is one that everybody exceeds."""

    def to_python(self, value):
        return super().to_python(value) if str(value or "").strip() else None


class LimitsForm(forms.ModelForm):
    """Durations in hours, days and shares as they are."""

    locals().update(
        {
            field.name: LimitField(
                label=field.verbose_name.capitalize(),
                initial=field.default,
                at_most=A_YEAR if field.name.startswith("yearly_") else A_WEEK,
            )
            for field in DURATIONS
        }
    )


@admin.register(WorkingTimeLimits)
class WorkingTimeLimitsAdmin(admin.ModelAdmin):
    """Without any row the law holds; findings of days that have passed follow the rows of those days."""

    form = LimitsForm
    list_display = [
        "agreement",
        "starts_on",
        "ends_before",
        "day",
        "rest",
        "week",
        "average",
        "extra_hours_share",
    ]
    list_filter = [CurrentFilter]
    search_fields = ["collective_agreement__unaccent"]
    search_help_text = "Convention collective"
    ordering = ["collective_agreement", "-starts_on", "-pk"]
    fieldsets = [
        (None, {"fields": ["collective_agreement", ("starts_on", "ends_before"), "warning_percent"]}),
        (
            "La journée",
            {
                "fields": [
                    ("daily_minutes", "daily_most_minutes"),
                    ("break_after_minutes", "break_minutes"),
                    "daily_rest_minutes",
                ]
            },
        ),
        (
            "La semaine",
            {
                "fields": [
                    ("weekly_minutes", "weekly_most_minutes"),
                    ("average_minutes", "average_weeks"),
                    ("days_a_week", "weekly_rest_minutes"),
                    "legal_week_minutes",
                ]
            },
        ),
        ("L’année", {"fields": [("yearly_overtime_minutes", "yearly_minutes")]}),
        (
            "Temps partiel et changements",
            {
                "fields": [
                    ("part_time_minutes", "extra_hours_share"),
                    ("part_time_breaks", "part_time_break_minutes"),
                    "notice_days",
                ]
            },
        ),
        (
            "Moins de 18 ans",
            {
                "fields": [
                    ("minor_daily_minutes", "minor_weekly_minutes"),
                    ("minor_break_after_minutes", "minor_break_minutes"),
                    ("minor_daily_rest_minutes", "child_daily_rest_minutes"),
                    "minor_days_a_week",
                ]
            },
        ),
    ]

    @admin.display(description="Convention collective", ordering="collective_agreement")
    def agreement(self, limits):
        return limits.collective_agreement or "Code du travail"

    @admin.display(description="Journée", ordering="daily_minutes")
    def day(self, limits):
        return spell_clock(limits.daily_minutes)

    @admin.display(description="Repos", ordering="daily_rest_minutes")
    def rest(self, limits):
        return spell_clock(limits.daily_rest_minutes)

    @admin.display(description="Semaine", ordering="weekly_minutes")
    def week(self, limits):
        return spell_clock(limits.weekly_minutes)

    @admin.display(description="Moyenne", ordering="average_minutes")
    def average(self, limits):
        return spell_clock(limits.average_minutes)
