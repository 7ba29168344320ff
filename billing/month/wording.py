"""French sentences of the run: label and detail of an invoice line, and the problems of a month or an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.charge_kinds import KINDS
from billing.month.pricing import PricedSegment
from billing.month.segments import Segment
from employees.models import Assignment, Employee
from groupement.kernel.french import NO_BREAK_SPACE, enumeration, of, ordinal, quoted
from groupement.kernel.money import spell, spell_percent
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_hours
from members.models import Member
from members.models.member import MOST_TAXABLE
from timesheets.contradicting import Contradiction

LABEL_LENGTH = 200


@dataclass(frozen=True)
class BillingProblem:
    """What waits, for whom, in a sentence; ``holds_invoice`` keeps that member's invoice a draft."""

    code: str
    message: str
    employee: int | None = None
    member: int | None = None
    is_blocking: bool = True
    holds_invoice: bool = False


def line_label(kind: str, assignment: Assignment) -> str:
    """Whom and what a line is about: a generic term alone is not accepted (CGI ann. II 242 nonies A)."""
    who = assignment.employee.full_name
    return f"{KINDS[kind].title.format(who=who, of_who=of(who))}, {assignment.job}"[:LABEL_LENGTH]


def line_detail(priced: PricedSegment, assignment: Assignment, month: Month, *, supplement: int = 0) -> str:
    """Reference, period and computation; of a cost share the hours only, since a wage is not the member's business."""
    parts = [assignment.reference, period(priced.segment, month)]
    if reckoned := KINDS[priced.kind].reckoned:
        parts.append(reckoned(priced))
    if supplement:
        parts.append(f"complément n°{NO_BREAK_SPACE}{supplement}")
    return ", ".join(parts)


def period(segment: Segment, month: Month) -> str:
    """ "novembre 2026", or "du 1er au 14 novembre 2026" for a part of it."""
    if segment.days == len(month.days):
        return month.label
    spans = [f"{ordinal(start)} au {ordinal(before - timedelta(days=1))}" for start, before in segment.spans]
    return f"du {' et du '.join(spans)} {month.label}"


def sheets_wait(employee: Employee, month: Month, waiting: Sequence[str]) -> BillingProblem:
    """Hours of a month at actual cost that are not all approved: the shares of all its members wait."""
    return BillingProblem(
        "timesheets_not_approved",
        f"{employee.full_name}{NO_BREAK_SPACE}: le coût {month.of_label} ne peut pas être réparti. À faire approuver "
        f"d’abord{NO_BREAK_SPACE}: {enumeration(waiting, at_most=3)}.",
        employee=employee.pk,
    )


def cost_is_missing(employee: Employee, month: Month, *, is_blocking: bool) -> BillingProblem:
    """Nothing was imported for the employee's month."""
    then = (
        "ses parts attendent. Importez le fichier de paie."
        if is_blocking
        else "ses heures sont facturées au prix convenu. Importé après l’émission, le coût sera compté par un "
        "complément de ce mois."
    )
    return BillingProblem(
        "cost_missing",
        f"{employee.full_name}{NO_BREAK_SPACE}: aucun coût employeur pour {month.label}, {then}",
        employee=employee.pk,
        is_blocking=is_blocking,
    )


def terms_are_missing(assignment: Assignment, month: Month, days: Sequence[date]) -> BillingProblem:
    """Hours on days for which no price was agreed."""
    when = enumeration(map(ordinal, days), at_most=5)
    return BillingProblem(
        "terms_missing",
        f"{assignment.reference}, {assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: des heures "
        f"sans conditions, jours {month.of_label}{NO_BREAK_SPACE}: {when}. Complétez les conditions.",
        employee=assignment.employee_id,
        member=assignment.member_id,
    )


def hours_come_later(assignment: Assignment, month: Month) -> BillingProblem:
    """Hours that will join a later month since they are not approved today."""
    return BillingProblem(
        "hours_not_approved",
        f"{assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: les heures {month.of_label} ne "
        "sont pas approuvées. Elles rejoindront une prochaine clôture.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


def hours_contradict(
    employee: Employee, member: Member | None, found: Contradiction, *, is_approved: bool
) -> BillingProblem:
    """Hours that another fact contradicts; those that are approved already are to be settled."""
    where = f"chez {member}" if member else "au groupement"
    return BillingProblem(
        f"hours_{found.kind}",
        f"{employee.full_name} {where}{NO_BREAK_SPACE}: {found.message}",
        employee=employee.pk,
        member=member.pk if member else None,
        is_blocking=is_approved,
    )


def nothing_again(assignment: Assignment, month: Month) -> BillingProblem:
    """A sum was credited to be billed again, and the terms of today give none."""
    return BillingProblem(
        "nothing_again",
        f"{assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: une somme {month.of_label} a été "
        "créditée pour être facturée de nouveau, et les conditions n’en donnent plus. Complétez les conditions, ou "
        "ajoutez une ligne libre.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


def supplement_waits(assignment: Assignment, month: Month) -> BillingProblem:
    """Late hours in a month whose cost is shared already: other members' shares would change."""
    return BillingProblem(
        "cost_already_shared",
        f"{assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: le coût {month.of_label} est déjà "
        "réparti. Ces heures tardives attendent la régularisation.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


def attestation_is_missing(member: Member, month: Month, *, last_day: date | None = None) -> BillingProblem:
    """An exempt line without a statement that holds on each of its days (CGI art. 261 B); the last that one holds."""
    what = (
        f"l’attestation de TVA s’arrête le {last_day:%d/%m/%Y}, avant la fin des prestations {month.of_label}"
        if last_day
        else f"pas d’attestation de TVA valable pour {month.label}"
    )
    return BillingProblem(
        "vat_attestation_missing",
        f"{member}{NO_BREAK_SPACE}: {what}, alors que des lignes sont exonérées (article 261 B du CGI). "
        "Enregistrez l’attestation ou passez à 20\u00a0%, puis refaites les brouillons.",
        member=member.pk,
        holds_invoice=True,
    )


def receipts_are_taxable(member: Member, month: Month, percent: Decimal) -> BillingProblem:
    """An exempt line on a statement of taxable receipts beyond what the exemption takes."""
    return BillingProblem(
        "vat_receipts_taxable",
        f"{member}{NO_BREAK_SPACE}: l’attestation dit {spell_percent(percent)} de recettes taxables, et des lignes "
        f"{month.of_label} sont exonérées. Dès {MOST_TAXABLE}{NO_BREAK_SPACE}%, seul ce qui sert aux activités "
        "exonérées reste sans TVA (CGI, art. 261 B, BOI-RES-000082)\u00a0: voyez-le avec l’expert-comptable.",
        member=member.pk,
        is_blocking=False,
    )


def more_than_agreed(assignment: Assignment, month: Month, worked: int, agreed: int) -> BillingProblem:
    """Clearly more hours than the weekly pattern makes of the month: agreed, or a mistake of typing."""
    return BillingProblem(
        "over_commitment",
        f"{assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: {spell_hours(worked)}"
        f"{NO_BREAK_SPACE}h approuvées en {month.label}, pour {spell_hours(agreed)}{NO_BREAK_SPACE}h convenues. "
        "Vérifiez les heures, ou changez les conditions si cela doit durer.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


def no_hours(assignment: Assignment, month: Month) -> BillingProblem:
    """An assignment with planned hours and an approved month of none: forgotten, or really nothing."""
    return BillingProblem(
        "no_hours",
        f"{assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: aucune heure approuvée en "
        f"{month.label}, alors que des jours sont convenus. Vérifiez le relevé.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


@dataclass(frozen=True)
class CostBorne:
    """Who bears a cost without hours, in euros: ``shared`` between members, ``agreed`` prices beside, the reserve.

    ``plan_of`` is the month whose plan tells, when it is not the cost's own.
    """

    cost: Decimal
    shared: Decimal
    agreed: Decimal
    plan_of: Month | None = None

    @property
    def words(self) -> str:
        plan = "selon les parts prévues"
        if self.plan_of:
            plan += f" {self.plan_of.of_label}, dernier mois de mise à disposition"
        if self.shared == self.cost and not self.agreed:
            return f"Sans travail, le coût se partage {plan}."
        parts = [f"{spell(self.shared)} se partagent {plan}"] if self.shared else []
        if self.agreed:
            parts.append(f"{spell(self.agreed)} sont payés aux prix convenus")
        if rest := self.cost - self.shared - self.agreed:
            parts.append(f"la réserve {'verse' if rest > 0 else 'reçoit'} {spell(abs(rest))}")
        return f"Sans travail{NO_BREAK_SPACE}: {', '.join(parts)}."


def cost_without_hours(employee: Employee, month: Month, borne: CostBorne) -> BillingProblem:
    """A cost for somebody who has no hour at all that month, and who bears it."""
    return BillingProblem(
        "cost_without_hours",
        f"{employee.full_name}{NO_BREAK_SPACE}: un coût employeur {month.of_label} et aucune heure approuvée. "
        f"{borne.words} Vérifiez les relevés.",
        employee=employee.pk,
        is_blocking=False,
    )


def difference_due_back(
    priced: PricedSegment, assignment: Assignment, month: Month, *, fee: Decimal
) -> BillingProblem:
    """What is due back to a member whose invoice of the month is smaller: a credit note gives it back."""
    reckoned = KINDS[priced.kind].reckoned
    what = reckoned(priced) if reckoned else ""
    beside = f" et {spell(-fee)} de frais de gestion" if fee else ""
    who = f"{assignment.employee.full_name} chez {assignment.member}"
    return BillingProblem(
        "difference_due_back",
        f"{who}{NO_BREAK_SPACE}: {what}, {spell(-priced.net)}{beside} à rendre, plus que sa facture {month.of_label}. "
        "Faites un avoir de cette somme sur la facture de ce mois-là.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


def provision_is_given_back(employee: Employee, month: Month, amount: Decimal) -> BillingProblem:
    """What is left of the provision of somebody who left goes back to who had put it aside (euros, above zero)."""
    return BillingProblem(
        "provision_given_back",
        f"{employee.full_name}{NO_BREAK_SPACE}: le contrat est terminé et il reste {spell(amount)} de provision pour "
        f"congés. La clôture {month.of_label} les rend à ceux qui les avaient versés, chacun sa part. Si une dernière "
        "paie doit encore venir, importez-la d’abord.",
        employee=employee.pk,
        is_blocking=False,
    )


def cost_is_estimated(employee: Employee, month: Month) -> BillingProblem:
    """Shares of a cost that is not the payroll office's yet."""
    return BillingProblem(
        "cost_estimated",
        f"{employee.full_name}{NO_BREAK_SPACE}: le coût {month.of_label} est une estimation. L’écart avec la paie sera "
        "reporté sur le mois ouvert suivant, à qui porte celui-ci. Importez la paie si elle est là.",
        employee=employee.pk,
        is_blocking=False,
    )


def wording_is_outdated(text: str) -> BillingProblem:
    """A mention that cites a code which no longer holds."""
    return BillingProblem(
        "mention_outdated",
        f"La mention {quoted(text)} cite le CGI, qui ne se cite plus depuis le 1er juillet "
        "2028. Enregistrez la référence au CIBS avec l’expert-comptable.",
        is_blocking=False,
    )


def paid_by_minimum(assignment: Assignment, month: Month, minutes: int) -> BillingProblem:
    """Late hours that the minimum charged before has paid for: they owe nothing, and are sealed with the run."""
    return BillingProblem(
        "paid_by_minimum",
        f"{assignment.employee.full_name} chez {assignment.member}{NO_BREAK_SPACE}: {spell_hours(minutes)}"
        f"{NO_BREAK_SPACE}h tardives {month.of_label} sont couvertes par le minimum déjà facturé. Elles ne donnent "
        "aucune somme et seront arrêtées avec cette clôture.",
        employee=assignment.employee_id,
        member=assignment.member_id,
        is_blocking=False,
    )


def nothing_to_invoice(member: Member, month: Month) -> BillingProblem:
    """Approved hours that come to no sum."""
    return BillingProblem(
        "nothing_to_invoice",
        f"{member}{NO_BREAK_SPACE}: des heures approuvées {month.of_label} ne donnent aucune somme à facturer. "
        "Vérifiez les conditions et le coût.",
        member=member.pk,
        is_blocking=False,
    )
