"""The guards themselves: each is shown a fault, and must see it."""

import pytest
import zeal
from django.template import Context, Engine, Template
from django.urls import get_resolver

from employees.models import Assignment
from groupement.hours_unit import SPOKEN
from groupement.kernel import page_unit, worktime
from members.models import Group
from tests import guards, markup, units, world

PAGE = '<html lang="fr"><title>t</title><main><h1>Titre</h1>{}</main></html>'


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<p style="color:red">x</p>', "style attribute on p"),
        ("<script>alert(1)</script>", "inline script"),
        ("<style>p{}</style>", "inline style element"),
        ('<a href="#" onclick="x()">y</a>', "onclick on a"),
        ("<h1>Encore</h1>", "2 h1"),
        ('<i id="a"></i><i id="a"></i>', "id a 2 times"),
        ('<p aria-describedby="nothing">x</p>', "p refers to a missing id nothing"),
        ("<button></button>", "button without a name ()"),
        ('<a href="/x"></a>', "a without a name (/x)"),
        ("<img src='x'>", "img without alt"),
        ("<svg></svg>", "svg neither hidden nor named"),
        ('<input name="hours">', "input hours without a label"),
        ("<fieldset><p>x</p></fieldset>", "fieldset without a legend"),
        ("<table><tr><td>1</td></tr></table>", "table without a caption ()"),
        ("<table><caption>c</caption><tr><th>h</th></tr></table>", "th without scope (h)"),
        ("<form><form></form></form>", "form in a form"),
        ('<a href="/x">a<button>b</button></a>', "button in a control"),
        ('<nav class="tabs" aria-label="T"><a href="/x">x</a></nav>', "0 current tabs (T)"),
        ("<p>x</p></div>", "</div> without a start"),
        ('<form method="post" action="/x"></form>', "form without a key (/x)"),
    ],
)
def test_each_fault_of_markup_is_seen(body, fault):
    assert markup.faults(PAGE.format(body)) == [fault]


def test_sound_markup_passes():
    body = (
        '<label for="a">A</label><input id="a"><script type="application/json">{}</script>'
        '<table><caption>c</caption><tr><th scope="col">h</th></tr></table><img src="x" alt="">'
        '<button aria-label="Fermer"><svg aria-hidden="true"></svg></button>'
        '<form></form><form method="post"><input type="hidden" name="form_key" value="a"></form>'
    )
    assert markup.faults(PAGE.format(body)) == []


def test_a_page_without_language_or_main_is_seen():
    assert markup.faults("<html><title>t</title><h1>x</h1></html>") == ["html without lang=fr", "no main"]


@pytest.mark.django_db
def test_a_write_during_a_get_is_refused_and_a_read_is_not():
    world.group()
    with guards.no_writing():
        assert Group.objects.get().name == "La Ronde"
        with pytest.raises(AssertionError, match="a GET wrote"):
            Group.objects.update(name="Autre")


@pytest.mark.django_db
def test_a_repeated_load_is_seen():
    world.group()
    aloen = world.member()
    for name in ("Maëlle", "Youenn", "Inès"):
        world.assignment(world.employee(name, members=[aloen]), aloen)
    with zeal.zeal_context(), pytest.raises(zeal.NPlusOneError):
        [placed.employee.first_name for placed in Assignment.objects.order_by("pk")]


def test_an_undefined_variable_fails_in_our_templates_only(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "OURS", str(tmp_path))
    (tmp_path / "ours.html").write_text("{{ missing }}")
    (tmp_path / "spared.html").write_text("{{ missing|default:'rien' }}")
    engine = Engine(dirs=[str(tmp_path)], string_if_invalid=guards.Undefined("%s"))
    with pytest.raises(AssertionError, match="missing"):
        engine.get_template("ours.html").render(Context())
    assert engine.get_template("spared.html").render(Context()) == "rien"
    theirs = Template("[{{ missing }}]", engine=engine)
    assert theirs.render(Context()) == "[]"


@pytest.mark.parametrize(
    ("shown", "view", "other"),
    [
        ("7\u00a0h\u00a030", "timesheets:my_month", "7\u00a0h\u00a030"),
        ("7,5\u00a0h", "timesheets:day", "7,5"),
        ('<input aria-label="x" value="7,5">', "timesheets:day", "7,5"),
        ("7,5\u00a0h", "timesheets:my_month", ""),
        ("7\u00a0h\u00a030", "timesheets:day", ""),
        # Neither a price nor a longer number; and what the answer did not spell is a time of the day.
        ("7,5\u00a0€, 17,5", "timesheets:day", ""),
        ("8\u00a0h\u00a030", "timesheets:my_month", ""),
    ],
)
def test_a_duration_in_the_other_unit_is_seen(shown, view, other):
    with units.listening():
        worktime.spell_clock(450)
        worktime.short_hours(450)
        found = units.faults(PAGE.format(f"<p>{shown}</p>"), view)
    assert [fault.rpartition(": ")[2] for fault in found] == ([other] if other else [])


def test_a_page_chooses_its_unit_and_a_message_has_its_own():
    with page_unit.written_in(page_unit.Unit.HUNDREDTHS):
        assert page_unit.spell_duration(450) == "7,5\u00a0h"
        page_unit.choose(page_unit.Unit.SPOKEN)
        assert page_unit.spell_duration(450) == "7\u00a0h\u00a030"
        assert (page_unit.typed_duration(420), page_unit.typed_duration(440)) == ("7", "7\u00a0h\u00a020")
    assert page_unit.spell_duration(450) == "7\u00a0h\u00a030"


def test_the_pages_that_write_hours_as_said_exist():
    for name in SPOKEN:
        assert resolves(name), name


def resolves(name):
    namespace, _, view = name.partition(":")
    patterns = get_resolver().namespace_dict[namespace][1].url_patterns
    return any(pattern.name == view for pattern in patterns)
