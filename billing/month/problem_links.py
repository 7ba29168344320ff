"""What is to be settled before a month is invoiced: each problem with a link to the page that settles it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from billing.models import RunProblem
from billing.month.overview import Readiness
from groupement.kernel.periods import Month
from members.models import User


@dataclass(frozen=True)
class ProblemNotice:
    """One thing to settle: ``title`` and ``text`` say what and why; ``label`` and ``url`` are the link to settle it."""

    title: str
    text: str
    label: str
    url: str
    is_blocking: bool = True

    @property
    def tone(self) -> str:
        return "warning" if self.is_blocking else "info"


def problem_notices(
    month: Month, problems: Sequence[RunProblem] | None, readiness: Readiness, user: User
) -> list[ProblemNotice]:
    """The run's ``problems`` as ``user`` can settle them; before a first draft (None), hours and costs that lack."""
    if problems is None:
        return _before_drafting(month, readiness)
    return [_of_run(problem, month, user) for problem in problems]


def _before_drafting(month: Month, readiness: Readiness) -> list[ProblemNotice]:
    found = []
    if readiness.to_approve:
        one = readiness.to_approve == 1
        found.append(
            ProblemNotice(
                "Un relevé n’est pas approuvé"
                if one
                else f"{readiness.to_approve} relevés ne sont pas approuvés",
                "L’essai ne prendra que les heures approuvées\u00a0; les autres rejoindront un prochain mois.",
                *_hours_link(month),
            )
        )
    if readiness.uncosted:
        one = readiness.uncosted == 1
        found.append(
            ProblemNotice(
                "Le coût d’une personne manque"
                if one
                else f"Le coût de {readiness.uncosted} personnes manque",
                "Sans le fichier de paie, le coût réel du mois ne peut pas être réparti.",
                *_costs_link(month),
            )
        )
    return found


def _of_run(problem: RunProblem, month: Month, user: User) -> ProblemNotice:
    title, action = KNOWN.get(problem.code, UNKNOWN)
    label, url = action(problem, month, user)
    return ProblemNotice(title, problem.message, label, url, problem.is_blocking)


def _hours_link(month: Month) -> tuple[str, str]:
    return "Voir les heures du mois", reverse("timesheets:month", args=[month])


def _costs_link(month: Month) -> tuple[str, str]:
    return "Importer la paie", f"{reverse('billing:costs')}?mois={month}"


def _terms(problem: RunProblem, month: Month, user: User) -> tuple[str, str]:
    """Terms are reference records: an admin corrects them, others see the hours concerned."""
    if user.is_admin and problem.employee_id:
        return "Compléter les conditions", (
            f"{reverse('admin:employees_assignment_changelist')}?employee__id__exact={problem.employee_id}"
        )
    return _hours_link(month)


def _attestation(problem: RunProblem, month: Month, user: User) -> tuple[str, str]:
    """An admin records the statement; others ask the member for it."""
    member = problem.member
    if member is None:
        return _hours_link(month)
    if user.is_admin:
        return "Enregistrer l’attestation", reverse("admin:members_member_change", args=[member.pk])
    if member.billing_email:
        return "Demander l’attestation", f"mailto:{member.billing_email}"
    return "Voir le brouillon", f"{reverse('billing:run', args=[month])}?adherent={member.pk}#why"


def _mentions(_problem: RunProblem, month: Month, user: User) -> tuple[str, str]:
    """Wordings are rows of the admin; others see the drafts."""
    if user.is_admin:
        return "Changer la mention", reverse("admin:billing_legalmention_changelist")
    return "Voir les brouillons", reverse("billing:run", args=[month])


Action = Callable[[RunProblem, Month, User], tuple[str, str]]


def _to_hours(_problem: RunProblem, month: Month, _user: User) -> tuple[str, str]:
    return _hours_link(month)


def _to_costs(_problem: RunProblem, month: Month, _user: User) -> tuple[str, str]:
    return _costs_link(month)


UNKNOWN: tuple[str, Action] = ("À vérifier", _to_hours)
KNOWN: dict[str, tuple[str, Action]] = {
    "timesheets_not_approved": ("Des heures attendent leur approbation", _to_hours),
    "hours_not_approved": ("Des heures viendront plus tard", _to_hours),
    "hours_no_contract": ("Des heures sans contrat", _to_hours),
    "hours_no_assignment": ("Des heures hors mise à disposition", _to_hours),
    "hours_no_membership": ("Des heures hors adhésion", _to_hours),
    "hours_absent": ("Des heures un jour d’absence", _to_hours),
    "hours_to_come": ("Des heures de jours à venir", _to_hours),
    "cost_missing": ("Un coût manque", _to_costs),
    "cost_already_shared": ("Un coût est déjà réparti", _to_hours),
    "terms_missing": ("Des conditions manquent", _terms),
    "nothing_to_invoice": ("Des heures ne donnent rien à facturer", _terms),
    "over_commitment": ("Plus d’heures que convenu", _to_hours),
    "no_hours": ("Un relevé sans heure", _to_hours),
    "cost_without_hours": ("Un coût sans heures", _to_hours),
    "cost_estimated": ("Un coût estimé", _to_costs),
    "mention_outdated": ("Une mention à changer", _mentions),
    "vat_attestation_missing": ("Une attestation de TVA manque", _attestation),
}


def count_blocking(notices: Sequence[ProblemNotice]) -> int:
    """How many of ``notices`` block an invoice."""
    return sum(problem.is_blocking for problem in notices)
