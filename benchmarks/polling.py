"""Polling at scale: Nutgraf's whole way (fetch, parse, decide, SQLite) beside three peers, on one farm of feeds.

    python -m benchmarks.polling [--feeds 2000] [--peer-feeds 400] [--at-once N]

The farm (benchmarks/farm.py) has one core, each program under test has another with all its processes. A peer polls
`--peer-feeds` polite feeds, as Nutgraf does beside it; feeds per second count from the start of polling until the last
feed is stored. Then Nutgraf polls nine tenths of `--feeds`, without and with hostile servers as the last tenth: the
delay of a feed is the time from when it was due until it was stored. Peers that are not installed are left out;
feedparser is fed by httpx, a hundred requests at once, and stores nothing. All of it takes about four minutes on two
quiet cores; it needs Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import multiprocessing
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from benchmarks.farm import ENTRIES, Farm, running_farm
from benchmarks.measuring import Row, percentile, print_machine, print_table

PEER_REQUESTS = 100
RSS_SAMPLE_S = 0.1


@dataclass(slots=True)
class Round:
    """One polling of every feed: `cpu_s` of all processes, delays of polite feeds, kinds of failure by count."""

    feeds: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    delays_s: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    peak_bytes: int = 0

    @property
    def per_second(self) -> float:
        """Feeds a second."""
        return self.feeds / self.seconds


@contextmanager
def measured(feeds: int) -> Iterator[Round]:
    """A round to fill; sets its time, CPU time and highest resident memory, children included."""
    result = Round(feeds)
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(RSS_SAMPLE_S):
            result.peak_bytes = max(result.peak_bytes, _resident_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    started_at_s, cpu_before_s = time.perf_counter(), _cpu_s()
    try:
        yield result
    finally:
        result.seconds, result.cpu_s = time.perf_counter() - started_at_s, _cpu_s() - cpu_before_s
        is_over.set()
        watcher.join()


def _resident_bytes() -> int:
    """Resident memory of this process and its children, read without a walk through every process there is.

    It is read within the time that is measured: psutil's own way took 10 ms of each 100.
    """
    total = 0
    for process_id in ("self", *_children()):
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    return total


def _children() -> list[str]:
    found: list[str] = []
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += children.read_text("ascii").split()
    return found


def _cpu_s() -> float:
    """CPU seconds of this process and its children, those that still run included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
            total += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return total


def poll_with_nutgraf(farm: Farm, polite: list[str], hostile: list[str], at_once: int) -> list[Round]:
    """The first round, in which every polite feed is new, and a second one, in which each answers 304."""
    import uvloop

    return uvloop.run(_nutgraf_rounds(farm, polite, hostile, at_once))


async def _nutgraf_rounds(farm: Farm, polite: list[str], hostile: list[str], at_once: int) -> list[Round]:
    from nutgraf.bootstrap import build_application, configure_logging
    from nutgraf.settings import load_settings

    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        work = {"processes": 1} | ({"max_feeds": at_once} if at_once else {})
        settings = load_settings(data_dir=folder, work=work, log={"level": "error"})
        configure_logging(settings)
        application = build_application(settings, allow_private=farm.allowances)
        now = application.clock.now()
        for number in range(max(len(polite), len(hostile))):  # mixed as they would be
            for url in (*polite[number : number + 1], *hostile[number : number + 1]):
                application.store.add_feed(url, now=now)
        await application.stages.start()  # type: ignore[attr-defined]
        for _ in range(2):
            rounds.append(await _nutgraf_round(application, len(polite) + len(hostile), farm))
            application.store.poll_soon(None, now=application.clock.now())
        if not hostile:
            _check("nutgraf", sum(application.store.counts().articles.values()), polite)
        await application.close()
    return rounds


async def _nutgraf_round(application: Any, feeds: int, farm: Farm) -> Round:
    """Poll what is due with the application's own parts, but leave the articles that are found where they are."""
    from nutgraf.pipeline.performing import WorkPerformer
    from nutgraf.pipeline.runner import PipelineRunner, RunnerOptions

    loop = asyncio.get_running_loop()
    with measured(feeds) as result:
        started_at_s = loop.time()

        class Watched:
            """The poller, with a note of when each poll was stored."""

            async def poll(self, feed: Any) -> Any:
                outcome = await application.poller.poll(feed)
                if f":{farm.polite_port}/" in feed.url:
                    result.delays_s.append(loop.time() - started_at_s)
                if outcome.error is not None:
                    result.failures[outcome.error.code] += 1
                return outcome

        performer = WorkPerformer(
            store=application.store,
            poller=Watched(),  # type: ignore[arg-type]
            advancer=application.advancer,
            clock=application.clock,
        )
        runner = PipelineRunner(
            store=application.store,
            performer=performer,
            clock=application.clock,
            options=RunnerOptions(max_feeds=application.settings.work.max_feeds, max_articles=0),
        )
        await runner.run_until_idle()
    return result


def poll_with_reader(urls: list[str]) -> list[Round]:
    """lemon24/reader with its SQLite store; as many workers as its documentation suggests for many feeds."""
    import logging

    import feedparser_sgmllib
    from reader import make_reader

    # Its feedparser of its own wants a sgmllib that the feedparser on PyPI brings under this name now.
    sys.modules.setdefault("sgmllib", feedparser_sgmllib)
    logging.disable(logging.CRITICAL)
    rounds = []
    with tempfile.TemporaryDirectory() as folder, make_reader(f"{folder}/reader.sqlite") as reader:
        for url in urls:
            reader.add_feed(url)
        for _ in range(2):
            with measured(len(urls)) as result:
                reader.update_feeds(scheduled=False, workers=20)
            rounds.append(result)
        _check("reader", reader.get_entry_counts().total or 0, urls)
    return rounds


def poll_with_feedparser(urls: list[str]) -> list[Round]:
    """httpx and feedparser, with validators; nothing is stored."""
    return asyncio.run(_feedparser_rounds(urls))


async def _feedparser_rounds(urls: list[str]) -> list[Round]:
    import io

    import feedparser
    import httpx

    etags: dict[str, str] = {}
    slots = asyncio.Semaphore(PEER_REQUESTS)
    limits = httpx.Limits(max_connections=PEER_REQUESTS, max_keepalive_connections=0)
    rounds = []
    async with httpx.AsyncClient(limits=limits, trust_env=False, timeout=30) as client:

        async def poll(url: str) -> None:
            async with slots:
                response = await client.get(url, headers={"If-None-Match": etags[url]} if url in etags else {})
            if response.status_code == 200:
                feedparser.parse(io.BytesIO(response.content), response_headers={"content-location": url})
                etags[url] = response.headers["ETag"]

        for _ in range(2):
            with measured(len(urls)) as result:
                await asyncio.gather(*map(poll, urls))
            rounds.append(result)
    return rounds


def poll_with_newsboat(urls: list[str]) -> list[Round]:
    """newsboat's own reload, in a home of its own, with as many threads as it may have requests."""
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
        (home / "config").write_text(f"reload-threads {PEER_REQUESTS}\n", encoding="utf-8")
        command = [
            "newsboat",
            "-q",
            "-u",
            home / "urls",
            "-C",
            home / "config",
            "-c",
            home / "cache.db",
            "-x",
            "reload",
        ]
        for _ in range(2):
            with measured(len(urls)) as result:
                environment = {"HOME": folder, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
                subprocess.run(command, check=True, env=environment, capture_output=True)
            rounds.append(result)
        with contextlib.closing(sqlite3.connect(home / "cache.db")) as cache:
            (stored,) = cache.execute("SELECT count(*) FROM rss_item").fetchone()
        _check("newsboat", stored, urls)
    return rounds


def _check(name: str, stored: int, urls: list[str]) -> None:
    """A program that left entries out would be compared for work it did not do."""
    if stored != len(urls) * ENTRIES:
        raise RuntimeError(f"{name} stored {stored} of {len(urls) * ENTRIES} entries")


PEERS: dict[str, Callable[[list[str]], list[Round]]] = {
    "reader": poll_with_reader,
    "feedparser + httpx": poll_with_feedparser,
    "newsboat": poll_with_newsboat,
}


def apart(poll: Callable[..., list[Round]], *arguments: Any, core: int) -> list[Round]:
    """What `poll(*arguments)` returns, run in a new process that may use one core."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run_apart, args=(theirs, core, poll, arguments))
    process.start()
    theirs.close()
    try:
        rounds: list[Round] = ours.recv()
    finally:
        process.join()
    return rounds


def _run_apart(pipe: Any, core: int, poll: Callable[..., list[Round]], arguments: tuple[Any, ...]) -> None:
    os.sched_setaffinity(0, {core})
    pipe.send(poll(*arguments))


def compare(farm: Farm, feeds: int, at_once: int, core: int) -> None:
    """Nutgraf and each peer over the same polite feeds, new and unchanged."""
    urls = farm.polite_urls(feeds)
    _tell(f"Nutgraf polls {feeds} feeds, new and unchanged")
    ours = apart(poll_with_nutgraf, farm, urls, [], at_once, core=core)
    for name, poll in PEERS.items():
        if not _is_installed(name):
            print(f"\n{name} is not installed: left out")
            continue
        _tell(f"{name} polls {feeds} feeds, new and unchanged")
        theirs = apart(poll, urls, core=core)
        rows = [
            Row(
                f"{what}, feeds a second (CPU ms a feed)",
                _rate(our_round),
                _rate(their_round),
                our_round.per_second / their_round.per_second,
            )
            for what, our_round, their_round in zip(("new", "unchanged"), ours, theirs, strict=True)
        ]
        print_table(f"{feeds} polite feeds: {name}", rows)


def _is_installed(peer: str) -> bool:
    """Whether a peer can run here; newsboat is a program, the others are packages of the benchmark's extra."""
    if peer == "newsboat":
        return shutil.which(peer) is not None
    return all(importlib.util.find_spec(package) for package in peer.split(" + "))


def _tell(what: str) -> None:
    """What takes its time at the moment, apart from the tables."""
    print(f"… {what}", file=sys.stderr, flush=True)


def _rate(result: Round) -> str:
    return f"{result.per_second:,.0f} ({result.cpu_s / result.feeds * 1e3:.2f})"


def endure(farm: Farm, feeds: int, at_once: int, core: int) -> None:
    """Nutgraf over nine tenths of `feeds` as polite ones, alone and with hostile ones as the rest."""
    polite, hostile = farm.polite_urls(feeds * 9 // 10), farm.hostile_urls(feeds // 10)
    _tell(f"Nutgraf polls {len(polite)} polite feeds, new and unchanged")
    alone = apart(poll_with_nutgraf, farm, polite, [], at_once, core=core)
    _tell(f"the same with {len(hostile)} hostile servers, which hang for half a minute in each round")
    among = apart(poll_with_nutgraf, farm, polite, hostile, at_once, core=core)
    rows = []
    for what, before, after in zip(("new", "unchanged"), alone, among, strict=True):
        for share in (0.5, 0.95, 1.0):
            values = [percentile(result.delays_s, share) for result in (after, before)]
            rows.append(Row(f"{what}: delay at {share:.0%}", f"{values[0]:.2f} s", f"{values[1]:.2f} s"))
        rows.append(Row(f"{what}: feeds a second", _rate(after), _rate(before)))
        grown_mb = (after.peak_bytes - before.peak_bytes) / 1e6
        rows.append(Row(f"{what}: memory", f"{after.peak_bytes / 1e6:.0f} MB", f"{before.peak_bytes / 1e6:.0f} MB"))
        print(f"{what}: hostile servers cost {grown_mb:+.0f} MB; they ended as {dict(after.failures)}")
    title = f"{len(polite)} polite feeds with {len(hostile)} hostile servers (peer: without)"
    print_table(title, rows)


def main() -> None:
    """Run both parts and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--feeds", type=int, default=2_000, help="feeds of the second part, a tenth of them hostile (%(default)s)"
    )
    parser.add_argument("--peer-feeds", type=int, default=400, help="polite feeds of the first part (%(default)s)")
    parser.add_argument("--at-once", type=int, default=0, help="feeds polled at once; 0: as the settings have it")
    parser.add_argument(
        "--only", choices=["compare", "endure"], help="only one part: beside peers, or with hostile ones"
    )
    options = parser.parse_args()
    if options.feeds < 10 or options.peer_feeds < 1:
        parser.error("there must be ten feeds at least, and one for the peers")
    if not hasattr(os, "sched_setaffinity"):
        parser.error("cores can be given to processes on Linux only")
    print(datetime.now().astimezone().isoformat(timespec="seconds"))
    print_machine()
    first, *others = sorted(os.sched_getaffinity(0))
    with running_farm(set(others or [first])) as farm:
        if options.only != "endure":
            compare(farm, options.peer_feeds, options.at_once, first)
        if options.only != "compare":
            endure(farm, options.feeds, options.at_once, first)


if __name__ == "__main__":
    main()
