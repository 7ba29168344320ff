"""True-ups and the reserve in Django admin: found, and never written."""

import pytest
from django.urls import reverse

from billing.models import ReserveEntry, SettledMonth, TrueUp
from billing.true_ups import issuing
from tests import world
from tests.billing.true_ups import period
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_what_a_true_up_made_is_read_and_never_written(login):
    period.half_year()
    issuing.issue(period.prepared(), by=None, at=NOW)
    client = login(world.admin())
    for model in (TrueUp, SettledMonth, ReserveEntry):
        name = model._meta.model_name
        assert client.get(reverse(f"admin:billing_{name}_changelist"), {"q": "x"}).status_code == 200
        address = reverse(f"admin:billing_{name}_change", args=[model.objects.order_by("pk").first().pk])
        assert 'name="_save"' not in client.get(address).content.decode()
        assert client.post(address, {"label": "x"}).status_code == 403
        assert client.get(reverse(f"admin:billing_{name}_add")).status_code == 403
