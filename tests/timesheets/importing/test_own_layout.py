"""Our own layout: what cells may say, what becomes of days, and what is refused line by line."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import transaction

from groupement.kernel.tabular import Unreadable
from tests import world
from tests.timesheets import files
from timesheets.importing.preview import BadHours, HoursPreview, import_hours, preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.models import Entry, Timesheet, TimesheetStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    youenn = world.employee("Youenn", "Talec", members=[aloen], with_account=False)
    return {
        "solene": world.coordinator(),
        "nolwenn": world.staff(aloen),
        "maelle": maelle,
        "youenn": youenn,
        "at_aloen": world.assignment(maelle, aloen),
        "at_sonam": world.assignment(maelle, sonam, ends_before=date(2026, 11, 16)),
        "youenn_at_aloen": world.assignment(youenn, aloen),
        "aloen": aloen,
    }


def previewed(cast, data, who="solene", **choices) -> HoursPreview:
    return preview_hours(data, ImportChoices(**choices), by=cast[who], at=world.NOW)


def imported(cast, data, who="solene", **choices):
    digest = previewed(cast, data, who, **choices).digest
    return import_hours(data, ImportChoices(**choices), digest=digest, by=cast[who], at=world.NOW)


def line(**cells: str) -> dict[str, str]:
    return {"matricule": "M001", "adhérent": "Aloen", "date": "03/11/2026", **cells}


def stored() -> list[tuple[object, ...]]:
    return [
        (entry.day.day, entry.kind, entry.minutes, entry.note)
        for entry in Entry.objects.order_by("day", "kind", "pk")
    ]


@pytest.mark.parametrize("found", ["7,5", "7.5", "7:30", "7h30", "7 h 30", "450 min", "7:30:00"])
def test_hours_are_read_as_people_write_them(cast, found):
    imported(cast, files.own(line(heures=found)))
    assert stored() == [(3, "worked", 450, "")]


@pytest.mark.parametrize("found", ["2026-11-03", "3/11/26", "03.11.2026", "2026-11-03 00:00"])
def test_days_are_read_as_people_write_them(cast, found):
    imported(cast, files.own(line(date=found, heures="7")))
    assert stored() == [(3, "worked", 420, "")]


def test_hundredths_are_brought_to_the_minute_as_in_the_grid(cast):
    preview = previewed(cast, files.own(line(heures="7,33")))
    assert (preview.total.minutes, preview.is_rounded) == (440, False)


@pytest.mark.parametrize(
    ("value", "number_format"),
    [
        (7.5, "General"),
        (time(7, 30), "hh:mm"),
        (timedelta(hours=7, minutes=30), "[h]:mm"),
        ("7h30", "General"),
    ],
)
def test_a_workbook_says_hours_as_numbers_times_and_durations(cast, value, number_format):
    day = date(2026, 11, 3)
    data = files.workbook(
        ["M001", "", "Aloen", day, value], formats={"E2": number_format, "D2": "dd/mm/yyyy"}
    )
    imported(cast, data)
    assert stored() == [(3, "worked", 450, "")]


def test_a_part_of_a_day_is_no_part_of_an_hour(cast):
    """0.3125 is what a spreadsheet keeps of 7:30 once the format of the column is lost: it was 19 minutes."""
    counted_in_days = "est compté en jours, comme un tableur compte"
    cases = {
        ("0,3125",): [
            f"«\u00a00,3125\u00a0» {counted_in_days} 7\u00a0h\u00a030. Écrivez 7:30, ou donnez à la colonne"
        ],
        (0.291666666666667,): [f"{counted_in_days} 7\u00a0h. Écrivez 7:00, ou"],
        # Beside such a cell a quarter is six hours; alone it is a quarter of an hour.
        (0.25, 0.3125): [
            f"{counted_in_days} 6\u00a0h. Écrivez 6:00",
            f"{counted_in_days} 7\u00a0h\u00a030. Écrivez 7:30",
        ],
        (0.25,): 15,
        ("0,33333333333333333",): 20,
        (0.3333,): 20,
        ("0,33",): 20,
        (1.0166666666666666,): 61,
    }
    wrong = {}
    for values, wanted in cases.items():
        rows = [["M001", "", "Aloen", date(2026, 11, 3 + n), value] for n, value in enumerate(values)]
        preview = previewed(cast, files.workbook(*rows))
        sentences = [str(fault) for fault in preview.faults]
        expected = wanted if isinstance(wanted, list) else []
        good = len(sentences) == len(expected) and all(map(str.__contains__, sentences, expected))
        if not good or (not expected and preview.total.minutes != wanted):
            wrong[values] = (sentences, preview.total.minutes)
    assert wrong == {}


def test_a_break_that_is_a_part_of_a_day_is_told_too(cast):
    preview = previewed(cast, files.own(line(début="9:00", fin="17:00", pause="0,041666666666666667")))
    assert "colonne «\u00a0pause\u00a0»" in str(preview.faults[0])
    assert "Écrivez 1:00" in str(preview.faults[0])


def test_cells_of_a_workbook_are_told_as_people_write_them(cast):
    """Not "1 day, 1:00:00", nor "2026-11-03 00:00:00"."""
    titles = ("matricule", "adhérent", "date", "heures", "nature")
    rows = [
        ["M001", "Aloen", date(2026, 11, 3), timedelta(hours=25), ""],
        ["M001", "Aloen", date(2026, 11, 3), date(2026, 11, 4), ""],
        ["M001", "Aloen", date(2026, 11, 3), 7.5, time(7, 30)],
        ["M001", "Aloen", date(2026, 11, 3), 7.5, True],
    ]
    data = files.workbook(*rows, titles=titles, formats={"D2": "[h]:mm", "C2": "dd/mm/yyyy"})
    assert [fault.value for fault in previewed(cast, data).faults] == ["25:00", "04/11/2026", "7:30", "vrai"]


def test_titles_may_stand_in_any_order_with_any_accents_and_further_columns(cast):
    data = files.own(
        ("x", "7", "3/11/2026", "ALOEN", "M001"),
        titles=("Remarque", "HEURES", "Date ", "Adherent", "Matricule"),
    )
    preview = previewed(cast, data)
    assert preview.layout.ignored == ["Remarque"]
    assert [(share.employee, share.member, share.minutes) for share in preview.places] == [
        (cast["maelle"], cast["aloen"], 420)
    ]


@pytest.mark.parametrize(
    "cells",
    [
        {"matricule": "m001"},
        {"personne": "KERBRAT  Maelle"},
        {"personne": "Maëlle Kerbrat"},
        {"e-mail": "maelle.kerbrat@laronde.example"},
        {"référence de mise à disposition": "MAD-2026-001"},
    ],
)
def test_a_person_is_known_by_number_name_address_or_reference(cast, cells):
    titles = (
        "matricule",
        "e-mail",
        "personne",
        "adhérent",
        "référence de mise à disposition",
        "date",
        "heures",
    )
    row = {"adhérent": "Aloen", "date": "3/11/2026", "heures": "7", **cells}
    imported(cast, files.own(row, titles=titles))
    assert Entry.objects.get().timesheet.assignment == cast["at_aloen"]


def test_start_end_and_break_make_the_hours_and_are_kept(cast):
    imported(cast, files.own(line(début="9h", fin="17:30", pause="1:00")))
    entry = Entry.objects.get()
    assert (entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes) == (
        450,
        time(9),
        time(17, 30),
        60,
    )


def test_two_spans_of_a_day_are_one_entry_with_what_lies_between_as_its_break(cast):
    imported(
        cast,
        files.own(
            line(début="9:00", fin="12:00", note="matin"), line(début="14:00", fin="18:00", note="soir")
        ),
    )
    entry = Entry.objects.get()
    assert (entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes, entry.note) == (
        420,
        time(9),
        time(18),
        120,
        "matin · soir",
    )


def test_a_night_counts_the_hours_that_passed_when_the_clocks_change(cast):
    """The nights of 29 March and 25 October 2026 have an hour less and an hour more."""
    rows = [
        line(date="28/03/2026", début="22:00", fin="06:00"),
        line(date="24/10/2026", début="22:00", fin="06:00"),
    ]
    imported(cast, files.own(*rows))
    assert [minutes for _, _, minutes, _ in stored()] == [120, 300, 120, 420]


def test_a_night_at_a_month_s_end_is_parted_with_its_times_and_where_rounding_leaves_minutes(cast):
    night = {"date": "31/10/2026", "début": "22:00", "fin": "06:10"}
    for how, (late, goes_on) in {"none": (370, True), "nearest": (375, False)}.items():
        with transaction.atomic():
            imported(cast, files.own(line(**night)), how=how, step=15)
            assert list(
                Entry.objects.order_by("day").values_list("day", "minutes", "goes_on_from_day_before")
            ) == [
                (date(2026, 10, 31), 120, False),
                (date(2026, 11, 1), late, goes_on),
            ]
            transaction.set_rollback(True)


def test_breaks_between_rows_lie_on_their_side_of_midnight(cast):
    """The file says by the clock when the break was: before midnight, though the night after is longer."""
    rows = [line(début="20:00", fin="20:30"), line(début="23:45", fin="10:00")]
    imported(cast, files.own(*rows))
    found = Entry.objects.order_by("day").values_list("minutes", "started_at", "ended_at", "break_minutes")
    assert list(found) == [(45, time(20), time(0), 195), (600, time(0), time(10), 0)]


def test_a_night_whose_other_month_is_handed_in_is_refused_at_its_line(cast):
    world.timesheet(cast["at_aloen"], status=TimesheetStatus.SUBMITTED)
    preview = previewed(cast, files.own(line(date="31/10/2026", début="22:00", fin="06:00")))
    (fault,) = preview.faults
    assert (fault.line, "le dimanche 1er novembre n’est pas ouvert" in fault.sentence) == (2, True)


def test_kinds_of_the_group_go_to_the_timesheet_at_the_group(cast):
    imported(
        cast, files.own(line(adhérent="", heures="7", nature="Formation"), line(heures="1", nature="trajet"))
    )
    assert [(entry.kind, entry.timesheet.assignment) for entry in Entry.objects.order_by("kind")] == [
        ("training", None),
        ("travel", cast["at_aloen"]),
    ]


def test_only_days_that_the_file_names_are_replaced(cast):
    world.timesheet(
        cast["at_aloen"],
        {date(2026, 11, 3): 60, date(2026, 11, 4): 120, date(2026, 11, 5): 180},
        status=TimesheetStatus.DRAFT,
    )
    data = files.own(line(heures="7"), line(date="4/11/2026", heures="0"))
    share = previewed(cast, data).places[0]
    assert (share.days, share.new, share.changed, share.emptied, share.unchanged) == (2, 0, 1, 1, 0)
    imported(cast, data)
    assert stored() == [(3, "worked", 420, ""), (5, "worked", 180, "")]


def test_the_same_file_twice_changes_nothing_and_says_so(cast):
    data = files.own(line(heures="7", note="avec note"), line(date="4/11/2026", début="9:00", fin="12:00"))
    assert imported(cast, data).entries == 2
    before = list(Entry.objects.order_by("pk").values())
    preview = previewed(cast, data, "solene")
    assert (preview.has_changes, preview.total.unchanged) == (False, 2)
    assert imported(cast, data).entries == 0
    assert list(Entry.objects.order_by("pk").values()) == before


def test_what_is_approved_and_the_same_is_no_fault_what_differs_is(cast):
    world.timesheet(cast["at_aloen"], {date(2026, 11, 3): 420})
    assert previewed(cast, files.own(line(heures="7"))).is_good
    preview = previewed(cast, files.own(line(heures="7"), line(date="4/11/2026", heures="1")))
    assert str(preview.faults[0]) == (
        "Ligne 3\u00a0: Le relevé «\u00a0Aloen\u00a0» de novembre 2026 n’est plus modifiable. "
        "Approuvé\u00a0: la coordination peut le rouvrir."
    )
    assert len(preview.faults) == 1


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"heures": ""}, "Ligne 2, colonne «\u00a0heures\u00a0»\u00a0: les heures manquent."),
        ({"heures": "sept"}, "colonne «\u00a0heures\u00a0»\u00a0: «\u00a0sept\u00a0» n’est pas une durée"),
        ({"heures": "-2"}, "est négatif"),
        ({"heures": "25"}, "dépasse 24\u00a0h"),
        ({"heures": "7", "date": ""}, "la date manque"),
        ({"heures": "7", "date": "31/11/2026"}, "n’existe pas"),
        ({"heures": "7", "date": "novembre"}, "n’est pas une date"),
        ({"heures": "7", "date": "03/11/1926"}, "trop ancienne"),
        ({"heures": "7", "date": "03/11/2029"}, "trop loin"),
        ({"heures": "7", "matricule": "M999"}, "le matricule «\u00a0M999\u00a0» est inconnu. Corrigez-le."),
        ({"heures": "7", "matricule": ""}, "la personne manque"),
        ({"heures": "7", "personne": "Youenn Talec"}, "ce matricule est celui de Maëlle Kerbrat"),
        ({"heures": "7", "adhérent": "Ailleurs"}, "le nom «\u00a0Ailleurs\u00a0» est inconnu"),
        ({"heures": "7", "adhérent": ""}, "l’adhérent manque"),
        ({"heures": "7", "nature": "sieste"}, "n’est pas une nature d’heures"),
        ({"heures": "7", "nature": "congé"}, "se note au groupement"),
        ({"heures": "7", "adhérent": "groupement"}, "absences, formations et réunions"),
        ({"heures": "7", "début": "9:00"}, "colonne «\u00a0fin\u00a0»\u00a0: il faut le début et la fin"),
        ({"heures": "7", "début": "9:00", "fin": "17:00"}, "il y a 8\u00a0h, et non 7\u00a0h"),
        ({"début": "9:00", "fin": "10:00", "pause": "2:00"}, "la pause dure plus"),
        ({"heures": "7", "adhérent": "Sonam", "date": "17/11/2026"}, "s’arrête le 15/11/2026"),
        (
            {"heures": "7", "adhérent": "Sonam", "date": "17/12/2026"},
            "n’a pas de mise à disposition chez Sonam",
        ),
    ],
)
def test_a_fault_names_its_line_its_column_and_the_cure(cast, cells, sentence):
    preview = previewed(cast, files.own(line(**cells)))
    assert len(preview.faults) == 1
    assert sentence in str(preview.faults[0])
    assert preview.faults[0].line == 2


def test_times_that_run_into_each_other_are_faults_wherever_they_were_worked(cast):
    preview = previewed(
        cast,
        files.own(
            line(début="9:00", fin="12:00"),
            line(adhérent="Sonam", début="11:00", fin="13:00"),
            line(adhérent="Sonam", début="13:00", fin="14:00"),
        ),
    )
    assert str(preview.faults[0]) == (
        "Ligne 3, colonne «\u00a0début\u00a0»\u00a0: ces heures en chevauchent d’autres, ligne 2. "
        "Corrigez le début ou la fin."
    )
    assert len(preview.faults) == 1


def test_an_hour_elsewhere_between_two_spans_leaves_the_hours_and_drops_the_times_around_it(cast):
    imported(
        cast,
        files.own(
            line(début="9:00", fin="12:00"),
            line(adhérent="Sonam", début="12:00", fin="13:00"),
            line(début="13:00", fin="17:00"),
        ),
    )
    entries = Entry.objects.order_by("timesheet__assignment__reference")
    assert [(entry.minutes, entry.started_at) for entry in entries] == [(420, None), (60, time(12))]


def test_a_day_of_more_than_24_hours_over_all_timesheets_is_a_fault(cast):
    world.timesheet(cast["at_sonam"], {date(2026, 11, 3): 1200})
    preview = previewed(cast, files.own(line(heures="7")))
    assert ["plus de 24\u00a0h" in str(fault) for fault in preview.faults] == [True]


def test_one_fault_and_nothing_is_written(cast):
    data = files.own(line(heures="7"), line(date="4/11/2026", heures="sept"))
    with pytest.raises(BadHours) as refused:
        import_hours(data, ImportChoices(), digest="", by=cast["solene"], at=world.NOW)
    assert [fault.line for fault in refused.value.faults] == [3]
    assert (Entry.objects.count(), Timesheet.objects.count()) == (0, 0)


def test_a_preview_writes_nothing(cast):
    assert previewed(cast, files.own(line(heures="7"))).total.new == 1
    assert (Entry.objects.count(), Timesheet.objects.count()) == (0, 0)


def test_hours_that_changed_since_the_preview_are_read_again_first(cast):
    data = files.own(line(heures="7"))
    digest = previewed(cast, data).digest
    world.timesheet(cast["at_aloen"], {date(2026, 11, 3): 60}, status=TimesheetStatus.DRAFT)
    with pytest.raises(BadHours, match="ont changé depuis votre essai"):
        import_hours(data, ImportChoices(), digest=digest, by=cast["solene"], at=world.NOW)
    assert stored() == [(3, "worked", 60, "")]


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        (("matricule",), "Il manque les colonnes «\u00a0date\u00a0» et «\u00a0heures\u00a0»"),
        (("matricule", "date"), "Il manque la colonne «\u00a0heures\u00a0»"),
        (("matricule", "heures"), "Il manque la colonne «\u00a0date\u00a0»"),
        (("date", "jour", "heures"), "est là deux fois"),
    ],
)
def test_titles_that_do_not_do_are_said(cast, titles, sentence):
    with pytest.raises(Unreadable) as refused:
        previewed(cast, files.own(("a", "b", "c"), titles=titles))
    assert sentence in refused.value.message
