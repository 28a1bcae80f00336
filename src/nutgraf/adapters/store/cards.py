"""Lists of published briefs: cards by keyset, each list one range of one index however many briefs there are."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, FromClause, Row, Select, and_, bindparam, func, select, tuple_

from nutgraf.adapters.store.columns import from_microseconds, to_microseconds
from nutgraf.adapters.store.counters import PUBLISHER
from nutgraf.adapters.store.engine import KEPT_TOPICS
from nutgraf.adapters.store.naming import entities_from
from nutgraf.adapters.store.tables import (
    articles,
    brief_sentences,
    brief_topics,
    briefs,
    counters,
    entity_listing,
    marks,
    pictures,
    publishers,
    reads,
    revisions,
    topic_listing,
    topics,
)
from nutgraf.domain.article import ArticleFlag
from nutgraf.domain.brief import Part
from nutgraf.domain.ids import ArticleId, ReaderId
from nutgraf.domain.picture import Picture, PictureKind
from nutgraf.domain.records import BriefCard, BriefQuery, Publisher, Standing
from nutgraf.domain.topic import Topic

MAX_CARDS = 1_000
MAX_KEPT = 20_000
"""Briefs whose topics are kept in memory; a hundred bytes each, since topics are shared."""

_CURSOR = re.compile(r"(-?\d{1,18})_(\d{1,18})", re.ASCII)

icons, leads = pictures.alias("icons"), pictures.alias("leads")
PUBLISHER_COLUMNS = (
    publishers.c.id.label("publisher_id"),
    publishers.c.slug,
    publishers.c.name,
    publishers.c.site_url,
    func.coalesce(counters.c.number, 0).label("brief_count"),
    icons.c.digest.label("icon_digest"),
    icons.c.width.label("icon_width"),
    icons.c.height.label("icon_height"),
)
PUBLISHER_COUNT = and_(counters.c.kind == PUBLISHER, counters.c.key == publishers.c.slug)
PUBLISHER_ICON = and_(icons.c.kind == PictureKind.ICON.value, icons.c.owner_id == publishers.c.id)

READ = and_(reads.c.reader_id == bindparam("reader_id"), reads.c.article_id == articles.c.id)
MARKED = and_(marks.c.reader_id == bindparam("reader_id"), marks.c.article_id == articles.c.id)
_IS_READ = and_(reads.c.read_at.is_not(None), marks.c.unread_at.is_(None)).label("is_read")
_IS_HIDDEN = marks.c.hidden_at.is_not(None).label("is_hidden")


def _cards_of(listed: FromClause) -> Select[Any]:
    """What a card needs of articles in `listed`, the first of all joins: PostgreSQL keeps to the order of more than
    eight, and would join all that there is before it looks at a page of twenty.
    """
    joined = (
        listed.join(briefs, briefs.c.id == articles.c.current_brief_id)
        .join(publishers, publishers.c.id == articles.c.publisher_id)
        .outerjoin(counters, PUBLISHER_COUNT)
        .outerjoin(icons, PUBLISHER_ICON)
        .outerjoin(leads, and_(leads.c.kind == PictureKind.LEAD.value, leads.c.owner_id == articles.c.id))
        .outerjoin(
            brief_sentences,
            and_(
                brief_sentences.c.brief_id == briefs.c.id,
                brief_sentences.c.position == 0,
                brief_sentences.c.part == Part.DEK.value,
            ),
        )
        .outerjoin(reads, READ)
        .outerjoin(marks, MARKED)
        .outerjoin(revisions, revisions.c.id == briefs.c.revision_id)
    )
    return (
        select(
            articles.c.id.label("article_id"),
            briefs.c.id.label("brief_id"),
            briefs.c.headline,
            func.coalesce(brief_sentences.c.text, "").label("dek"),
            articles.c.listed_at,
            articles.c.reads,
            articles.c.url,
            briefs.c.language,
            briefs.c.is_short,
            _IS_READ,
            marks.c.saved_at.is_not(None).label("is_saved"),
            _IS_HIDDEN,
            briefs.c.published_at.label("brief_published_at"),
            briefs.c.version,
            briefs.c.origin,
            briefs.c.entities,
            revisions.c.flags,
            leads.c.digest.label("lead_digest"),
            leads.c.width.label("lead_width"),
            leads.c.height.label("lead_height"),
            *PUBLISHER_COLUMNS,
            briefs.c.revision_id,
            briefs.c.writer,
            briefs.c.created_at,
            briefs.c.model,
            briefs.c.prompt_version,
            briefs.c.usage,
        )
        .select_from(joined)
        .where(articles.c.listed_at.is_not(None))
    )


CARDS = _cards_of(articles)
"""Every published brief for a reader (`reader_id`) with what a card needs; to be narrowed by the caller.

The columns up to the publisher's are in the order in which `card_of` takes them: a row's columns by name take a third
of a page's time.
"""
_PUBLISHER_AT, _CARD_END = 20, 20 + len(PUBLISHER_COLUMNS)

_CARDS_OF = CARDS.where(articles.c.id.in_(bindparam("article_ids", expanding=True)))

_TOPICS = (
    select(  # after the brief in the order of Topic's fields
        brief_topics.c.brief_id,
        brief_topics.c.slug,
        topics.c.name,
        brief_topics.c.parent,
        topics.c.iptc,
        topics.c.definition,
        brief_topics.c.score,
    )
    .join(topics, topics.c.slug == brief_topics.c.slug)
    .where(brief_topics.c.brief_id.in_(bindparam("brief_ids", expanding=True)))
    .order_by(brief_topics.c.brief_id, brief_topics.c.position)
)


def load_cards(connection: Connection, query: BriefQuery, reader_id: ReaderId) -> list[BriefCard]:
    """Cards, newest first, at most MAX_CARDS; a cursor that is none of ours starts at the first."""
    values = _values_of(query, reader_id)
    rows = connection.execute(_list_query(frozenset(values)), values).all()
    given = load_topics(connection, [row.brief_id for row in rows])
    return [card_of(row, given.get(row.brief_id, ())) for row in rows]


def load_cards_of(
    connection: Connection, article_ids: Sequence[ArticleId], reader_id: ReaderId
) -> dict[ArticleId, BriefCard]:
    """The cards of articles; those of which no brief is published are left out."""
    if not article_ids:
        return {}
    rows = connection.execute(_CARDS_OF, {"article_ids": list(article_ids), "reader_id": reader_id}).all()
    given = load_topics(connection, [row.brief_id for row in rows])
    return {row.article_id: card_of(row, given.get(row.brief_id, ())) for row in rows}


def load_standings(connection: Connection, query: BriefQuery, reader_id: ReaderId) -> list[Standing]:
    """As `load_cards`, by as little as an order of the list depends on."""
    values = _values_of(query, reader_id)
    return [Standing(*row) for row in connection.execute(_standings_query(frozenset(values)), values).all()]


def _values_of(query: BriefQuery, reader_id: ReaderId) -> dict[str, Any]:
    """What is bound in the statement of a list; its names say of which kind the list is."""
    values: dict[str, Any] = {"reader_id": reader_id, "limit": max(0, min(query.limit, MAX_CARDS))}
    asked = {"topic": query.topic, "publisher": query.publisher, "since": query.since, "until": query.until}
    values |= {name: value for name, value in asked.items() if value}
    if query.entity is not None:
        values["entity_kind"], values["entity"] = query.entity
    cursor = parse_cursor(query.before)
    if cursor is not None:
        values["before_time"], values["before_id"] = cursor
    return values


@functools.cache
def _list_query(asked: frozenset[str]) -> Select[Any]:
    """The statement for one kind of list, built once: its page of ids is chosen before anything is joined to them."""
    _, article_id = _listing(asked)
    page = select(article_id.label("article_id"))
    if article_id is not articles.c.id and "publisher" in asked:
        page = page.join(articles, articles.c.id == article_id)
    ids = _paged(page, asked).subquery()
    page_first = ids.join(articles, articles.c.id == ids.c.article_id)
    return _cards_of(page_first).order_by(articles.c.listed_at.desc(), articles.c.id.desc())


@functools.cache
def _standings_query(asked: frozenset[str]) -> Select[Any]:
    """The same for standings, in the order of Standing's fields."""
    columns = articles.c.id.label("article_id"), articles.c.current_brief_id, articles.c.listed_at, _IS_READ, _IS_HIDDEN
    _, article_id = _listing(asked)
    listed: FromClause = articles
    if article_id is not articles.c.id:
        listed = article_id.table.join(articles, articles.c.id == article_id)
    return _paged(select(*columns).select_from(listed.outerjoin(reads, READ).outerjoin(marks, MARKED)), asked)


def _listing(asked: frozenset[str]) -> tuple[Column[Any], Column[Any]]:
    """The columns, time and article, by which this kind of list is sorted."""
    if "entity" in asked:
        return entity_listing.c.listed_at, entity_listing.c.article_id
    if "topic" in asked:
        return topic_listing.c.listed_at, topic_listing.c.article_id
    return articles.c.listed_at, articles.c.id


def _paged(every: Select[Any], asked: frozenset[str]) -> Select[Any]:
    """One page of a list, which is one range of one index."""
    listed_at, article_id = _listing(asked)
    if "entity" in asked:
        of_kind = entity_listing.c.kind == bindparam("entity_kind")
        page = every.where(of_kind, entity_listing.c.slug == bindparam("entity"))
    elif "topic" in asked:
        page = every.where(topic_listing.c.slug == bindparam("topic"))
    else:
        page = every.where(listed_at.is_not(None))
    if "publisher" in asked:
        chosen = select(publishers.c.id).where(publishers.c.slug == bindparam("publisher")).scalar_subquery()
        page = page.where(articles.c.publisher_id == chosen)
    if "since" in asked:
        page = page.where(listed_at >= bindparam("since", type_=listed_at.type))
    if "until" in asked:
        page = page.where(listed_at < bindparam("until", type_=listed_at.type))
    if "before_time" in asked:
        last = tuple_(bindparam("before_time", type_=listed_at.type), bindparam("before_id", type_=article_id.type))
        page = page.where(tuple_(listed_at, article_id) < last)
    return page.order_by(listed_at.desc(), article_id.desc()).limit(bindparam("limit"))


def card_of(row: Row[*tuple[Any, ...]], given: tuple[Topic, ...]) -> BriefCard:
    """A row of CARDS with its topics."""
    (
        article_id,
        brief_id,
        headline,
        dek,
        listed_at,
        reads_count,
        url,
        language,
        is_short,
        is_read,
        is_saved,
        is_hidden,
        briefed_at,
        version,
        origin,
        entities,
        flags,
        *lead,
    ) = row[:_PUBLISHER_AT]
    is_correction = origin == "desk"
    return BriefCard(
        article_id=article_id,
        brief_id=brief_id,
        headline=headline,
        dek=dek,
        publisher=publisher_of(row[_PUBLISHER_AT:_CARD_END]),
        published_at=listed_at,
        reads=reads_count,
        topics=given,
        url=url,
        entities=entities_from(entities),
        language=language,
        is_short=is_short,
        is_read=is_read,
        is_saved=is_saved,
        is_hidden=is_hidden,
        briefed_at=briefed_at,
        updated_at=briefed_at if version > 1 and origin == "writer" else None,
        corrected_at=briefed_at if is_correction else None,
        lead_picture=_picture(*lead),
        flags=tuple(map(ArticleFlag, flags)) if flags else (),
        sort_key=f"{to_microseconds(listed_at)}_{article_id}",
    )


def publisher_of(columns: Sequence[Any]) -> Publisher:
    """The publisher in PUBLISHER_COLUMNS."""
    publisher_id, slug, name, site_url, brief_count, *icon = columns
    return Publisher(publisher_id, slug, name, site_url, brief_count, _picture(*icon))


def _picture(digest: str | None, width: int, height: int) -> Picture | None:
    return None if digest is None else Picture(digest, width, height)


def load_topics(connection: Connection, brief_ids: Sequence[int]) -> dict[int, tuple[Topic, ...]]:
    """The topics given to each brief, in their order.

    Reads keep them: a brief never gets others, no number of a brief is given twice, and lists show the same briefs
    again and again. A topic that was renamed in the taxonomy has its new name from the next start on.
    """
    kept: dict[int, tuple[Topic, ...]] = connection.get_execution_options().get(KEPT_TOPICS, {})
    given = {brief_id: known for brief_id in brief_ids if (known := kept.get(brief_id)) is not None}
    missing = [brief_id for brief_id in brief_ids if brief_id not in given]
    if not missing:
        return given
    found: dict[int, list[Topic]] = {brief_id: [] for brief_id in missing}
    for brief_id, *topic in connection.execute(_TOPICS, {"brief_ids": missing}).all():
        found[brief_id].append(_topic(*topic))
    loaded = {brief_id: tuple(of_brief) for brief_id, of_brief in found.items()}
    if len(kept) > MAX_KEPT:
        kept.clear()
    kept.update(loaded)
    return given | loaded


_topic = functools.lru_cache(4_096)(Topic)
"""A topic with its score, the same for all briefs that have it: a list of cards has four topics for each."""


def parse_cursor(cursor: str) -> tuple[datetime, int] | None:
    """The time and article that a cursor holds; None for one that is none of ours."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        return None
    try:
        return from_microseconds(int(match[1])), int(match[2])
    except OverflowError:
        return None
