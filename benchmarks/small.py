"""Every benchmark in a small size, each with its aims: ``python -m benchmarks.small``, some minutes on two cores.

Each runs in a process of its own. Exit status 1, and the names of the aims that were missed, when one is missed by more
than half (benchmarks/aims.py says how machines are made comparable).
"""

import subprocess
import sys
import time

SIZES = (
    ("month", "6", "3", "3"),
    ("close", "6x5"),
    ("entry", "30"),
    ("cockpit", "10", "40", "5"),
    ("pages", "5"),
    ("watch", "6", "5", "20"),
    ("approval", "100", "3"),
    ("exchange", "2500"),
    ("papers", "6", "1"),
    ("signing", "5"),
)


def main(names: list[str]) -> int:
    """Run those of ``names``, or all; 1 when one of them failed."""
    failed = []
    for name, *sizes in SIZES:
        if names and name not in names:
            continue
        print(f"── {name} {' '.join(sizes)}", flush=True)
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sizes], check=False)
        print(f"   {time.perf_counter() - began:.0f} s", flush=True)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
