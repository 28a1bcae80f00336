"""What readers mark, mute and follow (the MarkStore port)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, literal_column, select, tuple_, union_all, update

from nutgraf.adapters.store.cards import load_cards_of, parse_cursor
from nutgraf.adapters.store.columns import to_microseconds
from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.tables import (
    articles,
    entity_listing,
    follows,
    marks,
    mutes,
    publishers,
    reads,
    topic_listing,
    visits,
)
from nutgraf.domain.ids import ArticleId, MuteId, ReaderId
from nutgraf.domain.marks import Follow, FollowKind, Mark, Mute, MuteEffect, MuteKind, Visit
from nutgraf.domain.records import BriefCard
from nutgraf.errors import Conflict, NotFound

MAX_MUTES = 200
MAX_FOLLOWS = 60
MAX_PAGE = 100
SIGN = timedelta(minutes=1)

_FIRST_CURSOR = (datetime.max.replace(microsecond=0, tzinfo=UTC), 1 << 62)
_COLUMNS = {Mark.SAVED: marks.c.saved_at, Mark.HIDDEN: marks.c.hidden_at, Mark.UNREAD: marks.c.unread_at}

_MUTES = select(mutes).where(mutes.c.reader_id == bindparam("reader_id")).order_by(mutes.c.kind, mutes.c.value)
_FOLLOWS = select(follows).where(follows.c.reader_id == bindparam("reader_id")).order_by(follows.c.kind, follows.c.slug)
_VISIT = select(visits).where(visits.c.reader_id == bindparam("reader_id"))


class SqlMarks(Repository):
    """Marks on briefs, mutes, follows and visits."""

    @writing
    def set_mark(
        self,
        connection: Connection,
        reader_id: ReaderId,
        article_id: ArticleId,
        mark: Mark,
        *,
        is_set: bool,
        now: datetime,
    ) -> None:
        """Put a mark on a published brief, or take it off. Idempotent. Raises NotFound for the brief."""
        is_listed = select(articles.c.id).where(articles.c.id == article_id, articles.c.listed_at.is_not(None))
        if connection.execute(is_listed).first() is None:
            raise NotFound(f"No brief of article {article_id} is published.")
        column = _COLUMNS[mark]
        of_brief = (marks.c.reader_id == reader_id, marks.c.article_id == article_id)
        if not is_set:
            connection.execute(update(marks).where(*of_brief).values({column: None}))
            is_bare = [other.is_(None) for other in _COLUMNS.values()]
            connection.execute(marks.delete().where(*of_brief, *is_bare))
            return
        values = {"reader_id": reader_id, "article_id": article_id, column.name: now}
        insert = insert_into(connection.dialect.name, marks).values(values)
        kept = func.coalesce(column, insert.excluded[column.name])  # marked already: keeps its place in the list
        connection.execute(
            insert.on_conflict_do_update(index_elements=["reader_id", "article_id"], set_={column.name: kept})
        )

    @reading
    def list_saved(
        self, connection: Connection, reader_id: ReaderId, *, before: str = "", limit: int = 20
    ) -> list[BriefCard]:
        """Saved briefs, latest saved first; `sort_key` continues."""
        page = select(marks.c.article_id, marks.c.saved_at.label("at")).where(
            marks.c.reader_id == bindparam("reader_id"), marks.c.saved_at.is_not(None)
        )
        return _cards_by(connection, page, marks.c.saved_at, marks.c.article_id, reader_id, before, limit)

    @reading
    def list_history(
        self, connection: Connection, reader_id: ReaderId, *, before: str = "", limit: int = 20
    ) -> list[BriefCard]:
        """Briefs that were read, latest read first; `sort_key` continues."""
        page = select(reads.c.article_id, reads.c.read_at.label("at")).where(
            reads.c.reader_id == bindparam("reader_id")
        )
        return _cards_by(connection, page, reads.c.read_at, reads.c.article_id, reader_id, before, limit)

    @reading
    def list_followed(
        self, connection: Connection, reader_id: ReaderId, *, before: str = "", limit: int = 20
    ) -> list[BriefCard]:
        """Briefs of what the reader follows, newest first, each once; `sort_key` continues.

        The first page of each followed list is one range of an index; the newest of all of them are the page.
        """
        followed = _load_follows(connection, reader_id)
        if not followed:
            return []
        of_topics = [follow.slug for follow in followed if follow.kind is FollowKind.TOPIC]
        of_publishers = [follow.slug for follow in followed if follow.kind is FollowKind.PUBLISHER]
        of_entities = [follow for follow in followed if follow.entity_kind is not None]
        last_time, last_id = parse_cursor(before) or _FIRST_CURSOR
        values: dict[str, Any] = {"last_time": last_time, "last_id": last_id, "limit": _bounded(limit)}
        values |= {f"topic{number}": slug for number, slug in enumerate(of_topics)}
        values |= {f"publisher{number}": slug for number, slug in enumerate(of_publishers)}
        for number, follow in enumerate(of_entities):
            values |= {f"kind{number}": follow.kind.value, f"entity{number}": follow.slug}
        query = _followed_query(len(of_topics), len(of_publishers), len(of_entities))
        chosen = connection.execute(query, values).all()
        return _load_in_order(connection, [(row.article_id, row.at) for row in chosen], reader_id)

    @reading
    def mutes(self, connection: Connection, reader_id: ReaderId) -> list[Mute]:
        """What a reader mutes, by kind and value."""
        rows = connection.execute(_MUTES, {"reader_id": reader_id})
        return [Mute(MuteId(row.id), MuteKind(row.kind), row.value, MuteEffect(row.effect)) for row in rows]

    @writing
    def add_mute(
        self, connection: Connection, reader_id: ReaderId, kind: MuteKind, value: str, effect: MuteEffect
    ) -> None:
        """Mute something; a second time changes the effect. Raises Conflict beyond MAX_MUTES."""
        _must_have_room(connection, mutes, reader_id, MAX_MUTES, "mutes")
        values = {"reader_id": reader_id, "kind": kind.value, "value": value, "effect": effect.value}
        insert = insert_into(connection.dialect.name, mutes).values(values)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["reader_id", "kind", "value"], set_={"effect": insert.excluded.effect}
            )
        )

    @writing
    def remove_mute(self, connection: Connection, reader_id: ReaderId, mute_id: MuteId) -> None:
        """Raises NotFound."""
        gone = connection.execute(mutes.delete().where(mutes.c.reader_id == reader_id, mutes.c.id == mute_id))
        if gone.rowcount == 0:
            raise NotFound("There is no such mute.")

    @reading
    def follows(self, connection: Connection, reader_id: ReaderId) -> list[Follow]:
        """What a reader follows, by kind and slug."""
        return _load_follows(connection, reader_id)

    @writing
    def set_follow(self, connection: Connection, reader_id: ReaderId, follow: Follow, *, is_set: bool) -> None:
        """Follow or no longer follow. Idempotent. Raises Conflict beyond MAX_FOLLOWS."""
        values = {"reader_id": reader_id, "kind": follow.kind.value, "slug": follow.slug}
        if not is_set:
            connection.execute(follows.delete().where(*(follows.c[name] == value for name, value in values.items())))
            return
        _must_have_room(connection, follows, reader_id, MAX_FOLLOWS, "follows")
        connection.execute(insert_into(connection.dialect.name, follows).values(values).on_conflict_do_nothing())

    def record_visit(self, reader_id: ReaderId, *, now: datetime, new_after: timedelta) -> Visit:
        """Note that a reader is here; after `new_after` without a sign of them a new visit begins.

        A sign within SIGN of the last is not stored: reading must not wait for those who write.
        """
        row = self._database.read(lambda connection: connection.execute(_VISIT, {"reader_id": reader_id}).first())
        if row is not None and timedelta(0) <= now - row.last_at < min(SIGN, new_after):
            return Visit(row.before_at)
        return self._database.write(lambda connection: _store_visit(connection, reader_id, now, new_after))


def _store_visit(connection: Connection, reader_id: ReaderId, now: datetime, new_after: timedelta) -> Visit:
    row = connection.execute(_VISIT, {"reader_id": reader_id}).first()
    if row is None:
        insert = insert_into(connection.dialect.name, visits).values(reader_id=reader_id, before_at=None, last_at=now)
        connection.execute(insert.on_conflict_do_nothing())
        return Visit(None)
    before_at = row.last_at if now - row.last_at >= new_after else row.before_at
    connection.execute(update(visits).where(visits.c.reader_id == reader_id).values(before_at=before_at, last_at=now))
    return Visit(before_at)


def _cards_by(
    connection: Connection, page: Select[Any], at: Any, article_id: Any, reader_id: ReaderId, before: str, limit: int
) -> list[BriefCard]:
    """Cards in the order of `page`'s times, latest first."""
    cursor = parse_cursor(before)
    if cursor is not None:
        last = tuple_(bindparam("last_time", cursor[0], type_=at.type), bindparam("last_id", cursor[1]))
        page = page.where(tuple_(at, article_id) < last)
    page = page.order_by(at.desc(), article_id.desc()).limit(_bounded(limit))
    rows = connection.execute(page, {"reader_id": reader_id}).all()
    return _load_in_order(connection, [(row.article_id, row.at) for row in rows], reader_id)


def _load_in_order(
    connection: Connection, chosen: Sequence[tuple[int, datetime]], reader_id: ReaderId
) -> list[BriefCard]:
    """The cards of articles in this order, each with a cursor of its time here."""
    cards = load_cards_of(connection, [ArticleId(number) for number, _ in chosen], reader_id)
    return [
        replace(cards[ArticleId(number)], sort_key=f"{to_microseconds(at)}_{number}")
        for number, at in chosen
        if number in cards
    ]


@functools.cache
def _followed_query(topic_count: int, publisher_count: int, entity_count: int) -> Select[Any]:
    """The newest of so many topics', publishers' and entities' lists behind a cursor."""

    def behind_cursor(page: Select[Any], at: Any, article_id: Any) -> Select[Any]:
        last = tuple_(bindparam("last_time", type_=at.type), bindparam("last_id", type_=article_id.type))
        page = page.where(tuple_(at, article_id) < last)
        newest = page.order_by(at.desc(), article_id.desc()).limit(bindparam("limit")).subquery()
        return select(newest.c.article_id, newest.c.at)

    lists = []
    for number in range(topic_count):
        at, article_id = topic_listing.c.listed_at, topic_listing.c.article_id
        page = select(article_id, at.label("at")).where(topic_listing.c.slug == bindparam(f"topic{number}"))
        lists.append(behind_cursor(page, at, article_id))
    for number in range(publisher_count):
        at, article_id = articles.c.listed_at, articles.c.id
        chosen = select(publishers.c.id).where(publishers.c.slug == bindparam(f"publisher{number}")).scalar_subquery()
        page = select(article_id.label("article_id"), at.label("at")).where(
            at.is_not(None), articles.c.publisher_id == chosen
        )
        lists.append(behind_cursor(page, at, article_id))
    for number in range(entity_count):
        at, article_id = entity_listing.c.listed_at, entity_listing.c.article_id
        page = select(article_id, at.label("at")).where(
            entity_listing.c.kind == bindparam(f"kind{number}"), entity_listing.c.slug == bindparam(f"entity{number}")
        )
        lists.append(behind_cursor(page, at, article_id))
    every = union_all(*lists).subquery()
    return (
        select(every.c.article_id, every.c.at)
        .group_by(every.c.article_id, every.c.at)
        .order_by(every.c.at.desc(), every.c.article_id.desc())
        .limit(bindparam("limit"))
    )


def _load_follows(connection: Connection, reader_id: ReaderId) -> list[Follow]:
    rows = connection.execute(_FOLLOWS, {"reader_id": reader_id})
    return [Follow(FollowKind(row.kind), row.slug) for row in rows]


def _must_have_room(connection: Connection, table: Any, reader_id: ReaderId, most: int, what: str) -> None:
    count = select(func.count(literal_column("1"))).select_from(table).where(table.c.reader_id == reader_id)
    if connection.execute(count).scalar_one() >= most:
        raise Conflict(f"There are {most} {what} already; remove one first.")


def _bounded(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))
