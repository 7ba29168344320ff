"""Leave paid for ahead: put aside with each month's cost, drawn when leave is taken, never billed twice."""

from billing.provisioning.balances import Balance, balances
from billing.provisioning.drawing import draw, refresh
from billing.provisioning.leave import LeavePay, leave_pay, monthly_provision
from billing.provisioning.noting import note
from billing.provisioning.settling_up import NotSettled, settle

__all__ = [
    "Balance",
    "LeavePay",
    "NotSettled",
    "balances",
    "draw",
    "leave_pay",
    "monthly_provision",
    "note",
    "refresh",
    "settle",
]
