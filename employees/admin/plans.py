"""What departs from the usual week, and the addresses at which calendars are read: looked at here, written by acts."""

from django.contrib import admin
from django.utils import timezone

from employees import feeds
from employees.models import Absence, CalendarFeed, PlannedDay
from groupement.kernel.worktime import spell_clock
from members.admin.site import CurrentFilter, ReadOnly

PERSON = ["employee__last_name__unaccent", "employee__first_name__unaccent"]


@admin.register(PlannedDay)
class PlannedDayAdmin(ReadOnly, admin.ModelAdmin):
    """Days planned apart; the planning changes them, with the notice that is due."""

    list_display = ["day", "employee", "member", "duration", "reason", "made_by", "made_at"]
    list_filter = ["assignment__member"]
    list_select_related = ["assignment__employee", "assignment__member", "made_by"]
    search_fields = [
        *(f"assignment__{name}" for name in PERSON),
        "assignment__member__short_name__unaccent",
        "assignment__reference",
        "reason",
    ]
    search_help_text = "Nom, adhérent, référence ou motif"
    date_hierarchy = "day"
    fields = ["assignment", "day", "duration", "reason", "made_by", "made_at"]
    ordering = ["-day", "pk"]

    @admin.display(description="Personne", ordering="assignment__employee__last_name")
    def employee(self, planned):
        return planned.assignment.employee

    @admin.display(description="Adhérent", ordering="assignment__member__short_name")
    def member(self, planned):
        return planned.assignment.member

    @admin.display(description="Durée", ordering="minutes")
    def duration(self, planned):
        return spell_clock(planned.minutes)


@admin.register(Absence)
class AbsenceAdmin(ReadOnly, admin.ModelAdmin):
    """Absences known in advance; the planning notes them."""

    list_display = ["employee", "kind", "starts_on", "last", "note", "recorded_by", "recorded_at"]
    list_filter = [CurrentFilter, "kind"]
    list_select_related = ["employee", "recorded_by"]
    search_fields = [*PERSON, "employee__payroll_number"]
    search_help_text = "Nom ou matricule de paie"
    date_hierarchy = "starts_on"
    fields = ["employee", "kind", "starts_on", "last", "note", "recorded_by", "recorded_at"]
    ordering = ["-starts_on", "-pk"]

    @admin.display(description="Dernier jour", ordering="ends_before")
    def last(self, absence):
        return absence.last_day


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly, admin.ModelAdmin):
    """Who reads which calendar elsewhere; the addresses themselves are kept nowhere."""

    actions = ["revoke"]
    list_display = ["user", "employee", "member", "made_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "member"]
    list_select_related = ["user", "employee", "member"]
    search_fields = ["user__name", "user__email", *PERSON, "member__short_name__unaccent"]
    search_help_text = "Nom, adresse e-mail ou adhérent"
    fields = ["user", "employee", "member", "made_at", "revoked_at"]
    ordering = ["-made_at", "-pk"]

    @admin.action(description="Révoquer les adresses choisies", permissions=["view"])
    def revoke(self, request, queryset):
        now = timezone.now()
        for feed in queryset.order_by("pk"):
            feeds.revoke(feed, now)
        self.message_user(request, "Les adresses choisies ne montrent plus rien.")
