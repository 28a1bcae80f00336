"""Kill -9 at any moment, start again: it goes on, nothing is lost, nothing is published twice.

The real command is killed with its whole process group at 50 points spread over its run by a seeded dice; then it may
finish, and the store must equal that of a run that was never disturbed.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from loopback_press import Press, running_press
from nutgraf.adapters.store import open_store

KILLS = 50
STORES = 5
MAX_SPAN_S = 6.0  # on a busy machine a whole run takes longer; the kills then come earlier, but over resumed work
SEED = 20_260_302
EDITION = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def poll_command(press: Press, data_dir: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "NUTGRAF_FETCH__ALLOW_PRIVATE": f'["{press.allowance}"]',
        "NUTGRAF_WORK__PROCESSES": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "nutgraf", "poll", "--quiet", "--data", str(data_dir)],
        env=environment,
        start_new_session=True,
        stderr=subprocess.PIPE,
    )


def subscribe_all(press: Press, data_dir: Path) -> None:
    data_dir.mkdir()
    store = open_store(f"sqlite:///{data_dir / 'nutgraf.db'}")
    store.migrate()
    for url in press.feed_urls:
        store.add_feed(url, now=EDITION)
    store.close()


def finish(press: Press, data_dir: Path) -> float:
    """Run the command to its end; returns its seconds."""
    started = time.monotonic()
    process = poll_command(press, data_dir)
    _, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - started


def state_of(data_dir: Path) -> dict[str, Any]:
    """What a reader or operator could tell apart: no ids, no times of our own.

    Left out are briefs of copies: one is kept, unseen, where the copy was fetched before its original.
    """
    with contextlib.closing(sqlite3.connect(data_dir / "nutgraf.db")) as connection:
        queries = {
            "articles": "SELECT url, state, title, attempts, error_code, listed_at FROM articles ORDER BY url",
            "entries": "SELECT e.entry_key, a.url FROM entries e JOIN articles a ON a.id = e.article_id ORDER BY 1",
            "revisions": "SELECT a.url, r.number, r.text_hash FROM revisions r "
            "JOIN articles a ON a.id = r.article_id ORDER BY 1, 2",
            "briefs": "SELECT a.url, b.version, b.published_at IS NOT NULL, b.superseded_at IS NOT NULL, "
            "a.current_brief_id = b.id FROM briefs b JOIN articles a ON a.id = b.article_id "
            "WHERE a.state <> 'copy' ORDER BY 1, 2",
            "sentences": "SELECT a.url, s.position, s.text, s.verdict FROM brief_sentences s "
            "JOIN briefs b ON b.id = s.brief_id JOIN articles a ON a.id = b.article_id "
            "WHERE a.state <> 'copy' ORDER BY 1, 2",
            "listing": "SELECT t.slug, a.url FROM topic_listing t JOIN articles a ON a.id = t.article_id ORDER BY 1, 2",
            "counters": "SELECT kind, key, number FROM counters WHERE number <> 0 ORDER BY 1, 2",
            "documents": "SELECT count(*) FROM documents",
        }
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("store_number", range(STORES))
def test_killed_at_fifty_points_it_ends_as_if_undisturbed(store_number: int, tmp_path: Path) -> None:
    dice = random.Random(SEED + store_number)
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    with running_press(EDITION) as press:
        subscribe_all(press, undisturbed)
        span_s = min(finish(press, undisturbed), MAX_SPAN_S)
        expected = state_of(undisturbed)
        assert len(expected["briefs"]) >= 24
        assert expected["documents"] == [(0,)]

        # Several kills to one store: early ones and late ones, also into work that was resumed before.
        subscribe_all(press, killed)
        for _ in range(KILLS // STORES):
            process = poll_command(press, killed)
            time.sleep(dice.uniform(0.25, 0.9) * span_s * dice.choice((0.4, 0.7, 1.0)))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        finish(press, killed)
        assert state_of(killed) == expected
