"""The bar at every width: nothing beyond its edge, and what it has no room for is two presses away."""

import pytest
from playwright.sync_api import expect

from tests import world

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (320, 390, 704, 800, 1024, 1200, 1280, 1440)
BEYOND = """() => [...document.querySelectorAll('.bar__in, .nav, .nav > *, .bar__side, #plus:popover-open')]
    .filter(each => each.checkVisibility())
    .filter(each => each.getBoundingClientRect().right > innerWidth + .5 || each.scrollWidth > each.clientWidth + 1)
    .map(each => each.className)"""
OVERLAP = """() => {
    const nav = document.querySelector('.nav').getBoundingClientRect();
    const side = document.querySelector('.bar__side').getBoundingClientRect();
    return nav.top < side.bottom && side.top < nav.bottom && nav.right > side.left + .5;
}"""


@pytest.mark.parametrize("who", [world.coordinator, world.finance, world.admin])
def test_everything_is_reached_from_the_bar(enter, site, who):
    world.group()
    page = enter(who())
    page.goto(f"{site.url}/charte/")
    wrong = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        more = page.get_by_role("button", name="Plus", exact=True)
        if more.is_visible():
            more.press("Enter")
            expect(page.locator("#plus")).to_be_visible()
            assert page.locator("#plus").bounding_box()["y"] >= 0
        if found := page.evaluate(BEYOND):
            wrong[width] = found
        if page.evaluate(OVERLAP):
            wrong[width, "over the account"] = True
        page.keyboard.press("Escape")
    assert wrong == {}
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Plus", exact=True).click()
    page.locator("#plus").get_by_role("link", name="Charte").click()
    expect(page.get_by_role("button", name="Plus", exact=True)).to_have_attribute("aria-current", "true")
