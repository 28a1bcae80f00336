"""Many workers on one PostgreSQL database, and all that can befall them: killed, stopped, cut off, poisoned."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from loopback_press import Press, running_press
from nutgraf.adapters.queue.postgres_schema import prepare_queue
from nutgraf.adapters.store import open_store
from postgres_databases import database_url, run_sql
from store_values import make_entry
from worker_processes import LOST_AFTER_S, Workers, kill

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(900)]
EDITION = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEED = 20_260_302
KILLS = int(os.environ.get("NUTGRAF_TEST_KILLS", "6"))
"""More of them by hand: NUTGRAF_TEST_KILLS=200 pytest tests/integration/test_shared_work.py -k killed."""


@pytest.fixture
def press() -> Iterator[Press]:
    with running_press(EDITION) as running:
        yield running


def make_workers(server_url: str, folder: Path, press: Press, code: str = "") -> Workers:
    """Workers on a new database that is subscribed to the press."""
    name = f"shared_{uuid4().hex}"
    run_sql(server_url, f"CREATE DATABASE {name}")
    url = database_url(server_url, name)
    store = open_store(url)
    store.migrate()
    prepare_queue(url)
    for address in press.feed_urls:
        store.add_feed(address, now=EDITION)
    store.close()
    folder.mkdir(parents=True)
    return Workers(url, folder, {"NUTGRAF_FETCH__ALLOW_PRIVATE": f'["{press.allowance}"]'}, code)


@pytest.fixture
def workers(postgresql_url: str, tmp_path: Path, press: Press) -> Workers:
    return make_workers(postgresql_url, tmp_path / "data", press)


def state_of(workers: Workers) -> dict[str, list[tuple[Any, ...]]]:
    """What a reader or operator could tell apart: no ids, no times of our own.

    Left out are briefs of copies: one is kept, unseen, where the copy was fetched before its original.
    """
    queries = {
        "articles": "SELECT url, state, title, attempts, error_code, listed_at FROM articles ORDER BY url",
        "entries": "SELECT e.entry_key, a.url FROM entries e JOIN articles a ON a.id = e.article_id ORDER BY 1",
        "revisions": "SELECT a.url, r.number, r.text_hash FROM revisions r JOIN articles a ON a.id = r.article_id"
        " ORDER BY 1, 2",
        "briefs": "SELECT a.url, b.version, b.published_at IS NOT NULL, b.superseded_at IS NOT NULL,"
        " a.current_brief_id = b.id FROM briefs b JOIN articles a ON a.id = b.article_id"
        " WHERE a.state <> 'copy' ORDER BY 1, 2",
        "sentences": "SELECT a.url, s.position, s.text, s.verdict FROM brief_sentences s"
        " JOIN briefs b ON b.id = s.brief_id JOIN articles a ON a.id = b.article_id"
        " WHERE a.state <> 'copy' ORDER BY 1, 2",
        "listing": "SELECT t.slug, a.url FROM topic_listing t JOIN articles a ON a.id = t.article_id ORDER BY 1, 2",
        "counters": "SELECT kind, key, number FROM counters WHERE number <> 0 ORDER BY 1, 2",
        "documents": "SELECT count(*) FROM documents",
        "failures": "SELECT url, error_code FROM feeds WHERE error_code <> '' ORDER BY 1",
    }
    return {name: workers.ask(query) for name, query in queries.items()}


def undisturbed(server_url: str, folder: Path, press: Press) -> dict[str, list[tuple[Any, ...]]]:
    workers = make_workers(server_url, folder, press)
    with workers.running(1):
        workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles LIMIT 1")))
        workers.wait_until_done()
    return state_of(workers)


def test_killed_at_random_points_they_end_as_if_undisturbed(
    postgresql_url: str, workers: Workers, press: Press, tmp_path: Path
) -> None:
    expected = undisturbed(postgresql_url, tmp_path / "undisturbed" / "data", press)
    assert len(expected["briefs"]) >= 24
    assert expected["documents"] == [(0,)]
    assert expected["failures"] == []
    dice = random.Random(SEED)
    done = 0
    with workers.running(2) as running:
        while done < KILLS:
            time.sleep(dice.uniform(0.5, 4.0))
            victim = dice.randrange(len(running))
            kill(running[victim])
            running[victim] = workers.start()
            done += 1
            if done < KILLS and workers.ask("SELECT count(*) FROM articles WHERE due_at <= now()") == [(0,)]:
                begin_again(workers)
        workers.wait_until_done()
    assert state_of(workers) == expected


def begin_again(workers: Workers) -> None:
    """Where all is done before the last kill: everything from the first poll on, with nothing of it there."""
    tables = "entries, articles, feeds, publishers, counters, ledger, topic_listing, brief_search"
    feeds = workers.ask("SELECT url FROM feeds")
    run_sql(workers.url, "DELETE FROM procrastinate_jobs", f"TRUNCATE {tables} CASCADE")
    store = open_store(workers.url)
    for (address,) in feeds:
        store.add_feed(address, now=EDITION)
    store.close()


def test_a_stopped_worker_hands_over_and_the_scheduler_is_followed_by_the_next(workers: Workers) -> None:
    with workers.running(2) as running:
        elected = "SELECT name FROM workers WHERE is_scheduler"
        workers.wait_for(lambda: len(workers.ask("SELECT 1 FROM workers")) == 2)
        run_sql(workers.url, "UPDATE workers SET is_scheduler = false")
        workers.wait_for(lambda: len(workers.ask(elected)) == 1)
        ((name,),) = workers.ask(elected)
        scheduler = next(worker for worker in running if f":{worker.pid}:" in name)
        other = next(worker for worker in running if worker is not scheduler)
        started_at_s = time.monotonic()
        scheduler.send_signal(signal.SIGTERM)
        assert scheduler.wait(timeout=25) == 0
        assert time.monotonic() - started_at_s < 25
        assert workers.ask(f"SELECT 1 FROM workers WHERE name = '{name}'") == []
        workers.wait_for(lambda: any(f":{other.pid}:" in row[0] for row in workers.ask(elected)))
        workers.wait_until_done()
        assert workers.ask("SELECT count(*) FROM articles WHERE state = 'published'")[0][0] >= 24
        output = subprocess.run(
            [sys.executable, "-m", "nutgraf", "status", "--json", "--data", str(workers.data_dir)],
            env={"NUTGRAF_DATABASE__URL": workers.url},
            capture_output=True,
            check=True,
        ).stdout
    (process,) = json.loads(output)["processes"]
    assert (process["role"], process["queues"]) == ("worker", ["fetch", "extract", "write"])
    assert process["is_scheduler"]
    assert not process["is_lost"]


def test_queues_can_be_served_by_workers_of_their_own(workers: Workers) -> None:
    with workers.running(1, "--queues", "fetch") as running:
        workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles LIMIT 1")))
        running.append(workers.start("--queues", "extract"))
        workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles WHERE state = 'extracted' LIMIT 1")))
        assert workers.ask("SELECT count(*) FROM briefs") == [(0,)]
        running.append(workers.start("--queues", "write", "--concurrency", "2"))
        workers.wait_until_done()
    assert workers.ask("SELECT count(*) FROM articles WHERE state = 'published'")[0][0] >= 24


def test_fetching_waits_while_writing_lags(workers: Workers) -> None:
    workers.settings = {**workers.settings, "NUTGRAF_WORK__MAX_LAG": "10"}
    with workers.running(1, "--queues", "fetch") as running:
        in_line = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'extract'"
        workers.wait_for(lambda: workers.ask(in_line)[0][0] > 10)
        time.sleep(5)
        assert workers.ask("SELECT count(*) FROM articles WHERE state = 'found'")[0][0] > 0, "most are not fetched"
        running.append(workers.start("--queues", "extract,write"))
        workers.wait_until_done()
    assert workers.ask("SELECT count(*) FROM articles WHERE state = 'published'")[0][0] >= 24


def test_workers_outlive_a_restart_of_the_database(tmp_path: Path, press: Press, own_postgresql: Any) -> None:
    expected = undisturbed(own_postgresql.url, tmp_path / "undisturbed" / "data", press)
    workers = make_workers(own_postgresql.url, tmp_path / "data", press)
    with workers.running(2) as running:
        workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles LIMIT 1")))
        own_postgresql.restart(pause_s=3)
        workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles WHERE state = 'published' LIMIT 1")))
        run_sql(
            workers.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()",
        )
        workers.wait_until_done()
        assert [worker.poll() for worker in running] == [None, None], "none of them ended"
    assert state_of(workers) == expected


POISON = """
import os
from nutgraf.adapters.http import HttpFetcher
fetch = HttpFetcher.fetch
async def fetch_or_die(self, request):
    if request.url.endswith("/poison"):
        os._exit(9)
    return await fetch(self, request)
HttpFetcher.fetch = fetch_or_die
"""


def test_an_article_that_ends_its_workers_is_set_aside_and_its_neighbours_are_not(workers: Workers) -> None:
    workers.code = POISON
    store = open_store(workers.url)
    poisoned = store.add_article(make_entry("poison"), now=EDITION)
    store.close()
    deaths = 0
    with workers.running(1) as running:
        deadline = time.monotonic() + 240
        while workers.ask(f"SELECT 1 FROM articles WHERE id = {poisoned} AND state = 'quarantined'") == []:
            assert time.monotonic() < deadline
            if running[0].poll() is not None:
                deaths += 1
                running[0] = workers.start()
            time.sleep(LOST_AFTER_S / 4)
        workers.wait_until_done()
    assert deaths == 5
    assert workers.ask("SELECT url, error_code FROM articles WHERE state = 'quarantined'") == [
        ("https://press.example/poison", "worker_lost")
    ]
    assert workers.ask("SELECT count(*) FROM articles WHERE state = 'published'")[0][0] >= 24
