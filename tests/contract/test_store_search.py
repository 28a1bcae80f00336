"""Searching on each database: the same briefs are found, in the same order."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from nutgraf.adapters.store import SqlStore, searching
from nutgraf.adapters.store.engine import Database
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, SearchId
from nutgraf.domain.search import SearchOrder, SearchPage
from nutgraf.errors import Conflict, NotFound
from nutgraf.text.search_query import parse_search
from store_values import (
    DIPLOMACY,
    NOON,
    TRADE,
    WORLD,
    extract,
    make_article,
    make_brief,
    make_entry,
    publish_new,
    record,
)

DAY = timedelta(days=1)


def publish_headline(
    store: SqlStore, name: str, headline: str, dek: str = "A dek.", *, at: datetime = NOON, publisher: str = "Kestrel"
) -> ArticleId:
    """Publish a brief with this headline and dek, listed at `at`."""
    article_id = store.add_article(make_entry(name, published_at=at), now=at)
    article = dataclasses.replace(
        make_article(f"About {name}. One more.", publisher=publisher, url=f"https://press.example/{name}"),
        title=headline,
        published_at=at,
    )
    extract(store, article_id, article, at=at)
    brief = make_brief(article, headline=headline)
    assert brief.dek
    dek_only = {"what_happened": (), "insights": (), "takeaways": ()}
    brief = dataclasses.replace(brief, dek=dataclasses.replace(brief.dek, text=dek), **dek_only)
    store.save_brief(article_id, store.current_revision(article_id).id, brief, now=at)
    assert store.publish(article_id, now=at)
    return article_id


def search(store: SqlStore, asked: str, **options: object) -> SearchPage:
    query = parse_search(asked, now=NOON)
    return store.search_briefs(query, reader_id=DEFAULT_READER, now=NOON, **options)  # type: ignore[arg-type]


def found(store: SqlStore, asked: str, **options: object) -> list[ArticleId]:
    return [hit.card.article_id for hit in search(store, asked, **options).hits]


@pytest.fixture
def press(store: SqlStore) -> dict[str, ArticleId]:
    return {
        "ferry": publish_headline(store, "ferry", "Ferries return to Skerric", "Fares rise by 3.10 crowns.", at=NOON),
        "wage": publish_headline(
            store, "wage", "Minimum wage vote", "The wage is the least of it.", at=NOON - 2 * DAY, publisher="The Post"
        ),
        "least": publish_headline(
            store, "least", "A wage at its minimum", "Ferry staff strike over wages.", at=NOON - 20 * DAY
        ),
        "accents": publish_headline(store, "accents", "Café société à Genève", "東京の港で火事。", at=NOON - 3 * DAY),
    }


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("ferry", ["ferry", "least"]),
        ("FERRIES", ["ferry", "least"]),
        ("wage ferry", ["least"]),
        ('"minimum wage"', ["wage"]),
        ("minimum wage", ["wage", "least"]),
        ("wage -strike", ["wage"]),
        ('wage -"minimum wage"', ["least"]),
        ("ferr*", ["ferry", "least"]),
        ("skerr*", ["ferry"]),
        ("3.10", ["ferry"]),
        ("3.1", []),
        ("cafe geneve", ["accents"]),
        ("東京", ["accents"]),
        ("京東", []),
        ("publisher:post", ["wage"]),
        ('publisher:"The Post" wage', ["wage"]),
        ("publisher:kestrel wage", ["least"]),
        ("publisher:nobody wage", []),
        ("topic:diplomacy wage", ["wage", "least"]),
        ("topic:trade-tariffs wage", []),
        ("after:2026-02-20", ["ferry", "wage", "accents"]),
        ("after:2026-02-20 before:today", ["wage", "accents"]),
        ("before:7d", ["least"]),
        ("-wage", ["ferry", "accents"]),
        ("nothing such", []),
        ("", []),
        ("'; DROP TABLE briefs --", []),
        ('" OR NEAR( * ^ {x} : " ) AND', []),
    ],
)
def test_what_is_found(store: SqlStore, press: dict[str, ArticleId], asked: str, names: list[str]) -> None:
    assert sorted(found(store, asked)) == sorted(press[name] for name in names)


def test_the_best_come_first_and_the_newest_first_where_asked(store: SqlStore, press: dict[str, ArticleId]) -> None:
    older = publish_headline(store, "old", "Ferry, ferry, ferry", "Ferry after ferry.", at=NOON - 4 * DAY)
    passing = publish_headline(store, "new", "Market day", "A ferry passed.", at=NOON - DAY)
    assert found(store, "ferry").index(older) < found(store, "ferry").index(passing)
    assert found(store, "ferry", order=SearchOrder.NEWEST) == [press["ferry"], passing, older, press["least"]]


def test_pages_show_each_hit_once_in_either_order(store: SqlStore) -> None:
    everything = {publish_headline(store, f"n{number}", f"Tide {number}") for number in range(7)}
    for order in SearchOrder:
        seen: list[ArticleId] = []
        cursor = ""
        while True:
            page = search(store, "tide", order=order, cursor=cursor, limit=3)
            seen += [hit.card.article_id for hit in page.hits]
            cursor = page.next_cursor
            if not cursor:
                break
        assert len(seen) == 7
        assert set(seen) == everything


def test_only_the_newest_are_ranked_and_that_is_said(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        publish_headline(store, f"n{number}", f"Tide {number}", at=NOON - number * DAY)
    assert not search(store, "tide").is_more
    monkeypatch.setattr(searching, "CANDIDATES", 3)
    page = search(store, "tide")
    assert (len(page.hits), page.count, page.is_more) == (3, 3, True)
    assert len(found(store, "tide", order=SearchOrder.NEWEST)) == 5


def test_a_hit_shows_the_words_asked_for(store: SqlStore, press: dict[str, ArticleId]) -> None:
    [hit] = search(store, "fares return").hits
    assert [(piece.text, piece.is_match) for piece in hit.headline] == [
        ("Ferries ", False),
        ("return", True),
        (" to Skerric", False),
    ]
    assert [piece.text for piece in hit.snippet if piece.is_match] == ["Fares"]
    assert "".join(piece.text for piece in hit.snippet) == "Fares rise by 3.10 crowns."


def test_a_new_version_is_found_by_its_own_words_only(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", now=NOON)
    record(store, feed.id, make_entry("a", published_at=NOON))
    article_id = publish_headline(store, "a", "Old words", "Herring.")
    article = make_article("A corrected text. Mackerel.", url="https://press.example/a")
    record(store, feed.id, make_entry("a", content_hash="second"))
    extract(store, article_id, article)
    brief = make_brief(article, headline="New words")
    assert store.save_brief(article_id, store.current_revision(article_id).id, brief, now=NOON)
    assert found(store, "herring") == [article_id], "until the new one is published"
    assert store.publish(article_id, now=NOON)
    assert found(store, "herring") == found(store, "old") == []
    assert found(store, "new words") == [article_id]


def test_topics_are_searched_with_their_parents(store: SqlStore) -> None:
    article_id = publish_new(store, "a", topics=[DIPLOMACY, TRADE])
    assert found(store, f"topic:{WORLD.slug}") == [article_id]
    assert found(store, "topic:diplomacy topic:nothing") == [article_id], "one of several is enough"


@pytest.mark.parametrize("cursor", ["x", "-1", "0", "9" * 19, "9" * 40, "１"])
@pytest.mark.parametrize("order", list(SearchOrder))
def test_a_damaged_cursor_breaks_nothing(
    store: SqlStore, press: dict[str, ArticleId], cursor: str, order: SearchOrder
) -> None:
    search(store, "ferry", order=order, cursor=cursor)


def test_searches_are_kept_once_and_removed(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.save_search(DEFAULT_READER, "ferry", now=NOON)
    second = store.save_search(DEFAULT_READER, "wage", now=NOON + DAY)
    assert store.save_search(DEFAULT_READER, "ferry", now=NOON + DAY) == first
    assert store.saved_searches(DEFAULT_READER) == [second, first]
    monkeypatch.setattr(searching, "MAX_SAVED_SEARCHES", 2)
    with pytest.raises(Conflict):
        store.save_search(DEFAULT_READER, "third", now=NOON)
    store.remove_search(DEFAULT_READER, first.id)
    assert store.saved_searches(DEFAULT_READER) == [second]
    with pytest.raises(NotFound):
        store.remove_search(DEFAULT_READER, SearchId(first.id))


def test_briefs_of_before_the_index_are_found_after_the_migration(store: SqlStore, store_url: str) -> None:
    """The migration's own filling, run again over briefs that the index has lost."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    from nutgraf.adapters.store.migrations.versions import r0002_search

    article_id = publish_headline(store, "a", "Ferries return")
    database = Database(store_url)
    database.write(lambda connection: connection.execute(text("DELETE FROM brief_search")))
    assert found(store, "ferries") == []

    def fill(connection):  # type: ignore[no-untyped-def]
        with Operations.context(MigrationContext.configure(connection)):
            r0002_search._fill(connection)

    database.write(fill)
    database.close()
    assert found(store, "ferries publisher:kestrel topic:diplomacy") == [article_id]
