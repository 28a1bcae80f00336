"""Polls are stored in groups, and nobody hears of one before it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import PollChange, PollResult
from nutgraf.errors import NotFound, StoreError
from nutgraf.pipeline.recording import MAX_GROUP_POLLS, PollRecorder
from store_values import NOON, make_entry, poll_with


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def groups(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many polls each transaction held."""
    sizes: list[int] = []
    record_polls = store.record_polls

    def noted(polls: Sequence[tuple[FeedId, PollResult]]) -> list[PollChange | Exception]:
        sizes.append(len(polls))
        return record_polls(polls)

    monkeypatch.setattr(store, "record_polls", noted)
    return sizes


def add_feeds(store: SqlStore, count: int) -> list[FeedId]:
    return [store.add_feed(f"https://press.example/{number}", now=NOON).id for number in range(count)]


def test_polls_that_end_together_are_stored_together(store: SqlStore, groups: list[int]) -> None:
    feed_ids = add_feeds(store, MAX_GROUP_POLLS + 6)

    async def main() -> list[PollChange]:
        recorder = PollRecorder(store)
        polls = (recorder.record(feed_id, poll_with(make_entry(str(feed_id)))) for feed_id in feed_ids)
        return await asyncio.gather(*polls)

    assert asyncio.run(main()) == [PollChange(new_articles=1)] * len(feed_ids)
    assert groups == [MAX_GROUP_POLLS, 6]
    assert all(feed.last_poll_at == NOON for feed in store.list_feeds())


def test_a_poll_waits_for_another_that_is_about_to_end(store: SqlStore, groups: list[int]) -> None:
    first, second = add_feeds(store, 2)

    async def main() -> None:
        recorder = PollRecorder(store)

        async def poll(feed_id: FeedId, *, turns: int) -> None:
            with recorder.expecting():
                for _ in range(turns):
                    await asyncio.sleep(0)
            await recorder.record(feed_id, poll_with())

        await asyncio.gather(poll(first, turns=1), poll(second, turns=9))

    asyncio.run(main())
    assert groups == [2]


def test_a_poll_does_not_wait_for_one_that_hangs(store: SqlStore, groups: list[int]) -> None:
    (feed_id,) = add_feeds(store, 1)

    async def main() -> None:
        recorder = PollRecorder(store)
        with recorder.expecting():
            await recorder.record(feed_id, poll_with())
            assert store.get_feed(feed_id).last_poll_at == NOON, "it is stored when it is said to be"

    asyncio.run(main())
    assert groups == [1]


def test_one_that_fails_is_told_apart_from_its_neighbours(store: SqlStore) -> None:
    first, second, third = add_feeds(store, 3)
    store.remove_feed(second)

    async def main() -> list[PollChange | BaseException]:
        recorder = PollRecorder(store)
        polls = (recorder.record(feed_id, poll_with(make_entry(str(feed_id)))) for feed_id in (first, second, third))
        return await asyncio.gather(*polls, return_exceptions=True)

    one, gone, other = asyncio.run(main())
    assert (one, other) == (PollChange(1), PollChange(1))
    assert isinstance(gone, NotFound)


def test_all_hear_of_a_store_that_cannot_be_used(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(polls: object) -> list[PollChange | Exception]:
        raise StoreError("The disk is full.", code="disk_full", retryable=True)

    monkeypatch.setattr(store, "record_polls", broken)

    async def main() -> list[PollChange | BaseException]:
        recorder = PollRecorder(store)
        polls = (recorder.record(FeedId(number), poll_with()) for number in range(3))
        return await asyncio.gather(*polls, return_exceptions=True)

    assert [getattr(error, "code", "") for error in asyncio.run(main())] == ["disk_full"] * 3


def test_whoever_stops_waiting_leaves_the_others_alone(store: SqlStore, groups: list[int]) -> None:
    first, second = add_feeds(store, 2)

    async def main() -> PollChange:
        recorder = PollRecorder(store)
        leaving = asyncio.create_task(recorder.record(first, poll_with()))
        staying = asyncio.create_task(recorder.record(second, poll_with(make_entry("a"))))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(main()) == PollChange(new_articles=1)
    assert groups == [2]


def test_one_feed_is_stored_once_in_a_group(store: SqlStore, groups: list[int]) -> None:
    (feed_id,) = add_feeds(store, 1)

    async def main() -> list[PollChange]:
        recorder = PollRecorder(store)
        return await asyncio.gather(*(recorder.record(feed_id, poll_with(make_entry("a"))) for _ in range(2)))

    assert asyncio.run(main()) == [PollChange(new_articles=1), PollChange()]
    assert groups == [1, 1]
