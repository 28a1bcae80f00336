"""Every kind of page with 10,000, 100,000 and 1,000,000 briefs in the store, on SQLite and PostgreSQL.

    .venv/bin/python -m benchmarks.site [--briefs 10000 100000 1000000] [--databases sqlite postgresql] [--quick]

`nutgraf serve` runs as its user starts it, on one core; the client has another. Each kind of page is asked for many
times, one after the other, each time another one of its kind (another topic, brief, day, place in the list). Beside
the time that the client waits stands the processor time of the server, which other work on the machine changes
little; requests a second on one core are its inverse. Then the server has 200 requests a second of a mixed load, sent
when they are due whether or not earlier ones were answered, and latency counts from then.

The peer is the least that could show a list: Starlette, one statement by the driver for the newest headlines, one
Jinja template; no readers, marks, topics or compression.

The briefs are nonsense of the usual size, five minutes apart. It needs Linux, and 15 GB of disk for a million.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import jinja2
import psutil
from benchmarks.growing import postgresql_server
from benchmarks.measuring import percentile, print_machine, serving_apart, wait_until_up
from benchmarks.site_store import TOPIC_SLUGS, fill, vocabulary
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

SIZES = (10_000, 100_000, 1_000_000)
REQUESTS = 300
WARM_UP = 30
LOAD_PER_S = 200
LOAD_S = 15
SERVER_CORE, CLIENT_CORE = 0, 1
HEADERS = (
    "host: 127.0.0.1\r\nuser-agent: Mozilla/5.0 (benchmark)\r\naccept-encoding: gzip, deflate, br, zstd\r\n"
    "connection: keep-alive\r\n\r\n"
)

Draw = Callable[[random.Random], str]
"""Makes the path of another page of its kind."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of one kind of page: as the client waits, and of the server's processor; bytes as sent."""

    median_ms: float
    p99_ms: float
    cpu_ms: float
    size_bytes: int


def page_kinds(size: int, newest: datetime, spacing: timedelta) -> dict[str, tuple[Draw, int]]:
    """Each kind of page with its share of the mixed load."""
    words = vocabulary()
    common, rare = words[40:120], words[2_000:4_000]

    def cursor(dice: random.Random) -> str:
        moment = newest - dice.random() * size * spacing
        return f"{int(moment.timestamp() * 1e6)}_{dice.randrange(1, size)}"

    def day(dice: random.Random) -> str:
        return (newest - dice.random() * size * spacing).date().isoformat()

    return {
        "front page": (lambda _: "/", 40),
        "a day": (lambda dice: f"/day/{day(dice)}", 2),
        "every brief, first page": (lambda _: "/latest", 4),
        "every brief, anywhere": (lambda dice: f"/latest?before={cursor(dice)}", 4),
        "topic": (lambda dice: f"/topic/{dice.choice(TOPIC_SLUGS)}", 8),
        "topic, anywhere": (lambda dice: f"/topic/{dice.choice(TOPIC_SLUGS)}?before={cursor(dice)}", 2),
        "topics": (lambda _: "/topics", 2),
        "publisher": (lambda dice: f"/publisher/publisher-{dice.randrange(40)}", 4),
        "brief": (lambda dice: f"/brief/{dice.randrange(1, size)}-story", 22),
        "search, common word": (lambda dice: f"/search?q={dice.choice(common)}", 1),
        "search, two words": (lambda dice: f"/search?q={dice.choice(common)}+{dice.choice(common)}", 1),
        "search, rare word": (lambda dice: f"/search?q={dice.choice(rare)}", 1),
        "search, newest first": (lambda dice: f"/search?q={dice.choice(common)}&order=newest", 1),
        "saved": (lambda _: "/saved", 2),
        "history": (lambda _: "/history", 1),
        "following": (lambda _: "/following", 1),
        "API: briefs": (lambda dice: f"/api/v1/briefs?cursor={cursor(dice)}", 1),
        "API: front page": (lambda _: "/api/v1/front", 1),
        "feed of the front page": (lambda _: "/feed.atom", 1),
        "feed of a topic": (lambda dice: f"/topic/{dice.choice(TOPIC_SLUGS)}.atom", 1),
        "accuracy": (lambda _: "/accuracy", 0),
        "desk": (lambda _: "/desk", 0),
        "desk: storage": (lambda _: "/desk/storage", 0),
        "desk: withheld sentences": (lambda _: "/desk/withheld", 0),
    }


# --- client ----------------------------------------------------------------------------------------------------------


class Connection:
    """A connection that is kept open: as little of HTTP/1.1 as our own server speaks, so that the client is not the
    slower part.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> int:
        """Bytes of the body. Raises AssertionError for any status but 200."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\n{HEADERS}".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        await reader.readexactly(length)
        assert head.startswith("http/1.1 200"), f"{path}: {head.splitlines()[0]}"
        return length


def measure(port: int, draw: Draw, count: int, cpu_s: Callable[[], float]) -> Measured:
    """One page after the other."""

    async def run() -> Measured:
        dice = random.Random(7)
        connection = Connection(port)
        for _ in range(WARM_UP):
            await connection.get(draw(dice))
        times, sizes, before = [], [], cpu_s()
        for _ in range(count):
            start = time.perf_counter()
            sizes.append(await connection.get(draw(dice)))
            times.append((time.perf_counter() - start) * 1_000)
        used_ms = (cpu_s() - before) * 1_000
        return Measured(percentile(times, 0.5), percentile(times, 0.99), used_ms / count, max(sizes))

    return asyncio.run(run())


def load(port: int, kinds: Sequence[tuple[Draw, int]], seconds: float) -> list[float]:
    """Milliseconds from when each request of a mixed load was due until it was answered."""

    async def run() -> list[float]:
        dice = random.Random(11)
        idle: list[Connection] = []
        times: list[float] = []

        async def ask(path: str, due: float) -> None:
            connection = idle.pop() if idle else Connection(port)
            await connection.get(path)
            times.append((time.perf_counter() - due) * 1_000)
            idle.append(connection)

        draws = dice.choices([draw for draw, _ in kinds], [share for _, share in kinds], k=int(LOAD_PER_S * seconds))
        paths = [draw(dice) for draw in draws]
        start = time.perf_counter() + 0.1
        async with asyncio.TaskGroup() as group:
            for number, path in enumerate(paths):
                due = start + number / LOAD_PER_S
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(ask(path, due))
        return times

    return asyncio.run(run())


# --- servers ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running_site(folder: str, database_url: str) -> Iterator[tuple[int, psutil.Process]]:
    """`nutgraf serve` over a database on SERVER_CORE."""
    port = 18_322
    command = [sys.executable, "-m", "nutgraf", "serve", "--data", folder, "--port", str(port)]
    environment = os.environ | {"NUTGRAF_LOG__LEVEL": "error", "NUTGRAF_DATABASE__URL": database_url}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, {SERVER_CORE})
    try:
        wait_until_up(f"http://127.0.0.1:{port}/healthz")
        yield port, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def bare_list(database_path: str) -> Starlette:
    """The peer: the newest headlines, and nothing else."""
    os.sched_setaffinity(0, {SERVER_CORE})
    connection = sqlite3.connect(f"file:{database_path}?mode=ro", uri=True, check_same_thread=False)
    statement = (
        "SELECT a.id, b.headline, p.name, s.text FROM articles a JOIN briefs b ON b.id = a.current_brief_id "
        "JOIN publishers p ON p.id = a.publisher_id "
        "LEFT JOIN brief_sentences s ON s.brief_id = b.id AND s.position = 0 "
        "WHERE a.listed_at IS NOT NULL ORDER BY a.listed_at DESC, a.id DESC LIMIT 18"
    )
    template = jinja2.Environment(autoescape=True).from_string(
        "<!doctype html><title>List</title><ul>{% for id, headline, publisher, dek in rows %}"
        '<li><a href="/brief/{{ id }}">{{ headline }}</a> {{ publisher }}<p>{{ dek }}</p></li>{% endfor %}</ul>'
    )

    def page(request: Request) -> Response:
        return HTMLResponse(template.render(rows=connection.execute(statement).fetchall()))

    return Starlette(routes=[Route("/", page)])


def cpu_of(process: psutil.Process) -> Callable[[], float]:
    """Seconds of processor time that a process has used by itself."""

    def used() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    return used


# --- tables ----------------------------------------------------------------------------------------------------------


def bench(name: str, database_url: str, folder: str, sizes: Sequence[int], count: int) -> None:
    """Every kind of page at each size, and the mixed load."""
    columns: list[Mapping[str, Measured]] = []
    loads: list[list[float]] = []
    for size in sizes:
        start = time.perf_counter()
        newest, spacing = fill(database_url, size)
        print(f"{name}: {size:,} briefs after {time.perf_counter() - start:,.0f} s", file=sys.stderr, flush=True)
        kinds = page_kinds(size, newest, spacing)
        with running_site(folder, database_url) as (port, process):
            cpu_s = cpu_of(process)
            measured = {kind: measure(port, draw, count, cpu_s) for kind, (draw, _) in kinds.items()}
            columns.append(measured)
            loads.append(load(port, list(kinds.values()), LOAD_S if count == REQUESTS else 2))
    heads = " | ".join(f"at {size:,}" for size in sizes)
    print(f"\n### {name}: median / p99 / processor ms\n\n| page | {heads} | last : first | requests/s | KB sent |")
    print("|" + " --- |" * (len(sizes) + 4))
    for kind in columns[0]:
        cells = [f"{m.median_ms:.1f} / {m.p99_ms:.1f} / {m.cpu_ms:.1f}" for m in (column[kind] for column in columns)]
        first, last = columns[0][kind], columns[-1][kind]
        ratios = f"{last.median_ms / first.median_ms:.2f}, {last.cpu_ms / first.cpu_ms:.2f}"
        print(f"| {kind} | {' | '.join(cells)} | {ratios} | {1_000 / last.cpu_ms:,.0f} | {last.size_bytes / 1e3:.1f} |")
    cells = [f"{percentile(times, 0.5):.1f} / {percentile(times, 0.99):.1f}" for times in loads]
    print(f"| mixed load, {LOAD_PER_S} a second: median / p99 ms | {' | '.join(cells)} | | | |", flush=True)


def bench_peer(database_path: str, count: int) -> None:
    """The bare list over the same database."""
    with serving_apart(bare_list, database_path) as address:
        port = int(address.rpartition(":")[2])
        process = next(child for child in psutil.Process().children() if child.net_connections("tcp"))
        m = measure(port, lambda _: "/", count, cpu_of(process))
        times = load(port, [(lambda _: "/", 1)], LOAD_S if count == REQUESTS else 2)
    print(f"\nPeer, a bare list of 18 at the largest size: {m.median_ms:.1f} / {m.p99_ms:.1f} / {m.cpu_ms:.1f} ms, "
          f"{1_000 / m.cpu_ms:,.0f} requests/s; at {LOAD_PER_S} a second: "
          f"{percentile(times, 0.5):.1f} / {percentile(times, 0.99):.1f} ms")  # fmt: skip


def main() -> None:
    """Fill a store of each kind and size and ask for every kind of page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--briefs", type=int, nargs="+", default=SIZES)
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    options = parser.parse_args()
    sizes, count = ((1_000, 3_000), 20) if options.quick else (sorted(options.briefs), REQUESTS)
    print_machine()
    os.sched_setaffinity(0, {CLIENT_CORE})
    if "sqlite" in options.databases:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "nutgraf.db")
            bench("SQLite", f"sqlite:///{path}", folder, sizes, count)
            bench_peer(path, count)
    if "postgresql" in options.databases:
        with postgresql_server() as url, tempfile.TemporaryDirectory() as folder:
            bench("PostgreSQL", url, folder, sizes, count)


if __name__ == "__main__":
    main()
