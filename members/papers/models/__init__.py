"""Templates, papers with their parties, signatures."""

from members.papers.models.paper import Capacity, Paper, PaperStatus, PaperStep, Party
from members.papers.models.signature import Signature, Way, Withdrawal
from members.papers.models.template import Template, TemplateStatus, TemplateStep

__all__ = [
    "Capacity",
    "Paper",
    "PaperStatus",
    "PaperStep",
    "Party",
    "Signature",
    "Template",
    "TemplateStatus",
    "TemplateStep",
    "Way",
    "Withdrawal",
]
