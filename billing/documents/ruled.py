"""What issued documents keep of the rules of the group: the days on which they were issued by them."""

from __future__ import annotations

from datetime import timedelta

from billing.models import Invoice, InvoiceKind, InvoiceStatus
from groupement.kernel.french import full_date
from groupement.kernel.periods import Month
from members.models import GroupRule, RuleCode
from members.standing import Days, StandingFact

# Read on the day of issue; what was issued says it for good.
READ_AT_ISSUE = frozenset({RuleCode.PAYMENT_TERMS, RuleCode.LATE_PENALTY_RATE})


def issued_by_rule(rule: int, days: Days | None) -> list[StandingFact]:
    """The last document or month that was issued by the rule on those days, and from which day on it may change."""
    code = GroupRule.objects.filter(pk=rule).values_list("code", flat=True).first()
    if days is None:
        return []
    if code == RuleCode.MANAGEMENT_RATE:
        return _invoiced_months(days)
    if code not in READ_AT_ISSUE:
        return []
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED, issued_on__gte=days[0])
    if days[1] is not None:
        issued = issued.filter(issued_on__lt=days[1])
    last = issued.order_by("-issued_on", "-pk").only("number", "issued_on").first()
    if last is None or last.issued_on is None:
        return []
    number, issued_on = last.number, last.issued_on
    return [
        StandingFact(
            f"{number}, du {full_date(issued_on)}, porte cette règle\u00a0: elle change au plus tôt le "
            f"{full_date(issued_on + timedelta(days=1))}.",
            is_final=True,
        )
    ]


def _invoiced_months(days: Days) -> list[StandingFact]:
    """The last month that is invoiced, of those that the days touch: its prices read one rule."""
    first, before = days
    issued = Invoice.objects.filter(
        status=InvoiceStatus.ISSUED,
        kind=InvoiceKind.INVOICE,
        true_up__isnull=True,
        service_month__gte=Month.of(first),
    )
    if before is not None:
        issued = issued.filter(service_month__lt=before)
    last = issued.order_by("-service_month", "-pk").only("number", "service_month").first()
    if last is None:
        return []
    month = last.service_month
    return [
        StandingFact(
            f"{month.label.capitalize()} est facturé ({last.number}) avec ce taux\u00a0: il change au plus tôt le "
            f"{full_date(month.before)}.",
            is_final=True,
        )
    ]
