"""The reader of pages of ``make same``: what nobody sees is no difference, what somebody sees is one."""

import re
from pathlib import Path

import pytest

from benchmarks.same import differing
from benchmarks.same.leading import leads
from benchmarks.same.markup import normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>\n  Deux   mots\n</p>", "<p>Deux mots</p>"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>un <b> deux</b></p>", "<p>un <b>deux</b></p>"),
        ("<p><b> un</b></p>", "<p><b>un</b></p>"),
        ("<p>un<!-- rien --></p>", "<p>un</p>"),
        ("<button>\n Envoyer </button>", "<button>Envoyer</button>"),
        ('<a class="b a" href="/">x</a>', '<a\n  href="/"\n  class="a  b">x</a>'),
        ("<input disabled>", '<input disabled="" />'),
        ('<svg>\n<path d="M0 0\n L1 1"/></svg>', '<svg><path d="M0 0 L1 1"></path></svg>'),
        ("<p>1&nbsp;&euro;</p>", "<p>1\u00a0€</p>"),
        (
            '<input name="csrfmiddlewaretoken" value="a">',
            '<input name="csrfmiddlewaretoken" value="b">',
        ),
    ],
)
def test_what_nobody_sees_is_no_difference(one, other):
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p><a>un</a> <a>deux</a></p>", "<p><a>un</a><a>deux</a></p>"),
        ("<p>un <b>deux</b></p>", "<p>un<b>deux</b></p>"),
        ("<p><a>un </a>deux</p>", "<p><a>un</a> deux</p>"),
        ("<p>1\u00a0€</p>", "<p>1 €</p>"),
        ("<pre>a\n\nb</pre>", "<pre>a\nb</pre>"),
        ("<textarea> a</textarea>", "<textarea>a</textarea>"),
        ('<input value="a ">', '<input value="a">'),
        ('<p class="a">x</p>', '<p class="b">x</p>'),
        ("<p>un</p>", "<div>un</div>"),
        ("<p>un <button>x</button></p>", "<p>un<button>x</button></p>"),
    ],
)
def test_what_is_seen_is_a_difference(one, other):
    assert normal(one)[0] != normal(other)[0]


def test_own_files_stand_apart():
    page = '<head><link rel="stylesheet" href="/static/a.css"><script src="/static/a.js"></script></head><p>x</p>'
    text, files = normal(page)
    assert "static" not in text
    assert "script" not in text
    assert files == ['<link href="/static/a.css" rel="stylesheet">', '<script src="/static/a.js">']


def test_a_page_says_where_it_leads():
    found = leads(
        '<a href="/x/">x</a><div hx-target="#part"><button hx-get="/y/">y</button></div>'
        '<form method="post" action="/z/" id="f"><input name="a" value="1"><select name="b"><option value="2">2'
        '<option value="3" selected>3</select><textarea name="c">d</textarea></form>'
        '<button form="f" name="go" value="now">go</button>'
    )
    assert found.links == ["/x/"]
    assert found.parts == [("/y/", "part")]
    (form,) = found.forms
    assert (form.action, form.method) == ("/z/", "post")
    assert [(name, value) for _, name, value, _ in form.fields] == [("a", "1"), ("b", "3"), ("c", "d")]
    assert form.buttons == [("go", "now", "")]


def test_a_difference_is_accepted_only_line_by_line(tmp_path: Path):
    listed = tmp_path / "accepted"
    listed.write_text("# on purpose\n^-<b>un</b>|^\\+<b>deux</b>  # renamed\n")
    rules = differing.rules_of(listed)
    assert differing.accepted("-<b>un</b>\n+<b>deux</b>", rules) == "renamed"
    assert differing.accepted("-<b>un</b>\n+<b>deux</b>\n+<b>trois</b>", rules) is None
    assert rules == [(re.compile("^-<b>un</b>|^\\+<b>deux</b>"), "renamed")]


def test_a_heading_may_be_accepted_as_a_whole():
    rules = [(re.compile("^only spaces"), "one plural for all")]
    assert differing.accepted("only spaces within a line:\n-a b\n+a\u00a0b", rules) == "one plural for all"
    assert differing.accepted("only after 200 GET /x/#/", rules) is None
    assert differing.accepted("-a\n+only spaces", rules) is None
