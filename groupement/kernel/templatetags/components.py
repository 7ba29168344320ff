"""The small parts that pages are made of, as tags: icon, badge, member, notice, crumbs, empty state.

They are built in (settings.TEMPLATES), so that no template loads them. None queries. A part with fields or conditions
of its own is a template of templates/components instead.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


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
        mark_safe(' role="alert" tabindex="-1" data-focus') if alert else "",
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
        format_html("<p>{}</p>", mark_safe(text)) if text else "",  # noqa: S308 - rendered by the template
        format_html('<a class="btn is-sm" href="{}">{}</a>', link, link_label) if link else "",
    )
