"""Set aside and tried again: a host that is down for long, and the command that lists and replays."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from fakes import FakeClock, FakeFetcher
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.cli.quarantine_command import command
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import ArticleState, FeedState, PollResult
from nutgraf.errors import FetchError
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.work import TASKS
from store_values import NOON, make_entry

DOWN = "The server could not be connected to in time."


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def set_aside(store: SqlStore, name: str) -> ArticleId:
    article_id = store.add_article(make_entry(name), now=NOON)
    store.quarantine(article_id, error_code="no_article", error_message="No article was found.", now=NOON)
    return article_id


def run(tmp_path: Path, *arguments: str) -> str:
    done = CliRunner().invoke(command, [*arguments, "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_article_waits_a_day_for_its_host_and_then_can_be_replayed(store: SqlStore) -> None:
    clock = FakeClock()
    entry = make_entry("a")
    article_id = store.add_article(entry, now=clock.now())
    fetcher = FakeFetcher({entry.url: FetchError(DOWN, code="host_down", retry_after_s=600)})
    advancer = ArticleAdvancer(store=store, fetcher=fetcher, stages=InlineStageRunner(TASKS), clock=clock)
    began_at, attempted_at = clock.now(), []

    async def wait_for_the_end() -> None:
        for _ in range(3 * 24 * 12):
            for record in store.due_articles([ArticleState.FOUND], now=clock.now(), limit=5):
                attempted_at.append(clock.now() - began_at)
                await advancer.advance(record)
            clock.advance(300)

    asyncio.run(wait_for_the_end())
    assert len(attempted_at) == 8
    assert timedelta(hours=20) < attempted_at[-1] < timedelta(hours=28)
    assert all(after - before >= timedelta(seconds=600) for before, after in itertools.pairwise(attempted_at))
    (item,) = store.list_quarantine()
    assert (item.article_id, item.error_code) == (article_id, "host_down")
    store.replay(article_id, now=clock.now())
    (record,) = store.due_articles([ArticleState.FOUND], now=clock.now(), limit=5)
    assert record.attempts == 0


def test_what_is_set_aside_is_listed(store: SqlStore, tmp_path: Path) -> None:
    assert run(tmp_path, "list") == "Nothing is set aside.\n"
    article_id = set_aside(store, "a")
    feed = store.add_feed("https://press.example/feed", title="Press", now=NOON)
    gone = PollResult(NOON, NOON, 60, new_state=FeedState.GONE, error_code="http_410", error_message="It has ended.")
    store.record_poll(feed.id, gone)

    listed = run(tmp_path, "list")
    assert "Title of a" in listed
    assert "No article was found. [no_article]" in listed
    assert f"feed {feed.id}\tPress" in listed
    value = json.loads(run(tmp_path, "list", "--json"))
    assert [(item["id"], item["error_code"], item["step"]) for item in value["articles"]] == [
        (article_id, "no_article", "found")
    ]
    assert [(item["id"], item["error_code"]) for item in value["feeds"]] == [(feed.id, "http_410")]


def test_articles_and_feeds_are_tried_again(store: SqlStore, tmp_path: Path) -> None:
    ids = [set_aside(store, name) for name in ("a", "b", "c")]
    feed = store.add_feed("https://press.example/feed", now=NOON)
    store.set_feed_state(feed.id, FeedState.GONE)

    assert "1 articles and 0 feeds" in run(tmp_path, "replay", str(ids[0]))
    assert len(store.list_quarantine()) == 2
    assert "2 articles and 1 feeds" in run(tmp_path, "replay", "--all")
    assert store.list_quarantine() == []
    assert store.get_feed(feed.id).state is FeedState.ACTIVE


def test_nothing_named_is_a_mistake(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["replay", "--data", str(tmp_path)])
    assert done.exit_code == 2
