"""The daily clean-up goes on in portions until nothing is left, and keeps to the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes import FakeClock
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefQuery
from nutgraf.pipeline import retention
from nutgraf.pipeline.retention import Cleaner, RetentionOptions
from store_values import publish_new


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def cleaner(store: SqlStore, clock: FakeClock, options: RetentionOptions) -> Cleaner:
    return Cleaner(store=store, clock=clock, options=options)


def test_briefs_past_their_days_leave_in_portions(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PORTION", 2)
    clock = FakeClock()
    for days in (1, 29, 31, 32, 33):
        moment = clock.now() - timedelta(days=days)
        publish_new(store, f"n{days}", published_at=moment, at=moment)
    assert asyncio.run(cleaner(store, clock, RetentionOptions(keep_days=30)).clean_up()) == (3, 0)
    assert len(store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)) == 2
    assert clock.slept_s == [retention.PAUSE_S] * 2


def test_without_days_everything_stays(store: SqlStore) -> None:
    clock = FakeClock()
    moment = clock.now() - timedelta(days=9_000)
    publish_new(store, "a", published_at=moment, at=moment)
    idle = cleaner(store, clock, RetentionOptions())
    asyncio.run(idle.run_forever())
    assert asyncio.run(idle.clean_up()) == (0, 0)
    assert store.counts().briefs == 1
