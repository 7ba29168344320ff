"""What is to be settled before a month is invoiced: each problem with a link to the page that settles it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from billing.models import RunProblem
from billing.month.completing import LateHours, MonthRest
from billing.month.overview import Readiness
from groupement.kernel.french import NO_BREAK_SPACE, enumeration
from groupement.kernel.money import spell
from groupement.kernel.page_unit import spell_duration
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
    month: Month,
    problems: Sequence[RunProblem] | None,
    readiness: Readiness,
    user: User,
    rest: MonthRest | None = None,
) -> list[ProblemNotice]:
    """The run's ``problems`` as ``user`` can settle them; before a first draft (None), hours and costs that lack.

    While a supplement is a draft, ``rest`` has the costs that came after it.
    """
    if problems is None:
        return _before_drafting(month, readiness)
    found = _costs_of_rest(month, MonthRest(uncounted=rest.uncounted, unshared=rest.unshared)) if rest else []
    alike: dict[tuple[str, str], list[RunProblem]] = {}
    for problem in problems:
        alike.setdefault(_what(problem), []).append(problem)
    for problem in problems:
        rows = alike[_what(problem)] if problem.code in TOGETHER else [problem]
        if len(rows) == 1:
            found.append(_of_run(problem, month, user))
        elif problem is rows[0]:
            found.append(_of_many(rows, month, user))
    return found


def _what(problem: RunProblem) -> tuple[str, str]:
    """The kind of ``problem`` and what it says of whom it is about: of another month it says something else."""
    return problem.code, problem.message.partition(SAYS)[2]


def _of_many(problems: Sequence[RunProblem], month: Month, user: User) -> ProblemNotice:
    """One notice for problems that differ only by whom they are about."""
    first = problems[0]
    title, action = KNOWN.get(first.code, UNKNOWN)
    whom = [problem.message.partition(SAYS)[0] for problem in problems]
    text = f"{enumeration(whom)}{SAYS}{_what(first)[1]}"
    label, url = action(first, month, user)
    return ProblemNotice(f"{title} ({len(problems)})", text, label, url, first.is_blocking)


NAMED = 5
SAYS = f"{NO_BREAK_SPACE}: "
# What the button of the page's head does.
NO_LINK = ("", "")
# Problems that may say the same of several: told once, with all whom they are about.
TOGETHER = (
    "hours_not_approved",
    "cost_missing",
    "cost_estimated",
    "cost_already_shared",
    "cost_without_hours",
)


def rest_notices(month: Month, rest: MonthRest, readiness: Readiness) -> list[ProblemNotice]:
    """What an issued month lacks, or what came since, and what takes it up: true today, whatever the draft had said."""
    found = [
        *_costs_of_rest(month, rest),
        *_hours_of_rest(month, rest, readiness),
    ]
    if rest.sums or rest.released_minutes:
        what = [spell(rest.sums) + " HT"] if rest.sums else []
        if rest.released_minutes:
            what.append(f"{spell_duration(rest.released_minutes)} créditées")
        found.append(
            ProblemNotice(
                "Des sommes sont à facturer",
                f"{enumeration(what)}{NO_BREAK_SPACE}: {TAKEN_BY_SUPPLEMENT}",
                *NO_LINK,
                is_blocking=False,
            )
        )
    return found


TAKEN_BY_SUPPLEMENT = "l’essai du complément de ce mois les prend, sinon la clôture suivante."


def _costs_of_rest(month: Month, rest: MonthRest) -> list[ProblemNotice]:
    """A cost that is missing, not counted yet, counted elsewhere, or known by an estimate only."""
    costs, hours = _costs_link(month), _hours_link(month)
    see = "Voir les écarts", costs[1]
    notices = [
        _of_names(rest.missing, "Un coût manque", COST_IS_MISSING.format(month=month.label), costs, True),
        _of_names(rest.uncounted, "Un coût est arrivé après l’émission", COST_CAME_LATE, NO_LINK, True),
        _of_names(rest.unshared, "Un coût attend des heures", COST_WAITS, hours, True),
        *(
            _of_names(
                [name],
                "Un coût est compté ailleurs",
                f"les brouillons {into.of_label} comptent le coût {month.of_label}.",
                _run_link(into, "Voir ces brouillons"),
                False,
            )
            for name, into in rest.taken_up
        ),
        _of_names(rest.estimated, "Un coût estimé", COST_IS_ESTIMATED, costs, False),
        _of_names(rest.carried, "Un écart est reporté", COST_IS_CARRIED, see, False),
    ]
    return [notice for notice in notices if notice]


COST_IS_MISSING = (
    f"aucun coût employeur pour {{month}}. Importez la paie{NO_BREAK_SPACE}: un complément de ce mois comptera le "
    "coût."
)
COST_CAME_LATE = (
    "aucune clôture ne le compte encore. L’essai du complément le prend, et partage ce qui n’est pas facturé."
)
COST_WAITS = (
    "aucune clôture ne le compte encore, et des heures ne sont pas approuvées. Une fois approuvées, l’essai du "
    "complément partage ce coût."
)
COST_IS_ESTIMATED = (
    "facturé sur une estimation. L’écart avec la paie sera reporté sur le mois ouvert suivant."
)
COST_IS_CARRIED = (
    "facturé, une autre paie est arrivée depuis. L’écart et le mois qui le porte sont avec les coûts."
)


def _of_names(
    names: Sequence[str], title: str, text: str, link: tuple[str, str], is_blocking: bool
) -> ProblemNotice | None:
    if not names:
        return None
    whose = enumeration(names, at_most=NAMED)
    return ProblemNotice(title, f"{whose}{NO_BREAK_SPACE}: {text}", *link, is_blocking=is_blocking)


def _hours_of_rest(month: Month, rest: MonthRest, readiness: Readiness) -> list[ProblemNotice]:
    """Hours that came after the invoices."""
    found = []
    if rest.to_bill:
        found.append(
            ProblemNotice(
                "Des heures sont arrivées après l’émission",
                f"{_hours_sentence(rest.to_bill)}. {TAKEN_BY_SUPPLEMENT.capitalize()}",
                *NO_LINK,
                is_blocking=False,
            )
        )
    if rest.for_true_up:
        found.append(
            ProblemNotice(
                "Des heures attendent la régularisation",
                f"{_hours_sentence(rest.for_true_up)}. Le coût {month.of_label} est déjà réparti.",
                "Préparer une régularisation",
                f"{reverse('billing:true_up_preview')}?du={month}&au={month}&reserve=garde",
                is_blocking=False,
            )
        )
    if readiness.to_approve:
        one = readiness.to_approve == 1
        found.append(
            ProblemNotice(
                "Un relevé n’est pas approuvé"
                if one
                else f"{readiness.to_approve} relevés ne sont pas approuvés",
                "Une fois approuvées, ses heures feront un complément de ce mois, ou rejoindront la clôture suivante."
                if one
                else "Une fois approuvées, leurs heures feront un complément de ce mois, ou rejoindront la clôture "
                "suivante.",
                *_hours_link(month),
                is_blocking=False,
            )
        )
    return found


def _hours_sentence(rows: Sequence[LateHours]) -> str:
    """ "Maëlle Kerbrat chez Aloen (7 h 00)" """
    each = [f"{row.employee} chez {row.member} ({spell_duration(row.minutes)})" for row in rows]
    return enumeration(each, at_most=NAMED)


def _run_link(month: Month, label: str) -> tuple[str, str]:
    return label, f"{reverse('billing:run', args=[month])}#run-actions"


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
    "paid_by_minimum": ("Des heures couvertes par le minimum", _to_hours),
    "nothing_again": ("Une somme créditée ne revient pas", _terms),
    "nothing_to_invoice": ("Des heures ne donnent rien à facturer", _terms),
    "over_commitment": ("Plus d’heures que convenu", _to_hours),
    "no_hours": ("Un relevé sans heure", _to_hours),
    "cost_without_hours": ("Un coût sans heures", _to_hours),
    "difference_due_back": ("Un écart à rendre", _to_costs),
    "provision_given_back": ("Une provision à rendre", _to_costs),
    "cost_estimated": ("Un coût estimé", _to_costs),
    "mention_outdated": ("Une mention à changer", _mentions),
    "vat_receipts_taxable": ("Des recettes taxables au-delà de la limite", _attestation),
    "vat_attestation_missing": ("Une attestation de TVA manque", _attestation),
}


def count_blocking(notices: Sequence[ProblemNotice]) -> int:
    """How many of ``notices`` block an invoice."""
    return sum(problem.is_blocking for problem in notices)
