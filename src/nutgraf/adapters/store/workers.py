"""What work spread over processes asks of the store: who is there (the WorkerStore port), what of a batch is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from nutgraf.adapters.store.articles import records_of
from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.feeds import feed_record
from nutgraf.adapters.store.tables import articles, feeds, workers
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import ArticleRecord, ArticleState, FeedRecord, FeedState
from nutgraf.domain.work import WorkerRecord

FORGOTTEN_AFTER = timedelta(days=1)


class SqlWorkers(Repository):
    """Rows of `workers`, and due rows of `feeds` and `articles` by their ids."""

    @writing
    def report_worker(self, connection: Connection, worker: WorkerRecord) -> None:
        """Keep what a process says of itself; those silent for a day are forgotten."""
        values = {
            "role": worker.role,
            "queues": list(worker.queues),
            "version": worker.version,
            "started_at": worker.started_at,
            "seen_at": worker.seen_at,
            "feeds_under_way": worker.feeds_under_way,
            "articles_under_way": worker.articles_under_way,
            "is_scheduler": worker.is_scheduler,
            "totals": worker.totals,
        }
        insert = insert_into(connection.dialect.name, workers).values(name=worker.name, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
        connection.execute(delete(workers).where(workers.c.seen_at < worker.seen_at - FORGOTTEN_AFTER))

    @reading
    def list_workers(self, connection: Connection) -> list[WorkerRecord]:
        """Those that have reported, the longest running first."""
        rows = connection.execute(select(workers).order_by(workers.c.started_at, workers.c.name))
        return [WorkerRecord(**{**row._mapping, "queues": tuple(row.queues)}) for row in rows]

    @writing
    def forget_worker(self, connection: Connection, name: str) -> None:
        """A process has ended in order. Idempotent."""
        connection.execute(delete(workers).where(workers.c.name == name))

    @reading
    def due_feeds_among(self, connection: Connection, feed_ids: Sequence[FeedId], *, now: datetime) -> list[FeedRecord]:
        """Those of these feeds that are active and due."""
        is_due = feeds.c.id.in_(feed_ids) & (feeds.c.state == FeedState.ACTIVE.value) & (feeds.c.next_poll_at <= now)
        return [feed_record(row) for row in connection.execute(select(feeds).where(is_due).order_by(feeds.c.id))]

    @reading
    def due_articles_among(
        self,
        connection: Connection,
        article_ids: Sequence[ArticleId],
        states: Sequence[ArticleState],
        *,
        now: datetime,
    ) -> list[ArticleRecord]:
        """Those of these articles that are in one of `states` and due."""
        in_state = articles.c.state.in_([state.value for state in states])
        return records_of(connection, articles.c.id.in_(article_ids) & in_state & (articles.c.due_at <= now))

    @reading
    def due_addresses(self, connection: Connection, *, now: datetime, limit: int) -> list[tuple[ArticleId, str]]:
        """Articles that are to be fetched now, longest due first, with their addresses and nothing else."""
        query = (
            select(articles.c.id, articles.c.url)
            .where(articles.c.state == ArticleState.FOUND.value, articles.c.due_at <= now)
            .order_by(articles.c.due_at, articles.c.id)
            .limit(limit)
        )
        return [(ArticleId(row.id), row.url) for row in connection.execute(query)]
