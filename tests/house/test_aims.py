"""The aims of benchmarks: what counts as missed, and that every benchmark runs in a small size."""

from pathlib import Path

import pytest

from benchmarks import aims, small

ROOT = Path(aims.__file__).parent
NO_BENCHMARK = {"__init__", "aims", "database", "load", "small"}


def held(*lengths):
    return aims.Aims(lengths=list(lengths or [aims.YARDSTICK]))


@pytest.mark.parametrize(
    ("seconds", "length", "is_missed"),
    [
        (1.0, aims.YARDSTICK, False),
        (1.49, aims.YARDSTICK, False),
        (1.51, aims.YARDSTICK, True),
        (2.98, 2 * aims.YARDSTICK, False),
        (0.8, aims.YARDSTICK / 2, True),
    ],
)
def test_a_time_is_missed_by_half_more_than_its_aim_on_the_machine_of_the_yardstick(
    seconds, length, is_missed
):
    tried = held(length)
    tried.time("a page", seconds, 1.0)
    tried.close()
    assert bool(tried.missed) == is_missed


def test_a_time_without_aim_is_only_printed(capsys):
    tried = held()
    tried.time("a page", 1e6, None)
    tried.close()
    assert (tried.missed, "a page" in capsys.readouterr().out) == ([], True)


def test_a_count_is_missed_by_one():
    tried = held()
    tried.count("queries", 16, 16)
    assert tried.missed == []
    tried.count("queries", 17, 16)
    assert tried.missed == ["queries: 17 instead of 16"]


def test_a_ratio_is_missed_when_half_more_of_it_does_not_reach_the_aim():
    tried = held()
    tried.least("two workers against one", 1.0, 1.5)
    assert tried.missed == []
    tried.least("two workers against one", 0.99, 1.5)
    assert len(tried.missed) == 1


def test_what_is_missed_ends_the_run_with_its_names(monkeypatch):
    monkeypatch.setattr(aims, "yardstick", lambda: aims.YARDSTICK)
    with pytest.raises(SystemExit, match="a page"), aims.held() as tried:
        tried.time("a page", 3.0, 1.0)


@pytest.mark.django_db
def test_the_yardstick_measures_something():
    assert 0 < aims.yardstick() < 60


def test_every_benchmark_runs_in_a_small_size():
    modules = {path.stem for path in ROOT.glob("*.py")} - NO_BENCHMARK
    assert {name for name, *_ in small.SIZES} == modules
