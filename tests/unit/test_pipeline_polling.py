"""One poll decides the next: what the poller makes of answers and failures."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes import FakeClock, FakeFetcher
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.document import Document
from nutgraf.domain.records import FeedRecord, FeedState
from nutgraf.errors import FetchError, HTTPStatus
from nutgraf.pipeline.polling import FeedPoller
from nutgraf.pipeline.schedule import IntervalLimits
from nutgraf.pipeline.work import TASKS

URL = "https://press.example/feed"
RSS = b"<rss version='2.0'><channel><title>Press</title>%s</channel></rss>"
ITEM = b"<item><title>News</title><link>https://press.example/1</link></item>"


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


class Following:
    """A feed that is followed; each `poll` is one answer of its server."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = FakeClock()
        self.fetcher = FakeFetcher()
        self.feed = store.add_feed(URL, now=self.clock.now())
        self._poller = FeedPoller(
            store=store,
            fetcher=self.fetcher,
            stages=InlineStageRunner(TASKS),
            clock=self.clock,
            limits_for=lambda url: IntervalLimits(),
        )

    def poll(self, answer: Document | FetchError) -> FeedRecord:
        self.fetcher.documents = {self.feed.url: answer}
        asyncio.run(self._poller.poll(self.feed))
        self.feed = self.store.get_feed(self.feed.id)
        return self.feed

    @property
    def wait(self) -> timedelta:
        return self.feed.next_poll_at - self.clock.now()


def document(body: bytes = RSS % ITEM, **said: object) -> Document:
    return Document(URL, URL, 200, body=body, **said)  # type: ignore[arg-type]


@pytest.fixture
def following(store: SqlStore) -> Following:
    return Following(store)


def test_a_host_that_is_left_alone_is_not_asked_before_its_time(following: Following) -> None:
    held = FetchError("None is sent at the moment.", url=URL, code="host_down", retry_after_s=3_500.0)
    feed = following.poll(held)
    assert (feed.error_code, feed.state, feed.failures) == ("host_down", FeedState.ACTIVE, 1)
    assert following.wait >= timedelta(seconds=3_500)


def test_retry_after_is_kept_and_a_success_forgets_the_failures(following: Following) -> None:
    following.poll(HTTPStatus("Not now.", status=503, url=URL, retry_after_s=40_000.0))
    assert following.wait >= timedelta(seconds=40_000)
    feed = following.poll(document())
    assert (feed.failures, feed.error_code) == (0, "")
    assert following.wait < timedelta(hours=1)


def test_failures_in_a_row_wait_longer_each_time(following: Following) -> None:
    waits = []
    for _ in range(4):
        following.poll(FetchError("The connection failed.", url=URL, code="connection_failed"))
        waits.append(following.wait)
    assert waits[0] >= timedelta(minutes=30)
    assert all(later > 1.7 * earlier for earlier, later in itertools.pairwise(waits))


def test_gone_stops_the_feed_and_missing_does_not(following: Following) -> None:
    assert following.poll(HTTPStatus("Missing.", status=404, url=URL)).state is FeedState.ACTIVE
    assert following.poll(HTTPStatus("Gone.", status=410, url=URL)).state is FeedState.GONE
    assert following.store.due_feeds(now=following.clock.now() + timedelta(days=400), limit=10) == []


def test_validators_of_a_document_that_could_not_be_read_are_not_kept(following: Following) -> None:
    following.poll(document(etag='"good"'))
    feed = following.poll(document(b"not a feed at all", etag='"broken"'))
    assert (feed.error_code, feed.etag) == ("not_a_feed", '"good"')


def test_a_move_is_followed_only_to_a_feed(following: Following) -> None:
    elsewhere = "https://new.example/feed"
    assert following.poll(document(b"<html><p>Parked</p></html>", moved_to=elsewhere)).url == URL
    assert following.poll(document(moved_to=elsewhere)).url == elsewhere


def test_the_publishers_wish_is_kept_when_nothing_has_changed(following: Following) -> None:
    answer = document(etag='"1"', max_age_s=20_000)
    for _ in range(2):
        following.poll(answer)
        assert following.wait >= timedelta(seconds=20_000)
