"""Texts of articles: revisions, copies and publishers, on each database."""

from __future__ import annotations

import dataclasses

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.evidence import Finding, Verdict
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, RevisionId
from nutgraf.domain.records import ArticleState, BriefQuery
from nutgraf.errors import Conflict, NotFound, StoreError
from store_values import (
    DIPLOMACY,
    FIRST_TEXT,
    HOUR,
    NOON,
    SECOND_TEXT,
    extract,
    make_article,
    make_brief,
    make_document,
    make_entry,
    poll_with,
    publish,
    publish_new,
    record,
)


def add(store: SqlStore, name: str) -> ArticleId:
    return store.add_article(make_entry(name), now=NOON)


def change(store: SqlStore, article_id: ArticleId, name: str, *, content_hash: str = "second") -> None:
    """Let a feed announce that the article has changed."""
    feeds = store.list_feeds() or [store.add_feed("https://press.example/changes", now=NOON)]
    record(store, feeds[0].id, make_entry(name, content_hash=f"before {content_hash}"))
    assert record(store, feeds[0].id, make_entry(name, content_hash=content_hash)).changed_articles == 1


def test_an_extracted_article_comes_back_as_it_was(store: SqlStore) -> None:
    article_id = add(store, "a")
    article = make_article(canonical_url="https://press.example/canonical")
    assert extract(store, article_id, article, at=NOON + HOUR) is ArticleState.EXTRACTED

    revision = store.current_revision(article_id)
    assert (revision.article_id, revision.number, revision.stored_at) == (article_id, 1, NOON + HOUR)
    assert revision.article == article


def test_a_text_in_any_script_keeps_its_offsets(store: SqlStore) -> None:
    article = make_article("Паром пойдёт. 船は日曜日に. 👩‍👩‍👧 schön.\n\nمرحبا.")
    article_id = add(store, "a")
    extract(store, article_id, article)
    assert store.current_revision(article_id).article == article


def test_a_changed_text_is_a_new_revision_and_the_next_version(store: SqlStore) -> None:
    article_id = add(store, "a")
    publish(store, article_id, make_article(FIRST_TEXT))
    store.record_read(DEFAULT_READER, article_id, now=NOON)
    change(store, article_id, "a")
    later = NOON + HOUR

    publish(store, article_id, make_article(SECOND_TEXT), at=later, topics=[DIPLOMACY])

    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.card.updated_at) == (2, later)
    assert (page.revision.number, page.revision.article.text) == (2, SECOND_TEXT)
    assert page.previous_revision is not None
    assert (page.previous_revision.number, page.previous_revision.article.text) == (1, FIRST_TEXT)
    assert page.card.reads == 1
    assert page.card.is_read
    assert page.card.published_at == NOON - HOUR, "a new version keeps its place in the lists"
    assert [topic.slug for topic in page.brief.topics] == ["diplomacy"]


def test_the_earlier_brief_is_shown_until_the_new_one_is_published(store: SqlStore) -> None:
    article_id = add(store, "a")
    publish(store, article_id, make_article(FIRST_TEXT))
    change(store, article_id, "a")
    changed = make_article(SECOND_TEXT)
    extract(store, article_id, changed)
    store.save_brief(article_id, store.current_revision(article_id).id, make_brief(changed), now=NOON)

    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.revision.article.text, page.previous_revision) == (1, FIRST_TEXT, None)
    assert store.counts().briefs == 1

    store.quarantine(article_id, error_code="x", error_message="x", now=NOON)
    assert store.brief_page(article_id, reader_id=DEFAULT_READER).version == 1


def test_the_same_text_again_stores_nothing(store: SqlStore) -> None:
    article_id = add(store, "a")
    publish(store, article_id, make_article())
    before = store.brief_page(article_id, reader_id=DEFAULT_READER)
    change(store, article_id, "a")

    assert extract(store, article_id, make_article()) is ArticleState.PUBLISHED

    assert store.brief_page(article_id, reader_id=DEFAULT_READER) == before
    assert store.counts().articles == {ArticleState.PUBLISHED: 1}
    with pytest.raises(NotFound):
        store.load_document(article_id)


def test_a_text_that_goes_back_to_what_it_was_is_a_third_revision(store: SqlStore) -> None:
    article_id = add(store, "a")
    publish(store, article_id, make_article(FIRST_TEXT))
    change(store, article_id, "a", content_hash="second")
    publish(store, article_id, make_article(SECOND_TEXT))
    change(store, article_id, "a", content_hash="third")
    publish(store, article_id, make_article(FIRST_TEXT))
    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.version, page.revision.number) == (3, 3)
    assert page.previous_revision is not None
    assert page.previous_revision.article.text == SECOND_TEXT


def test_a_brief_of_another_text_is_refused(store: SqlStore) -> None:
    article_id, other = add(store, "a"), add(store, "b")
    extract(store, article_id, make_article(FIRST_TEXT))
    extract(store, other, make_article(SECOND_TEXT))
    revision_id = store.current_revision(article_id).id
    with pytest.raises(Conflict):
        store.save_brief(article_id, revision_id, make_brief(make_article(SECOND_TEXT)), now=NOON)
    with pytest.raises(NotFound):
        store.save_brief(other, revision_id, make_brief(make_article(FIRST_TEXT)), now=NOON)
    with pytest.raises(NotFound):
        store.save_brief(article_id, RevisionId(999), make_brief(make_article(FIRST_TEXT)), now=NOON)
    assert store.save_brief(article_id, revision_id, make_brief(make_article(FIRST_TEXT)), now=NOON)


def test_a_brief_of_an_earlier_revision_comes_too_late(store: SqlStore) -> None:
    article_id = add(store, "a")
    extract(store, article_id, make_article(FIRST_TEXT))
    earlier = store.current_revision(article_id).id
    store.quarantine(article_id, error_code="x", error_message="x", now=NOON)
    store.replay(article_id, now=NOON)
    extract(store, article_id, make_article(SECOND_TEXT))
    assert not store.save_brief(article_id, earlier, make_brief(make_article(FIRST_TEXT)), now=NOON)


def test_an_unsupported_sentence_is_never_stored_in_a_brief(store: SqlStore) -> None:
    article_id = add(store, "a")
    article = make_article()
    extract(store, article_id, article)
    brief = make_brief(article)
    assert brief.dek is not None
    lie = dataclasses.replace(brief.dek, finding=Finding(Verdict.UNSUPPORTED, 0.0))
    revision_id = store.current_revision(article_id).id
    with pytest.raises(StoreError):
        store.save_brief(article_id, revision_id, dataclasses.replace(brief, dek=lie), now=NOON)
    assert store.counts().articles == {ArticleState.EXTRACTED: 1}, "nothing of the call is kept"


# Copies


def test_articles_that_share_a_band_key_are_found_oldest_first(store: SqlStore) -> None:
    ids = [add(store, name) for name in "abcd"]
    keys = [[1, 2], [2, -(2**63)], [-(2**63), 2**63 - 1], [77]]
    for article_id, band_keys, text in zip(ids, keys, "abcd", strict=True):
        extract(store, article_id, make_article(f"Text {text}."), band_keys=band_keys)

    def similar(article_id: ArticleId, band_keys: list[int]) -> list[ArticleId]:
        return [revision.article_id for revision in store.find_copies(article_id, band_keys)]

    assert similar(ids[3], [2]) == [ids[0], ids[1]]
    assert similar(ids[0], [2, 2]) == [ids[1]]
    assert similar(ids[3], [-(2**63), 1]) == [ids[0], ids[1], ids[2]]
    assert similar(ids[3], [5]) == similar(ids[3], []) == []
    assert store.find_copies(ids[3], [2**63 - 1])[0] == store.current_revision(ids[2])


def test_only_the_current_text_is_found(store: SqlStore) -> None:
    article_id, other = add(store, "a"), add(store, "b")
    publish(store, article_id, make_article(FIRST_TEXT), band_keys=[1])
    change(store, article_id, "a")
    extract(store, article_id, make_article(SECOND_TEXT), band_keys=[2])
    assert store.find_copies(other, [1]) == []
    assert [revision.article.text for revision in store.find_copies(other, [2])] == [SECOND_TEXT]


def test_neither_copies_nor_what_nobody_sees_are_found(store: SqlStore) -> None:
    original, copy, aside, asking = (add(store, name) for name in "abcd")
    extract(store, original, make_article("One."), band_keys=[1])
    extract(store, copy, make_article("One, copied."), band_keys=[1], copy_of=original)
    extract(store, aside, make_article("One, unwritten."), band_keys=[1])
    store.quarantine(aside, error_code="x", error_message="x", now=NOON)
    assert [revision.article_id for revision in store.find_copies(asking, [1])] == [original]


def test_a_copy_is_shown_with_its_original(store: SqlStore) -> None:
    original = publish_new(store, "original", publisher="Meridian Wire")
    copy = add(store, "copy")
    article = make_article(SECOND_TEXT, publisher="Northside Record", title="As in the Wire")

    assert extract(store, copy, article, copy_of=original) is ArticleState.COPY

    (shown,) = store.brief_page(original, reader_id=DEFAULT_READER).copies
    assert (shown.article_id, shown.title, shown.url) == (copy, "As in the Wire", "https://press.example/copy")
    assert (shown.publisher.name, shown.publisher.brief_count) == ("Northside Record", 0)
    assert store.counts().articles == {ArticleState.PUBLISHED: 1, ArticleState.COPY: 1}
    assert store.current_revision(copy).article == article
    assert store.brief_page(copy, reader_id=DEFAULT_READER).card.article_id == original


def test_an_original_that_comes_in_late_takes_its_copies(store: SqlStore) -> None:
    early_copy = publish_new(store, "copy", publisher="Northside Record")
    its_copy, original = add(store, "copy of the copy"), add(store, "original")
    extract(store, its_copy, make_article("Copy two.", publisher="B"), copy_of=early_copy)

    wire = make_article(SECOND_TEXT, publisher="Meridian Wire")
    assert extract(store, original, wire, copies=[early_copy]) is ArticleState.EXTRACTED

    assert store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER) == []
    assert store.counts().articles == {ArticleState.EXTRACTED: 1, ArticleState.COPY: 2}
    brief = make_brief(wire)
    assert store.save_brief(original, store.current_revision(original).id, brief, now=NOON)
    assert store.publish(original, now=NOON)
    copies = store.brief_page(early_copy, reader_id=DEFAULT_READER).copies
    assert [copy.article_id for copy in copies] == [early_copy, its_copy]


def test_a_copy_of_a_copy_is_one_of_the_original(store: SqlStore) -> None:
    original = publish_new(store, "original", publisher="Meridian Wire")
    first, second = add(store, "first"), add(store, "second")
    extract(store, first, make_article("Copy one.", publisher="B"), copy_of=original)
    extract(store, second, make_article("Copy two.", publisher="C"), copy_of=first)
    copies = store.brief_page(original, reader_id=DEFAULT_READER).copies
    assert [copy.article_id for copy in copies] == [first, second]


def test_an_article_that_becomes_a_copy_leaves_the_lists_and_hands_its_copies_on(store: SqlStore) -> None:
    original = publish_new(store, "original", publisher="Meridian Wire")
    article_id = add(store, "a")
    publish(store, article_id, make_article(FIRST_TEXT, publisher="Harbour Post"))
    copy = add(store, "copy")
    extract(store, copy, make_article("Copy.", publisher="Northside Record"), copy_of=article_id)
    change(store, article_id, "a")

    assert extract(store, article_id, make_article(SECOND_TEXT, publisher="Harbour Post"), copy_of=original) is (
        ArticleState.COPY
    )

    assert [card.article_id for card in store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)] == [original]
    assert store.counts().briefs == 1
    assert store.topic_counts() == {"world-politics": 1, "diplomacy": 1}
    assert [publisher.name for publisher in store.list_publishers()] == ["Meridian Wire"]
    copies = store.brief_page(original, reader_id=DEFAULT_READER).copies
    assert [copy.article_id for copy in copies] == [article_id, copy]


def test_a_copy_that_changes_can_stand_by_itself_again(store: SqlStore) -> None:
    original = publish_new(store, "original", publisher="Meridian Wire")
    article_id = add(store, "a")
    extract(store, article_id, make_article(FIRST_TEXT, publisher="B"), copy_of=original)
    change(store, article_id, "a")
    publish(store, article_id, make_article(SECOND_TEXT, publisher="B"))
    assert store.brief_page(original, reader_id=DEFAULT_READER).copies == ()
    assert store.brief_page(article_id, reader_id=DEFAULT_READER).version == 1


def test_an_article_set_aside_can_turn_out_to_be_a_copy(store: SqlStore) -> None:
    aside, original = add(store, "aside"), add(store, "original")
    extract(store, aside, make_article(FIRST_TEXT), band_keys=[1])
    store.quarantine(aside, error_code="x", error_message="x", now=NOON)

    extract(store, original, make_article(SECOND_TEXT), copies=[aside])

    assert store.list_quarantine() == []
    assert store.counts().articles == {ArticleState.COPY: 1, ArticleState.EXTRACTED: 1}


def test_a_copy_that_is_not_there_undoes_the_whole_step(store: SqlStore) -> None:
    article_id = add(store, "a")
    store.save_document(article_id, make_document(), now=NOON)
    with pytest.raises(NotFound):
        store.save_extraction(article_id, make_article(), band_keys=[], copy_of=None, copies=[ArticleId(999)], now=NOON)
    assert store.counts().articles == {ArticleState.FETCHED: 1}
    assert store.load_document(article_id) == make_document()


def test_copies_of_what_is_set_aside_unseen_stand_by_themselves(store: SqlStore) -> None:
    original, copy = add(store, "original"), add(store, "copy")
    extract(store, original, make_article(FIRST_TEXT), band_keys=[1])
    extract(store, copy, make_article(FIRST_TEXT), copy_of=original)

    store.quarantine(original, error_code="x", error_message="x", now=NOON)

    assert store.counts().articles == {ArticleState.QUARANTINED: 1, ArticleState.FOUND: 1}
    assert store.find_copies(copy, [1]) == []
    publish(store, copy, make_article(FIRST_TEXT))


def test_copies_of_what_is_published_stay_with_it_when_its_change_is_set_aside(store: SqlStore) -> None:
    original, copy = add(store, "original"), add(store, "copy")
    publish(store, original, make_article(FIRST_TEXT, publisher="Meridian Wire"))
    extract(store, copy, make_article(SECOND_TEXT), copy_of=original)
    change(store, original, "original")

    store.quarantine(original, error_code="x", error_message="x", now=NOON)

    assert [shown.article_id for shown in store.brief_page(original, reader_id=DEFAULT_READER).copies] == [copy]


def test_of_two_articles_with_one_canonical_address_the_later_is_a_copy(store: SqlStore) -> None:
    first, second = add(store, "a?from=rss"), add(store, "a?from=front")
    canonical = "https://press.example/a"
    publish(store, first, make_article(FIRST_TEXT, canonical_url=canonical))

    assert extract(store, second, make_article(SECOND_TEXT, canonical_url=canonical)) is ArticleState.COPY

    assert store.brief_page(first, reader_id=DEFAULT_READER).copies == (), "one publisher's two addresses are no copies"
    change(store, first, "a?from=rss")
    assert extract(store, first, make_article("New.", canonical_url=canonical)) is ArticleState.EXTRACTED


def test_articles_without_a_canonical_address_are_not_copies(store: SqlStore) -> None:
    for name in "ab":
        assert extract(store, add(store, name), make_article(f"Text {name}.")) is ArticleState.EXTRACTED


def test_an_article_is_no_copy_of_itself_or_of_nothing(store: SqlStore) -> None:
    article_id = add(store, "a")
    assert store.save_document(article_id, make_document(), now=NOON)
    with pytest.raises(NotFound):
        store.save_extraction(article_id, make_article(), band_keys=[], copy_of=ArticleId(999), now=NOON)
    state = store.save_extraction(article_id, make_article(), band_keys=[], copy_of=article_id, now=NOON)
    assert state is ArticleState.EXTRACTED


# Publishers


def test_one_name_is_one_publisher(store: SqlStore) -> None:
    publish_new(store, "a", publisher="The Harbour Post")
    publish_new(store, "b", publisher=" the  HARBOUR post ")
    (publisher,) = store.list_publishers()
    assert (publisher.name, publisher.slug, publisher.brief_count) == ("The Harbour Post", "the-harbour-post", 2)
    assert publisher.site_url == "https://press.example/"
    assert store.get_publisher("the-harbour-post") == publisher


def test_names_that_give_one_slug_are_told_apart(store: SqlStore) -> None:
    for name, publisher in (("a", "El País"), ("b", "El Pais!"), ("c", "el-pais")):
        publish_new(store, name, publisher=publisher)
    assert {publisher.slug for publisher in store.list_publishers()} == {"el-pais", "el-pais-2", "el-pais-3"}


@pytest.mark.parametrize("name", ["Новости", "朝日新聞", "!!!", "صحيفة"])
def test_a_name_without_latin_letters_has_a_slug(store: SqlStore, name: str) -> None:
    publish_new(store, "a", publisher=name)
    (publisher,) = store.list_publishers()
    assert publisher.name == name
    assert publisher.slug.startswith("publisher-")
    assert publisher.slug.isascii()
    assert [
        card.publisher for card in store.list_briefs(BriefQuery(publisher=publisher.slug), reader_id=DEFAULT_READER)
    ]


def test_a_publisher_without_a_name_has_its_feeds_or_its_hosts(store: SqlStore) -> None:
    feed = store.add_feed("https://press.example/feed", title="Feed of the Post", now=NOON)
    store.record_poll(feed.id, poll_with(make_entry("a"), title=""))
    (found,) = store.due_articles([ArticleState.FOUND], now=NOON, limit=1)
    publish(store, found.id, make_article(FIRST_TEXT, publisher=""))
    publish(store, add(store, "b"), make_article(SECOND_TEXT, publisher=" ", url="https://www.record.example/b"))
    publish(store, add(store, "c"), make_article("No host.", publisher="", url="https://[broken/c"))
    assert [publisher.name for publisher in store.list_publishers()] == [
        "Feed of the Post", "record.example", "Unknown publisher",
    ]  # fmt: skip


def test_a_publisher_that_changes_with_the_text_takes_its_count_along(store: SqlStore) -> None:
    article_id = add(store, "a")
    publish(store, article_id, make_article(FIRST_TEXT, publisher="Old Name"))
    change(store, article_id, "a")
    changed = make_article(SECOND_TEXT, publisher="New Name")
    publish(store, article_id, changed)
    assert [(publisher.name, publisher.brief_count) for publisher in store.list_publishers()] == [("New Name", 1)]
    assert store.list_briefs(BriefQuery(publisher="old-name"), reader_id=DEFAULT_READER) == []
    assert len(store.list_briefs(BriefQuery(publisher="new-name"), reader_id=DEFAULT_READER)) == 1
