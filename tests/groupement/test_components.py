"""The tags of templates write the one markup of the house, and nothing said in them is taken for markup."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template, TemplateSyntaxError

from groupement.kernel.charts import Bar, NamedBars, Part, rows, shares
from groupement.kernel.templatetags.components import TURN, ring_arcs

SHARP = "<b>&"
ESCAPED = "&lt;b&gt;&amp;"


def made(source, **context):
    return Template(source).render(Context(context))


def test_an_icon_points_into_the_sprite():
    assert made('{% icon "lock" %}') == '<svg class="icon" aria-hidden="true"><use href="#i-lock"/></svg>'
    assert 'class="icon is-inline is-lg"' in made('{% icon "lock" "is-inline is-lg" %}')
    assert f"#i-{ESCAPED}" in made("{% icon name %}", name=SHARP)


@pytest.mark.parametrize(
    ("arguments", "head"),
    [
        ("", '<span class="badge">'),
        (
            'state="draft"',
            '<span class="badge" data-state="draft"><svg class="icon" aria-hidden="true"><use href="#i-draft"/></svg>',
        ),
        (
            'tone="info"',
            '<span class="badge" data-tone="info"><svg class="icon" aria-hidden="true"><use href="#i-info"/></svg>',
        ),
    ],
)
def test_a_badge_is_a_word_with_the_icon_of_its_state_or_tone(arguments, head):
    assert made(f"{{% badge label {arguments} %}}", label=SHARP) == f"{head}{ESCAPED}</span>"


def test_a_member_is_shape_hue_and_name():
    member = SimpleNamespace(short_name=SHARP, hue=3, shape=11)
    assert made('{% member one "cell__name" %}', one=member) == (
        f'<span class="member cell__name" data-hue="3" data-shape="11">{ESCAPED}</span>'
    )
    assert made("{% member one %}", one=member).startswith('<span class="member" ')


def test_a_notice_holds_its_body_beside_the_icon_of_its_tone():
    assert made("{% notice %}<p>{{ sentence }}</p>{% endnotice %}", sentence=SHARP) == (
        '<div class="notice"><svg class="icon" aria-hidden="true"><use href="#i-info"/></svg>'
        f"<div><p>{ESCAPED}</p></div></div>"
    )
    warning = made('{% notice tone="warning" icon="clock" extra="no-print" anchor="pdf" %}{% endnotice %}')
    assert warning.startswith('<div class="notice no-print" data-tone="warning" id="pdf"><svg')
    assert "#i-clock" in warning
    assert "#i-danger" in made('{% notice tone="danger" %}{% endnotice %}')


def test_a_notice_after_a_failed_submit_is_read_out():
    alert = made('{% notice tone="danger" alert=True %}{% endnotice %}')
    assert '<div class="notice" data-tone="danger" role="alert" tabindex="-1" data-focus>' in alert


def test_crumbs_are_a_list_that_is_called_by_its_name():
    assert made('{% crumbs %}<li><a href="/">{{ up }}</a></li>{% endcrumbs %}', up=SHARP) == (
        f'<nav aria-label="Fil d’Ariane"><ol class="crumbs"><li><a href="/">{ESCAPED}</a></li></ol></nav>'
    )


def test_an_empty_state_says_what_is_true_and_what_comes_next():
    empty = made("{% empty_state title %}\n  {{ text }}\n{% endempty_state %}", title=SHARP, text=SHARP)
    assert empty.startswith('<div class="empty">')
    assert 'class="ring"' in empty
    assert f"<b>{ESCAPED}</b><p>{ESCAPED}</p></div>" in empty
    link = made('{% empty_state "Rien" link=url link_label="Aller" %}{% endempty_state %}', url="/a/?b=1&c=2")
    assert link.endswith('<b>Rien</b><a class="btn is-sm" href="/a/?b=1&amp;c=2">Aller</a></div>')


def test_what_a_tag_does_not_know_is_refused():
    with pytest.raises(TemplateSyntaxError):
        made('{% badge "Émise" colour="red" %}')


LINK = {"pk": "7", "label": "Aloen <b>", "hours": "7,5", "state": "draft", "state_label": "à saisir"}


def test_a_chip_is_a_link_whose_text_is_text():
    made = Template('{% chips links "/releve/" %}').render(Context({"links": [LINK]}))
    assert made == (
        '<a class="chip" data-state="draft" href="/releve/7/">Aloen &lt;b&gt; <b>7,5</b>'
        '<span class="vh"> heures, à saisir</span></a>'
    )


def test_a_figure_is_a_cell_that_knows_its_name():
    made = Template("{% figures named %}").render(Context({"named": [("Prévu", "7,5")]}))
    assert made == '<td class="num" data-th="Prévu">7,5</td>'


def members(count):
    return [SimpleNamespace(pk=number, hue=number % 12 + 1) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 25))
def test_each_arc_fills_the_turn_and_starts_after_the_one_before(count):
    arcs = ring_arcs(members(count), signed={0})

    assert [sum(map(int, arc.dasharray.split())) for arc in arcs] == [TURN] * count
    starts = [-arc.dashoffset for arc in arcs]
    assert starts == sorted(set(starts))
    assert starts[-1] < TURN


def test_a_missing_signature_is_dashed_within_its_part():
    full, dashed = ring_arcs(members(2), signed={0})

    assert (full.signed, dashed.signed) == (True, False)
    assert len(full.dasharray.split()) == 2
    drawn = [int(part) for part in dashed.dasharray.split()[:-1]]
    assert len(drawn) > 20
    assert sum(drawn) <= int(full.dasharray.split()[0])


def test_nobody_has_no_ring():
    assert ring_arcs([]) == []


def test_a_panel_is_a_section_named_by_its_head():
    assert made(
        '{% panel "mois" title note=sentence extra="is-rail" %}<p></p>{% endpanel %}',
        title=SHARP,
        sentence="Dix",
    ) == (
        '<section class="panel is-rail" aria-labelledby="mois"><div class="panel__head">'
        f'<h2 id="mois">{ESCAPED}</h2><p>Dix</p></div><p></p></section>'
    )
    assert "<p>" not in made('{% panel "mois" "Mois" %}{% endpanel %}')


def test_a_table_scrolls_in_a_region_that_has_a_name():
    assert made('{% table label extra="is-costs" %}<tbody></tbody>{% endtable %}', label=SHARP) == (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{ESCAPED}">'
        '<table class="data is-cards is-costs"><tbody></tbody></table></div>'
    )


def test_a_bar_chart_says_its_title_and_its_figures_to_those_who_do_not_see_it():
    chart = rows([NamedBars(SHARP, [Bar([Part("own", 2, "Sa part"), Part("", 1)], "3\u00a0€")])])
    svg = made(
        '{% bar_chart chart anchor="bars" kind="part" note="Voir le tableau." %}\n  Dette\n  {{ of }}\n'
        "{% endbar_chart %}",
        chart=chart,
        of=SHARP,
    )
    assert f'aria-labelledby="bars-t bars-d"\n>\n<title id="bars-t">Dette {ESCAPED}</title>' in svg
    assert f'<desc id="bars-d">{ESCAPED}\u00a0: 3\u00a0€. Voir le tableau.</desc>' in svg
    assert svg.count("<rect") == 2
    assert (svg.count('data-part="own"'), svg.count("data-part")) == (1, 1)
    assert "<title>Sa part</title>" in svg
    assert 'class="chart is-rows"' in svg


def test_a_share_bar_says_what_it_shows_or_is_decorative():
    drawn = shares([Part("success", 1), Part("info", 3)])
    sentence = made(
        '{% share_bar drawn kind="tone" extra="is-thin" %}\n Un\n et {{ x }}\n{% endshare_bar %}',
        drawn=drawn,
        x=SHARP,
    )
    assert f'role="img" aria-label="Un et {ESCAPED}"' in sentence
    assert 'class="spread is-thin"' in sentence
    assert 'data-tone="info"\nx="250"\nwidth="750"' in sentence
    assert 'aria-hidden="true"' in made('{% share_bar drawn kind="tone" %}{% endshare_bar %}', drawn=drawn)
