"""Answers: the whole page or its part, an act and the message to the person, pages of a list."""

from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template import engines
from django.test import RequestFactory, override_settings

from groupement.kernel import pages
from groupement.kernel.lifecycle import Refusal
from members.models import Member
from tests import world

PAGE = (
    """{% load partials %}<h1>Le mois</h1>{% partialdef rows inline %}<p>{{ word }}</p>{% endpartialdef %}"""
)
TOASTS = """{% if oob %}oob:{% endif %}{% for message in messages %}[{{ message }}]{% endfor %}"""


@pytest.fixture
def templates(settings):
    """Two templates in memory, through the loaders that the product uses."""
    texts = {"month.html": PAGE, "components/messages.html": TOASTS}
    [engine] = settings.TEMPLATES
    options = {
        **engine["OPTIONS"],
        "context_processors": ["django.contrib.messages.context_processors.messages"],
        "loaders": [("template_partials.loader.Loader", [("django.template.loaders.locmem.Loader", texts)])],
    }
    with override_settings(TEMPLATES=[{**engine, "APP_DIRS": False, "DIRS": [], "OPTIONS": options}]):
        yield engines


def asked(path="/", *, htmx=None):
    """A request with messages, and with what django-htmx would have put on it."""
    request = RequestFactory().get(path)
    request.session = {}
    request._messages = FallbackStorage(request)
    request.htmx = htmx
    return request


def by_htmx(**more):
    class Details(SimpleNamespace):
        def __bool__(self):
            return True

    return Details(**{"boosted": False, "history_restore_request": False, **more})


def messages_of(request):
    return [(message.level_tag, str(message)) for message in get_messages(request)]


def body(request, **more):
    response = pages.page(request, "month.html", part="rows", context={"word": "bonjour"}, **more)
    return response.content.decode()


@pytest.mark.usefixtures("templates")
class TestPage:
    def test_a_visit_gets_the_whole_page(self):
        assert body(asked()) == "<h1>Le mois</h1><p>bonjour</p>"

    def test_htmx_gets_the_part(self):
        assert body(asked(htmx=by_htmx())) == "<p>bonjour</p>"

    @pytest.mark.parametrize("more", [{"boosted": True}, {"history_restore_request": True}])
    def test_boosted_links_and_the_back_button_get_the_whole_page(self, more):
        assert body(asked(htmx=by_htmx(**more))) == "<h1>Le mois</h1><p>bonjour</p>"

    def test_a_page_without_part_is_whole_for_htmx_too(self):
        response = pages.page(asked(htmx=by_htmx()), "month.html", context={"word": "x"}, status=422)
        assert (response.status_code, response.content.decode()) == (422, "<h1>Le mois</h1><p>x</p>")

    def test_caches_keep_the_two_answers_apart(self):
        assert pages.page(asked(), "month.html", context={"word": "x"})["Vary"] == "HX-Request"

    def test_pending_messages_travel_beside_the_part(self):
        request = asked(htmx=by_htmx())
        pages.act(request, lambda: None, success="Approuvé.")
        assert body(request) == "<p>bonjour</p>oob:[Approuvé.]"


class Hours(forms.Form):
    monday = forms.CharField()


def refuse(*args, **kwargs):
    raise Refusal("Le lundi est férié.", **kwargs)


def test_an_act_gives_its_value_and_says_so():
    request = asked()
    done = pages.act(request, lambda a, *, b: a + b, 1, b=2, success="C’est fait.")
    assert (bool(done), done.value, done.refusal) == (True, 3, None)
    assert messages_of(request) == [("success", "C’est fait.")]


def test_the_success_may_be_told_from_the_value():
    request = asked()
    pages.act(request, lambda: 6, success=lambda n: f"{n} factures émises.")
    assert messages_of(request) == [("success", "6 factures émises.")]


def test_an_act_without_success_says_nothing():
    request = asked()
    assert pages.act(request, lambda: None)
    assert messages_of(request) == []


def test_a_refusal_without_form_becomes_a_message():
    request = asked()
    done = pages.act(request, refuse, success="jamais")
    assert (bool(done), done.value, done.refusal.message) == (False, None, "Le lundi est férié.")
    assert messages_of(request) == [("error", "Le lundi est férié.")]


def test_many_faults_without_form_are_counted_not_poured_out():
    request = asked()
    pages.act(request, refuse, errors=[f"Ligne {n}" for n in range(12)])
    messages = [text for _, text in messages_of(request)]
    assert messages == ["Le lundi est férié.", *(f"Ligne {n}" for n in range(10)), "… et 2\u00a0autres."]


@pytest.mark.parametrize(("field", "where"), [("monday", "monday"), (None, "__all__"), ("sunday", "__all__")])
def test_a_refusal_with_form_marks_the_field_or_the_form(field, where):
    request, form = asked(), Hours({"monday": "7"})
    assert form.is_valid()
    done = pages.act(request, refuse, field=field, form=form)
    assert not done
    assert form.errors == {where: ["Le lundi est férié."]}
    assert messages_of(request) == []


def test_a_form_lists_the_faults_line_by_line():
    form = Hours({"monday": "7"})
    pages.act(asked(), refuse, field="monday", errors=["Ligne 2", "Ligne 3"], form=form)
    assert form.errors == {"monday": ["Le lundi est férié."], "__all__": ["Ligne 2", "Ligne 3"]}


def test_what_is_no_refusal_goes_through():
    with pytest.raises(ZeroDivisionError):
        pages.act(asked(), lambda: 1 // 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "names"), [("", ["A", "B"]), ("?page=2", ["C"]), ("?page=9", ["C"]), ("?page=x", ["A", "B"])]
)
def test_paginate_gives_the_nearest_page(query, names, django_assert_num_queries):
    for name in "ABC":
        world.member(name)
    with django_assert_num_queries(2):
        found = pages.paginate(asked(f"/{query}"), Member.objects.order_by("short_name", "pk"), per_page=2)
        assert [member.short_name for member in found] == names
