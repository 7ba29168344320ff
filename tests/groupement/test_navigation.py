"""The bar: every page that a role may read belongs to one place of it, and the tabs show the one that is open."""

from html.parser import HTMLParser

import pytest

from groupement import navigation
from tests import world
from tests.house.doors import OURS

pytestmark = pytest.mark.django_db

# Who of the doors stands for a role of the bar.
READERS = {"coordinator": "coordinator", "finance": "finance", "admin": "admin"} | {
    "member": "representative",
    "employee": "employee",
}
# The account menu leads to these, or they are no page of their own: a file, a part, a probe.
ELSEWHERE = ("home", "alive", "ready", "members:", "account_", "mfa_", "usersessions")
FILES = ("pdf", "receipt", "progress", "zip", "feed", "xlsx", "csv", "letter")


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.REQUIRE_SECOND_FACTOR = False


class Places(HTMLParser):
    """The entries of the bar, of "Plus" and of the tabs: where they lead, and whether they are the current one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.within = ""
        self.found: dict[str, list[tuple[str, bool]]] = {"bar": [], "plus": [], "tabs": []}
        self.more_is_current: bool | None = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "nav":
            self.within = {"nav": "bar", "tabs": "tabs"}.get(given.get("class"), "")
        elif given.get("id") == "plus":
            self.within = "plus"
        elif tag == "button" and given.get("popovertarget") == "plus":
            self.more_is_current = "aria-current" in given
        elif tag == "a" and self.within:
            within = "further" if given.get("class") == "nav__further" else self.within
            self.found.setdefault(within, []).append((given["href"], "aria-current" in given))

    def handle_endtag(self, tag):
        if tag == "div" and self.within == "plus":
            self.within = "bar"
        elif tag == "nav":
            self.within = ""

    def current(self, within):
        return [address for address, is_current in self.found.get(within, []) if is_current]


def pages_of(role):
    """The names of the pages that ``role`` may read and that are nobody's account."""
    return [
        name
        for name, door in OURS.items()
        if READERS[role] in door.readers and not name.startswith(ELSEWHERE) and not name.endswith(FILES)
    ]


def test_each_page_of_a_role_belongs_to_one_place_and_one_tab():
    wrong = {}
    for role, places in navigation.DESTINATIONS.items():
        assert pages_of(role)
        for name in pages_of(role):
            claims = [navigation._match(place, name) for place in places]
            place = navigation._current(places, name)
            if place is None or claims.count(max(claims)) > 1:
                wrong[role, name] = claims
            elif name.startswith(place.views):
                continue  # below one of the tabs: a page with ways of its own, and no tabs
            elif place.tabs:
                tab = navigation._current(place.tabs, name)
                if tab is None or (tab.pages and navigation._current(tab.pages, name) is None):
                    wrong[role, name] = place.label
    assert wrong == {}


def test_a_wide_bar_holds_seven_places():
    assert {role: len(places) for role, places in navigation.DESTINATIONS.items() if len(places) > 7} == {}


@pytest.mark.parametrize(
    ("who", "narrow", "further"),
    [
        (world.coordinator, 4, ["/facturation/frais/tous/", "/facturation/prix/", "/charte/"]),
        (world.finance, 4, ["/facturation/prix/", "/facturation/annee/", "/charte/"]),
        (world.admin, 4, ["/heures/mois/", "/facturation/", "/charte/"]),
    ],
)
def test_a_narrow_bar_has_four_places_and_the_others_behind_plus(client, who, narrow, further):
    world.group()
    client.force_login(who())
    places = Places(client.get("/charte/").content.decode())
    assert len(places.found["bar"]) == narrow
    assert [address for address, _ in places.found["plus"]] == further
    assert [address for address, _ in places.found["further"]] == further
    assert (places.current("plus"), places.more_is_current) == (["/charte/"], True)


def test_a_fifth_place_takes_the_room_of_plus(client):
    world.group()
    client.force_login(world.staff(world.member()))
    places = Places(client.get("/charte/").content.decode())
    assert [address for address, _ in places.found["bar"]][-1] == "/charte/"
    assert (len(places.found["bar"]), places.found["plus"], places.more_is_current) == (5, [], None)


@pytest.mark.parametrize(
    ("who", "address", "place", "tabs"),
    [
        (world.finance, "/facturation/", "/facturation/aujourd-hui/", ["/facturation/"]),
        (world.finance, "/heures/annee/", "/facturation/aujourd-hui/", ["/heures/mois/"]),
        (world.coordinator, "/facturation/annee/", "/facturation/", ["/facturation/annee/"]),
        (world.coordinator, "/heures/annee/", "/heures/mois/", []),
        (
            world.admin,
            "/facturation/comptes/",
            "/facturation/",
            ["/facturation/comptes/"],
        ),
    ],
)
def test_the_bar_and_the_tabs_show_the_current_page(client, who, address, place, tabs):
    world.group()
    client.force_login(who())
    places = Places(client.get(address).content.decode())
    assert places.current("bar") + places.current("further") == [place]
    assert places.current("tabs") == tabs
