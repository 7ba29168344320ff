"""Payroll files as offices write them, and months closed without their invoices, for the tests of costs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import Sum
from openpyxl import Workbook

from billing.costs import payroll_file, payroll_import
from billing.models import BillingRun, EmployerCost, PayrollImport, RunStatus, Settlement
from employees.models import Employee
from groupement.kernel.periods import Month
from tests.world import NOVEMBER, NOW

TITLES = "matricule;nom;prénom;mois;brut;cotisations patronales;autres;aides;lot"
_batch = count(1)


def csv_file(*lines: str, titles: str = TITLES, encoding: str = "utf-8") -> bytes:
    return ("\r\n".join([titles, *lines]) + "\r\n").encode(encoding)


def workbook(titles: Sequence[Any], *rows: Iterable[Any], blank_rows: int = 0) -> bytes:
    book = Workbook()
    for _ in range(blank_rows):
        book.active.append([])
    for row in (titles, *rows):
        book.active.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def line(person: Employee, gross: Any, contributions: Any, other: Any = "", aid: Any = "") -> str:
    """A line of our own layout; its last cell makes each file another one."""
    return f"{person.payroll_number};;;;{gross};{contributions};{other};{aid};{next(_batch)}"


def read(data: bytes, month: Month = NOVEMBER, **how: Any) -> payroll_file.PayrollSheet:
    return payroll_file.read_payroll(data, file_name="paie.csv", month=month, **how)


def take(*lines: str, month: Month = NOVEMBER) -> PayrollImport:
    return payroll_import.import_payroll(read(csv_file(*lines), month), month=month, by=None, at=NOW)


def close(person: Employee, month: Month = NOVEMBER) -> BillingRun:
    """As if the invoices that stand on the month's cost had been issued."""
    supplement = BillingRun.objects.filter(month=month).count()
    run = BillingRun.objects.create(month=month, supplement=supplement)
    cost = EmployerCost.objects.filter(employee=person, month=month).aggregate(sum=Sum("amount"))["sum"]
    Settlement.objects.create(
        run=run, employee=person, month=month, employer_cost=cost, charged=cost, reserve=Decimal(0)
    )
    BillingRun.objects.filter(pk=run.pk).update(status=RunStatus.ISSUED, drafted_at=NOW, issued_at=NOW)
    return run


def kept(month: Month = NOVEMBER, person: Employee | None = None) -> dict[str, str]:
    """The month's costs by kind; an estimate is marked by a question mark."""
    costs = EmployerCost.objects.filter(month=month, **({"employee": person} if person else {}))
    return {
        cost.kind: f"{cost.amount}{'?' if cost.is_estimate else ''}"
        for cost in costs.order_by("employee", "pk")
    }
