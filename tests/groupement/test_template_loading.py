"""What is sent to browsers carries no indentation; papers, mails in text and what shows its white space keep theirs."""

import pytest
from django.template.loader import get_template

from groupement.kernel.template_loading import without_indentation


@pytest.mark.parametrize(
    ("html", "sent"),
    [
        ("<ul>\n    <li>\n\t\tun\n", "<ul>\n<li>\nun\n"),
        ("  <b>a</b>  c\n\n    d", "<b>a</b>  c\n\nd"),
        ("  <pre>\n  a\n    b</pre>\n  c", "<pre>\n  a\n    b</pre>\nc"),
        ("  <textarea\n  rows='2'>\n  a</textarea>\n  c", "<textarea\n  rows='2'>\n  a</textarea>\nc"),
        ("  <pre>  a</pre>\n  b\n  <pre>\n  c</pre>", "<pre>  a</pre>\nb\n<pre>\n  c</pre>"),
        ("  <predicate>\n  a", "<predicate>\na"),
    ],
)
def test_lines_lose_their_indentation_where_white_space_is_not_seen(html, sent):
    assert without_indentation(html) == sent


def source(name):
    return get_template(name).template.source


def indented(name):
    return [line for line in source(name).splitlines() if line[:1].isspace() and line.strip()]


def test_pages_are_loaded_without_indentation():
    assert indented("base.html") == []


@pytest.mark.parametrize("name", ["paper/invoice.html", "admin/pagination.html"])
def test_papers_and_what_others_wrote_stay_as_they_are(name):
    assert indented(name) != []
