"""Why a period cannot be trued up yet, and what should be known before it is: one French sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from billing.models import (
    BillingRun,
    Charge,
    Fate,
    InvoiceStatus,
    Release,
    RunStatus,
    Settlement,
)
from billing.true_ups.gathering import INVOICED, Key, TrueUpFacts
from billing.true_ups.sharing import NobodyToShare, SharedPeriod, share_period
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, quoted
from groupement.kernel.money import ZERO, spell
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import Month
from timesheets.models import Entry, Timesheet, TimesheetStatus

NAMED = 3
SPACED_COLON = f"{NO_BREAK_SPACE}:"


def obstacles(facts: TrueUpFacts, key: str) -> list[str]:
    """Why the period cannot be trued up today, what is to be done first comes first; seven queries."""
    if not facts.costs:
        return ["Aucun coût employeur n’est connu sur cette période. Importez d’abord la paie."]
    not_closed = _not_closed(facts)
    drafted = _in_drafts(facts, not_closed)
    came_late = _of_issued_months(not_closed - drafted)
    sentences = [
        *_settled(facts),
        _about(
            facts,
            (facts.worked | facts.billed) - facts.costs.keys(),
            "coût employeur inconnu. Importez d’abord la paie.",
        ),
        _about(facts, _unapproved(facts), "heures à approuver d’abord."),
        _about(
            facts,
            _undecided(facts),
            "des sommes attendent d’être facturées. Émettez d’abord la clôture, ou abandonnez ses brouillons.",
        ),
        _about(
            facts,
            not_closed - came_late - drafted,
            "coût qu’aucune clôture émise ne reprend. Faites d’abord la clôture.",
        ),
        _about(
            facts,
            came_late,
            "coût arrivé après l’émission, qu’aucune clôture ne compte. Faites d’abord l’essai du complément de ce "
            "mois, puis émettez-le.",
        ),
        _about(
            facts,
            drafted,
            "coût que des brouillons comptent. Émettez-les d’abord, ou abandonnez-les.",
        ),
        *_costs_of_nobody(facts, key),
    ]
    return [sentence for sentence in sentences if sentence]


def _settled(facts: TrueUpFacts) -> Iterable[str]:
    """Months that are settled already with a member of this true-up or with everybody; else what those held besides."""
    scope = facts.scope
    taken = [key for key in facts.settled if key[2] is None or key[2] in scope.member_ids]
    with_whom = {member for *_, member in taken if member is not None}
    whom, others = "", "ou d’autres personnes"
    if with_whom and with_whom != scope.member_ids:
        whom = f" avec {enumeration(sorted(facts.names[pk] for pk in with_whom), at_most=NAMED)}"
        others = "d’autres personnes, ou d’autres adhérents"
    keys = {(employee, month) for employee, month, _ in taken}
    yield _about(facts, keys, f"déjà régularisé{whom}. Choisissez une autre période, {others}.")
    # What an earlier true-up moved of the reserve is of all its months.
    for row in facts.earlier if not taken else ():
        if row.first_month < scope.first or row.last_month > scope.last:
            months = f"{row.first_month.of_label} à {row.last_month.label}"
            yield (
                f"{quoted(row.label)} a régularisé ces personnes {months}{SPACED_COLON} choisissez une période qui "
                "contient tous ces mois, ou d’autres personnes."
            )


def remarks(facts: TrueUpFacts, everybody: Sequence[SharedPeriod]) -> list[str]:
    """What does not hinder, and should be read before the true-up is issued; ``everybody`` as the key shares it."""
    scope, sentences = facts.scope, []
    if facts.estimates:
        sentences.append(
            _about(facts, facts.estimates, "coût estimé. L’écart avec la paie est porté sur un autre mois.")
        )
    if to_reserve := sum(facts.left_to_reserve.values()):
        left = "lui reste" if scope.keeps_reserve else "est partagé entre les adhérents"
        sentences.append(f"Ce que les absences laissent à la réserve, {spell(to_reserve)}, {left}.")
    if minutes := sum(row.minutes for row in facts.late if row.member in scope.member_ids):
        sentences.append(
            "Des heures tardives, approuvées et jamais facturées, sont comptées"
            f"{SPACED_COLON} {spell_duration(minutes)}."
        )
    if given_up := sum(one.period.given_up.get(one.key, 0) for one in everybody):
        cost = sum((one.given_up for one in everybody), ZERO)
        sentences.append(
            f"Des heures créditées pour de bon ne sont facturées à personne{SPACED_COLON} {spell_duration(given_up)}. "
            f"La réserve porte leur part du coût, {spell(cost)}."
        )
    if others := _others(facts):
        sentences.append(
            f"Gardent ce qui leur a été facturé{SPACED_COLON} {enumeration(others, at_most=NAMED)}. "
            "L’écart reste à la réserve."
        )
    return sentences


def _not_closed(facts: TrueUpFacts) -> set[Key]:
    """Months whose cost no close has settled: the next would charge it again. A month that cost nothing needs none."""
    return {key for key, cost in facts.costs.items() if cost} - facts.closed


def _in_drafts(facts: TrueUpFacts, keys: set[Key]) -> set[Key]:
    """Those of ``keys`` whose cost the drafts of some run count. One query, none without keys."""
    if not keys:
        return set()
    settled = Settlement.objects.exclude(employer_cost=0).exclude(run__status=RunStatus.ISSUED)
    return keys & set(facts.scope.of(settled).values_list("employee", "month"))


def _of_issued_months(keys: set[Key]) -> set[Key]:
    """Those of ``keys`` whose month is issued: its page offers a supplement. One query, none without keys."""
    if not keys:
        return set()
    runs = BillingRun.objects.filter(month__in={month for _, month in keys}, supplement=0)
    issued = set(runs.filter(status=RunStatus.ISSUED).values_list("month", flat=True))
    return {key for key in keys if key[1] in issued}


def _unapproved(facts: TrueUpFacts) -> set[Key]:
    rows = facts.scope.of(Timesheet.objects.exclude(status=TimesheetStatus.APPROVED))
    return set(
        rows.filter(Exists(Entry.objects.filter(timesheet=OuterRef("pk")))).values_list("employee", "month")
    )


def _undecided(facts: TrueUpFacts) -> set[Key]:
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


def _costs_of_nobody(facts: TrueUpFacts, key: str) -> Iterable[str]:
    names = {employee.pk: employee.full_name for employee in facts.scope.employees}
    for period in facts.periods:
        try:
            share_period(period, key)
        except NobodyToShare:
            if period.cost:
                yield (
                    f"{names[period.employee]}{SPACED_COLON} aucun adhérent à qui revient son coût. Retirez cette "
                    "personne, la réserve le porte."
                )


def _others(facts: TrueUpFacts) -> list[str]:
    """Members of these people who are not settled."""
    found = {member for period in facts.periods for member in period.members} - facts.scope.member_ids
    return [facts.names[member] for member in sorted(found, key=lambda pk: facts.names[pk])]


def _about(facts: TrueUpFacts, keys: Iterable[Key], what: str) -> str:
    """ "Maëlle Kerbrat (mars 2026) et 2 autres : coût employeur inconnu." """
    rank = {pk: n for n, pk in enumerate(facts.scope.staff)}
    found = sorted(keys, key=lambda key: (rank[key[0]], key[1]))
    if not found:
        return ""
    names = {employee.pk: employee.full_name for employee in facts.scope.employees}
    months: dict[int, list[Month]] = {}
    for employee, month in found:
        months.setdefault(employee, []).append(month)
    people = [
        f"{names[pk]} ({enumeration((month.label for month in each), at_most=NAMED)})"
        for pk, each in months.items()
    ]
    return f"{enumeration(people, at_most=NAMED)}{SPACED_COLON} {what}"
