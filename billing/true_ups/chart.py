"""The differences of a preview as a chart: the members one below the other, a bar for each key."""

from __future__ import annotations

from billing.true_ups.previewing import Preview
from groupement.kernel import charts
from groupement.kernel.charts import Bar, BarChart, NamedBars, Part
from groupement.kernel.money import spell


def differences_chart(preview: Preview) -> BarChart:
    """Right of zero what a member owes by a key, left of it what is due back; the series are the keys."""
    return charts.rows(
        [
            NamedBars(
                row.member.short_name,
                [
                    Bar([Part(key, amount)], f"+{spell(amount)}" if amount > 0 else spell(amount))
                    for key, amount in row.amounts
                ],
            )
            for row in preview.rows
        ]
    )
