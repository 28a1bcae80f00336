"""Letting go of old briefs and of texts that were replaced, on each database."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from nutgraf.adapters.store import SqlStore, tables
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.marks import Mark
from nutgraf.domain.records import ArticleState, BriefQuery
from nutgraf.domain.reports import FaultKind, NewReport
from nutgraf.errors import NotFound
from nutgraf.text.search_query import parse_search
from store_values import (
    FIRST_TEXT,
    NOON,
    extract,
    make_article,
    make_brief,
    make_entry,
    poll_with,
    publish,
    publish_new,
)

DAY = timedelta(days=1)
OLD = NOON - 40 * DAY


def old(store: SqlStore, name: str) -> ArticleId:
    return publish_new(store, name, published_at=OLD, at=OLD)


def rows(store: SqlStore, *names: str) -> dict[str, int]:
    """How many rows there are in these tables."""

    def count(name: str) -> int:
        query = select(func.count()).select_from(tables.metadata.tables[name])
        return store._database.read(lambda connection: connection.execute(query).scalar_one())

    return {name: count(name) for name in names}


def listed(store: SqlStore) -> set[ArticleId]:
    return {card.article_id for card in store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)}


def test_old_briefs_leave_with_all_that_is_stored_of_them(store: SqlStore) -> None:
    going, staying = old(store, "old"), publish_new(store, "new")
    store.record_read(DEFAULT_READER, going, now=OLD)

    assert store.expire_briefs(before=NOON - 30 * DAY) == 1
    assert store.expire_briefs(before=NOON - 30 * DAY) == 0

    assert listed(store) == {staying}
    with pytest.raises(NotFound):
        store.brief_page(going, reader_id=DEFAULT_READER)
    assert rows(store, "revisions", "briefs", "announcements", "reads") == {
        "revisions": 1, "briefs": 1, "announcements": 1, "reads": 0,
    }  # fmt: skip
    counts = store.counts()
    assert (counts.briefs, counts.articles[ArticleState.EXPIRED]) == (1, 1)
    assert store.topic_counts()["diplomacy"] == 1
    found = store.search_briefs(parse_search("ferry", now=NOON), reader_id=DEFAULT_READER, now=NOON)
    assert {hit.card.article_id for hit in found.hits} == {staying}


def test_what_a_reader_saved_or_reported_stays(store: SqlStore) -> None:
    saved, reported = old(store, "saved"), old(store, "reported")
    store.set_mark(DEFAULT_READER, saved, Mark.SAVED, is_set=True, now=NOON)
    brief_id = store.brief_page(reported, reader_id=DEFAULT_READER).card.brief_id
    report = NewReport(reported, brief_id, 0, FaultKind.WRONG_FACT, "")
    store.file_report(report, reader_id=DEFAULT_READER, now=NOON)

    assert store.expire_briefs(before=NOON) == 0
    assert listed(store) == {saved, reported}
    store.set_mark(DEFAULT_READER, saved, Mark.SAVED, is_set=False, now=NOON)
    assert store.expire_briefs(before=NOON) == 1
    assert listed(store) == {reported}


def test_an_old_article_that_was_found_of_late_stays(store: SqlStore) -> None:
    article_id = publish_new(store, "archive", published_at=OLD, at=NOON)
    assert store.expire_briefs(before=NOON - 30 * DAY) == 0
    assert listed(store) == {article_id}


def test_an_expired_article_does_not_come_back(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", now=OLD)
    entry = make_entry("a", published_at=OLD)
    store.record_poll(feed.id, poll_with(entry, at=OLD))
    (article,) = store.due_articles([ArticleState.FOUND], now=OLD, limit=5)
    publish(store, article.id, make_article(f"About a. {FIRST_TEXT}"), at=OLD)
    store.expire_briefs(before=NOON)

    changed = dataclasses.replace(entry, content_hash="second")
    assert store.record_poll(feed.id, poll_with(entry)).new_articles == 0
    store.record_poll(feed.id, poll_with(changed))
    assert store.due_articles(list(ArticleState), now=NOON + DAY, limit=5) == []
    assert store.counts().articles[ArticleState.EXPIRED] == 1


def test_copies_expire_with_their_original_unless_one_is_saved(store: SqlStore) -> None:
    original = old(store, "a")
    copy = store.add_article(make_entry("b"), now=OLD)
    text = make_article(f"About b. {FIRST_TEXT}", url="https://press.example/b")
    assert extract(store, copy, text, at=OLD, copy_of=original) is ArticleState.COPY
    assert store.expire_briefs(before=NOON) == 1
    assert rows(store, "revisions") == {"revisions": 0}
    assert store.counts().articles == {ArticleState.EXPIRED: 2}


def test_a_portion_is_bounded_and_the_oldest_go_first(store: SqlStore) -> None:
    first, second = old(store, "a"), publish_new(store, "b", published_at=OLD + DAY, at=OLD + DAY)
    assert store.expire_briefs(before=NOON, limit=1) == 1
    assert listed(store) == {second}
    assert first != second


def test_texts_that_were_replaced_leave_and_what_stands_stays(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", now=OLD)
    store.record_poll(feed.id, poll_with(make_entry("a"), at=OLD))
    (article,) = store.due_articles([ArticleState.FOUND], now=OLD, limit=5)
    publish(store, article.id, make_article(FIRST_TEXT), at=OLD)
    store.record_poll(feed.id, poll_with(make_entry("a", content_hash="second"), at=NOON))
    second = make_article(f"{FIRST_TEXT} The harbour master said so on Tuesday evening.")
    assert extract(store, article.id, second) is ArticleState.EXTRACTED

    assert store.drop_old_texts(before=NOON + DAY) == 0, "the published brief still rests on the first text"
    publish_second(store, article.id)
    assert store.drop_old_texts(before=NOON) == 0, "it was replaced later than that"
    assert store.drop_old_texts(before=NOON + DAY) == 1
    assert store.drop_old_texts(before=NOON + DAY) == 0
    page = store.brief_page(article.id, reader_id=DEFAULT_READER)
    assert (page.revision.number, page.previous_revision) == (2, None)
    assert rows(store, "revisions", "briefs") == {"revisions": 1, "briefs": 1}


def publish_second(store: SqlStore, article_id: ArticleId) -> None:
    revision = store.current_revision(article_id)
    assert store.save_brief(article_id, revision.id, make_brief(revision.article), now=NOON)
    assert store.publish(article_id, now=NOON)
