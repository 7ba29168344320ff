"""What stands between a period and its true-up, and what should be known about it: one French sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef

from billing.models import Charge, Fate, InvoiceStatus, Release, SettledMonth
from billing.true_ups.gathering import INVOICED, Facts, Key
from billing.true_ups.sharing import NobodyToShare, share
from groupement.kernel.french import NO_BREAK_SPACE, enumeration
from groupement.kernel.money import spell
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_clock
from timesheets.models import Entry, Timesheet, TimesheetStatus

NAMED = 3
SPACED_COLON = f"{NO_BREAK_SPACE}:"


def obstacles(facts: Facts, key: str) -> list[str]:
    """Why the period cannot be settled today, what comes first to be done first; five queries."""
    if not facts.costs:
        return ["Aucun coût employeur n’est connu sur cette période. Importez d’abord la paie."]
    told = [
        _said(
            facts, _settled(facts), "déjà régularisé. Choisissez une autre période, ou d’autres personnes."
        ),
        _said(facts, _uncosted(facts), "coût employeur inconnu. Importez d’abord la paie."),
        _said(facts, _unapproved(facts), "heures à approuver d’abord."),
        _said(
            facts,
            _undecided(facts),
            "des sommes attendent d’être facturées. Émettez d’abord la clôture, ou abandonnez ses brouillons.",
        ),
        _said(
            facts, _not_taken_up(facts), "coût qu’aucune clôture émise ne reprend. Faites d’abord la clôture."
        ),
        *_nobody(facts, key),
    ]
    return [sentence for sentence in told if sentence]


def remarks(facts: Facts) -> list[str]:
    """What does not hinder, and should be read before issuing."""
    scope, told = facts.scope, []
    if facts.estimates:
        told.append(
            _said(facts, facts.estimates, "coût estimé. L’écart avec la paie est porté sur un autre mois.")
        )
    if kept := sum(facts.kept.values()):
        left = "lui reste" if scope.keeps_reserve else "est partagé entre les adhérents"
        told.append(f"Ce que les absences laissent à la réserve, {spell(kept)}, {left}.")
    if minutes := sum(row.minutes for row in facts.late if row.member in scope.member_ids):
        told.append(
            f"Des heures tardives, approuvées et jamais facturées, sont comptées{SPACED_COLON} {spell_clock(minutes)}."
        )
    if others := _others(facts):
        told.append(
            f"Gardent ce qui leur a été facturé{SPACED_COLON} {enumeration(others, at_most=NAMED)}. "
            "L’écart reste à la réserve."
        )
    return told


def _settled(facts: Facts) -> set[Key]:
    return set(facts.scope.of(SettledMonth.objects.all()).values_list("employee", "month"))


def _uncosted(facts: Facts) -> set[Key]:
    return (facts.worked | facts.billed) - facts.costs.keys()


def _not_taken_up(facts: Facts) -> set[Key]:
    """Their cost would be charged again by the next close. Nothing is to be taken up of a month that cost nothing."""
    return {key for key, cost in facts.costs.items() if cost > 0} - facts.taken_up


def _unapproved(facts: Facts) -> set[Key]:
    rows = facts.scope.of(Timesheet.objects.exclude(status=TimesheetStatus.APPROVED))
    return set(
        rows.filter(Exists(Entry.objects.filter(timesheet=OuterRef("pk")))).values_list("employee", "month")
    )


def _undecided(facts: Facts) -> set[Key]:
    """Sums on drafts, recorded sums on no invoice yet, and credited hours that are to be billed again."""
    charges = facts.scope.of(Charge.objects.filter(kind__in=INVOICED), month="service_month")
    months: Any = charges.exclude(line__invoice__status=InvoiceStatus.ISSUED).filter(released_at=None)
    releases = facts.scope.of(
        Release.objects.filter(fate=Fate.RELEASED, charge=None),
        month="entry__timesheet__month",
        employee="entry__timesheet__employee",
    )
    return {
        *months.values_list("employee", "service_month"),
        *releases.values_list("entry__timesheet__employee", "entry__timesheet__month"),
    }


def _nobody(facts: Facts, key: str) -> Iterable[str]:
    names = {employee.pk: employee.full_name for employee in facts.scope.employees}
    for account in facts.accounts:
        try:
            share(account, key)
        except NobodyToShare:
            if account.cost:
                yield (
                    f"{names[account.employee]}{SPACED_COLON} aucun adhérent à qui revient son coût. Retirez cette "
                    "personne, la réserve le porte."
                )


def _others(facts: Facts) -> list[str]:
    """Members of these people who are not settled."""
    found = {member for account in facts.accounts for member in account.members} - facts.scope.member_ids
    return [facts.names[member] for member in sorted(found, key=lambda pk: facts.names[pk])]


def _said(facts: Facts, keys: Iterable[Key], what: str) -> str:
    """ "Maëlle Kerbrat (mars 2026) et 2 autres : coût employeur inconnu." """
    rank = {pk: n for n, pk in enumerate(facts.scope.staff)}
    found = sorted(keys, key=lambda key: (rank[key[0]], key[1]))
    if not found:
        return ""
    names = {employee.pk: employee.full_name for employee in facts.scope.employees}
    months: dict[int, list[Month]] = {}
    for employee, month in found:
        months.setdefault(employee, []).append(month)
    told = [
        f"{names[pk]} ({enumeration((month.label for month in late), at_most=NAMED)})"
        for pk, late in months.items()
    ]
    return f"{enumeration(told, at_most=NAMED)}{SPACED_COLON} {what}"
