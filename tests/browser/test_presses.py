"""A button pressed three times on a slow line: one line is added, with script and without."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing.models import Charge
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
LATENCY = {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1}


@pytest.mark.parametrize("has_script", [True, False])
def test_three_presses_add_one_line(enter, site, monkeypatch, has_script):
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)
    world.group()
    world.member("Aloen")
    page = enter(world.finance(), java_script_enabled=has_script)
    page.goto(f"{site.url}/facturation/lignes/")
    page.get_by_label("Adhérent", exact=True).select_option(label="Aloen")
    page.get_by_label("Désignation", exact=True).fill("Location de la salle")
    page.get_by_label("Prix unitaire HT", exact=True).fill("45,00")
    posted = []
    page.on("request", lambda request: posted.append(request) if request.method == "POST" else None)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", LATENCY)
    button = page.get_by_role("button", name="Ajouter à la prochaine facture")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    for _ in range(3):  # by the mouse: click() would wait for the page that the first press asks for
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(100)
    expect(
        page.get_by_role("cell", name="45,00").or_(page.locator("td", has_text="45,00")).first
    ).to_be_visible()
    assert Charge.objects.count() == 1
    assert len(posted) == (1 if has_script else 3)
    toasts = page.locator(".toast")
    expect(toasts.first).to_contain_text("rejoignent la prochaine facture d’Aloen")
    expect(toasts.filter(has_text="envoyé plusieurs fois")).to_have_count(0 if has_script else 1)
