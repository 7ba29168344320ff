"""Chips are links with what they are called, and nothing in them is taken for markup."""

from django.template import Context, Template

LINK = {"pk": "7", "label": "Aloen <b>", "hours": "7,5", "state": "draft", "state_label": "à saisir"}


def test_a_chip_is_a_link_whose_text_is_text():
    made = Template('{% load chips %}{% chips links "/releve/" %}').render(Context({"links": [LINK]}))
    assert made == (
        '<a class="chip" data-state="draft" href="/releve/7/">Aloen &lt;b&gt; <b>7,5</b>'
        '<span class="vh"> heures, à saisir</span></a>'
    )


def test_a_figure_is_a_cell_that_knows_its_name():
    made = Template("{% load chips %}{% figures named %}").render(Context({"named": [("Prévu", "7,5")]}))
    assert made == '<td class="num" data-th="Prévu">7,5</td>'
