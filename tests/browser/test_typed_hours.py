"""The script of the cells reads hours as the server does: by the same table of cases, and minute by minute."""

import pytest

from groupement.kernel.worktime import DAY, BadDuration, parse_minutes, short_hours, spell_clock, spell_hours
from tests.typed_hours import ACCEPTED, REFUSED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(browser, site):
    """Call a function of the module, as the site serves it under its policy, once for each text."""
    page = browser.new_page()
    page.goto(f"{site.url}/compte/login/")

    def call(name, texts):
        found = page.evaluate(
            "([name, texts]) => import('/static/js/hours/worktime.js').then(hours => texts.map(hours[name]))",
            [name, list(texts)],
        )
        return dict(zip(texts, found, strict=True))

    yield call
    page.close()


def test_the_table_of_cases_is_read_alike(call):
    assert call("parseMinutes", [*ACCEPTED, *REFUSED]) == ACCEPTED | dict.fromkeys(REFUSED)


def test_every_minute_of_a_day_is_read_alike_however_it_is_written(call):
    written = {}
    for minutes in range(DAY + 1):
        hours, rest = divmod(minutes, 60)
        forms = (f"{hours}:{rest:02}", f"{hours}h{rest:02}", f"{minutes} min")
        for text in (*forms, spell_clock(minutes), spell_hours(minutes), short_hours(minutes)):
            written[text] = parse_minutes(text)
    assert call("parseMinutes", written) == written


def test_every_hundredth_of_an_hour_is_rounded_alike(call):
    written = {f"{hundredths // 100},{hundredths % 100:02}": None for hundredths in range(2_500)}
    for text in written:
        try:
            written[text] = parse_minutes(text)
        except BadDuration:
            continue
    assert written["24,00"] == DAY
    assert written["24,01"] is None
    assert call("parseMinutes", written) == written


def test_a_cell_writes_hours_as_the_grid_does(call):
    # Three minutes are five hundredths: what is none keeps its minutes, since 7h20 is not 7,33.
    written = {f"{minutes} min": short_hours(minutes) for minutes in range(0, DAY + 1, 3)}
    assert call("normalForm", written) == written
    assert call("normalForm", ["7h20", "7:05", "7,50", "7.33", " ", "abc"]) == {
        "7h20": "7h20",
        "7:05": "7h05",
        "7,50": "7,5",
        "7.33": "7,33",
        " ": "",
        "abc": None,
    }


def test_what_a_cell_writes_means_what_was_typed(call):
    shown = call("normalForm", ACCEPTED)
    assert {text: parse_minutes(form) for text, form in shown.items()} == ACCEPTED
    assert call("normalForm", REFUSED) == dict.fromkeys(REFUSED)
