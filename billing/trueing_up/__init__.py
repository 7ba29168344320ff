"""Settle a period: what people really cost against what was invoiced, shared by a key, then issued (régularisation).

The rule. Of each person, Σ employer cost of the months, less what absences leave to the reserve by agreement, with
management on top (the rate of the terms on each member's part, or what managing really cost), is shared between all
members that the person worked for, by the key. A member's part less what issued invoices charge it for the person and
those months, management included and credit notes taken off, is owed when positive and due back when negative. Members
who are not settled keep what they were invoiced, and their difference stays with the reserve.
"""

from billing.trueing_up.chart import Chart, draw
from billing.trueing_up.gathering import Scope
from billing.trueing_up.issuing import NotIssuable, issue
from billing.trueing_up.preparing import NotPreparable, discard, prepare, scope_again, scope_of
from billing.trueing_up.previewing import SIDE_BY_SIDE, Preview, preview

__all__ = [
    "SIDE_BY_SIDE",
    "Chart",
    "NotIssuable",
    "NotPreparable",
    "Preview",
    "Scope",
    "discard",
    "draw",
    "issue",
    "prepare",
    "preview",
    "scope_again",
    "scope_of",
]
