"""Try the tests: put a seeded sample of faults into kernel, acts and rules, and count those that a test notices.

    python -m tests.mutation [--faults 440] [--floor 85] [--processes 2] [--module PATH]… [--tests FILE]…

Prints who survived by name, and ends with 1 below the floor. --module and --tests try a part while one works on it.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.mutation import covering, faults, mapping, scope
from tests.mutation.equivalents import EQUIVALENT
from tests.mutation.faults import Fault

AT_MOST = 60 * 60  # seconds, in whole
LEAST = 400  # faults that count
EVERY = 180  # seconds between two signs of life
# What must be noticed, or nothing here can be trusted; and no fault at all, which must not be.
PLANTED = ("groupement/kernel/money.py", "cents")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--faults", type=int, default=faults.SIZE)
    parser.add_argument("--floor", type=float, default=85.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--module", action="append", default=[])
    parser.add_argument("--tests", action="append", default=[])
    return parser.parse_args()


def chosen_faults(asked: argparse.Namespace) -> tuple[list[Fault], list[Fault]]:
    """The faults to try, and those of the sample that are known to be equivalent."""
    if asked.module:
        found = [one for path in asked.module for one in faults.candidates(path)]
        drawn = faults.lowest(found, asked.faults)
    else:
        drawn = faults.sample(asked.faults)
    drawn.sort(key=lambda fault: fault.lot)  # so that what is tried first is a sample too
    same = [fault for fault in drawn if fault.name in EQUIVALENT]
    return [fault for fault in drawn if fault.name not in EQUIVALENT], same


def controls(known: covering.Map) -> list[dict[str, Any]]:
    """The two that show that the harness sees: a fault that any test of money notices, and none at all."""
    path, function = PLANTED
    planted = faults.lowest([one for one in faults.candidates(path) if one[1].function == function], 1)[0]
    work = work_of(planted, known)
    return [work, {**work, "path": None}]


def work_of(fault: Fault, known: covering.Map) -> dict[str, Any]:
    """What a process needs to try a fault."""
    tests = covering.choose(fault, known)
    return asdict(fault) | {
        "source": fault.source(),
        "tests": tests,
        "takes": {test: known.takes(test) for test in tests},
        "at_import": known.runs_at_import(fault.path, fault.line),
    }


def tried(work: list[dict[str, Any]], processes: int, until: float) -> dict[int, dict[str, Any]]:
    """Every answer, by the number of its work."""
    folder = Path(tempfile.mkdtemp(prefix="groupement-mutation-"))
    try:
        (folder / "work.json").write_text(json.dumps([one | {"until": until} for one in work]))
        files = sorted({test.partition("::")[0] for one in work for test in one["tests"]})
        command = [sys.executable, "-m", "pytest", *covering.SUITE, "-n", "0", "--hypothesis-seed=0"]
        command += ["-p", "tests.mutation.loop", *files]
        environment = mapping.clean_environment() | {mapping.WORK: str(folder)}
        outputs = [(folder / f"output-{n}").open("w+") for n in range(processes)]
        running = [
            subprocess.Popen(
                command, cwd=scope.ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            for output in outputs
        ]
        for one, output in zip(running, outputs, strict=True):
            if wait(one, folder, len(work)):
                output.seek(0)
                sys.stderr.write(output.read())
        lines = answers_in(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {answer["number"]: answer for answer in map(json.loads, lines)}


def answers_in(folder: Path) -> list[str]:
    """What the processes wrote so far."""
    return [line for kept in folder.glob("answers-*") for line in kept.read_text().splitlines()]


def wait(process: subprocess.Popen[bytes], folder: Path, whole: int) -> int:
    """Wait for the end of a process, and say every few minutes how far all are; what it ended with."""
    while True:
        try:
            return process.wait(timeout=EVERY)
        except subprocess.TimeoutExpired:
            print(f"{len(answers_in(folder))} of {whole} tried", flush=True)


def report(found: list[Fault], answers: list[dict[str, Any]], same: list[Fault], seconds: float) -> float:
    """Print what became of the faults; the score in per cent."""
    print("\nSurvivors")
    for fault, answer in zip(found, answers, strict=True):
        if answer["outcome"] != "killed":
            print(f"  {fault}  [{fault.function or 'module'}, {answer['outcome']}, {answer['seconds']} s]")
    print("\nEquivalent, not counted")
    for fault in same:
        print(f"  {fault}\n    {EQUIVALENT[fault.name]}")
    apps = {app: set(scope.modules(app)) for app in scope.APPS}
    print()
    for app, paths in apps.items():
        outcomes = Counter(
            a["outcome"] == "killed" for f, a in zip(found, answers, strict=True) if f.path in paths
        )
        print(f"  {app:12} {outcomes[True]:3} of {outcomes.total():3}")
    killed = sum(answer["outcome"] == "killed" for answer in answers)
    late = sum(answer.get("how") == "time limit" for answer in answers)
    score = 100 * killed / len(found)
    print(
        f"\n{killed} of {len(found)} faults noticed: {score:.1f} % ({late} by the time limit), {seconds / 60:.0f} min"
    )
    return score


def main() -> int:
    """Map, sample, try, report."""
    asked = arguments()
    started = time.time()
    found, same = chosen_faults(asked)
    known = covering.make_map(asked.processes, asked.tests)
    print(
        f"{len(found)} faults, {len(known.seconds)} tests; {time.time() - started:.0f} s so far", flush=True
    )
    control = controls(known)
    answers = tried(control + [work_of(fault, known) for fault in found], asked.processes, started + AT_MOST)
    if [answers.get(n, {}).get("outcome") for n in range(2)] != ["killed", "survived"]:
        print(f"A planted fault survived, or no fault was noticed: {[answers.get(n) for n in range(2)]}")
        return 2
    nothing = {"outcome": "not tried, the hour was over", "seconds": 0}
    score = report(
        found, [answers.get(n + 2, nothing) for n in range(len(found))], same, time.time() - started
    )
    if not asked.module and len(found) < LEAST:
        print(f"Fewer than {LEAST} faults counted: raise SIZE in tests/mutation/faults.py.")
        return 1
    return int(score < asked.floor)


if __name__ == "__main__":
    sys.exit(main())
