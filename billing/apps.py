"""The application’s name as Django and the admin see it, and what it has built on hours and people."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Facturation"

    def ready(self) -> None:
        """Tell the apps below what stands on hours and prices, what is credited, what settings give a number twice."""
        from billing.documents.numbering import refuse_settings
        from billing.documents.ruled import issued_by_rule
        from billing.grants.tagging import paid_hours
        from billing.month.summing import minutes_taken_back
        from billing.prices.invoiced import invoiced_prices
        from members.settings_rules import refuse_settings_by
        from members.standing import StandingKind, stand_on
        from timesheets.credited import count_credited_by

        refuse_settings_by(refuse_settings)
        stand_on(StandingKind.TIMESHEET, paid_hours)
        stand_on(StandingKind.RULE, issued_by_rule)
        stand_on(StandingKind.PRICE, invoiced_prices)
        count_credited_by(minutes_taken_back)
