"""PDFs a second with one and two workers against WeasyPrint alone: ``python -m benchmarks.papers``."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks import aims
from benchmarks.database import ROOT, temporary_database

STATIC = ROOT / "static"
PATIENCE = 600
# CPU time of WeasyPrint alone over that of a worker for the same pages, by workers; two workers against one, by time.
CPU_AIMS = {1: 1.2, 2: 1.1}
TWO_AIM = 1.5
EMPLOYEES_PER_INVOICE = 0.75  # the shape of the month that benchmarks/load.py makes: about six lines each
_weasyprint: dict[str, Any] = {}


class Speed(NamedTuple):
    """PDFs a second by the clock, and CPU seconds for each: the second is what counts on a busy machine."""

    rate: float
    cost: float


@contextmanager
def broker() -> Iterator[str]:
    """A Redis of this run on a socket in a fresh folder; yields its address."""
    folder = Path(tempfile.mkdtemp(prefix="groupement-redis-"))
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _until(socket.exists, "redis-server does not answer")
        yield f"redis+socket://{socket}"
    finally:
        server.terminate()
        server.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def worker(folder: Path, name: str) -> Iterator[int]:
    """A worker process as in production, one document at a time; yields its id and ends it with the block."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "groupement",
        "worker",
        "--pool=solo",
        "-n",
        f"{name}@bench",
    ]
    with (folder / f"{name}.log").open("a") as log:
        process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle"], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE)


def print_with_weasyprint(html: str) -> float:
    """CPU seconds of WeasyPrint called directly for ``html``, fonts and stylesheet shared."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    if not _weasyprint:
        _weasyprint["fonts"] = FontConfiguration()
        _weasyprint["css"] = CSS(filename=STATIC / "css" / "paper.css", font_config=_weasyprint["fonts"])
    began = time.process_time()
    source = HTML(string=html, base_url=STATIC.as_uri() + "/")
    document = source.render(font_config=_weasyprint["fonts"], stylesheets=[_weasyprint["css"]])
    document.write_pdf(pdf_variant="pdf/a-3b")
    return time.process_time() - began


def weasyprint_alone(pool: Any, pages: Sequence[str]) -> Speed:
    """What the warm processes of ``pool`` do with ``pages``."""
    started = time.perf_counter()
    spent = sum(pool.map(print_with_weasyprint, pages, chunksize=1))
    return Speed(len(pages) / (time.perf_counter() - started), spent / len(pages))


def cpu_of(process: int) -> float:
    """CPU seconds that a process has spent so far, as Linux counts them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def worked(invoices: Sequence[int], *workers: int) -> Speed:
    """What the listening ``workers`` do with these invoices, from the first start to the last finish."""
    from django.db.models import Max, Min

    from billing.documents import rendering
    from billing.models import Rendering

    jobs = Rendering.objects.filter(invoice__in=invoices)
    before = sum(map(cpu_of, workers))
    rendering.enqueue(invoices)
    _until(lambda: not jobs.exclude(status="done").exists(), "the workers do not finish")
    span = jobs.aggregate(first=Min("started_at"), last=Max("finished_at"))
    seconds = (span["last"] - span["first"]).total_seconds()
    return Speed(len(invoices) / seconds, (sum(map(cpu_of, workers)) - before) / len(invoices))


def listening(count: int) -> None:
    """Wait until ``count`` workers answer."""
    from groupement import celery_app

    _until(lambda: len(celery_app.control.ping(timeout=0.5)) >= count, f"{count} workers do not answer")


def months(invoices: int) -> Iterator[list[int]]:
    """Month after month of issued invoices, by key; the load’s figures check themselves in benchmarks/month.py."""
    from benchmarks import load
    from billing.models import BillingRun
    from billing.month import drafting, issuing
    from groupement.kernel.periods import Month
    from tests import world

    employees = max(1, round(invoices * EMPLOYEES_PER_INVOICE))
    finance, assignments = load.people(invoices, employees)
    month = Month(2026, 1)
    while True:
        load.approved(assignments, invoices, employees, month)
        at = max(world.at(month.before + timedelta(days=2)), world.NOW)
        drafting.draft(month, by=finance, at=at)
        run = BillingRun.objects.get(month=month)
        yield [invoice.pk for invoice in issuing.issue_run(run, by=finance, at=at).issued]
        month = month.shift(1)


def html_of(invoices: Sequence[int]) -> list[str]:
    """What the workers will print, as they will read it."""
    from django.template.loader import render_to_string

    from billing.models import Invoice

    snapshots = Invoice.objects.filter(pk__in=invoices).order_by("pk").values_list("snapshot", flat=True)
    return [render_to_string("paper/invoice.html", {"invoice": snapshot}) for snapshot in snapshots]


def main(invoices: int = 20, rounds: int = 9) -> None:
    """Interleave printing by WeasyPrint alone and workers, one and two of each, and print medians and ratios."""
    if not shutil.which("redis-server"):
        print("papers: needs a redis-server program (apt-get install redis-server); skipped")
        return
    figures: dict[str, list[Speed]] = {"alone 1": [], "alone 2": [], "worker 1": [], "worker 2": []}
    with ExitStack() as stack:
        os.environ["BROKER_URL"] = stack.enter_context(broker())
        folder = stack.enter_context(temporary_database())
        context = get_context("spawn")
        pools = [stack.enter_context(context.Pool(count)) for count in (1, 2)]
        supply = months(invoices)
        warm = next(supply)
        pages = html_of(warm)
        for pool in pools:
            pool.map(print_with_weasyprint, pages[:4], chunksize=1)
        first = stack.enter_context(worker(folder, "first"))
        worked(warm[:2], first)
        for turn in range(rounds):
            figures["alone 1"].append(weasyprint_alone(pools[0], pages))
            figures["worker 1"].append(worked(next(supply), first))
            figures["alone 2"].append(weasyprint_alone(pools[1], pages))
            with worker(folder, f"second-{turn}") as second:
                listening(2)
                worked(next(supply)[:4], first, second)
                figures["worker 2"].append(worked(next(supply), first, second))
        report(figures, invoices, pages)


def report(figures: dict[str, list[Speed]], invoices: int, pages: Sequence[str]) -> None:
    """Medians over the rounds, and medians of the ratios of each round; fails when one misses its aim by half."""
    held = aims.Aims()
    lines = sum(page.count("<tr><td><b>") for page in pages) / len(pages)
    print(f"{invoices} invoices of {lines:.0f} lines with their hours, {len(figures['alone 1'])} rounds")
    for count, who in ((1, "1 worker "), (2, "2 workers")):
        alone, ours = figures[f"alone {count}"], figures[f"worker {count}"]
        rates = median(b.rate / a.rate for a, b in zip(alone, ours, strict=True))
        costs = median(a.cost / b.cost for a, b in zip(alone, ours, strict=True))
        print(
            f"  {who} {median(speed.rate for speed in ours):5.2f} PDFs a second, WeasyPrint alone "
            f"{median(speed.rate for speed in alone):5.2f}: ratio {rates:.2f}; "
            f"CPU for each {median(speed.cost for speed in ours) * 1000:.0f} ms, alone "
            f"{median(speed.cost for speed in alone) * 1000:.0f} ms: ratio {costs:.2f}"
        )
        held.least(f"CPU of WeasyPrint alone over that of {who.strip()}", costs, CPU_AIMS[count])
    both = median(b.rate / a.rate for a, b in zip(figures["worker 1"], figures["worker 2"], strict=True))
    held.least("two workers against one", both, TWO_AIM)
    if held.missed:
        raise SystemExit("aims missed: " + "; ".join(held.missed))


def _until(ready: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.05)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
