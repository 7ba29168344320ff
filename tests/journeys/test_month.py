"""The whole month by its pages: hours, contest, approval, payroll, trial, invoices, then a late supplement."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from pypdf import PdfReader

from billing import tasks
from billing.documents import rendering
from billing.models import BillingRun, Charge, Document, EmployerCost, Invoice, PayrollImport
from billing.month.reconciling import reconcile
from groupement.kernel.french import NARROW_SPACE
from members.models import Group, RuleCode
from tests import world
from tests.billing.charges.receipt_files import picture
from tests.world import NOVEMBER, OCTOBER
from timesheets import freezing
from timesheets.models import SignedSheet, Timesheet

pytestmark = pytest.mark.django_db

MONDAYS = [date(2026, 10, day) for day in (5, 12, 19, 26)]
TUESDAYS = [date(2026, 10, day) for day in (6, 13, 20, 27)]
THURSDAYS = [date(2026, 10, day) for day in (1, 8, 15, 22, 29)]
LEAVE = date(2026, 10, 26)
CONTESTED = date(2026, 10, 12)
RUN = f"/facturation/{OCTOBER}/"
INBOX = f"/heures/mois/{OCTOBER}/a-faire/"
BAD_PAYROLL = (
    "matricule;nom;prénom;mois;brut;cotisations patronales\r\n"
    "M001;Kerbrat;Maëlle;2026-10;2 350,oo;893,00\r\n"
    "M009;Talec;Youenn;2026-10;1690,00;508,69\r\n"
)
PAYROLL = (
    "matricule;nom;prénom;mois;brut;cotisations patronales\r\n"
    "M001;Kerbrat;Maëlle;2026-10;2 350,00;893,00\r\n"
    "M002;Talec;Youenn;2026-10;1690,00;508,69\r\n"
    "total;;;;4 040,00;1401,69\r\n"
)


@pytest.fixture
def cast(files):
    """Aloen pays by the hour, Sonam its share of the cost without VAT, Optim’ism a flat amount."""
    world.group()
    aloen, sonam, optimism = (world.member(name) for name in ("Aloen", "Sonam", "Optim’ism"))
    world.attestation(sonam)
    maelle, youenn = world.employee("Maëlle", "Kerbrat"), world.employee("Youenn", "Talec")
    at_cost = {"price_method": "actual", "management_rate": Decimal("6.00"), "vat_regime": "E261B"}
    tuesdays, thursdays = (0, 420, 0, 0, 0, 0, 0), (0, 0, 0, 420, 0, 0, 0)
    flat = {"price_method": "flat", "flat_amount": Decimal("1650.00")}
    return {
        "maelle": maelle,
        "youenn": youenn,
        "aloen": world.assignment(maelle, aloen, weekly_pattern=(420, 0, 0, 0, 0, 0, 0)),
        "sonam": world.assignment(maelle, sonam, weekly_pattern=tuesdays, hours_entry="member", **at_cost),
        "optimism": world.assignment(youenn, optimism, weekly_pattern=thursdays, **flat),
        "nolwenn": world.staff(aloen, "Nolwenn Jégo"),
        "anais": world.staff(sonam, "Anaïs Moal"),
        "erwan": world.staff(optimism, "Erwan Le Bris"),
        "solene": world.coordinator(),
        "gael": world.finance(),
    }


def test_a_month_and_what_came_late(cast, clock, visit, sent, django_capture_on_commit_callbacks):
    clock.set(date(2026, 11, 2))
    enter_hours(cast, visit)
    contest_and_correct(cast, visit)
    clock.set(date(2026, 11, 3))
    approve(cast, visit)
    take_payroll_in(cast, visit)
    try_and_issue(cast, visit, django_capture_on_commit_callbacks)
    before = papers(cast, visit, sent)
    change_everything()
    assert papers(cast, visit, []) == before
    clock.set(date(2026, 11, 30))
    bring_a_supplement(cast, visit)
    bill_november(cast, clock, visit, sent, django_capture_on_commit_callbacks)
    assert before == {
        invoice.number: hashlib.sha256(rendering.print_pdf(invoice)).hexdigest()
        for invoice in Invoice.objects.filter(service_month=OCTOBER)
    }


def enter_hours(cast, visit):
    """Maëlle writes her hours at Aloen and her leave, Sonam hers there; Youenn takes the plan and corrects nothing."""
    aloen = cast["aloen"].pk
    grid = visit(cast["maelle"].user, f"/heures/{OCTOBER}/")
    typed = {f"m-a{aloen}-{day}": "7" for day in MONDAYS if day != LEAVE}
    grid.press("Enregistrer", {**typed, f"m-g-{LEAVE}": "7h00"})
    assert "choisissez le motif" in grid.words  # without a script the choice comes with the question
    grid.press("Enregistrer", {f"k-g-{LEAVE}": "leave"})
    assert "Le brouillon est enregistré." in grid.words
    assert "21,00 h" in grid.words
    there = visit(cast["anais"], f"/heures/{OCTOBER}/{cast['sonam'].pk}/")
    names = [f"m-{there_key(cast)}-{day}" for day in TUESDAYS]
    there.press("Soumettre", dict(zip(names, ["7", "7:00", "7h", "420 min"], strict=True)))
    assert "Le relevé est soumis." in there.words
    grid.press("Soumettre le mois")
    assert "2 relevés sont soumis." in grid.words
    plan = visit(cast["youenn"].user, f"/heures/{OCTOBER}/")
    plan.press("Remplir le mois comme prévu")
    assert "35,00 h" in plan.words
    plan.press("Soumettre le mois")
    assert list(Timesheet.objects.order_by("pk").values_list("status", flat=True)) == ["submitted"] * 5


def there_key(cast):
    """How the page calls Sonam's timesheet: Maëlle's first save has opened her whole month."""
    return Timesheet.objects.get(assignment=cast["sonam"]).pk


def contest_and_correct(cast, visit):
    """Aloen saw half an hour less on one day; Maëlle corrects it and answers; then everybody confirms."""
    member = visit(cast["nolwenn"], "/heures/a-viser/")
    sheet = Timesheet.objects.get(assignment=cast["aloen"])
    member.open(f"/heures/releve/{sheet.pk}/")
    member.press(
        "Envoyer la contestation",
        {
            f"contest-{CONTESTED}": "contest",
            f"minutes-{CONTESTED}": "6,5",
            f"reason-{CONTESTED}": "Partie à 16 h 30 ce jour-là.",
        },
    )
    assert "Contestation envoyée" in member.words
    assert (
        "lundi 12 octobre : 6,5 h attendues"
        in visit(cast["maelle"].user, f"/heures/{OCTOBER}/").words.lower()
    )
    grid = visit(cast["maelle"].user, f"/heures/{OCTOBER}/")
    assert "Partie à 16 h 30 ce jour-là." in grid.words
    grid.press("Renvoyer", {f"m-{sheet.pk}-{CONTESTED}": "6h30", "note": "C’est juste, merci."})
    for person, place in (("nolwenn", "aloen"), ("anais", "sonam"), ("erwan", "optimism")):
        their = Timesheet.objects.get(assignment=cast[place])
        visit(cast[person], f"/heures/releve/{their.pk}/").press("Tout viser")
    assert Timesheet.objects.filter(status="confirmed").count() == 3
    sheet.refresh_from_db()
    notes = [step.note for step in sheet.steps.order_by("pk")]
    assert notes == ["", "", "C’est juste, merci.", ""]


def approve(cast, visit):
    """One is returned and comes again, the rest is approved at once; one is reopened, with a reason each time."""
    optimism = Timesheet.objects.get(assignment=cast["optimism"])
    page = visit(cast["solene"], f"/heures/releve/{optimism.pk}/")
    page.press("Renvoyer pour correction", {"note": ""})
    assert "Écrivez un motif" in page.words
    page.press("Renvoyer pour correction", {"note": "Le 29, c’était la réunion du groupement."})
    assert state(optimism) == "returned"
    for lot in ("Approuver ces", "Approuver cet", "Approuver les", "Approuver le "):
        page = visit(cast["solene"], INBOX)
        if page.offers(lot):
            page.press(lot)
    assert Timesheet.objects.filter(status="approved").count() == 4
    grid = visit(cast["youenn"].user, f"/heures/{OCTOBER}/")
    assert "Le 29, c’était la réunion du groupement." in grid.words
    grid.press("Renvoyer", {f"m-{optimism.pk}-2026-10-29": ""})
    visit(cast["erwan"], f"/heures/releve/{optimism.pk}/").press("Tout viser")
    visit(cast["solene"], f"/heures/releve/{optimism.pk}/").press("Approuver")
    sonam = visit(cast["solene"], f"/heures/releve/{there_key(cast)}/")
    sonam.press("Rouvrir le relevé", {"note": "Vérifions le 27."})
    again = Timesheet.objects.get(pk=there_key(cast))
    assert again.state == "returned"
    visit(cast["anais"], f"/heures/{OCTOBER}/{cast['sonam'].pk}/").press("Renvoyer")
    visit(cast["anais"], f"/heures/releve/{again.pk}/").press("Tout viser")
    visit(cast["solene"], f"/heures/releve/{again.pk}/").press("Approuver")
    assert set(Timesheet.objects.values_list("status", flat=True)) == {"approved"}


def state(sheet):
    sheet.refresh_from_db()
    return sheet.state


def take_payroll_in(cast, visit):
    """A file with two faulty lines is refused whole, line by line; the good one is taken whole."""
    page = visit(cast["gael"], f"/facturation/couts/?mois={OCTOBER}")
    page.press("Relire le fichier", {"month": str(OCTOBER), "file": upload(BAD_PAYROLL)})
    assert page.page.status_code == 422
    assert "Le fichier n’a pas été importé : 2 erreurs à corriger." in page.words
    assert "Ligne 2 : colonne « brut », « 2 350,oo »" in page.words
    assert "Ligne 3 : le matricule « M009 » est inconnu." in page.words
    assert page.value("month") == "2026-10"
    assert (EmployerCost.objects.count(), PayrollImport.objects.count()) == (0, 0)
    page.press("Relire le fichier", {"month": str(OCTOBER), "file": upload(PAYROLL)})
    assert "Rien n’est encore écrit." in page.words
    page.press("Importer la paie d’octobre 2026")
    assert "La paie d’octobre 2026 est importée : 2 lignes, 5 441,69 €." in page.words
    assert EmployerCost.objects.count() == 4


def upload(text):
    return SimpleUploadedFile("paie-2026-10.csv", text.encode("cp1252"), content_type="text/csv")


def try_and_issue(cast, visit, on_commit):
    """The trial, twice with one result; then numbers in the order of the members' names, and the sums to the cent."""
    page = visit(cast["gael"], RUN).press("Faire un essai")
    assert "L’essai d’octobre 2026 est fait. Rien n’est numéroté." in page.words
    first = figures()
    page.press("Refaire l’essai")
    assert figures() == first
    assert "Le compte est bon" in page.words
    with on_commit(execute=True):
        page.open(f"{RUN}?confirmer=emission#emission").press("Émettre les 3 factures")
    assert "3 factures sont émises." in page.words
    assert billed(OCTOBER) == {
        "F-2026-0001": ("Aloen", "460.02", "92.00", "552.02"),
        "F-2026-0002": ("Optim’ism", "1650.00", "330.00", "1980.00"),
        "F-2026-0003": ("Sonam", "1984.59", "0.00", "1984.59"),
    }
    assert list(Invoice.objects.values_list("due_on", flat=True).distinct()) == [date(2026, 12, 3)]
    done = reconcile(BillingRun.objects.get(month=OCTOBER))
    assert [(row.employee.first_name, row.charged, row.reserve) for row in done.rows] == [
        ("Maëlle", Decimal("2332.27"), Decimal("910.73")),
        ("Youenn", Decimal("1650.00"), Decimal("548.69")),
    ]
    assert done.employer_cost == done.charged + done.reserve == Decimal("5441.69")
    assert done.invoiced == done.charged + done.fees == Decimal("4094.61")
    assert done.invoiced == sum(invoice.net for invoice in Invoice.objects.all())


def figures():
    """All that a trial reckons."""
    rows = Charge.objects.order_by("member__short_name", "kind")
    return list(rows.values_list("member__short_name", "kind", "minutes", "quantity", "unit_price", "net"))


def billed(month):
    return {
        row.number: (row.member.short_name, str(row.net), str(row.vat), str(row.total))
        for row in Invoice.objects.filter(service_month=month).select_related("member").order_by("sequence")
    }


def papers(cast, visit, sent):
    """Let the worker print what it was asked for; the ZIP holds each file once. Digests by number."""
    page = visit(cast["gael"], RUN)
    if sent:
        assert not page.offers("Les 3 PDF (ZIP)")
        for invoice in sent:
            tasks.render_invoice(invoice)
        sent.clear()
    for signed in SignedSheet.objects.filter(made_at=None):
        freezing.print_signed(signed.pk, at=signed.signed_at)
    assert "3 sur 3 prêts" in page.open(RUN).words
    archive = page.client.get(f"{RUN}factures.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content))) as bundle:
        annexes = [name for name in bundle.namelist() if "/" in name]
        files = {name.split(" ")[0]: bundle.read(name) for name in bundle.namelist() if "/" not in name}
    assert {name.split("/")[0][:11] for name in annexes} == set(files)  # the signed hours of each
    assert "460,02" in text_of(files["F-2026-0001"])
    assert f"1{NARROW_SPACE}984,59" in text_of(files["F-2026-0003"])
    found = {number: hashlib.sha256(content).hexdigest() for number, content in files.items()}
    assert found == dict(
        Document.objects.filter(invoice__service_month=OCTOBER).values_list("invoice__number", "sha256")
    )
    return found


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def change_everything():
    """Aloen moves and takes another name; the group takes another name, address, rate and logo."""
    aloen = Timesheet.objects.get(assignment__member__short_name="Aloen").assignment.member
    aloen.legal_name, aloen.street, aloen.city = "Aloen Nouvelle", "99 avenue Neuve", "Quimper"
    number = world.siren(5000)
    aloen.siren, aloen.siret, aloen.vat_number = number, world.siret(number), world.vat_number(number)
    aloen.save()
    group = Group.objects.get()
    group.name, group.street = "La Grande Ronde", "2 quai des Indes"
    later = Invoice.objects.aggregate(last=Max("issued_on"))["last"] + timedelta(days=1)
    world.rule(RuleCode.LATE_PENALTY_RATE, rate=Decimal("15.00"), starts_on=later)
    group.logo = world.kept_file(picture("PNG"), "logo")
    group.save()


def bring_a_supplement(cast, visit):
    """Three forgotten hours of October: a timesheet of their own, by the same path."""
    sheet = Timesheet.objects.get(assignment=cast["aloen"])
    page = visit(cast["solene"], f"/heures/releve/{sheet.pk}/")
    assert not page.offers("Rouvrir")
    page.press("Ouvrir un complément")
    late = Timesheet.objects.get(assignment=cast["aloen"], supplement=1)
    grid = visit(cast["maelle"].user, f"/heures/{OCTOBER}/")
    grid.press("Soumettre", {f"m-{late.pk}-2026-10-28": "3"})
    visit(cast["nolwenn"], f"/heures/releve/{late.pk}/").press("Tout viser")
    visit(cast["solene"], f"/heures/releve/{late.pk}/").press("Approuver")
    assert state(late) == "approved"


def bill_november(cast, clock, visit, sent, on_commit):
    """November's invoices continue the numbers; Aloen's has the supplement with its own period, and its new name."""
    for place in ("aloen", "sonam", "optimism"):
        world.timesheet(cast[place], world.hours(NOVEMBER, 7), month=NOVEMBER)
    for person in ("maelle", "youenn"):
        world.timesheet(cast[person], month=NOVEMBER)
        world.cost(cast[person], month=NOVEMBER)
    clock.set(date(2026, 12, 3))
    page = visit(cast["gael"], f"/facturation/{NOVEMBER}/").press("Faire un essai")
    with on_commit(execute=True):
        page.open(f"/facturation/{NOVEMBER}/?confirmer=emission").press("Émettre les 3 factures")
    assert billed(NOVEMBER) == {
        "F-2026-0004": ("Aloen", "224.40", "44.88", "269.28"),
        "F-2026-0005": ("Optim’ism", "1650.00", "330.00", "1980.00"),
        "F-2026-0006": ("Sonam", "1484.00", "0.00", "1484.00"),
    }
    fourth = Invoice.objects.get(number="F-2026-0004")
    texts = [(line["detail"], line["net"]) for line in fourth.snapshot["lines"]]
    assert [net for _, net in texts] == ["67.32", "157.08"]
    assert "octobre 2026" in texts[0][0]
    assert "complément" in texts[0][0]
    assert "novembre 2026" in texts[1][0]
    assert fourth.snapshot["buyer"]["legal_name"] == "Aloen Nouvelle"
    assert fourth.snapshot["seller"]["name"] == "La Grande Ronde"
    assert fourth.snapshot["seller"]["logo"].startswith("data:image/png;base64,")
    tasks.render_invoice(fourth.pk)
    with rendering.open_document(Document.objects.get(invoice=fourth)) as file:
        assert "99 avenue Neuve" in text_of(file.read())
