"""What readers mark, mute and follow, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nutgraf.adapters.store import SqlStore, marks
from nutgraf.domain.account import TicketKind
from nutgraf.domain.ids import DEFAULT_READER, ArticleId, MuteId, ReaderId
from nutgraf.domain.marks import Follow, FollowKind, Mark, MuteEffect, MuteKind, Visit
from nutgraf.domain.records import BriefCard, BriefQuery, Standing
from nutgraf.errors import Conflict, NotFound
from store_values import DIPLOMACY, HOUR, NOON, TRADE, WORLD, make_entry, publish_new

OTHER_PRESS = "Northside Ledger"


def set_mark(store: SqlStore, article_id: ArticleId, mark: Mark, *, is_set: bool = True, hours: int = 0) -> None:
    store.set_mark(DEFAULT_READER, article_id, mark, is_set=is_set, now=NOON + hours * HOUR)


def card(store: SqlStore, article_id: ArticleId, reader_id: ReaderId = DEFAULT_READER) -> BriefCard:
    return next(c for c in store.list_briefs(BriefQuery(), reader_id=reader_id) if c.article_id == article_id)


@pytest.fixture
def other_reader(store: SqlStore) -> ReaderId:
    token = store.issue_ticket(TicketKind.INVITE, now=NOON, expires_at=NOON + HOUR)
    return store.redeem_ticket(token, name="Bo", password_hash="h", now=NOON).id


def test_marks_are_put_on_and_taken_off(store: SqlStore, other_reader: ReaderId) -> None:
    article_id = publish_new(store, "a")
    for mark, shown in ((Mark.SAVED, "is_saved"), (Mark.HIDDEN, "is_hidden")):
        assert not getattr(card(store, article_id), shown)
        set_mark(store, article_id, mark)
        set_mark(store, article_id, mark)
        assert getattr(card(store, article_id), shown)
        assert not getattr(card(store, article_id, other_reader), shown)
    set_mark(store, article_id, Mark.SAVED, is_set=False)
    set_mark(store, article_id, Mark.SAVED, is_set=False)
    assert (card(store, article_id).is_saved, card(store, article_id).is_hidden) == (False, True)
    with pytest.raises(NotFound):
        set_mark(store, ArticleId(999), Mark.SAVED)


def test_what_is_marked_unread_is_new_again_and_still_counted_once(store: SqlStore) -> None:
    article_id = publish_new(store, "a")
    store.record_read(DEFAULT_READER, article_id, now=NOON)
    assert card(store, article_id).is_read
    set_mark(store, article_id, Mark.UNREAD)
    assert not card(store, article_id).is_read
    store.record_read(DEFAULT_READER, article_id, now=NOON)
    assert card(store, article_id).is_read, "reading takes the mark off"
    assert card(store, article_id).reads == 1


def test_saved_briefs_are_listed_by_when_they_were_saved(store: SqlStore) -> None:
    names = [publish_new(store, name) for name in "abcd"]
    for hours, article_id in enumerate((names[2], names[0], names[3])):
        set_mark(store, article_id, Mark.SAVED, hours=hours)
    set_mark(store, names[2], Mark.SAVED, hours=9)
    first = store.list_saved(DEFAULT_READER, limit=2)
    assert [c.article_id for c in first] == [names[3], names[0]]
    rest = store.list_saved(DEFAULT_READER, before=first[-1].sort_key, limit=2)
    assert [c.article_id for c in rest] == [names[2]]
    assert store.list_saved(DEFAULT_READER, before="nonsense", limit=1)


def test_history_is_what_was_read_latest_first(store: SqlStore, other_reader: ReaderId) -> None:
    names = [publish_new(store, name) for name in "abc"]
    for hours, article_id in enumerate((names[1], names[0])):
        store.record_read(DEFAULT_READER, article_id, now=NOON + hours * HOUR)
    store.record_read(other_reader, names[2], now=NOON)
    first = store.list_history(DEFAULT_READER, limit=1)
    rest = store.list_history(DEFAULT_READER, before=first[-1].sort_key)
    assert [c.article_id for c in (*first, *rest)] == [names[0], names[1]]


def test_followed_topics_and_publishers_are_one_list(store: SqlStore) -> None:
    diplomacy = publish_new(store, "a", topics=[DIPLOMACY], published_at=NOON - 3 * HOUR)
    trade = publish_new(store, "b", topics=[TRADE], published_at=NOON - 2 * HOUR)
    other = publish_new(store, "c", topics=[DIPLOMACY], publisher=OTHER_PRESS, published_at=NOON - HOUR)
    publish_new(store, "d", topics=[], published_at=NOON - HOUR)
    assert store.list_followed(DEFAULT_READER) == []
    for follow in (Follow(FollowKind.TOPIC, WORLD.slug), Follow(FollowKind.PUBLISHER, "northside-ledger")):
        store.set_follow(DEFAULT_READER, follow, is_set=True)
        store.set_follow(DEFAULT_READER, follow, is_set=True)
    assert [c.article_id for c in store.list_followed(DEFAULT_READER)] == [other, diplomacy]
    store.set_follow(DEFAULT_READER, Follow(FollowKind.TOPIC, TRADE.slug), is_set=True)
    assert len(store.follows(DEFAULT_READER)) == 3
    seen: list[ArticleId] = []
    before = ""
    while page := store.list_followed(DEFAULT_READER, before=before, limit=1):
        seen += [c.article_id for c in page]
        before = page[-1].sort_key
    assert seen == [other, trade, diplomacy]
    store.set_follow(DEFAULT_READER, Follow(FollowKind.TOPIC, WORLD.slug), is_set=False)
    assert [c.article_id for c in store.list_followed(DEFAULT_READER)] == [other, trade]


def test_follows_and_mutes_are_bounded(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "MAX_FOLLOWS", 1)
    monkeypatch.setattr(marks, "MAX_MUTES", 1)
    store.set_follow(DEFAULT_READER, Follow(FollowKind.TOPIC, "a"), is_set=True)
    with pytest.raises(Conflict):
        store.set_follow(DEFAULT_READER, Follow(FollowKind.TOPIC, "b"), is_set=True)
    store.add_mute(DEFAULT_READER, MuteKind.WORD, "a", MuteEffect.HIDE)
    with pytest.raises(Conflict):
        store.add_mute(DEFAULT_READER, MuteKind.WORD, "b", MuteEffect.HIDE)


def test_mutes_are_a_readers_own(store: SqlStore, other_reader: ReaderId) -> None:
    store.add_mute(DEFAULT_READER, MuteKind.WORD, "cricket", MuteEffect.HIDE)
    store.add_mute(DEFAULT_READER, MuteKind.WORD, "cricket", MuteEffect.FOLD)
    store.add_mute(DEFAULT_READER, MuteKind.TOPIC, "sport", MuteEffect.HIDE)
    found = store.mutes(DEFAULT_READER)
    assert [(mute.kind, mute.value, mute.effect) for mute in found] == [
        (MuteKind.TOPIC, "sport", MuteEffect.HIDE),
        (MuteKind.WORD, "cricket", MuteEffect.FOLD),
    ]
    assert store.mutes(other_reader) == []
    with pytest.raises(NotFound):
        store.remove_mute(other_reader, found[0].id)
    store.remove_mute(DEFAULT_READER, found[0].id)
    with pytest.raises(NotFound):
        store.remove_mute(DEFAULT_READER, MuteId(found[0].id))
    assert len(store.mutes(DEFAULT_READER)) == 1


def test_a_visit_begins_after_a_while_away(store: SqlStore) -> None:
    def visit(minutes: int) -> Visit:
        return store.record_visit(DEFAULT_READER, now=NOON + timedelta(minutes=minutes), new_after=HOUR)

    assert visit(0) == visit(30) == Visit(None)
    assert visit(85) == Visit(None), "an hour counts from the last sign"
    assert visit(200) == visit(201) == Visit(NOON + timedelta(minutes=85))


def test_standings_are_the_list_with_the_readers_marks(store: SqlStore, other_reader: ReaderId) -> None:
    first, second, third = (publish_new(store, name, published_at=NOON - h * HOUR) for h, name in enumerate("abc", 1))
    for article_id in (first, second):
        store.record_read(DEFAULT_READER, article_id, now=NOON)
    set_mark(store, first, Mark.UNREAD)
    set_mark(store, third, Mark.HIDDEN)
    query = BriefQuery(limit=2, since=NOON - 3 * HOUR, topic=DIPLOMACY.slug)
    for reader_id in (DEFAULT_READER, other_reader):
        for asked in (query, BriefQuery(), BriefQuery(until=NOON - HOUR)):
            cards = store.list_briefs(asked, reader_id=reader_id)
            expected = [Standing(c.article_id, c.brief_id, c.published_at, c.is_read, c.is_hidden) for c in cards]
            assert store.list_standings(asked, reader_id=reader_id) == expected
    assert [s.is_read for s in store.list_standings(BriefQuery(), reader_id=DEFAULT_READER)] == [False, True, False]


def test_cards_come_in_the_order_asked_for(store: SqlStore) -> None:
    first, second = publish_new(store, "a"), publish_new(store, "b")
    found = store.add_article(make_entry("c"), now=NOON)
    set_mark(store, second, Mark.SAVED)
    asked = [second, found, ArticleId(999), first]
    assert store.get_cards(asked, reader_id=DEFAULT_READER) == [card(store, second), card(store, first)]
    assert store.get_cards([], reader_id=DEFAULT_READER) == []


def test_lists_may_be_bounded_in_time(store: SqlStore) -> None:
    names = [publish_new(store, name, published_at=NOON - hours * HOUR) for hours, name in enumerate("abcd", 1)]
    query = BriefQuery(since=NOON - 3 * HOUR, until=NOON - HOUR)
    assert [c.article_id for c in store.list_briefs(query, reader_id=DEFAULT_READER)] == names[1:3]
    query = BriefQuery(topic=DIPLOMACY.slug, since=NOON - 3 * HOUR)
    assert [c.article_id for c in store.list_briefs(query, reader_id=DEFAULT_READER)] == names[:3]
