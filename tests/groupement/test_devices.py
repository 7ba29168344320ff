"""User-Agent headers in words."""

import pytest

from groupement.kernel.templatetags.devices import device

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
    assert device(header) == words
