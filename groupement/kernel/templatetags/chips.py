"""Many small links and figures written in one go: a thousand cost a template a tenth of a second; nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def chips(links: Iterable[Mapping[str, str]], base: str) -> SafeString:
    """The ``links`` (pk, label, hours, state, state_label) as chips that lead to ``base`` and their pk."""
    return format_html_join(
        "",
        '<a class="chip" data-state="{}" href="{}{}/">{} <b>{}</b><span class="vh"> heures, {}</span></a>',
        (
            (link["state"], base, link["pk"], link["label"], link["hours"], link["state_label"])
            for link in links
        ),
    )


@register.simple_tag
def figures(named: Iterable[tuple[str, str]]) -> SafeString:
    """Cells of figures, each with the name that stands before it where the table folds into cards."""
    return format_html_join("", '<td class="num" data-th="{}">{}</td>', named)
