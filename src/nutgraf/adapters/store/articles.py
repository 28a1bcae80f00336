"""Articles on their way through the pipeline: found, fetched, put off, set aside (part of the ArticleStore port)."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from nutgraf.adapters.store.announcing import START_AGAIN, Announced, start_again, take_in_articles
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.tables import announcements, articles, documents, feeds
from nutgraf.domain.document import Document
from nutgraf.domain.ids import ArticleId, FeedId, RevisionId
from nutgraf.domain.records import ArticleRecord, ArticleState, EntryToStore, QuarantineRecord
from nutgraf.errors import Conflict, NotFound

ZLIB_LEVEL = 3  # pages are kept for seconds: speed before size
MAX_QUARANTINE_LIST = 1_000

_DROP_DOCUMENT = delete(documents).where(documents.c.article_id == bindparam("in_article_id"))

ON_THE_WAY = (ArticleState.FOUND, ArticleState.FETCHED, ArticleState.EXTRACTED, ArticleState.WRITTEN)
"""States with a next step."""


class SqlArticles(Repository):
    """Articles and their steps in the table `articles`."""

    def add_article(self, entry: EntryToStore, *, now: datetime) -> ArticleId:
        """Take in an article that no feed announced; returns the known one's id where it is known."""
        return self._take_in(entry, now)[0]

    def add_new_article(self, entry: EntryToStore, *, now: datetime) -> ArticleId | None:
        """Take in an article that no feed announced; None where it is known."""
        article_id, is_new = self._take_in(entry, now)
        return article_id if is_new else None

    @writing
    def _take_in(self, connection: Connection, entry: EntryToStore, now: datetime) -> tuple[ArticleId, bool]:
        taken_in = take_in_articles(connection, [Announced(entry, None, now)])
        tally = Tally()
        if taken_in.new:
            tally.move(None, ArticleState.FOUND)
        tally.apply(connection)
        (article_id,) = taken_in.ids.values()
        return article_id, bool(taken_in.new)

    @reading
    def due_articles(
        self, connection: Connection, states: Sequence[ArticleState], *, now: datetime, limit: int
    ) -> list[ArticleRecord]:
        """Articles in one of `states` whose next attempt is not in the future, longest due first."""
        wanted = tuple(state for state in ON_THE_WAY if state in states)
        if not wanted or limit < 1:
            return []
        return [_article_record(row) for row in connection.execute(_due(wanted), {"now": now, "limit": limit})]

    @writing
    def save_document(
        self, connection: Connection, article_id: ArticleId, document: Document, *, now: datetime
    ) -> bool:
        """FOUND → FETCHED, keeping the page until it is extracted."""
        tally = Tally()
        if not move_article(connection, article_id, ArticleState.FOUND, ArticleState.FETCHED, tally, due_at=now):
            return False
        drop_document(connection, article_id)
        connection.execute(documents.insert(), _document_row(article_id, document))
        tally.apply(connection)
        return True

    @reading
    def load_document(self, connection: Connection, article_id: ArticleId) -> Document:
        """The stored page. Raises NotFound."""
        row = connection.execute(select(documents).where(documents.c.article_id == article_id)).first()
        if row is None:
            raise NotFound(f"No page is stored for article {article_id}.")
        return Document(
            url=row.url,
            final_url=row.final_url,
            status=row.status,
            body=zlib.decompressobj().decompress(row.body_zlib, row.body_bytes) if row.body_bytes else b"",
            content_type=row.content_type,
            etag=row.etag,
            last_modified=row.last_modified,
            max_age_s=row.max_age_s,
            moved_to=row.moved_to,
            not_modified=row.not_modified,
        )

    @writing
    def defer(
        self, connection: Connection, article_id: ArticleId, *, until: datetime, error_code: str, error_message: str
    ) -> None:
        """Count a failed attempt and leave the article in its state until `until`.

        Does nothing to an article without a next step. Raises NotFound.
        """
        waiting = update(articles).where(articles.c.id == article_id, articles.c.due_at.is_not(None))
        values = {"attempts": articles.c.attempts + 1, "due_at": until}
        changed = connection.execute(
            waiting.values(values | {"error_code": error_code, "error_message": error_message})
        )
        if changed.rowcount == 0:
            state_of(connection, article_id)

    @writing
    def quarantine(
        self, connection: Connection, article_id: ArticleId, *, error_code: str, error_message: str, now: datetime
    ) -> None:
        """Set an article aside with its reason; a brief that is published stays so.

        Its copies start again where it has no such brief: nobody would see them. Does nothing to an article without
        a next step. Raises NotFound.
        """
        step = state_of(connection, article_id)
        if step not in ON_THE_WAY:
            return
        tally = Tally()
        move_article(
            connection,
            article_id,
            step,
            ArticleState.QUARANTINED,
            tally,
            due_at=None,
            quarantined_at=now,
            quarantined_step=step.value,
            error_code=error_code,
            error_message=error_message,
        )
        drop_document(connection, article_id)
        start_again(connection, _invisible_copies(article_id), now=now, tally=tally)
        tally.apply(connection)

    @reading
    def list_quarantine(
        self,
        connection: Connection,
        *,
        error_code: str = "",
        before: tuple[datetime, ArticleId] | None = None,
        limit: int = 100,
    ) -> list[QuarantineRecord]:
        """What is set aside, all or for one reason, latest first; `before` is time and article of the last one seen."""
        query = (
            select(articles, func.coalesce(func.nullif(feeds.c.own_title, ""), feeds.c.title).label("feed_title"))
            .outerjoin(feeds, feeds.c.id == articles.c.feed_id)
            .where(articles.c.quarantined_at.is_not(None))
            .order_by(articles.c.quarantined_at.desc(), articles.c.id.desc())
            .limit(max(0, min(limit, MAX_QUARANTINE_LIST)))
        )
        if error_code:
            query = query.where(articles.c.error_code == error_code)
        if before is not None:
            moment, article_id = before
            earlier = and_(articles.c.quarantined_at == moment, articles.c.id < article_id)
            query = query.where(articles.c.quarantined_at <= moment, or_(articles.c.quarantined_at < moment, earlier))
        return [_quarantine_record(row) for row in connection.execute(query)]

    @writing
    def replay(self, connection: Connection, article_id: ArticleId, *, now: datetime) -> None:
        """QUARANTINED → FOUND. Raises NotFound, or Conflict where it is not set aside."""
        tally = Tally()
        values = START_AGAIN | {"due_at": now}
        if not move_article(connection, article_id, ArticleState.QUARANTINED, ArticleState.FOUND, tally, **values):
            raise Conflict(f"Article {article_id} is not set aside: it is {state_of(connection, article_id).value}.")
        tally.apply(connection)


def move_article(
    connection: Connection,
    article_id: ArticleId,
    before: ArticleState,
    after: ArticleState,
    tally: Tally,
    of_revision: RevisionId | None = None,
    **values: Any,
) -> bool:
    """Move an article from one state to another with its attempts set back.

    False where it is not in the first, or where `of_revision` is given and not its current one.
    """
    changes = {"attempts": 0, "error_code": "", "error_message": "", **values, "state": after.value}
    condition: dict[str, Any] = {"in_id": article_id, "in_state": before.value}
    if of_revision is not None:
        condition["in_current_revision_id"] = of_revision
    new = {f"new_{name}": value for name, value in changes.items()}
    if connection.execute(_move(tuple(condition), tuple(changes)), condition | new).rowcount == 0:
        return False
    tally.move(before, after)
    return True


def _invisible_copies(article_id: ArticleId) -> ColumnElement[bool]:
    original = articles.alias("original")
    is_listed = select(original.c.id).where(original.c.id == article_id, original.c.listed_at.is_not(None)).exists()
    return and_(articles.c.copy_of == article_id, articles.c.state == ArticleState.COPY.value, ~is_listed)


def drop_document(connection: Connection, article_id: ArticleId) -> None:
    """Forget the stored page of an article, if there is one."""
    connection.execute(_DROP_DOCUMENT, {"in_article_id": article_id})


@functools.cache
def _move(conditions: tuple[str, ...], names: tuple[str, ...]) -> Update:
    """The statement that changes the columns `names` where the columns of `conditions` are as given, built once."""
    known = [articles.c[condition.removeprefix("in_")] == bindparam(condition) for condition in conditions]
    return update(articles).where(*known).values({name: bindparam(f"new_{name}") for name in names})


def state_of(connection: Connection, article_id: ArticleId) -> ArticleState:
    """The state of an article, which stays locked until the transaction ends. Raises NotFound."""
    state = connection.execute(select(articles.c.state).where(articles.c.id == article_id).with_for_update()).scalar()
    if state is None:
        raise NotFound(f"There is no article {article_id}.")
    return ArticleState(state)


_RECORDS = (
    select(
        articles,
        announcements.c.author,
        announcements.c.summary_html,
        announcements.c.content_html,
        feeds.c.title.label("feed_title"),
    )
    .join(announcements, announcements.c.article_id == articles.c.id)
    .outerjoin(feeds, feeds.c.id == articles.c.feed_id)
)


@functools.cache
def _due(states: tuple[ArticleState, ...]) -> Select[Any]:
    """The statement for articles due in `states`, built once."""
    due = union_all(*map(_due_in, states)).subquery()
    chosen = select(due.c.id).order_by(due.c.due_at, due.c.id).limit(bindparam("limit"))
    return _RECORDS.where(articles.c.id.in_(chosen)).order_by(articles.c.due_at, articles.c.id)


def _due_in(state: ArticleState) -> Select[Any]:
    """The first due of one state: one range of the index each, where IN would sort all that are waiting."""
    first = (
        select(articles.c.id, articles.c.due_at)
        .where(articles.c.state == state.value, articles.c.due_at <= bindparam("now"))
        .order_by(articles.c.due_at, articles.c.id)
        .limit(bindparam("limit"))
        .subquery()
    )
    return select(first.c.id, first.c.due_at)


def records_of(connection: Connection, condition: ColumnElement[bool]) -> list[ArticleRecord]:
    """The articles that satisfy `condition`, with what their feeds said of them."""
    return [_article_record(row) for row in connection.execute(_RECORDS.where(condition).order_by(articles.c.id))]


def _article_record(row: Row[Any]) -> ArticleRecord:
    return ArticleRecord(
        id=ArticleId(row.id),
        url=row.url,
        title=row.title,
        state=ArticleState(row.state),
        feed_id=None if row.feed_id is None else FeedId(row.feed_id),
        feed_title=row.feed_title or "",
        attempts=row.attempts,
        published_at=row.published_at,
        found_at=row.found_at,
        summary_html=row.summary_html,
        content_html=row.content_html,
        author=row.author,
    )


def _quarantine_record(row: Row[Any]) -> QuarantineRecord:
    return QuarantineRecord(
        article_id=ArticleId(row.id),
        url=row.url,
        title=row.title,
        feed_id=None if row.feed_id is None else FeedId(row.feed_id),
        feed_title=row.feed_title or "",
        step=ArticleState(row.quarantined_step),
        error_code=row.error_code,
        error_message=row.error_message,
        since=row.quarantined_at,
    )


def _document_row(article_id: ArticleId, document: Document) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "url": document.url,
        "final_url": document.final_url,
        "status": document.status,
        "content_type": document.content_type,
        "etag": document.etag,
        "last_modified": document.last_modified,
        "max_age_s": document.max_age_s,
        "moved_to": document.moved_to,
        "not_modified": document.not_modified,
        "body_bytes": len(document.body),
        "body_zlib": zlib.compress(document.body, ZLIB_LEVEL),
    }
