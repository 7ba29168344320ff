"""The pages of credit notes: choose, preview, issue; who may read them; bad input leaves what was typed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.credit_notes import remaining
from billing.documents import rendering
from billing.models import Invoice, Release
from tests import world
from tests.billing.credit_notes.issued import (
    REASON,
    RELEASED,
    bill,
    credit,
    credit_all,
    days,
    invoice,
    line,
    of_sums,
    placed,
    worked,
)
from tests.billing.invoices.test_invoice_views import LIST, body, page_of, pdf_of, words
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db


def form_of(of):
    return reverse("billing:credit", args=[of.pk])


def entry(of, day):
    return next(row.entry for row in remaining.remainder_of(of).lines[0].entries if row.day.day == day)


def asked(of, *, step="apercu", **fields):
    return {"etape": step, "extent": "lines", "fate": "released", "reason": REASON, **fields}


def test_finance_finds_the_button_and_nobody_else(login):
    of = invoice({2: 420})
    assert "Faire un avoir" in words(login(world.finance()).get(page_of(of)))
    for person in (world.coordinator(), world.staff(of.member)):
        client = login(person)
        assert "Faire un avoir" not in words(client.get(page_of(of)))
        assert client.get(form_of(of)).status_code == 404


def test_days_are_listed_with_what_is_left_of_them(login):
    of = invoice({2: 420, 3: 420})
    credit(of, days(line(of), {2: 60, 3: 420}))
    text = words(login(world.finance()).get(form_of(of)))
    assert "lun. 2 lundi 2 novembre 6 h sur 7 h" in text
    assert "mar. 3 7 h, déjà crédité" in text
    assert "Reste à créditer 144,00 €" in text


def test_preview_shows_the_credit_note_and_writes_nothing(login):
    of = invoice({2: 420, 3: 420})
    client = login(world.finance())
    answer = client.post(form_of(of), asked(of, **{f"day-{entry(of, 3)}": "on"}))
    text = words(answer)
    for sentence in (
        "Avoir HT 140,00 €",
        "TVA 20 % sur 140,00 € 28,00 €",
        "Avoir TTC 168,00 €",
        "Reste dû sur F-2026-0001 336,00 €",
        "Après l’avoir 168,00 €",
        "7 h reviennent à la prochaine clôture.",
        f"Motif : {REASON}",
        "Émettre l’avoir de 168,00 €",
    ):
        assert sentence in text
    assert (Invoice.objects.count(), Release.objects.count()) == (1, 0)


def test_issue_makes_the_credit_note_and_shows_it(login, django_capture_on_commit_callbacks):
    of = invoice({2: 420, 3: 420})
    client = login(world.finance())
    choice = asked(of, **{f"hours-{entry(of, 3)}": "3h30", "seen": "336.00"})
    with django_capture_on_commit_callbacks() as queued:
        answer = client.post(form_of(of), choice | {"etape": "emettre"})
    note = Invoice.objects.get(kind="credit_note")
    assert answer.url == page_of(note)
    assert (note.total, len(queued)) == (Decimal("84.00"), 1)
    text = words(client.get(page_of(note)))
    assert f"L’avoir {note.number} est émis : 84,00 € TTC." in text
    assert "Il corrige la facture F-2026-0001 du 3 décembre 2026" in text
    assert "à facturer de nouveau 3,50" in text
    again = client.post(form_of(of), choice | {"etape": "emettre"})
    assert again.status_code == 422
    assert "Un avoir vient d’être émis sur la facture F-2026-0001" in words(again)
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_whole_invoice_in_one_step(login):
    of = invoice({2: 420, 3: 420})
    client = login(world.finance())
    client.post(form_of(of), asked(of, step="emettre", extent="whole", fate="voided", seen="336.00"))
    assert remaining.remainder_of(of).is_fully_credited
    text = words(client.get(page_of(of)))
    assert "Créditée en entier" in text
    assert "Faire un avoir" not in text
    assert "Cette facture est créditée en entier." in words(client.get(form_of(of)))


def test_amount_of_a_sum(login):
    of = of_sums(("100.00", "S20"), ("50.00", "S20"))
    first, second = of.lines.order_by("position")
    client = login(world.finance())
    fields = {f"amount-{first.pk}": "1 0,50".replace(" ", ""), f"line-{second.pk}": "on", "fate": "voided"}
    text = words(client.post(form_of(of), asked(of) | fields))
    assert "Avoir HT 60,50 €" in text
    assert "60,50 € HT ne" not in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choisissez au moins une ligne, une journée ou un montant."),
        ({"reason": ""}, "Indiquez le motif de l’avoir."),
        ({"extent": ""}, "Choisissez toute la facture, ou une partie."),
        ({"fate": ""}, "Choisissez ce que deviennent les heures et les sommes."),
        ({"hours": "8"}, "Il reste 7 h à créditer ce jour-là."),
        ({"hours": "sept"}, "« sept » n’est pas une durée : écrivez par exemple 7,5 ou 7:30 ou 7h30."),
        ({"hours": "3", "day": "on"}, "Cochez toute la journée ou indiquez des heures, pas les deux."),
        ({"hours": "3", "line": "on"}, "Cochez toute la ligne ou choisissez une partie, pas les deux."),
    ],
)
def test_bad_input_is_told_and_kept(login, fields, sentence):
    of = invoice({2: 420})
    named = {"hours": f"hours-{entry(of, 2)}", "day": f"day-{entry(of, 2)}", "line": f"line-{line(of).pk}"}
    given = asked(of) | {named.get(name, name): value for name, value in fields.items()}
    answer = login(world.finance()).post(form_of(of), given)
    assert answer.status_code == 422
    assert sentence in words(answer)
    if typed := fields.get("hours"):
        assert f'value="{typed}"' in answer.content.decode()
    assert Invoice.objects.count() == 1


def test_going_back_keeps_the_choice(login):
    of = invoice({2: 420})
    answer = login(world.finance()).post(
        form_of(of), asked(of, step="modifier", **{f"hours-{entry(of, 2)}": "3"})
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="3"' in html
    assert REASON in html
    assert html.count(" checked") == 2


def test_member_sees_its_credit_notes_and_nobody_elses(login):
    of = invoice({2: 420, 3: 420})
    note = credit(of, days(line(of), {3: 420}))
    rendering.render(note.pk, at=NOW)
    client = login(world.staff(of.member))
    listed = words(client.get(LIST))
    assert f"{note.number} avoir sur {of.number}" in listed
    assert "−168,00 €" in listed
    assert "Total TTC 168,00 €" in listed
    assert "Avoirs sur cette facture" in words(client.get(page_of(of)))
    assert REASON in words(client.get(page_of(note)))
    assert body(client.get(pdf_of(note))).startswith(b"%PDF")
    stranger = login(world.staff(world.member("Sonam"), "Anaïs Moal"))
    assert [stranger.get(page(note)).status_code for page in (page_of, pdf_of)] == [404, 404]
    assert note.number not in words(stranger.get(LIST))


def test_pages_read_the_same_for_one_credit_note_and_for_three(login, django_assert_num_queries):
    of = invoice({2: 420, 3: 420, 4: 420})
    client = login(world.finance())
    credit(of, days(line(of), {2: 60}))
    client.get(page_of(of))
    with django_assert_num_queries(22):
        client.get(page_of(of))
    for day in (3, 4):
        credit(of, days(line(of), {day: 60}))
    with django_assert_num_queries(22):
        client.get(page_of(of))


def test_draft_and_credit_note_have_no_such_page(login):
    of = invoice({2: 420})
    note = credit_all(of, RELEASED)
    client = login(world.finance())
    assert client.get(form_of(of)).status_code == 200
    assert client.get(form_of(note)).status_code == 404


def test_failed_pdf_of_a_credit_note_is_made_again(login):
    note = credit_all(invoice({2: 420}))
    note.rendering.__class__.objects.filter(invoice=note).update(
        status="failed", attempts=3, started_at=NOW, finished_at=NOW
    )
    client = login(world.finance())
    assert "L’avoir est bien émis et gardé : réessayez." in words(client.get(page_of(note)))
    client.post(reverse("billing:retry_paper", args=[note.pk]))
    note.rendering.refresh_from_db()
    assert note.rendering.status == "pending"


def test_long_invoice_asks_for_the_days_of_a_line_when_told_to(login, monkeypatch):
    monkeypatch.setattr("billing.credit_notes.forms.MOST_DAYS_AT_ONCE", 1)
    assignment = placed()
    worked(assignment, {2: 420, 3: 420})
    of = bill(NOVEMBER)
    client = login(world.finance())
    assert "mardi 3 novembre" not in words(client.get(form_of(of)))
    assert "mardi 3 novembre" in words(client.post(form_of(of), {"ouvrir": line(of).pk}))
