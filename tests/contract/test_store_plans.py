"""No query of a page or of the pipeline's turn reads a whole table: SQLite's own plans say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.entity import Entity, EntityKind
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, BriefId, FeedId
from nutgraf.domain.records import ArticleState, BriefQuery, PollResult
from nutgraf.domain.reports import FaultKind, NewReport, ReportState
from store_values import HOUR, NOON, make_entry, publish_new, record

SMALL = {"feeds"}  # as many rows as there are subscriptions, never as there are articles


@pytest.fixture
def sqlite_store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{path}")
    feed = store.add_feed("https://press.example/feed", now=NOON)
    record(store, feed.id, make_entry("found"))
    publish_new(store, "a", entities=[HOLM])
    yield store
    store.close()


def cards(**query: str) -> Callable[[SqlStore], object]:
    return lambda store: store.list_briefs(BriefQuery(**query), reader_id=DEFAULT_READER)  # type: ignore[arg-type]


HOLM = Entity(EntityKind.PLACE, "holm", "Holm")
DAYS = [(NOON - 24 * ago * HOUR).date() for ago in range(7)]
CURSOR = "1770000000000000_7"
UNCHANGED = PollResult(polled_at=NOON, next_poll_at=NOON, interval_s=60, not_modified=True)
REPORT = NewReport(ArticleId(2), BriefId(1), 0, FaultKind.OTHER)
QUERIES: dict[str, Callable[[SqlStore], object]] = {
    "first page": cards(),
    "next page": cards(before=CURSOR),
    "topic": cards(topic="diplomacy", before=CURSOR),
    "publisher": cards(publisher="the-harbour-post", before=CURSOR),
    "entity": lambda store: store.list_briefs(
        BriefQuery(entity=(EntityKind.PERSON, "ida-reyl"), before=CURSOR), reader_id=DEFAULT_READER
    ),
    "entity's facts": lambda store: store.get_entity(HOLM.kind, HOLM.slug),
    "in the news": lambda store: store.entities_in_the_news(),
    "switched off": lambda store: store.barred_entities(),
    "unnamed briefs": lambda store: store.unnamed_briefs(),
    "topic of a publisher": cards(topic="diplomacy", publisher="the-harbour-post"),
    "standings": lambda store: store.list_standings(BriefQuery(since=NOON - HOUR), reader_id=DEFAULT_READER),
    "cards of articles": lambda store: store.get_cards([ArticleId(2), ArticleId(9)], reader_id=DEFAULT_READER),
    "page of a brief": lambda store: store.brief_page(ArticleId(2), reader_id=DEFAULT_READER),
    "read": lambda store: store.record_read(DEFAULT_READER, ArticleId(2), now=NOON),
    "week of a topic": lambda store: store.brief_rhythm(DAYS, topic="diplomacy"),
    "rhythm of a publisher": lambda store: store.brief_rhythm(DAYS, publisher="the-harbour-post"),
    "topic counts": lambda store: store.topic_counts(),
    "publishers": lambda store: store.list_publishers(),
    "counts": lambda store: store.counts(),
    "due articles": lambda store: store.due_articles(list(ArticleState), now=NOON, limit=10),
    "quarantine": lambda store: store.list_quarantine(),
    "copies": lambda store: store.find_copies(ArticleId(1), [1, 2, 3]),
    "due feeds": lambda store: store.due_feeds(now=NOON, limit=10),
    "known entries": lambda store: store.known_entries(FeedId(1), ["guid:a", "guid:b"]),
    "unchanged poll": lambda store: store.record_poll(FeedId(1), UNCHANGED),
    "changed entry": lambda store: record(store, FeedId(1), make_entry("found", content_hash="second")),
    "whole way": lambda store: publish_new(store, "b"),
    "report": lambda store: store.file_report(REPORT, reader_id=DEFAULT_READER, now=NOON),
    "reports": lambda store: store.list_reports(ReportState.OPEN),
    "corrections": lambda store: store.list_corrections(),
    "withheld": lambda store: store.list_withheld(),
    "history": lambda store: store.brief_history(ArticleId(2)),
    "ledger": lambda store: store.ledger(last=NOON.date(), days=30),
    "end of a subscription": lambda store: store.remove_feed(FeedId(1)),
}


@pytest.mark.parametrize("what", QUERIES)
def test_no_table_that_grows_is_read_whole(sqlite_store: SqlStore, what: str) -> None:
    plans = plans_of(lambda: QUERIES[what](sqlite_store))
    read_whole = {line.split()[1] for line in plans if line.startswith("SCAN ")}
    assert plans
    assert {name for name in read_whole if not name.startswith("anon_")} <= SMALL  # anon_: a page, already chosen


def test_an_unchanged_poll_is_one_short_statement(sqlite_store: SqlStore) -> None:
    statements = statements_of(lambda: sqlite_store.record_poll(FeedId(1), UNCHANGED))
    assert len(statements) == 1
    assert statements[0][0].startswith("UPDATE feeds")


def plans_of(call: Callable[[], object]) -> list[str]:
    """What SQLite says of its way through every statement of a call."""
    lines = []
    for statement, parameters, connection in statements_of(call):
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            lines += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return lines


def statements_of(call: Callable[[], object]) -> list[tuple[str, Any, Any]]:
    """The statements of a call with their first parameters and the driver's connection."""
    seen: list[tuple[str, Any, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, _: Any, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((statement, parameters[0] if many else parameters, connection.connection.driver_connection))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return seen
