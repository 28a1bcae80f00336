"""People, places and organisations that briefs name, on each database."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.entity import Entity, EntityKind
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.marks import Follow, FollowKind, MuteEffect, MuteKind
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import NotFound
from store_values import HOUR, NOON, publish_new

REYL = Entity(EntityKind.PERSON, "ida-reyl", "Ida Reyl")
HOLM = Entity(EntityKind.PLACE, "holm", "Holm")
BOARD = Entity(EntityKind.ORGANISATION, "harbour-board", "Harbour Board")


def publish(store: SqlStore, name: str, *entities: Entity, hours_ago: int = 1) -> ArticleId:
    return publish_new(store, name, entities=entities, published_at=NOON - hours_ago * HOUR)


def named(store: SqlStore, entity: Entity, before: str = "", limit: int = 20) -> Sequence[tuple[ArticleId, str]]:
    query = BriefQuery(entity=(entity.kind, entity.slug), before=before, limit=limit)
    return [(card.article_id, card.sort_key) for card in store.list_briefs(query, reader_id=DEFAULT_READER)]


def test_briefs_are_listed_by_what_they_name(store: SqlStore) -> None:
    first = publish(store, "a", REYL, HOLM, hours_ago=3)
    second = publish(store, "b", HOLM, hours_ago=2)
    publish(store, "c")
    assert [article_id for article_id, _ in named(store, HOLM)] == [second, first]
    page = named(store, HOLM, limit=1)
    assert [article_id for article_id, _ in named(store, HOLM, before=page[0][1])] == [first]
    assert [article_id for article_id, _ in named(store, REYL)] == [first]
    assert named(store, Entity(EntityKind.PERSON, "holm", "Holm")) == []
    assert store.get_entity(EntityKind.PLACE, "holm").brief_count == 2
    assert store.brief_page(first, reader_id=DEFAULT_READER).brief.entities == (REYL, HOLM)
    assert store.brief_page(first, reader_id=DEFAULT_READER).card.entities == (REYL, HOLM)
    with pytest.raises(NotFound):
        store.get_entity(EntityKind.ORGANISATION, "holm")


def test_a_brief_that_leaves_the_lists_leaves_these_too(store: SqlStore) -> None:
    publish(store, "a", HOLM, hours_ago=300)
    stays = publish(store, "b", HOLM)
    assert store.expire_briefs(before=NOON - 100 * HOUR) == 0, "it was found only now"
    assert store.expire_briefs(before=NOON + HOUR, limit=1) == 1
    assert [article_id for article_id, _ in named(store, HOLM)] == [stays]
    assert store.get_entity(EntityKind.PLACE, "holm").brief_count == 1


def test_what_is_in_the_news_is_what_the_latest_briefs_name(store: SqlStore) -> None:
    publish(store, "a", REYL, HOLM)
    publish(store, "b", HOLM)
    assert [(record.entity, record.brief_count) for record in store.entities_in_the_news()] == [(HOLM, 2), (REYL, 1)]
    assert len(store.entities_in_the_news(limit=1)) == 1


def test_a_name_that_is_switched_off_is_nowhere_until_it_is_on_again(store: SqlStore) -> None:
    article_id = publish(store, "a", REYL, HOLM)
    store.set_follow(DEFAULT_READER, Follow(FollowKind.PERSON, REYL.slug), is_set=True)
    store.add_mute(DEFAULT_READER, MuteKind.PERSON, REYL.slug, MuteEffect.HIDE)
    store.bar_entity(REYL.kind, REYL.slug, barred_at=NOON)
    assert store.get_entity(REYL.kind, REYL.slug).is_barred
    assert [record.entity for record in store.barred_entities()] == [REYL]
    assert [record.entity for record in store.entities_in_the_news()] == [HOLM]
    assert store.brief_page(article_id, reader_id=DEFAULT_READER).brief.entities == (HOLM,)
    assert (store.follows(DEFAULT_READER), store.mutes(DEFAULT_READER)) == ([], [])
    store.bar_entity(REYL.kind, REYL.slug, barred_at=None)
    assert store.brief_page(article_id, reader_id=DEFAULT_READER).brief.entities == (REYL, HOLM)
    with pytest.raises(NotFound):
        store.bar_entity(EntityKind.PERSON, "nobody", barred_at=NOON)


def test_followed_names_are_in_the_followed_list(store: SqlStore) -> None:
    first = publish(store, "a", REYL, HOLM, hours_ago=3)
    second = publish(store, "b", BOARD, hours_ago=2)
    publish(store, "c", hours_ago=1)
    for follow in (Follow(FollowKind.PERSON, REYL.slug), Follow(FollowKind.ORGANISATION, BOARD.slug)):
        store.set_follow(DEFAULT_READER, follow, is_set=True)
    assert [card.article_id for card in store.list_followed(DEFAULT_READER)] == [second, first]


def test_briefs_from_before_are_caught_up_with_once(store: SqlStore) -> None:
    done = publish(store, "a", HOLM, hours_ago=3)
    old = publish(store, "b", hours_ago=2)
    assert store.unnamed_briefs() == [], "none is not the same as never looked for"
    forget_names(store, old)
    (unnamed,) = store.unnamed_briefs()
    assert unnamed.texts[0] == "Title of b"
    assert len(unnamed.texts) == 9
    assert "ferry" in unnamed.article.text
    for _ in range(2):
        store.save_entities([(unnamed.id, [HOLM, BOARD])])
    assert store.unnamed_briefs() == []
    assert [article_id for article_id, _ in named(store, HOLM)] == [old, done]
    assert store.get_entity(BOARD.kind, BOARD.slug).brief_count == 1


def forget_names(store: SqlStore, article_id: ArticleId) -> None:
    """Make the brief of an article one from before names were looked for."""
    from sqlalchemy import null, update

    from nutgraf.adapters.store.tables import briefs

    of_article = update(briefs).where(briefs.c.article_id == article_id).values(entities=null())
    store._database.write(lambda connection: connection.execute(of_article))
