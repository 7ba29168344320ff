"""Files of hours of any program: columns chosen once, guessed, refused with a cure, remembered for one person."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from groupement.kernel.tabular import Unreadable
from tests import world
from tests.timesheets import files
from timesheets.importing import columns
from timesheets.importing.columns import BadHoursColumns, ColumnsAsked
from timesheets.importing.guessing import guess_kind
from timesheets.importing.layouts import LEFT_OUT
from timesheets.importing.preview import import_hours, preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.models import Entry, HoursLayout

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 3)
PLAIN = ("Collaborateur", "Site client", "Quand", "Combien")
MEANS = ["person", "member", "day", "hours"]
ROW = ("Maëlle Kerbrat", "Aloen", "03/11/2026", "7,5")


@pytest.fixture
def cast():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    youenn = world.employee("Youenn", "Talec", members=[aloen])
    world.assignment(maelle, aloen)
    world.assignment(maelle, sonam)
    world.assignment(youenn, aloen)
    return {"solene": world.coordinator(), "nolwenn": world.staff(aloen), "maelle": maelle, "youenn": youenn}


def csv(titles, *rows):
    return files.table(titles, rows, separator=";")


def choose(by, data, means, kinds=None):
    file = columns.read_hours_file(data, by=by)
    return columns.save_layout(file.table, means, kinds or {}, by=by, at=world.NOW)


def preview(by, data):
    return preview_hours(data, ImportChoices(order="dm"), by=by, at=world.NOW)


def hours(found):
    """By day and kind: minutes, and the span if there is one."""
    return {
        f"{day:%d/%m} {kind}": value if isinstance(value, int) else (value.minutes, f"{value.start:%H:%M}")
        for places in found.changes.values()
        for days in places.values()
        for day, kinds in days.items()
        for kind, value in kinds.items()
    }


def sentences(found):
    return [str(fault).replace("\u00a0", " ") for fault in found.faults]


def asked(by, data):
    with pytest.raises(ColumnsAsked) as refused:
        preview(by, data)
    return refused.value.message.replace("\u00a0", " ")


WORKBOOK = (*PLAIN[:2], "Jour", "Durée")
# Titles, what they mean, a row of Youenn, and his hours on 3 November.
READ = {
    "hours with a comma": (PLAIN, MEANS, ("Youenn Talec", "Aloen", "03/11/2026", "7,5"), 450),
    "hours and minutes": (PLAIN, MEANS, ("Youenn Talec", "Aloen", "3/11/26", "7:30"), 450),
    "hours to the second": (PLAIN, MEANS, ("Youenn Talec", "Aloen", "2026-11-03", "07:30:20"), 450),
    "hours in decimals of a program": (PLAIN, MEANS, ("Youenn Talec", "Aloen", "2026-11-03", "7.3333"), 440),
    "minutes": (PLAIN, [*MEANS[:3], "minutes"], ("Talec Youenn", "Aloen", "03/11/2026", "450"), 450),
    "half a minute": (PLAIN, [*MEANS[:3], "minutes"], ("Talec Youenn", "Aloen", "03/11/2026", "450,5"), 451),
    "minutes with a unit": (
        PLAIN,
        [*MEANS[:3], "minutes"],
        ("Talec Youenn", "Aloen", "03/11/2026", "7h30"),
        450,
    ),
    "from and to": (
        ("Matr.", "Le", "Arr.", "Dép.", "Repas"),
        ["payroll_number", "day", "started", "ended", "break_minutes"],
        ("M002", "03/11/2026", "9h", "17h30", "45"),
        (465, "09:00"),
    ),
    "a break in hours": (
        ("Matr.", "Le", "Arr.", "Dép.", "Repas"),
        ["payroll_number", "day", "started", "ended", "break"],
        ("M002", "03/11/2026", "9:00", "17:30", "0,5"),
        (480, "09:00"),
    ),
    "moments": (
        ("Qui", "In", "Out"),
        ["person", "start_moment", "end_moment"],
        ("Youenn Talec", "2026-11-03 09:00", "2026-11-03 17:00"),
        (480, "09:00"),
    ),
    "moments far from Greenwich": (
        ("Qui", "In", "Out"),
        ["person", "start_moment", "end_moment"],
        ("Youenn Talec", "2026-11-03T08:00:00Z", "2026-11-03T16:00:00+00:00"),
        (480, "09:00"),
    ),
    "moments of a workbook": (
        ("Qui", "In", "Out"),
        ["person", "start_moment", "end_moment"],
        ("Youenn Talec", *(datetime.combine(TUESDAY, time(hour)) for hour in (9, 17))),
        (480, "09:00"),
    ),
    "a workbook": (WORKBOOK, MEANS, ("Youenn Talec", "Aloen", TUESDAY, timedelta(hours=7, minutes=30)), 450),
    "a time of a workbook": (WORKBOOK, MEANS, ("Youenn Talec", "Aloen", TUESDAY, time(7, 30)), 450),
    "first and last name": (
        ("A", "B", "C", "D"),
        ["first_name", "last_name", "day", "hours"],
        ("Youenn", "Talec", "03/11/2026", "7"),
        420,
    ),
    "an e-mail": (
        ("A", "C", "D"),
        ["email", "day", "hours"],
        ("youenn.talec@example.org", "03/11/2026", "7"),
        420,
    ),
    "the second place is known": (
        ("A", "Client", "Chantier", "C", "D"),
        ["person", "member", "member", "day", "hours"],
        ("Youenn Talec", "ACME", "Aloen", "03/11/2026", "7"),
        420,
    ),
}


def test_whatever_a_program_writes_is_read_as_it_was_said(cast):
    cast["youenn"].user.email = "youenn.talec@example.org"
    cast["youenn"].user.save()
    wrong = {}
    for name, (titles, means, row, expected) in READ.items():
        is_text = all(isinstance(cell, str) for cell in row)
        data = csv(titles, row) if is_text else files.workbook(row, titles=titles)
        choose(cast["solene"], data, means)
        found = preview(cast["solene"], data)
        if (sentences(found), hours(found)) != ([], {"03/11 worked": expected}):
            wrong[name] = (sentences(found), hours(found))
    assert wrong == {}


GUESSED = {
    ("Collaborateur", "Client", "Jour", "Durée (h)"): (
        ("Maëlle", "Aloen", "03/11/2026", "7,5"),
        ["person", "member", "day", "hours"],
    ),
    ("Nom de famille", "Prénom", "Date", "Temps passé", "Commentaire"): (
        ("Kerbrat", "Maëlle", "03/11/2026", "450", "x"),
        ["last_name", "first_name", "day", "minutes", "note"],
    ),
    ("E-mail", "Début", "Fin", "Pause", "Catégorie"): (
        ("m@x.org", "03/11/2026 09:00", "03/11/2026 17:00", "30", "Travail"),
        ["email", "start_moment", "end_moment", "break_minutes", "kind"],
    ),
    ("Matricule", "Date", "Heure de début", "Heure de fin", "Pause", "Couleur"): (
        ("M001", "03/11/2026", "9:00", "17:00", "0:30", "bleu"),
        ["payroll_number", "day", "started", "ended", "break", ""],
    ),
    ("Salarié", "Date", "Date", "Heures"): (
        ("Maëlle", "03/11/2026", "04/11/2026", "7"),
        ["person", "day", "", "hours"],
    ),
    ("Salarié", "Date", "Fin"): (
        ("Maëlle", "2026-11-03 09:00", "2026-11-03 17:00"),
        ["person", "start_moment", "end_moment"],
    ),
    # The day stands in the moment too.
    ("User", "Date", "Start", "Stop"): (
        ("Maëlle", "2026-11-03", "2026-11-03 09:00", "2026-11-03 17:00"),
        ["person", "", "start_moment", "end_moment"],
    ),
}


def test_titles_and_first_values_tell_what_the_page_offers(cast):
    found = {}
    for titles, (row, _) in GUESSED.items():
        file = columns.read_hours_file(csv(titles, row), by=cast["solene"])
        found[titles] = columns.guess_meanings(file)
    assert found == {titles: codes for titles, (_, codes) in GUESSED.items()}
    words = (
        "Congés payés",
        "CP",
        "Arrêt maladie",
        "Férié",
        "Formation SST",
        "Trajet",
        "Break",
        "Site A",
        "Travail",
    )
    assert [guess_kind(word) for word in words] == [
        *("leave", "leave", "sickness", "holiday", "training", "travel", LEFT_OUT, "", "worked"),
    ]


FIVE = ("A", "B", "C", "D", "E")
ONE = "Une seule colonne peut être « {} »."
REFUSED = {
    ("", "", "day", "hours", ""): [
        "Dites quelle colonne est la personne : son matricule, son e-mail ou son nom."
    ],
    ("first_name", "", "day", "hours", ""): ["Il manque le nom : un prénom seul ne dit pas qui c’est."],
    ("person", "", "", "hours", ""): ["Dites quelle colonne est le jour."],
    ("person", "", "day", "", ""): [
        "Dites quelle colonne est la durée, ou lesquelles sont le début et la fin."
    ],
    ("person", "", "day", "started", ""): [
        "Dites aussi quelle colonne est l’heure de fin, ou ne lisez pas celle du début."
    ],
    ("person", "hours", "day", "ended", ""): [
        "Dites aussi quelle colonne est l’heure de début, ou ne lisez pas celle de la fin."
    ],
    ("person", "", "day", "hours", "break"): [
        "Une pause se déduit du début et de la fin, pas d’une durée : ne lisez pas la colonne de la pause."
    ],
    ("person", "person", "day", "hours", ""): [ONE.format("prénom et nom de la personne")],
    ("person", "hours", "day", "day", ""): [ONE.format("jour")],
    ("person", "hours", "day", "minutes", ""): [
        "Choisissez « durée, en heures (7,5 ou 7:30) » ou « durée, en minutes », pas les deux."
    ],
    ("person", "start_moment", "day", "end_moment", ""): [
        "Choisissez « jour » ou « jour et heure de début », pas les deux."
    ],
    ("", "", "", "", ""): [
        "Dites quelle colonne est la personne : son matricule, son e-mail ou son nom.",
        "Dites quelle colonne est le jour.",
        "Dites quelle colonne est la durée, ou lesquelles sont le début et la fin.",
    ],
    ("person", "kind", "day", "hours", ""): ["Dites ce que veut dire « b »."],
    ("person", "wage", "day", "hours", ""): [],
    ("person", "day", "hours"): [],
}


def test_a_choice_that_makes_no_hours_is_refused_with_what_to_do(cast):
    data = csv(FIVE, ("a", "b", "c", "d", "e"))
    wrong = {}
    for means, expected in REFUSED.items():
        with pytest.raises(BadHoursColumns) as refused:
            choose(cast["solene"], data, list(means))
        found = [error.replace("\u00a0", " ") for error in refused.value.errors]
        if found != expected:
            wrong[means] = found
    assert (wrong, HoursLayout.objects.count()) == ({}, 0)


FAULTS = {
    ("", "Aloen", "03/11/2026", "7"): (
        "Ligne 2, colonne « matricule » : la personne manque. Écrivez son matricule, son e-mail ou son nom."
    ),
    ("Ana Le Bihan", "Aloen", "03/11/2026", "7"): (
        "Ligne 2, colonne « Collaborateur » : le nom « Ana Le Bihan » est inconnu. "
        "Corrigez-le, ou choisissez ci-dessus à quoi il correspond."
    ),
    ("Maëlle Kerbrat", "ACME", "03/11/2026", "7"): (
        "Ligne 2, colonne « Site client » : le nom « ACME » est inconnu. "
        "Corrigez-le, ou choisissez ci-dessus à quoi il correspond."
    ),
    ("Maëlle Kerbrat", "", "03/11/2026", "7"): (
        "Ligne 2, colonne « Site client » : Maëlle Kerbrat travaille chez Aloen et Sonam à cette date. "
        "Dites quelle colonne est le lieu, et complétez-la."
    ),
    ("Youenn Talec", "", "03/11/2025", "7"): (
        "Ligne 2, colonne « Site client » : Youenn Talec n’a pas de mise à disposition à cette date. "
        "Corrigez la date ou la personne."
    ),
    ("Maëlle Kerbrat", "Aloen", "", "7"): (
        "Ligne 2, colonne « Quand » : la date manque. Écrivez par exemple 03/11/2026."
    ),
    ("Maëlle Kerbrat", "Aloen", "mardi", "7"): (
        "Ligne 2, colonne « Quand » : « mardi » n’est pas une date. Écrivez par exemple 03/11/2026."
    ),
    ("Maëlle Kerbrat", "Aloen", "31/11/2026", "7"): (
        "Ligne 2, colonne « Quand » : le jour « 31/11/2026 » n’existe pas. Corrigez la date."
    ),
    ("Maëlle Kerbrat", "Aloen", "03/11/2026", ""): (
        "Ligne 2, colonne « Combien » : les heures manquent. Écrivez une durée, ou le début et la fin."
    ),
    ("Maëlle Kerbrat", "Aloen", "03/11/2026", "-1"): (
        "Ligne 2, colonne « Combien » : « -1 » est négatif : une durée commence à 0."
    ),
    ("Maëlle Kerbrat", "Aloen", "03/11/2026", "25,5"): (
        "Ligne 2, colonne « Combien » : « 25,5 » dépasse 24 h. Vérifiez la virgule."
    ),
    ("Maëlle Kerbrat", "Aloen", "03/11/2026", "0,3125"): (
        "Ligne 2, colonne « Combien » : « 0,3125 » est compté en jours, comme un tableur compte 7 h 30. "
        "Écrivez 7:30, ou donnez à la colonne le format [h]:mm."
    ),
}


def test_a_line_that_cannot_be_read_is_told_with_its_column(cast):
    choose(cast["solene"], csv(PLAIN, ROW), MEANS)
    found = {row: sentences(preview(cast["solene"], csv(PLAIN, row))) for row in FAULTS}
    assert found == {row: [sentence] for row, sentence in FAULTS.items()}
    minutes = [*MEANS[:3], "minutes"]
    choose(cast["solene"], csv(PLAIN, ROW), minutes)
    assert sentences(preview(cast["solene"], csv(PLAIN, (*ROW[:3], "1441")))) == [
        "Ligne 2, colonne « Combien » : « 1441 » minutes dépassent 24 h. Vérifiez la ligne."
    ]


def test_a_program_s_seconds_beside_whole_hours_are_no_parts_of_a_day(cast):
    rows = [
        ("03/11/2026", "0,3125"),
        ("04/11/2026", "7,5"),
        ("05/11/2026", "0,0084"),
        ("05/11/2026", "0,0083"),
    ]
    data = csv(PLAIN, *[(*ROW[:2], *row) for row in rows])
    choose(cast["solene"], data, MEANS)
    # Twice half a minute is one.
    assert hours(preview(cast["solene"], data)) == {
        "03/11 worked": 19,
        "04/11 worked": 450,
        "05/11 worked": 1,
    }


def test_a_place_may_be_missing_where_a_person_has_one(cast):
    data = csv(
        ("Qui", "Quand", "Combien"),
        ("Youenn Talec", "03/11/2026", "7"),
        ("Maëlle Kerbrat", "03/11/2026", "7"),
    )
    means = ["person", "day", "hours"]
    choose(cast["solene"], data, means)
    found = preview(cast["solene"], data)
    assert [fault.line for fault in found.faults] == [3]
    # Who writes for one member writes there.
    choose(cast["nolwenn"], data, means)
    assert {str(each.member) for each in preview(cast["nolwenn"], data).places} == {"Aloen"}


KINDS = ("Qui", "Projet", "Quand", "Combien", "Type")
KINDS_MEAN = ["person", "member", "day", "hours", "kind"]
KIND_OF = {"client": "worked", "cp": "leave", "dejeuner": LEFT_OUT}


def test_values_of_a_column_become_kinds(cast):
    rows = [
        ("Maëlle Kerbrat", "Aloen", "02/11/2026", "7", "Client"),
        ("Maëlle Kerbrat", "Sonam", "02/11/2026", "1", ""),
        ("Maëlle Kerbrat", "Interne", "03/11/2026", "7", "CP"),
        ("Maëlle Kerbrat", "Aloen", "02/11/2026", "1", "Déjeuner"),
    ]
    data = csv(KINDS, *rows)
    choose(cast["solene"], data, KINDS_MEAN, KIND_OF)
    found = preview(cast["solene"], data)
    assert sentences(found) == []
    assert {(str(each.member or ""), each.minutes) for each in found.places} == {
        *(("Aloen", 420), ("Sonam", 60), ("", 420)),
    }
    assert [words.replace("\u00a0", " ") for words in found.unread_sentences] == [
        "1 ligne d’une nature à ne pas importer, non lue : vous l’avez choisi avec les colonnes."
    ]
    # A representative writes no absences of others.
    choose(cast["nolwenn"], data, KINDS_MEAN, KIND_OF)
    assert (
        "Ligne 4, colonne « Type » : les absences, formations et réunions d’une autre personne sont notées par la "
        "coordination. Choisissez de ne pas importer cette nature."
    ) in sentences(preview(cast["nolwenn"], data))


def test_kinds_that_cannot_be_are_refused(cast):
    many = csv(KINDS, *[(*ROW[:1], "Aloen", "02/11/2026", "1", f"Tâche {n}") for n in range(61)])
    one = csv(KINDS, ("Maëlle Kerbrat", "Aloen", "02/11/2026", "7", "Pause"))
    found = {}
    for name, data, kinds in (
        ("many", many, {}),
        ("nothing left", one, {"pause": LEFT_OUT}),
        ("no kind", one, {"pause": "holidays"}),
    ):
        with pytest.raises(BadHoursColumns) as refused:
            choose(cast["solene"], data, KINDS_MEAN, kinds)
        found[name] = [error.replace("\u00a0", " ") for error in refused.value.errors]
    assert found == {
        "many": [
            (
                "La colonne de la nature a 61 valeurs différentes, 60 au plus peuvent en avoir une. "
                "Choisissez une autre colonne, ou ne la lisez pas."
            )
        ],
        "nothing left": [
            "Toutes les lignes seraient laissées de côté. Choisissez une nature pour une valeur au moins."
        ],
        "no kind": ["Dites ce que veut dire « Pause »."],
    }


def test_a_column_of_many_values_is_not_taken_for_kinds(cast):
    rows = [(*ROW[:1], "Aloen", "02/11/2026", "1", f"Tâche {n}") for n in range(61)]
    guessed = [
        columns.guess_meanings(columns.read_hours_file(csv(KINDS, *found), by=cast["solene"]))[4]
        for found in (rows, rows[:60])
    ]
    assert guessed == ["", "kind"]


def test_a_new_value_is_asked_about_and_the_others_are_remembered(cast):
    row = ("Maëlle Kerbrat", "Aloen", "02/11/2026", "7")
    choose(cast["solene"], csv(KINDS, (*row, "Client")), KINDS_MEAN, {"client": "worked"})
    again = csv(KINDS, (*row, "CLIENT"), ("Maëlle Kerbrat", "", "03/11/2026", "7", "Congé"))
    assert asked(cast["solene"], again) == "De nouvelles natures sont dans ce fichier : « Congé »."
    later = csv(KINDS, ("Maëlle Kerbrat", "", "03/11/2026", "7", "Congé"))
    choose(cast["solene"], later, KINDS_MEAN, {"conge": "leave"})
    assert hours(preview(cast["solene"], again)) == {"02/11 worked": 420, "03/11 leave": 420}


def test_columns_are_remembered_by_titles_for_one_person(cast):
    data = csv(PLAIN, ROW)
    assert asked(cast["solene"], data) == "Les titres de ce fichier ne sont pas connus."
    choose(cast["solene"], data, MEANS)
    for again in (
        csv([title.upper() for title in PLAIN], ROW),
        csv((*PLAIN, "", ""), ROW),
        # Below a notice, and in a workbook.
        files.workbook(PLAIN, ROW, titles=("Export du client", "Date de début", "Date de fin")),
    ):
        assert hours(preview(cast["solene"], again)) == {"03/11 worked": 450}
    assert asked(cast["solene"], csv(PLAIN[::-1], ROW[::-1]))
    assert asked(cast["nolwenn"], data)
    choose(cast["solene"], data, [*MEANS[:3], "minutes"])
    assert HoursLayout.objects.get().columns[3] == "minutes"


def test_what_was_chosen_comes_before_what_titles_tell(cast):
    """A program that is known may be read otherwise; forgotten, it is read as it was."""
    titles = ("matricule", "adhérent", "date", "heures", "temps facturé")
    data = csv(titles, ("M001", "Aloen", "03/11/2026", "7", "6"))
    stored = choose(cast["solene"], data, ["payroll_number", "member", "day", "", "hours"])
    assert hours(preview(cast["solene"], data)) == {"03/11 worked": 360}
    columns.forget_layout(stored, by=cast["nolwenn"])
    assert HoursLayout.objects.exists()
    for _ in range(2):
        columns.forget_layout(stored, by=cast["solene"])
    assert hours(preview(cast["solene"], data)) == {"03/11 worked": 420}


def test_titles_of_ours_that_name_nobody_are_asked_about(cast):
    data = csv(("Date", "Heures", "Qui", "Chez"), ("03/11/2026", "7", "Maëlle Kerbrat", "Aloen"))
    assert asked(cast["solene"], data) == "Les titres ne disent pas quelle colonne est la personne."
    # Who has no hours but their own needs to name nobody.
    own = csv(("Date", "Heures", "Chez"), ("03/11/2026", "7", "Aloen"))
    assert sentences(preview(cast["youenn"].user, own)) == [
        "Ligne 2, colonne « adhérent » : l’adhérent manque. Écrivez son nom court."
    ]
    choose(cast["youenn"].user, own, ["day", "hours", "member"])
    assert hours(preview(cast["youenn"].user, own)) == {"03/11 worked": 420}


def test_a_list_of_one_column_is_no_table_to_ask_about(cast):
    with pytest.raises(Unreadable) as refused:
        preview(cast["solene"], b"Liste\nMaelle\n")
    assert not isinstance(refused.value, ColumnsAsked)


def test_an_import_is_whole_and_marks_the_columns_as_used(cast):
    data = csv(PLAIN, ROW, ("Ana Le Bihan", "Aloen", "03/11/2026", "7"))
    stored = choose(cast["solene"], data, MEANS)
    with pytest.raises(Exception, match="Rien n’est importé"):
        import_hours(data, ImportChoices(order="dm"), digest="", by=cast["solene"], at=world.NOW)
    assert (Entry.objects.count(), HoursLayout.objects.get().used_at) == (0, None)
    good = csv(PLAIN, ROW)
    digest = preview(cast["solene"], good).digest
    import_hours(good, ImportChoices(order="dm"), digest=digest, by=cast["solene"], at=world.NOW)
    stored.refresh_from_db()
    assert (Entry.objects.get().minutes, stored.used_at) == (450, world.NOW)
