"""Rows that were built once come back as they were, history and all, and nothing stands in the way of further ones."""

import pytest
from django.db import connection, transaction

from billing.models import VatRate
from members.models import Member
from tests import copied, emptying, world

pytestmark = pytest.mark.django_db


def rows():
    with connection.cursor() as cursor:
        found = {}
        for table in emptying.filled():
            cursor.execute(f'SELECT kept::text FROM "{table}" kept')
            found[table] = sorted(row for (row,) in cursor.fetchall())
    return found


def build():
    world.group()
    maelle = world.employee(members=[world.member("Aloen")])
    world.timesheet(world.assignment(maelle, Member.objects.get()), world.hours(world.NOVEMBER, 7))
    VatRate.objects.earliest("pk").delete()


def test_built_and_copied_are_the_same():
    found = []
    for _ in range(2):
        before = transaction.savepoint()
        copied.build_once("two of them", build)
        found.append(rows())
        transaction.savepoint_rollback(before)
    built, brought = found
    assert len(built) > 10
    assert built == brought


def test_further_rows_are_numbered_on():
    copied.build_once("two of them", build)
    world.member("Sonam")
    assert Member.objects.count() == 2


def test_what_is_copied_comes_first():
    world.group()
    with pytest.raises(AssertionError, match="build_once comes first in a test"):
        copied.build_once("another", build)
