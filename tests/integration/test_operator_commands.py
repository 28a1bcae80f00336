"""The desk's commands: feeds, settings, status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.cli import feeds_command, settings_command, status_command
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import ArticleState, FeedState, PollResult
from nutgraf.errors import NotFound
from store_values import HOUR, NOON, make_entry, record

URL = "https://press.example/feed"


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def feed_id(store: SqlStore) -> FeedId:
    """A feed with one article, whose last poll failed."""
    feed_id = store.add_feed(URL, title="Harbour Post", now=NOON).id
    record(store, feed_id, make_entry("a"))
    failure = PollResult(NOON, NOON + HOUR, 3600, error_code="timeout", error_message="The server was \x1b[31mslow.")
    store.record_poll(feed_id, failure)
    return feed_id


def run(command: click.Command, tmp_path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(command, [*arguments, "--data", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_feeds_are_listed_with_their_errors(store: SqlStore, feed_id: FeedId, tmp_path: Path) -> None:
    output = run(feeds_command.command, tmp_path, "list", "--failing")
    assert "failing\tHarbour Post" in output
    assert "[timeout]" in output
    assert "\x1b" not in output
    (feed,) = json.loads(run(feeds_command.command, tmp_path, "list", "--json"))
    assert (feed["id"], feed["url"], feed["health"], feed["failures"]) == (feed_id, URL, "failing", 1)


def test_a_feed_is_paused_resumed_renamed_and_removed(store: SqlStore, feed_id: FeedId, tmp_path: Path) -> None:
    run(feeds_command.command, tmp_path, "pause", URL)
    assert store.get_feed(feed_id).state is FeedState.PAUSED
    answer = json.loads(run(feeds_command.command, tmp_path, "resume", str(feed_id), "--json"))
    assert answer["state"] == "active"
    run(feeds_command.command, tmp_path, "rename", str(feed_id), "Post", "--category", "Port", "--interval", "900")
    run(feeds_command.command, tmp_path, "rename", str(feed_id), "--category", "Sea")
    feed = store.get_feed(feed_id)
    assert (feed.title, feed.category, feed.min_interval_s) == ("Post", "Sea", 900)
    assert "no longer followed" in run(feeds_command.command, tmp_path, "remove", str(feed_id))
    assert store.list_feeds() == []
    with pytest.raises(NotFound):
        run(feeds_command.command, tmp_path, "remove", "https://nobody.example/")


def test_settings_are_printed_with_their_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUTGRAF_DATABASE__URL", "postgresql://ada:tide-table@db.example/news")
    output = run(settings_command.command, tmp_path)
    assert "database.url = postgresql://ada:***@db.example/news  [environment]" in output
    assert "server.port = 8321  [default]" in output
    changed = json.loads(run(settings_command.command, tmp_path, "--changed", "--json"))
    assert [setting["name"] for setting in changed] == ["data_dir", "database.url"]
    assert "tide-table" not in json.dumps(changed)


def test_the_status_tells_counts_queue_failures_and_room(store: SqlStore, feed_id: FeedId, tmp_path: Path) -> None:
    value = json.loads(run(status_command.command, tmp_path, "--json"))
    assert (value["feeds"], value["briefs"], value["set_aside"]) == (1, 0, 0)
    found = value["queue"][ArticleState.FOUND.value]
    assert (found["ready"], found["later"]) == (1, 0)
    assert found["oldest_s"] > 3_600
    assert value["queue"][ArticleState.WRITTEN.value] == {"ready": 0, "later": 0, "oldest_s": None}
    assert value["processes"] == []
    assert [feed["error_code"] for feed in value["failing_feeds"]] == ["timeout"]
    assert value["disk"]["free_bytes"] > 0
    output = run(status_command.command, tmp_path)
    assert output.startswith("1 feed (1 failing), 0 briefs\nto fetch: 1 ready (the first for ")
    assert "\nto extract: 0 ready, 0 failed, to be retried\n" in output
    assert "\nno process is running\n" in output
    assert "! Harbour Post: " in output
