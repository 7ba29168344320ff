"""Paper: PDF/A-3b with the same bytes each time and no network; the invoice's mentions, one by one."""

import copy
import io
import logging
import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from groupement.kernel import paper

AT = datetime(2026, 12, 9, 10, 30, tzinfo=UTC)
LOGO = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'%3E%3C/svg%3E"


def worked(*days, **more):
    return {
        "employee": "Inès Guillou",
        "job": "Chargée de communication",
        "reference": "convention 2026-06",
        "period_label": "novembre 2026",
        "days": [
            {"day": day, "weekday": "", "minutes": minutes, "label": label} for day, minutes, label in days
        ],
        "minutes": sum(minutes for _, minutes, _ in days),
        "confirmed_by": "Anaïs Moal",
        "confirmed_on": "2026-12-03",
        "approved_by": "Solène Rivoal",
        "approved_on": "2026-12-04",
        "tacit": False,
        **more,
    }


def line(position, label, quantity, unit_price, net, vat_rate):
    exempt = vat_rate == "0.00"
    return {
        "position": position,
        "label": label,
        "detail": "Convention 2026-06, novembre 2026",
        "quantity": quantity,
        "unit": "heure",
        "unit_price": unit_price,
        "net": net,
        "vat_rate": vat_rate,
        "vat_label": "Exonéré" if exempt else "20 %",
        "exempt": exempt,
    }


INVOICE = {
    "number": "F-2026-0066",
    "kind": "invoice",
    "issued_on": "2026-12-09",
    "due_on": "2027-01-08",
    "period_label": "du 1er au 30 novembre 2026",
    "seller": {
        "name": "La Ronde, groupement d’employeurs",
        "legal_form": "Association loi 1901",
        "street": "1 quai de l’Exemple",
        "postal_code": "56100",
        "city": "Lorient",
        "siren": "732829320",
        "siret": "73282932000074",
        "rna": "W561000000",
        "vat_number": "FR44732829320",
        "email": "finances@example.org",
        "phone": "02 97 00 00 00",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "bank_name": "Banque de l’Exemple",
        "collective_agreement": "Convention collective ECLAT (IDCC 1518)",
        "logo": "",
    },
    "buyer": {
        "legal_name": "Sonam",
        "legal_form": "École de musique, association loi 1901",
        "street": "6 rue de l’Exemple",
        "postal_code": "56000",
        "city": "Vannes",
        "siren": "666777886",
        "vat_number": "FR58666777886",
        "order_reference": "BC-42",
        "billing": None,
    },
    "lines": [
        line(1, "Comptable : Maëlle Kerbrat", "7.00", "30.59", "214.13", "0.00"),
        line(2, "Chargée de communication : Inès Guillou", "151.67", "22.44", "3403.47", "20.00"),
    ],
    "vat": [
        {"label": "20 %", "rate": "20.00", "base": "3403.47", "amount": "680.69"},
        {"label": "Exonéré", "rate": "0.00", "base": "214.13", "amount": "0.00"},
    ],
    "net": "3617.60",
    "vat_total": "680.69",
    "total": "4298.29",
    "mentions": ["Exonération de TVA – article 261 B du CGI."],
    "payment": {
        "terms": "Paiement à 30 jours à compter de l’émission.",
        "penalty": "Pénalités de retard : taux de la Banque centrale européenne majoré de 10 points.",
        "indemnity": "Indemnité forfaitaire pour frais de recouvrement : 40 €.",
        "discount": "Escompte pour paiement anticipé\u00a0: néant.",
        "reference": "F-2026-0066",
    },
    "annex": [worked(("2026-11-06", 420, ""), ("2026-11-17", 450, "Formation"))],
}


def invoice(**changes):
    return copy.deepcopy(INVOICE) | changes


def html_of(snapshot):
    return render_to_string("paper/invoice.html", {"invoice": snapshot})


def printed(html="<p>Bonjour</p>", **more):
    facts = {
        "title": "Facture F-2026-0066",
        "author": "La Ronde",
        "created_at": AT,
        "identifier": "F-2026-0066",
    }
    return paper.pdf(html, **(facts | more))


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def words(page):
    """The text of a page with every kind of space made plain."""
    return re.sub(r"\s+", " ", page.extract_text())


@pytest.fixture(scope="module")
def pages():
    return [words(page) for page in read(printed(html_of(INVOICE))).pages]


def test_the_same_text_gives_the_same_bytes():
    html = html_of(INVOICE)
    assert printed(html) == printed(html)


def test_how_a_template_is_spaced_changes_nothing_on_paper():
    glued = "<table><tr><td><h1>Un titre</h1><p>Une<br>deux</p></td></tr></table>"
    spaced_out = """<table>
        <tr>
            <td>
                <h1>
                    Un titre
                </h1>
                <p>
                    Une
                    <br>deux
                </p>
            </td>
        </tr>
    </table>"""
    assert printed(spaced_out) == printed(glued)


def test_the_short_defaults_of_elements_change_nothing_on_paper(monkeypatch):
    """WeasyPrint’s own defaults give the same bytes: only time is saved."""
    many = [line(n, f"Ligne {n}", "1.00", "10.00", "10.00", "20.00") for n in range(1, 41)]
    html = html_of(invoice(lines=many))
    short = printed(html)
    monkeypatch.setattr(paper.stylesheet().source, "_ua_stylesheets", HTML._ua_stylesheets)
    assert printed(html) == short


def test_another_identifier_or_moment_gives_another_file():
    first, other = read(printed()), read(printed(identifier="F-2026-0067"))
    assert first.trailer["/ID"][0] != other.trailer["/ID"][0]
    assert printed() != printed(created_at=AT.replace(hour=11))


def test_the_file_says_what_it_is():
    document = read(printed(html_of(INVOICE)))
    about = document.metadata
    assert (about.title, about.author, about.creator) == ("Facture F-2026-0066", "La Ronde", "Groupement")
    assert about.creation_date == about.modification_date == AT
    assert document.trailer["/Root"]["/Lang"] == "fr"
    xmp = document.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.search(r'part="3"', xmp)
    assert re.search(r'conformance="B"', xmp)


def test_every_font_is_ours_and_in_the_file():
    fonts = {}
    for page in read(printed(html_of(INVOICE))).pages:
        fonts |= page["/Resources"]["/Font"]
    names = set()
    for reference in fonts.values():
        [descendant] = reference.get_object()["/DescendantFonts"]
        descriptor = descendant.get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor
        names.add(descriptor["/FontName"].partition("+")[2])
    assert names == {"Paper", "Paper-Semi-Bold"}


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        printed(created_at=datetime(2026, 12, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/logo.png",
        "http://127.0.0.1/logo.png",
        "file:///etc/hostname",
        "../groupement/settings.py",
        "file://example.org/share/logo.png",
        "ftp://example.org/logo.png",
    ],
)
def test_nothing_is_fetched_from_elsewhere(address):
    with pytest.raises(FatalURLFetchingError, match="may not fetch"):
        printed(f'<img src="{address}" alt="">')


def test_a_page_may_carry_its_own_logo():
    assert len(read(printed(f'<img src="{LOGO}" alt="">')).pages) == 1


@pytest.mark.parametrize("name", ["inter-regular.ttf", "inter-semibold.ttf"])
def test_the_fonts_hold_what_french_paper_needs_and_are_small(name):
    path = paper.STATIC / "fonts" / name
    held = TTFont(path).getBestCmap().keys()
    needed = "\u00a0\u202f\u2011\u2212€’«»–—…·éèêëàâçîïôùûüÿœŒæÉÈÀÇŸ°№→✓0123456789"
    assert [sign for sign in needed if ord(sign) not in held] == []
    assert path.stat().st_size < 45_000


def test_the_stylesheet_and_the_page_are_understood_without_a_warning(caplog):
    paper.stylesheet.cache_clear()
    with caplog.at_level(logging.WARNING):
        printed(html_of(invoice()))
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize(
    "mention",
    [
        pytest.param("La Ronde, groupement d’employeurs", id="seller’s name"),
        pytest.param("Association loi 1901", id="seller’s form"),
        pytest.param("1 quai de l’Exemple 56100 Lorient", id="seller’s seat"),
        pytest.param("SIREN 732 829 320", id="seller’s SIREN"),
        pytest.param("SIRET 732 829 320 00074", id="seller’s SIRET"),
        pytest.param("RNA W561000000", id="seller’s RNA"),
        pytest.param("N° de TVA FR44732829320", id="seller’s VAT number"),
        pytest.param("Sonam École de musique, association loi 1901", id="buyer’s name and form"),
        pytest.param("6 rue de l’Exemple 56000 Vannes", id="buyer’s address"),
        pytest.param("SIREN 666 777 886", id="buyer’s SIREN"),
        pytest.param("N° de TVA FR58666777886", id="buyer’s VAT number"),
        pytest.param("Vos références : BC-42", id="buyer’s order"),
        pytest.param("Facture F-2026-0066", id="number"),
        pytest.param("Émise le 9 décembre 2026", id="date of issue"),
        pytest.param("Période du 1er au 30 novembre 2026", id="period of the service"),
        pytest.param("Prestation de services", id="category"),
        pytest.param("Échéance 8 janvier 2027", id="due date"),
        pytest.param("Quantité Unité Prix unitaire HT TVA Montant HT", id="heads of the lines"),
        pytest.param(
            "Comptable : Maëlle Kerbrat Convention 2026-06, novembre 2026", id="precise designation"
        ),
        pytest.param("7,00 heure 30,59 Exonéré 214,13", id="exempt line"),
        pytest.param("151,67 heure 22,44 20 % 3 403,47", id="taxed line"),
        pytest.param("20 % 3 403,47 680,69", id="base and VAT at 20 %"),
        pytest.param("Exonéré 214,13 0,00", id="exempt base"),
        pytest.param("Total HT 3 617,60 €", id="net"),
        pytest.param("TVA 680,69 €", id="VAT"),
        pytest.param("Total TTC 4 298,29 €", id="total"),
        pytest.param("Exonération de TVA – article 261 B du CGI.", id="reference of the exemption"),
        pytest.param("Paiement à 30 jours à compter de l’émission.", id="terms"),
        pytest.param("Escompte pour paiement anticipé : néant.", id="discount"),
        pytest.param("Pénalités de retard : taux de la Banque centrale européenne majoré", id="late rate"),
        pytest.param("frais de recouvrement : 40 €.", id="recovery indemnity"),
        pytest.param("FR76 3000 6000 0112 3456 7890 189", id="IBAN"),
        pytest.param("Page 1 sur 2", id="page number"),
    ],
)
def test_the_invoice_bears_the_mention(pages, mention):
    assert mention in pages[0]


def test_the_annex_shows_days_weeks_and_who_answered_for_them(pages):
    [_, annex] = pages
    assert "Annexe à la facture F-2026-0066" in annex
    assert "Inès Guillou Chargée de communication, convention 2026-06 · novembre 2026" in annex
    assert re.search(r"14,50 h\b", annex)
    assert "6 7,00" in annex
    assert "17 7,50 Formation" in annex
    assert "Heures visées par Anaïs Moal le 3 décembre 2026" in annex
    assert "Approuvées par Solène Rivoal le 4 décembre 2026" in annex
    assert "La Ronde, groupement d’employeurs · SIREN 732 829 320 · Annexe à la facture F-2026-0066" in annex
    assert "Page 2 sur 2" in annex


def test_a_tacit_confirmation_says_so():
    sheet = worked(("2026-11-06", 420, ""), tacit=True, confirmed_by="")
    annex = words(read(printed(html_of(invoice(annex=[sheet])))).pages[1])
    assert "Visa tacite le 3 décembre 2026, le délai convenu étant passé" in annex
    assert "Heures visées" not in annex


def test_an_invoice_without_hours_has_no_annex():
    document = read(printed(html_of(invoice(annex=[]))))
    assert len(document.pages) == 1
    assert "Page 1 sur 1" in words(document.pages[0])


def test_bills_may_go_to_another_address():
    snapshot = invoice()
    snapshot["buyer"]["billing"] = {
        "name": "Centre de services",
        "street": "12 rue Longue",
        "postal_code": "29000",
        "city": "Quimper",
    }
    first = words(read(printed(html_of(snapshot))).pages[0])
    assert "Adresse de facturation Centre de services 12 rue Longue 29000 Quimper" in first


def test_lines_go_on_over_pages_under_their_heads():
    many = [line(n, f"Ligne {n}", "1.00", "10.00", "10.00", "20.00") for n in range(1, 41)]
    document = read(printed(html_of(invoice(lines=many, annex=[]))))
    texts = [words(page) for page in document.pages]
    assert len(texts) == 3
    assert all("Prix unitaire HT" in text for text in texts[:2])
    assert [n for n in range(1, 41) if f"Ligne {n} Convention" not in " ".join(texts)] == []
    assert texts[-1].endswith("Page 3 sur 3")


def test_what_people_typed_is_text_and_not_markup():
    snapshot = invoice()
    snapshot["buyer"]["legal_name"] = "<b>Dupont</b> & <img src=x> Fils"
    first = words(read(printed(html_of(snapshot))).pages[0])
    assert "<b>Dupont</b> & <img src=x> Fils" in first
