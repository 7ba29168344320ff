"""The lock of the levels of reminders."""

from __future__ import annotations

from billing.models import DunningLevel
from billing.reminders import wording
from billing.reminders.wording import NotInstallable
from tests import world
from tests.house.locks.sites import holds
from tests.together import Meeting, meet


@holds("billing.reminders.wording.install_levels")
def levels_proposed_twice() -> Meeting:
    """The second finds those of the first."""
    world.group()
    met = meet(wording.install_levels, wording.install_levels)
    met.assert_refused(NotInstallable, "Des niveaux existent déjà")
    assert DunningLevel.objects.count() == 3
    return met
