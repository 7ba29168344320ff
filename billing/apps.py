"""The application’s name as Django and the admin see it, and what it has built on approved hours."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Facturation"

    def ready(self) -> None:
        """Tell the app below which hours a grant pays for."""
        from billing.grants.tagging import paid_hours
        from members.standing import StandingKind, stand_on

        stand_on(StandingKind.TIMESHEET, paid_hours)
