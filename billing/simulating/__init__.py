"""What a shared job would cost and what each member would pay for it, under each method; nothing is stored.

``simulate`` answers a Question: the year's full cost, the hours that can be billed, the price of one, the month of each
host. No query, no clock; the rates of VAT are given.
"""

from billing.simulating.job import Cost, Job, NotComputable, from_coefficient
from billing.simulating.months import Amount, Bill, Host, Method
from billing.simulating.simulation import Question, Simulation, simulate

__all__ = [
    "Amount",
    "Bill",
    "Cost",
    "Host",
    "Job",
    "Method",
    "NotComputable",
    "Question",
    "Simulation",
    "from_coefficient",
    "simulate",
]
