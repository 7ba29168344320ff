"""The application’s name as Django and the admin see it, and what it has built on hours and people."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Facturation"

    def ready(self) -> None:
        """Tell the apps below what stands on what they hold, what is credited, what settings give a number twice."""
        from billing import leaning
        from billing.documents.numbering import refuse_settings
        from billing.month.summing import minutes_taken_back
        from members.settings_rules import refuse_settings_by
        from timesheets.credited import count_credited_by

        refuse_settings_by(refuse_settings)
        leaning.register()
        count_credited_by(minutes_taken_back)
