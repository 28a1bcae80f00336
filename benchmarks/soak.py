"""Hours under load: does memory stay, are feeds fresh, while a tenth of the feeds is hostile?

    python -m benchmarks.soak --hours 2                       `nutgraf serve` on SQLite
    python -m benchmarks.soak --database postgresql://… --workers 2
    python -m benchmarks.soak --report soak.csv               the figures of a file, also of a run that was killed

Feeds are on a loopback farm, each on a host of its own. Polite ones bring a new article now and then, whose page is
fetched and briefed; hostile ones are those of `benchmarks.farm`. They are seeded as if subscribed over one interval, so
that polls are spread. A line a minute goes to the CSV file at once, and SIGINT or SIGTERM ends a run early with the
figures that there are.

Freshness is the age of a polite feed's last good poll over the interval: on time it is spread from 0 to 1.05, since up
to a tenth is added to each interval at random. Memory's slope is a least-squares line over the last three quarters; its
standard error is widened for samples that follow each other (first-order autocorrelation).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import itertools
import json
import math
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
from benchmarks.farm import HOSTILE_KINDS, TIRESOME_KINDS, Farm, running_farm
from benchmarks.living_feeds import LivingServer
from benchmarks.measuring import percentile, print_machine
from benchmarks.scale import cpu_s, free_port

from nutgraf.adapters.store import SqlStore, open_store

SAMPLE_S = 60.0
ASK_SITE_EVERY_S = 10.0
MEGABYTE = 1_000_000
COLUMNS = (
    "minutes",
    "rss_mb",  # of the processes of the command
    "stages_mb",  # of their stage processes
    "cpu_s",  # of all of them so far
    "polls",
    "failed_polls",
    "briefs",
    "fresh_p50",
    "fresh_p95",
    "late_polls",  # feeds whose time has come
    "late_s",  # since when the first of them
    "waiting",  # articles whose next step could be taken
    "waiting_s",  # since when the first of them
    "open_files",
    "database_mb",
    "site_p50_ms",
    "site_max_ms",
)
Line = dict[str, float]


@dataclass(frozen=True)
class Load:
    """What is asked of the program."""

    feeds: int
    interval_s: int
    articles_a_minute: float

    @property
    def hostile(self) -> int:
        """A tenth of the feeds."""
        return self.feeds // 10

    @property
    def polite(self) -> int:
        """The others."""
        return self.feeds - self.hostile

    @property
    def article_period_s(self) -> float:
        """Between two articles of one feed."""
        return 60 * self.polite / self.articles_a_minute


def seed(url: str, farm: Farm, load: Load) -> None:
    """Subscribe to every feed; the first polls are spread over one interval."""
    store = open_store(url)
    store.migrate()
    if url.startswith("postgres"):
        from nutgraf.adapters.queue.postgres_schema import prepare_queue

        prepare_queue(url)
    dice = random.Random(20_260_302)
    hostile = farm.hostile_urls(load.hostile, (*HOSTILE_KINDS, *TIRESOME_KINDS))
    now = datetime.now(UTC)
    for address in (*farm.polite_urls(load.polite), *hostile):
        store.add_feed(address, now=now + timedelta(seconds=dice.uniform(0, load.interval_s)))
    store.close()


@contextlib.contextmanager
def running(url: str, farm: Farm, load: Load, folder: Path, workers: int, port: int) -> Iterator[list[psutil.Process]]:
    """`nutgraf serve`, or workers and a site, whose words go to a file in `folder`."""
    environment = os.environ | {
        "NUTGRAF_DATABASE__URL": url,
        "NUTGRAF_DATA_DIR": str(folder),
        "NUTGRAF_WORK__PROCESSES": "1",
        "NUTGRAF_LOG__LEVEL": "error",
        "NUTGRAF_FETCH__ALLOW_PRIVATE": json.dumps(farm.allowances),
        "NUTGRAF_SCHEDULE__OWN_INTERVAL_S": str(load.interval_s),
    }
    commands = [["worker", "--quiet"]] * workers + [["web", "--port", str(port)]]
    if not workers:
        commands = [["serve", "--port", str(port)]]
    with (folder / "words.log").open("ab") as words:
        started = [
            subprocess.Popen([sys.executable, "-m", "nutgraf", *command], env=environment, stdout=words, stderr=words)
            for command in commands
        ]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(60)


class Sampler:
    """Takes the samples of one run. Asks the site now and then, as a reader would."""

    def __init__(self, url: str, farm: Farm, load: Load, processes: Sequence[psutil.Process], port: int) -> None:
        self._url = url
        self._polite = f":{farm.polite_port}/"
        self._load = load
        self._processes = processes
        self._site = f"http://127.0.0.1:{port}/"
        self._store: SqlStore = open_store(url)
        self._site_ms: list[float] = []
        self._began_at = datetime.now(UTC)
        self._totals: dict[str, dict[str, int]] = {}  # by process: one that ends takes its row along

    def ask_site(self) -> None:
        """One request to the front page; one that fails counts as its time limit."""
        started = time.perf_counter()
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(self._site, timeout=30, headers={"Connection": "close"}, follow_redirects=True)
        self._site_ms.append((time.perf_counter() - started) * 1_000)

    def sample(self) -> Line:
        """How things are now."""
        now = datetime.now(UTC)
        own = stages = files = 0
        for process in self._processes:
            own += process.memory_info().rss
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    files += one.num_fds()
                    stages += 0 if one is process else one.memory_info().rss
        lag, steps = self._store.lag(now=now), self._store.step_queues(now=now)
        self._totals |= {worker.name: worker.totals for worker in self._store.list_workers()}
        fresh = self._freshness(now)
        site_ms, self._site_ms = self._site_ms or [0.0], []
        values = (
            (now - self._began_at).total_seconds() / 60,
            own / MEGABYTE,
            stages / MEGABYTE,
            cpu_s(self._processes),
            self._total("polled"),
            self._total("failed_polls"),
            self._total("published"),
            percentile(fresh, 0.5),
            percentile(fresh, 0.95),
            lag.due_feeds,
            _age_s(lag.oldest_due_poll_at, now),
            sum(queue.ready for queue in steps),
            max(_age_s(queue.oldest_at, now) for queue in steps),
            files,
            self._database_bytes() / MEGABYTE,
            statistics.median(site_ms),
            max(site_ms),
        )
        return dict(zip(COLUMNS, values, strict=True))

    def _total(self, name: str) -> int:
        return sum(totals.get(name, 0) for totals in self._totals.values())

    def _freshness(self, now: datetime) -> list[float]:
        """Of polite feeds; one that was never polled is as old as the run beyond its first time."""
        ages_s = [
            (now - (feed.last_ok_at or min(feed.added_at, now))).total_seconds()
            for feed in self._store.list_feeds()
            if self._polite in feed.url
        ]
        return [age_s / self._load.interval_s for age_s in ages_s]

    def _database_bytes(self) -> int:
        """SQLite's with the journal beside it, which grows where nobody lets it end."""
        if self._url.startswith("sqlite:///"):
            path = Path(self._url.removeprefix("sqlite:///"))
            return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))
        return self._store.store_facts().size_bytes

    def close(self) -> None:
        """Release connections."""
        self._store.close()


def _age_s(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else (now - since).total_seconds()


def soak(url: str, farm: Farm, load: Load, folder: Path, workers: int, hours: float, file: Path) -> None:
    """Run for `hours` or until a signal; a line a minute."""
    seed(url, farm, load)
    port = free_port()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with (
        file.open("w", encoding="utf-8", newline="") as out,
        running(url, farm, load, folder, workers, port) as processes,
    ):
        lines = csv.DictWriter(out, COLUMNS)
        lines.writeheader()
        sampler = Sampler(url, farm, load, processes, port)
        started_s = sampled_s = time.monotonic()
        try:
            while time.monotonic() - started_s < hours * 3_600 and not stop.wait(ASK_SITE_EVERY_S):
                sampler.ask_site()
                if time.monotonic() - sampled_s >= SAMPLE_S:
                    sampled_s = time.monotonic()
                    lines.writerow({name: round(value, 3) for name, value in sampler.sample().items()})
                    out.flush()
        except psutil.NoSuchProcess:
            print("A process of the program has ended by itself.", flush=True)
        finally:
            sampler.close()


def slope(lines: Sequence[Line], column: str) -> tuple[float, float]:
    """Growth an hour over the last three quarters, and its standard error."""
    used = lines[len(lines) // 4 :]
    hours = [line["minutes"] / 60 for line in used]
    values = [line[column] for line in used]
    if len(used) < 5:
        return math.nan, math.nan
    growth, start = statistics.linear_regression(hours, values)
    rest = [value - start - growth * hour for hour, value in zip(hours, values, strict=True)]
    middle = statistics.fmean(hours)
    spread = sum((hour - middle) ** 2 for hour in hours)
    error = math.sqrt(sum(one * one for one in rest) / (len(rest) - 2) / spread)
    energy = sum(one * one for one in rest)
    follow = sum(a * b for a, b in itertools.pairwise(rest)) / energy if energy else 0.0
    return growth, error * math.sqrt((1 + max(follow, 0)) / (1 - min(max(follow, 0), 0.95)))


def report(file: Path, interval_s: int) -> None:
    """The figures of a run, from its file."""
    with file.open(encoding="utf-8", newline="") as source:
        lines: list[Line] = [{name: float(value) for name, value in line.items()} for line in csv.DictReader(source)]
    if not lines:
        raise SystemExit("There is no sample yet.")
    last = lines[-1]
    later = lines[len(lines) // 4 :]
    seconds = last["minutes"] * 60

    def most(column: str) -> float:
        return max(line[column] for line in later)

    print(f"{last['minutes']:.0f} minutes, {len(lines)} samples; of the last three quarters unless it says otherwise")
    print("| what | figure |\n| --- | --- |")
    for column, what in (("rss_mb", "memory of the command"), ("stages_mb", "memory of its stage processes")):
        growth, error = slope(lines, column)
        middle = statistics.median(line[column] for line in later)
        print(
            f"| {what}: median, highest, slope | {middle:.0f} MB, {most(column):.0f} MB, "
            f"{growth:+.1f} ± {error:.1f} MB/h |"
        )
    growth, error = slope(lines, "open_files")
    print(f"| open files: highest, slope | {most('open_files'):.0f}, {growth:+.1f} ± {error:.1f} an hour |")
    print(
        f"| freshness, in intervals{f' of {interval_s} s' if interval_s else ''}: p50, p95 of polite feeds; "
        f"the worst minute's p95 | {statistics.median(line['fresh_p50'] for line in later):.2f}, "
        f"{statistics.median(line['fresh_p95'] for line in later):.2f}; {most('fresh_p95'):.2f} |"
    )
    print(
        f"| polls (failed), a second | {last['polls']:.0f} ({last['failed_polls']:.0f}), "
        f"{last['polls'] / seconds:.1f} |"
    )
    print(f"| briefs, a minute | {last['briefs']:.0f}, {last['briefs'] / last['minutes']:.0f} |")
    print(f"| longest wait of a poll, of an article's step | {most('late_s'):.0f} s, {most('waiting_s'):.0f} s |")
    print(f"| CPU time, share of a core | {last['cpu_s']:.0f} s, {last['cpu_s'] / seconds:.0%} |")
    print(
        f"| front page: median, slowest | {statistics.median(line['site_p50_ms'] for line in later):.0f} ms, "
        f"{most('site_max_ms'):.0f} ms |"
    )
    print(f"| database: at the end, first sample | {last['database_mb']:.0f} MB, {lines[0]['database_mb']:.0f} MB |")


def main() -> None:
    """Run and report, or only report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--feeds", type=int, default=5_000, help="a tenth of them hostile (%(default)s)")
    parser.add_argument("--interval", type=int, default=300, help="seconds between two polls of a feed (%(default)s)")
    parser.add_argument("--articles", type=float, default=150.0, help="new articles a minute (%(default)s)")
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; otherwise SQLite")
    parser.add_argument("--workers", type=int, default=2, help="on PostgreSQL (%(default)s)")
    parser.add_argument("--csv", type=Path, default=Path("soak.csv"), help="the file of the samples (%(default)s)")
    parser.add_argument("--report", type=Path, help="only print the figures of such a file")
    options = parser.parse_args()
    if options.report:
        report(options.report, 0)
        return
    load = Load(options.feeds, options.interval, options.articles)
    print_machine()
    print(
        f"{load.polite} polite and {load.hostile} hostile feeds every {load.interval_s} s; "
        f"{load.articles_a_minute:g} articles a minute",
        flush=True,
    )
    folder = Path(tempfile.mkdtemp(prefix="nutgraf-soak-"))
    make = functools.partial(LivingServer, time.time(), load.article_period_s)
    try:
        with running_farm(os.sched_getaffinity(0), polite=make) as farm:
            url = options.database or f"sqlite:///{folder / 'nutgraf.db'}"
            workers = options.workers if options.database else 0
            soak(url, farm, load, folder, workers, options.hours, options.csv)
        report(options.csv, load.interval_s)
        if words := (folder / "words.log").read_text("utf-8", "replace").strip():
            print(f"\nThe program's last words of {len(words.splitlines())} lines:\n{words[-2_000:]}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
