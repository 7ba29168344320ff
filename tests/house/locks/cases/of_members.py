"""The locks of members: applications and admissions, deputies, invitations, mail."""

from __future__ import annotations

from members import joining
from members.models import Member
from tests import world
from tests.house.locks.sites import holds
from tests.together import Meeting, meet


@holds("members.joining.apply")
def two_applications_of_one_member() -> Meeting:
    world.group()
    by, sonam = world.coordinator(), world.member("Sonam", admitted_on=None)
    met = meet(
        lambda: joining.apply(sonam, by=by, at=world.NOW),
        lambda: joining.apply(Member.objects.get(pk=sonam.pk), by=by, at=world.NOW),
    )
    assert isinstance(met.second, joining.AlreadyCandidate), met
    assert sonam.memberships.count() == 1
    return met
