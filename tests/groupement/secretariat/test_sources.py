"""Each app that has duties is asked for them: a module that exists and is not named would be silent for ever."""

from pathlib import Path

from django.conf import settings

from groupement.secretariat import sources


def test_every_module_of_duties_is_a_source():
    written = {path.parts[-3] for path in Path(settings.BASE_DIR).glob("*/contributing/duties.py")}
    named = {
        value.__name__.partition(".")[0]
        for value in vars(sources).values()
        if getattr(value, "__name__", "").endswith(".contributing.duties")
    }
    assert written == named
    assert len(sources.DUTIES) == len(named)
