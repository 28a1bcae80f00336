"""Articles on their way through the pipeline, on each database."""

from __future__ import annotations

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.document import Document
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.records import ArticleState
from nutgraf.errors import Conflict, NotFound
from store_values import (
    HOUR,
    NOON,
    extract,
    make_article,
    make_brief,
    make_document,
    make_entry,
    publish,
    publish_new,
    record,
    state_of,
)

NO_ARTICLE = ArticleId(999)
ON_THE_WAY = [ArticleState.FOUND, ArticleState.FETCHED, ArticleState.EXTRACTED, ArticleState.WRITTEN]


@pytest.fixture
def article_id(store: SqlStore) -> ArticleId:
    return store.add_article(make_entry("a"), now=NOON)


def test_an_article_can_come_without_a_feed(store: SqlStore, article_id: ArticleId) -> None:
    (article,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=5)
    assert (article.id, article.feed_id, article.feed_title) == (article_id, None, "")
    assert article.summary_html == "<p>Summary of a</p>"


def test_a_known_article_is_not_taken_in_twice(store: SqlStore, article_id: ArticleId) -> None:
    assert store.add_article(make_entry("a", content_hash="other"), now=NOON) == article_id
    feed = store.add_feed("https://press.example/feed", now=NOON)
    assert record(store, feed.id, make_entry("a")).new_articles == 0
    assert store.counts().articles == {ArticleState.FOUND: 1}


def test_due_articles_are_of_the_states_asked_for_longest_due_first(store: SqlStore) -> None:
    ids = [
        store.add_article(make_entry(name), now=NOON - hours * HOUR) for name, hours in (("a", 1), ("b", 3), ("c", 2))
    ]
    store.save_document(ids[2], make_document(), now=NOON - 4 * HOUR)

    def due(states: list[ArticleState], limit: int = 10) -> list[ArticleId]:
        return [article.id for article in store.due_articles(states, now=NOON, limit=limit)]

    assert due([ArticleState.FOUND]) == [ids[1], ids[0]]
    assert due([ArticleState.FETCHED]) == [ids[2]]
    assert due(ON_THE_WAY) == [ids[2], ids[1], ids[0]]
    assert due(ON_THE_WAY, limit=2) == [ids[2], ids[1]]
    assert due([ArticleState.WRITTEN]) == due([]) == due(ON_THE_WAY, limit=0) == []


def test_an_article_is_not_due_before_its_time(store: SqlStore, article_id: ArticleId) -> None:
    assert store.due_articles([ArticleState.FOUND], now=NOON - HOUR, limit=5) == []


def test_an_article_at_rest_is_never_due(store: SqlStore, article_id: ArticleId) -> None:
    publish(store, article_id, make_article())
    assert store.due_articles(list(ArticleState), now=NOON + 100 * HOUR, limit=5) == []


def test_a_page_is_kept_until_it_is_extracted(store: SqlStore, article_id: ArticleId) -> None:
    document = make_document(body=bytes(range(256)) * 4_000)
    assert store.save_document(article_id, document, now=NOON)
    assert state_of(store, article_id) is ArticleState.FETCHED
    assert store.load_document(article_id) == document

    store.save_extraction(article_id, make_article(), band_keys=[], copy_of=None, now=NOON)
    with pytest.raises(NotFound):
        store.load_document(article_id)


def test_a_page_without_a_body_is_a_page(store: SqlStore, article_id: ArticleId) -> None:
    document = Document("https://a.example/", "https://a.example/", 304, not_modified=True)
    assert store.save_document(article_id, document, now=NOON)
    assert store.load_document(article_id) == document


def test_each_step_is_taken_once(store: SqlStore, article_id: ArticleId) -> None:
    article = make_article()
    brief = make_brief(article)
    assert store.save_document(article_id, make_document(), now=NOON)
    assert not store.save_document(article_id, make_document(body=b"other"), now=NOON)
    assert store.load_document(article_id) == make_document()

    extraction = {"band_keys": [1], "copy_of": None, "now": NOON}
    assert store.save_extraction(article_id, article, **extraction) is ArticleState.EXTRACTED
    assert store.save_extraction(article_id, article, **extraction) is None

    revision_id = store.current_revision(article_id).id
    assert store.save_brief(article_id, revision_id, brief, now=NOON)
    assert not store.save_brief(article_id, revision_id, brief, now=NOON)

    assert store.publish(article_id, now=NOON)
    assert not store.publish(article_id, now=NOON)
    assert store.counts().articles == {ArticleState.PUBLISHED: 1}
    assert store.counts().briefs == 1


def test_no_step_can_be_skipped(store: SqlStore, article_id: ArticleId) -> None:
    assert store.save_extraction(article_id, make_article(), band_keys=[], copy_of=None, now=NOON) is None
    assert not store.publish(article_id, now=NOON)
    assert state_of(store, article_id) is ArticleState.FOUND
    extract(store, article_id, make_article())
    assert not store.publish(article_id, now=NOON)
    assert state_of(store, article_id) is ArticleState.EXTRACTED


def test_steps_of_an_article_that_is_not_there(store: SqlStore) -> None:
    assert not store.save_document(NO_ARTICLE, make_document(), now=NOON)
    assert store.save_extraction(NO_ARTICLE, make_article(), band_keys=[], copy_of=None, now=NOON) is None
    assert not store.publish(NO_ARTICLE, now=NOON)
    for call in (
        lambda: store.load_document(NO_ARTICLE),
        lambda: store.current_revision(NO_ARTICLE),
        lambda: store.replay(NO_ARTICLE, now=NOON),
        lambda: store.defer(NO_ARTICLE, until=NOON, error_code="x", error_message="x"),
        lambda: store.quarantine(NO_ARTICLE, error_code="x", error_message="x", now=NOON),
        lambda: store.brief_page(NO_ARTICLE, reader_id=DEFAULT_READER),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_deferred_article_waits_and_counts_its_attempts(store: SqlStore, article_id: ArticleId) -> None:
    for _ in range(2):
        store.defer(article_id, until=NOON + HOUR, error_code="timeout", error_message="Too slow.")
    assert store.due_articles([ArticleState.FOUND], now=NOON, limit=5) == []
    (article,) = store.due_articles([ArticleState.FOUND], now=NOON + HOUR, limit=5)
    assert article.attempts == 2

    store.save_document(article_id, make_document(), now=NOON + HOUR)
    (article,) = store.due_articles([ArticleState.FETCHED], now=NOON + HOUR, limit=5)
    assert article.attempts == 0, "each step counts its own"


def test_an_article_at_rest_cannot_be_deferred_or_set_aside(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    store.defer(article_id, until=NOON, error_code="late", error_message="Late.")
    store.quarantine(article_id, error_code="late", error_message="Late.", now=NOON)
    assert store.counts().articles == {ArticleState.PUBLISHED: 1}
    assert store.list_quarantine() == []


@pytest.mark.parametrize("step", ON_THE_WAY)
def test_an_article_is_set_aside_at_any_step_with_its_reason(store: SqlStore, step: ArticleState) -> None:
    feed = store.add_feed("https://press.example/feed", title="Harbour Post", now=NOON)
    record(store, feed.id, make_entry("a"))
    (found,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=1)
    if step is ArticleState.FETCHED:
        store.save_document(found.id, make_document(), now=NOON)
    elif step is not ArticleState.FOUND:
        extract(store, found.id, make_article())
        if step is ArticleState.WRITTEN:
            store.save_brief(found.id, store.current_revision(found.id).id, make_brief(make_article()), now=NOON)

    store.quarantine(found.id, error_code="no_article", error_message="There is no article.", now=NOON + HOUR)
    store.quarantine(found.id, error_code="second", error_message="Again.", now=NOON + 2 * HOUR)

    (aside,) = store.list_quarantine()
    assert (aside.article_id, aside.step, aside.error_code, aside.error_message, aside.since) == (
        found.id, step, "no_article", "There is no article.", NOON + HOUR,
    )  # fmt: skip
    assert (aside.url, aside.title, aside.feed_id, aside.feed_title) == (
        "https://press.example/a", "Title of a", feed.id, "Harbour Post",
    )  # fmt: skip
    assert store.counts().articles == {ArticleState.QUARANTINED: 1}
    assert store.due_articles(list(ArticleState), now=NOON + 10 * HOUR, limit=5) == []
    with pytest.raises(NotFound):
        store.load_document(found.id)


def test_the_quarantine_is_listed_latest_first(store: SqlStore) -> None:
    ids = [store.add_article(make_entry(name), now=NOON) for name in "abc"]
    for article_id, hours in zip(ids, (1, 3, 2), strict=True):
        store.quarantine(article_id, error_code="x", error_message="x", now=NOON + hours * HOUR)
    assert [aside.article_id for aside in store.list_quarantine()] == [ids[1], ids[2], ids[0]]
    assert [aside.article_id for aside in store.list_quarantine(limit=1)] == [ids[1]]


def test_a_replayed_article_starts_again(store: SqlStore, article_id: ArticleId) -> None:
    store.save_document(article_id, make_document(), now=NOON)
    store.quarantine(article_id, error_code="crashed", error_message="It crashed.", now=NOON)

    store.replay(article_id, now=NOON + HOUR)

    (article,) = store.due_articles([ArticleState.FOUND], now=NOON + HOUR, limit=5)
    assert (article.id, article.attempts) == (article_id, 0)
    assert store.list_quarantine() == []
    with pytest.raises(Conflict):
        store.replay(article_id, now=NOON)
    publish(store, article_id, make_article(), at=NOON + HOUR)


def test_a_brief_that_was_never_published_leaves_no_version_behind(store: SqlStore, article_id: ArticleId) -> None:
    article = make_article()
    extract(store, article_id, article)
    revision_id = store.current_revision(article_id).id
    store.save_brief(article_id, revision_id, make_brief(article, headline="Unseen"), now=NOON)
    store.quarantine(article_id, error_code="x", error_message="x", now=NOON)
    store.replay(article_id, now=NOON)

    assert extract(store, article_id, article) is ArticleState.EXTRACTED, (
        "the text is known, its brief is not published"
    )
    assert store.current_revision(article_id).id == revision_id
    store.save_brief(article_id, revision_id, make_brief(article), now=NOON)
    store.publish(article_id, now=NOON)

    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.card.updated_at, page.card.headline) == (1, None, article.title)
