"""The parts that pages are made of, as tags, and what templates/components needs to make the others.

They are built in (settings.TEMPLATES): no template loads them. None queries. A part with fields or conditions of its
own is a template of templates/components instead.

    icon, badge, member           one word or picture in a line
    notice, crumbs, empty_state   with a body, which is HTML
    panel, table                  a section with its head; a table of data in a region that scrolls
    chips, figures                many small links or cells at once
    bar_chart, share_bar          a chart of kernel.charts
    control, is_choice, faulty    filters of forms, for components/field.html and form_errors.html
    ring_arcs                     the numbers of components/ring.html
    csrf_token                    Django's, with a key of the form beside it
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from groupement.kernel.charts import BarChart, Share
from groupement.kernel.sent_forms import FORM_KEY

register = template.Library()

KEY_BYTES = 16

# The circle's pathLength in ring.html: hundredths of a degree, so that every number stays whole.
TURN = 36_000
WIDEST_GAP = 850
DASH, PAUSE = 330, 390


class FormTokens(CsrfTokenNode):
    """Django's token, and a key that no other form has: it does its act once, however often it arrives."""

    def render(self, context: template.Context) -> SafeString:
        token = super().render(context)
        if not token:
            return SafeString("")
        key = secrets.token_urlsafe(KEY_BYTES)
        return format_html('{}<input type="hidden" name="{}" value="{}">', token, FORM_KEY, key)


@register.tag(name="csrf_token")
def form_tokens(_parser: template.base.Parser, _token: template.base.Token) -> FormTokens:
    """``{% csrf_token %}``, in every form that is posted: ours, the accounts', the administration's."""
    return FormTokens()


@register.simple_tag(name="icon")
def icon_svg(name: str, extra: str = "") -> SafeString:
    """``{% icon "download" %}``: a picture of frame/sprite.html, decorative; ``extra`` are further classes.

    Classes are is-lg, is-inline, is-down, is-back.
    """
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"/></svg>', f" {extra}" if extra else "", name
    )


@register.simple_tag
def badge(label: object, *, state: str = "", tone: str = "") -> SafeString:
    """``{% badge "Émise" state="invoiced" %}``: a state or a tone in word, icon and colour; with neither, plain.

    ``state`` is one of draft, submitted, confirmed, contested, approved, invoiced; ``tone`` one of success, warning,
    danger, info. The icon has the same name.
    """
    if state:
        return format_html('<span class="badge" data-state="{}">{}{}</span>', state, icon_svg(state), label)
    if tone:
        return format_html('<span class="badge" data-tone="{}">{}{}</span>', tone, icon_svg(tone), label)
    return format_html('<span class="badge">{}</span>', label)


@register.simple_tag
def member(member: Any, extra: str = "") -> SafeString:
    """``{% member invoice.member %}``: shape, hue and name of a member; ``extra`` are further classes.

    Needed of ``member``: short_name, hue and shape (1 to 12).
    """
    return format_html(
        '<span class="member{}" data-hue="{}" data-shape="{}">{}</span>',
        f" {extra}" if extra else "",
        member.hue,
        member.shape,
        member.short_name,
    )


@register.simple_block_tag
def notice(
    content: str, *, tone: str = "", icon: str = "", extra: str = "", anchor: str = "", alert: bool = False
) -> SafeString:
    """``{% notice tone="warning" %}<p><b>First sentence.</b> More.</p>{% endnotice %}``: to know before going on.

    ``tone`` is success, warning or danger (none: information); ``icon`` another one than the tone's; ``extra`` are
    further classes; ``anchor`` its id; ``alert`` is for a failed submit: read out and focused at once.
    """
    attributes = [
        format_html(' data-tone="{}"', tone) if tone else "",
        format_html(' id="{}"', anchor) if anchor else "",
        mark_safe(' role="alert" tabindex="-1" data-focus') if alert else "",  # nosec B308
    ]
    return format_html(
        '<div class="notice{}"{}{}{}>{}<div>{}</div></div>',
        f" {extra}" if extra else "",
        *attributes,
        icon_svg(icon or tone or "info"),
        content,
    )


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The way back: ``{% crumbs %}<li><a href="…">Factures</a></li><li aria-current="page">Avoir</li>{% endcrumbs %}``.

    One list item for each page above, and one for this page.
    """
    return format_html('<nav aria-label="Fil d’Ariane"><ol class="crumbs">{}</ol></nav>', content)


@register.simple_block_tag
def empty_state(content: str, title: str, *, link: str = "", link_label: str = "") -> SafeString:
    """``{% empty_state "Aucune relance" %}Aucun courrier n’est parti.{% endempty_state %}``: an empty state.

    ``title`` says what is true now, the content what comes next; ``link`` is the address of the one thing to do.
    """
    text = content.strip()
    return format_html(
        '<div class="empty">{}<b>{}</b>{}{}</div>',
        render_to_string("frame/mark.html"),
        title,
        format_html("<p>{}</p>", mark_safe(text)) if text else "",  # noqa: S308 - rendered by the template  # nosec B308 B703
        format_html('<a class="btn is-sm" href="{}">{}</a>', link, link_label) if link else "",
    )


@register.simple_block_tag
def panel(content: str, name: str, title: object, *, note: object = "", extra: str = "") -> SafeString:
    """``{% panel "runs" "Mois" %}…{% endpanel %}``: a section with a head, named by its ``title``.

    ``name`` is the id of the heading; ``note`` stands beside it; ``extra`` are further classes (is-rail, is-flat). A
    head that holds more, a badge or a button, is written out: ``section.panel > div.panel__head``.
    """
    return format_html(
        '<section class="panel{}" aria-labelledby="{}">'
        '<div class="panel__head"><h2 id="{}">{}</h2>{}</div>{}</section>',
        f" {extra}" if extra else "",
        name,
        name,
        title,
        format_html("<p>{}</p>", note) if note else "",
        content,
    )


@register.simple_block_tag
def table(content: str, label: object, *, extra: str = "") -> SafeString:
    """``{% table "Mois à facturer" %}<caption>…<thead>…<tbody>…{% endtable %}``: data, scrolling in itself.

    ``label`` names the region that scrolls; where there is little room each row becomes a card, whose cells are named
    by their data-th. ``extra`` are further classes (is-costs, is-months, is-columns, funnel).
    """
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="data is-cards{}">{}</table></div>',
        label,
        f" {extra}" if extra else "",
        content,
    )


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


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with the house's class; a placeholder never stands in for a label, so it goes."""
    attrs: dict[str, str | bool] = {"placeholder": False}
    if not is_choice(field):
        own = field.field.widget.attrs
        classes = [
            own.get("class", ""),
            "input",
            "is-code" if own.get("autocomplete") == "one-time-code" else "",
        ]
        attrs["class"] = " ".join(filter(None, classes))
    return field.as_widget(attrs=attrs)


@register.filter
def is_choice(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label follows it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def faulty(form: forms.BaseForm) -> list[BoundField]:
    """The visible fields of ``form`` that have errors, in order."""
    return [field for field in form.visible_fields() if field.errors]


@dataclass(frozen=True)
class Arc:
    """One member's part of the ring, ready for the SVG attributes."""

    hue: int
    signed: bool
    dasharray: str
    dashoffset: int


@register.simple_tag
def ring_arcs(members: Iterable[Any], signed: Collection[int] | None = None) -> list[Arc]:
    """One arc for each of ``members`` (anything with ``hue`` and ``pk``), clockwise from the top.

    ``signed`` holds the primary keys of those whose arc is full; without it all are.
    """
    shown = list(members)
    if not shown:
        return []
    part = TURN // len(shown)
    gap = min(WIDEST_GAP, part // 6) if len(shown) > 1 else 0
    return [
        _arc(
            member.hue,
            signed is None or member.pk in signed,
            start=index * part + gap // 2,
            length=part - gap,
        )
        for index, member in enumerate(shown)
    ]


def _arc(hue: int, is_signed: bool, *, start: int, length: int) -> Arc:
    dashes = [length] if is_signed else _dashed(length)
    # An odd list would be read twice over; the last gap fills the turn.
    pattern = [*dashes, TURN - sum(dashes)]
    return Arc(hue, is_signed, " ".join(map(str, pattern)), -start)


def _dashed(length: int) -> list[int]:
    pairs = max((length - DASH) // (DASH + PAUSE), 0)
    return [DASH, PAUSE] * pairs + [DASH]


@register.simple_block_tag
def bar_chart(content: str, chart: BarChart, *, anchor: str, kind: str, note: str = "") -> SafeString:
    """``{% bar_chart chart anchor="costs-chart" kind="series" %}Coût du mois{% endbar_chart %}``: bars with a title.

    ``anchor`` is unique on the page; ``kind`` names the data attribute that holds the series, for which charts.css has
    the colours; ``note`` is a sentence after the description.
    """
    parts = {"chart": chart, "anchor": anchor, "kind": kind, "note": note, "title": _on_one_line(content)}
    return render_to_string("components/bar_chart.html", parts)


@register.simple_block_tag
def share_bar(content: str, shares: Iterable[Share], *, kind: str, extra: str = "") -> SafeString:
    """``{% share_bar used.shares kind="tone" %}Heures 12 €, reste 3 €{% endshare_bar %}``: one bar in its parts.

    The content says what it shows; without any, the bar is decorative, its figures stand beside it. ``extra`` are
    further classes.
    """
    parts = {"shares": shares, "kind": kind, "extra": extra, "label": _on_one_line(content)}
    return render_to_string("components/share_bar.html", parts)


def _on_one_line(content: str) -> SafeString:
    """``content`` without the line breaks and indents of its template; no-break spaces stay."""
    return mark_safe(re.sub(r"[ \n]+", " ", content).strip(" "))  # noqa: S308 - rendered by the template  # nosec B308 B703
