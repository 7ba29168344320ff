"""The application’s name as Django and the admin see it, and what it has built on approved hours."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Facturation"

    def ready(self) -> None:
        """Tell the app below which hours a grant pays for."""
        from billing.grants.tagging import why_approved
        from timesheets.approval import stand_on

        stand_on(why_approved)
