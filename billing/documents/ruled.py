"""What issued documents keep of the rules of the group: the days on which they were issued by them."""

from __future__ import annotations

from datetime import timedelta

from billing.models import Invoice, InvoiceStatus
from groupement.kernel.french import full_date
from members.models import GroupRule, RuleCode
from members.standing import Days, StandingFact

# Read on the day of issue; what was issued says it for good.
READ_AT_ISSUE = frozenset({RuleCode.PAYMENT_TERMS, RuleCode.LATE_PENALTY_RATE})


def issued_by_rule(rule: int, days: Days | None) -> list[StandingFact]:
    """The last document that was issued by the rule on those days, with the day from which on it may change."""
    code = GroupRule.objects.filter(pk=rule).values_list("code", flat=True).first()
    if code not in READ_AT_ISSUE or days is None:
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
