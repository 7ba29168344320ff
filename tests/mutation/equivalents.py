"""Faults that change no answer, each with why: they are tried no more and do not count.

Named by module, function, and the line before and after. A line that is not there any more fails
tests/mutation/test_mutation.py, so that nothing is excused that nobody can read.
"""

EQUIVALENT: dict[tuple[str, str, str, str], str] = {
    (
        "timesheets/recording.py",
        "_present",
        "around = {day + timedelta(days=n) for _, day in touched for n in (-1, 0, 1)}",
        "around = {day - timedelta(days=n) for _, day in touched for n in (-1, 0, 1)}",
    ): "The days before and after are the days after and before.",
}
