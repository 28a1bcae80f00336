"""What the operator looks at and changes: options of feeds, reasons, queues and sizes (the OperatorStore port)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from sqlalchemy import Connection, Select, and_, case, func, select, text, update

from nutgraf.adapters.store.announcing import start_again
from nutgraf.adapters.store.articles import ON_THE_WAY
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.feeds import no_feed
from nutgraf.adapters.store.tables import articles, feeds, picture_bodies
from nutgraf.domain.desk import MAX_COUNTED, FeedOptions, Lag, SetAsideReason, StepQueue, StoreFacts
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import ArticleState, FeedState

MAX_RHYTHM_ARTICLES = 5_000
MAX_REPLAYED = 1_000


class SqlOperating(Repository):
    """The operator's view of `feeds` and `articles`."""

    @writing
    def set_feed_options(self, connection: Connection, feed_id: FeedId, options: FeedOptions) -> None:
        """Name, category and shortest interval of a feed. Raises NotFound."""
        values = {
            "own_title": options.own_title,
            "category": options.category,
            "min_interval_s": options.min_interval_s,
        }
        if connection.execute(update(feeds).where(feeds.c.id == feed_id).values(values)).rowcount == 0:
            raise no_feed(feed_id)

    @reading
    def feed_rhythm(self, connection: Connection, feed_id: FeedId, *, since: datetime) -> dict[date, int]:
        """Articles by day (UTC) that were published or, without a date, found since then; of the newest 5,000."""
        newest = (
            select(func.coalesce(articles.c.published_at, articles.c.found_at).label("moment"))
            .where(articles.c.feed_id == feed_id)
            .order_by(articles.c.id.desc())
            .limit(MAX_RHYTHM_ARTICLES)
        )
        moments = connection.execute(newest).scalars()
        return dict(Counter(moment.date() for moment in moments if moment >= since))

    @reading
    def set_aside_reasons(self, connection: Connection) -> list[SetAsideReason]:
        """Why the latest MAX_COUNTED articles set aside are so, the most frequent reason first."""
        latest = (
            select(articles.c.error_code)
            .where(articles.c.quarantined_at.is_not(None))
            .order_by(articles.c.quarantined_at.desc(), articles.c.id.desc())
            .limit(MAX_COUNTED)
            .subquery()
        )
        count = func.count()
        query = (
            select(latest.c.error_code, count).group_by(latest.c.error_code).order_by(count.desc(), latest.c.error_code)
        )
        return [SetAsideReason(code, number) for code, number in connection.execute(query)]

    @writing
    def replay_all(
        self, connection: Connection, *, error_code: str = "", now: datetime, limit: int = MAX_REPLAYED
    ) -> int:
        """QUARANTINED → FOUND for all of a reason (or of every), the latest first, at most `limit`; how many."""
        chosen = select(articles.c.id).where(articles.c.quarantined_at.is_not(None))
        if error_code:
            chosen = chosen.where(articles.c.error_code == error_code)
        chosen = chosen.order_by(articles.c.quarantined_at.desc()).limit(max(0, min(limit, MAX_REPLAYED)))
        article_ids = connection.execute(chosen).scalars().all()
        tally = Tally()
        is_set_aside = articles.c.state == ArticleState.QUARANTINED.value  # still so once the rows are locked
        count = start_again(connection, and_(articles.c.id.in_(article_ids), is_set_aside), now=now, tally=tally)
        tally.apply(connection)
        return count

    @reading
    def step_queues(self, connection: Connection, *, now: datetime) -> list[StepQueue]:
        """What waits for each step of the pipeline, in its order; each counted up to MAX_COUNTED."""
        queues = []
        for state in ON_THE_WAY:  # each number and time from a range of the index
            waiting = select(articles.c.due_at).where(articles.c.state == state.value)
            ready, later = waiting.where(articles.c.due_at <= now), waiting.where(articles.c.due_at > now)
            ready_count, later_count = _count_some(connection, ready), _count_some(connection, later)
            oldest_at = connection.scalar(ready.order_by(articles.c.due_at).limit(1)) if ready_count else None
            queues.append(StepQueue(state, ready_count, later_count, oldest_at))
        return queues

    @reading
    def lag(self, connection: Connection, *, now: datetime) -> Lag:
        """How far the pipeline is behind."""
        is_due = feeds.c.next_poll_at <= now
        polls = connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(case((feeds.c.error_code != "", 1), else_=0)), 0),
                func.coalesce(func.sum(case((is_due, 1), else_=0)), 0),
                func.min(case((is_due, feeds.c.next_poll_at))),
            ).where(feeds.c.state == FeedState.ACTIVE.value)
        ).one()
        oldest_step = [
            connection.scalar(
                select(func.min(articles.c.due_at)).where(articles.c.state == state.value, articles.c.due_at <= now)
            )
            for state in ON_THE_WAY  # each the first entry of a range of the index
        ]
        return Lag(
            feeds=int(polls[0]),
            failing_feeds=int(polls[1]),
            due_feeds=int(polls[2]),
            oldest_due_poll_at=polls[3],
            oldest_due_step_at=min((at for at in oldest_step if at is not None), default=None),
        )

    @reading
    def store_facts(self, connection: Connection) -> StoreFacts:
        """Kind, version and size of the database."""
        if self._database.is_postgresql:
            kind, version_query = "PostgreSQL", "SHOW server_version"
            size_query = "SELECT pg_database_size(current_database())"
        else:
            kind, version_query = "SQLite", "SELECT sqlite_version()"
            size_query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        total_bytes = func.coalesce(func.sum(picture_bodies.c.size_bytes), 0)
        picture_bytes, picture_count = connection.execute(
            select(total_bytes, func.count(picture_bodies.c.digest))
        ).one()
        return StoreFacts(
            kind=kind,
            version=str(connection.execute(text(version_query)).scalar_one()).split()[0],
            size_bytes=int(connection.execute(text(size_query)).scalar_one()),
            picture_bytes=int(picture_bytes),
            picture_count=picture_count,
        )


def _count_some(connection: Connection, query: Select[tuple[datetime]]) -> int:
    return connection.scalar(select(func.count()).select_from(query.limit(MAX_COUNTED).subquery())) or 0
