"""Formats: what French readers see, from values and from the plain text of a snapshot."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from groupement.kernel.periods import Month
from groupement.kernel.templatetags import formats

NBSP, THIN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("filter_", "value", "shown"),
    [
        (formats.euros, "1234.50", f"1{THIN}234,50{NBSP}€"),
        (formats.euros, Decimal("-12.3"), f"\u221212,30{NBSP}€"),
        (formats.euros, 0, f"0,00{NBSP}€"),
        (formats.amount, "7.00", "7,00"),
        (formats.amount, Decimal("30.59"), "30,59"),
        (formats.percent, "20.00", f"20{NBSP}%"),
        (formats.percent, Decimal("5.5"), f"5,5{NBSP}%"),
        (formats.percent, "0", f"0{NBSP}%"),
        (formats.days, Decimal("218.0"), "218"),
        (formats.days, "21.25", "21,25"),
        (formats.days, 0, "0"),
        (formats.hours, 450, "7,50"),
        (formats.hours, "450", "7,50"),
        (formats.short_hours, 450, "7,5"),
        (formats.short_hours, 0, "0"),
        (formats.duration, 450, f"7{NBSP}h{NBSP}30"),
        (formats.day, date(2026, 11, 30), "lundi 30 novembre"),
        (formats.day, "2026-12-01", "mardi 1er décembre"),
        (formats.short_day, "2026-11-30", f"lun.{NBSP}30"),
        (formats.long_date, "2026-12-01", "1er décembre 2026"),
        (formats.long_date, date(2027, 1, 8), "8 janvier 2027"),
        (formats.day_fr, "2026-11-30", "30/11/2026"),
        (formats.day_fr, datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "01/12/2026"),
        (formats.day_fr, "2026-11-30T23:30:00+00:00", "01/12/2026"),
        (formats.month_label, Month(2026, 11), "novembre 2026"),
        (formats.month_label, "2026-11", "novembre 2026"),
        (formats.month_label, "2026-11-15", "novembre 2026"),
        (
            formats.iban,
            "FR76 30006000011234567890189",
            NBSP.join(["FR76", "3000", "6000", "0112", "3456", "7890", "189"]),
        ),
        (formats.siren, "123456789", NBSP.join(["123", "456", "789"])),
        (formats.siren, "12345678900018", NBSP.join(["123", "456", "789", "00018"])),
    ],
)
def test_formats(filter_, value, shown):
    assert filter_(value) == shown


ONE_VALUE = [
    formats.euros, formats.amount, formats.percent, formats.hours, formats.short_hours, formats.duration, formats.day,
    formats.short_day, formats.long_date, formats.day_fr, formats.month_label, formats.iban, formats.siren,
]  # fmt: skip


@pytest.mark.parametrize("filter_", ONE_VALUE)
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_shown_as_nothing(filter_, nothing):
    assert filter_(nothing) == ""


@pytest.mark.parametrize(
    "filter_", [formats.euros, formats.amount, formats.percent, formats.hours, formats.duration]
)
def test_floats_are_refused(filter_):
    with pytest.raises(TypeError):
        filter_(7.5)


def test_what_is_no_day_is_refused():
    with pytest.raises(TypeError, match="is no day"):
        formats.day(20261130)
    with pytest.raises(ValueError, match="Invalid isoformat"):
        formats.day("30/11/2026")


def test_templates_load_them():
    shown = Template("{% load formats %}{{ net|euros }} pour {{ minutes|duration }}").render(
        Context({"net": "3403.47", "minutes": 450})
    )
    assert shown == f"3{THIN}403,47{NBSP}€ pour 7{NBSP}h{NBSP}30"


def on(day, minutes, label=""):
    return {"day": day, "minutes": minutes, "label": label}


def test_the_calendar_orders_days_by_week():
    weeks = formats.calendar([on("2026-11-03", 210), on("2026-11-06", 420), on("2026-11-30", 60)])
    assert [(w["before"], len(w["cells"]), w["after"], w["minutes"]) for w in weeks] == [
        (0, 7, 0, 630),
        (0, 1, 6, 60),
    ]
    assert [cell["minutes"] for cell in weeks[0]["cells"]] == [0, 210, 0, 0, 420, 0, 0]
    assert [cell["number"] for cell in weeks[0]["cells"]] == list(range(2, 9))


def test_two_entries_of_a_day_are_added_and_each_label_shown_once():
    [week] = formats.calendar(
        [on("2026-11-03", 60, "Formation"), on("2026-11-03", 30, "Formation"), on("2026-11-03", 30, "Trajet")]
    )
    assert week["cells"][1] == {"number": 3, "minutes": 120, "label": "Formation, Trajet"}


def test_the_first_week_may_begin_late():
    [week] = formats.calendar([on("2026-11-01", 60)])
    assert (week["before"], [cell["number"] for cell in week["cells"]], week["after"]) == (6, [1], 0)


def test_a_calendar_is_of_one_month():
    assert formats.calendar([]) == []
    with pytest.raises(ValueError, match="2026-11, 2026-12"):
        formats.calendar([on("2026-12-01", 60), on("2026-11-30", 60)])


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ('{{ one|counted:"heure" }}', f"1{NBSP}heure"),
        ('{{ none|counted:"heure" }}', f"0{NBSP}heure"),
        ('{{ two|counted:"ligne laissée" }}', f"2{NBSP}lignes laissées"),
        ('{{ two|counted:"œil,yeux" }}', f"2{NBSP}yeux"),
        ('{{ two|plural:"le relevé,les relevés" }}', "les relevés"),
        ("{{ name|of }}", "d’Inès"),
        ("{{ words|enumeration }}", "a, b et c"),
        ('{{ words|enumeration:"ou" }}', "a, b ou c"),
        ("{{ address|postal_lines }}", "1 rue &lt;A&gt;<br>56100 Lorient"),
        ("{{ address|postal_line }}", "1 rue &lt;A&gt;, 56100 Lorient"),
    ],
)
def test_words_in_templates(template, shown):
    address = {"street": "1 rue <A>", "postal_code": "56100", "city": "Lorient"}
    facts = {"none": 0, "one": 1, "two": 2, "name": "Inès", "words": ["a", "b", "c"], "address": address}
    assert Template("{% load formats %}" + template).render(Context(facts)) == shown


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
KIT = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (f"{WINDOWS}{KIT}Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge sur Windows"),
        (f"{WINDOWS[:-1]}; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
        (
            f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {KIT}Chrome/141.0.0.0 Mobile Safari/537.36",
            "Chrome sur Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {KIT}Version/18.0 Safari/604.1",
            "Safari sur iPhone",
        ),
        ("curl/8.5.0", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_a_device_is_named_in_words(header, words):
    assert formats.device(header) == words


def test_the_number_of_a_document_is_not_broken():
    kept = '<span class="nowrap">F-2026-0010</span>'
    assert formats.unbroken("Optim’ism (F-2026-0010, 2,00 €) et Le Goff-Kervadec.") == (
        f"Optim’ism ({kept}, 2,00 €) et Le Goff-Kervadec."
    )
    assert formats.unbroken("<b>AV-F-2026-0003</b>") == (
        '&lt;b&gt;<span class="nowrap">AV-F-2026-0003</span>&lt;/b&gt;'
    )
    assert formats.unbroken("") == ""
