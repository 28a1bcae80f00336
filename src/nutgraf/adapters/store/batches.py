"""Batches that a language model's host has, and the briefs that wait for one (the BatchStore port)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.tables import articles, model_batches, model_wishes
from nutgraf.domain.batches import Batch, BatchId, BatchLine
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import ArticleState
from nutgraf.domain.spending import CallId, WishReason

_batches = model_batches.c
_wishes = model_wishes.c
_IS_OF_BATCH = _wishes.reason == WishReason.BATCH.value
_WAITING = (
    select(_wishes.article_id)
    .join(articles, articles.c.id == _wishes.article_id)
    .where(
        _IS_OF_BATCH,
        _wishes.started_at.is_(None),
        articles.c.state == ArticleState.PUBLISHED.value,
    )
    .order_by(_wishes.wished_at, _wishes.article_id)
)


class SqlBatches(Repository):
    """One row for each batch, with its lines as JSON: they are only ever read together."""

    @reading
    def waiting_for_batch(self, connection: Connection, *, limit: int) -> list[ArticleId]:
        """Published briefs that are to go with the next batch, those that wait longest first."""
        return [ArticleId(found) for found in connection.execute(_WAITING.limit(limit)).scalars()]

    @writing
    def begin_batch(
        self, connection: Connection, *, provider: str, model: str, lines: Sequence[BatchLine], now: datetime
    ) -> Batch | None:
        """Note what is about to be handed over, without the briefs that another process took meanwhile; None without
        any left.
        """
        ids = [line.article_id for line in lines]
        waiting = _IS_OF_BATCH, _wishes.started_at.is_(None), _wishes.article_id.in_(ids)
        begun = update(model_wishes).where(*waiting).values(started_at=now).returning(_wishes.article_id)
        taken = set(connection.execute(begun).scalars())
        lines = tuple(line for line in lines if line.article_id in taken)
        if not lines:
            return None
        told = [[line.key, line.article_id, line.call_id] for line in lines]
        values = {"provider": provider, "model": model, "host_id": "", "submitted_at": now, "lines": json.dumps(told)}
        batch_id = connection.execute(model_batches.insert().values(values).returning(_batches.id)).scalar_one()
        return Batch(BatchId(batch_id), provider, model, "", now, lines)

    @writing
    def name_batch(self, connection: Connection, batch_id: BatchId, host_id: str) -> None:
        """Keep what its host calls it, by which it is found again after a restart."""
        connection.execute(update(model_batches).where(_batches.id == batch_id).values(host_id=host_id))

    @reading
    def open_batches(self, connection: Connection) -> list[Batch]:
        """All that were begun and not ended, the oldest first."""
        return [_batch(row) for row in connection.execute(select(model_batches).order_by(_batches.id))]

    @writing
    def end_batch(self, connection: Connection, batch_id: BatchId, *, failed: Sequence[ArticleId]) -> bool:
        """Its answers are kept: all but the `failed` briefs go on as wishes. False where it was ended already."""
        found = connection.execute(delete(model_batches).where(_batches.id == batch_id).returning(_batches.lines))
        lines = found.scalar()
        if lines is None:
            return False
        connection.execute(delete(model_wishes).where(_IS_OF_BATCH, _wishes.article_id.in_(list(failed))))
        _mark_answered(connection, [article_id for _, article_id, _ in json.loads(lines)])
        return True

    @writing
    def mark_answered(self, connection: Connection, article_ids: Sequence[ArticleId]) -> None:
        """The answers for these briefs are there: they go on as wishes."""
        _mark_answered(connection, article_ids)

    @writing
    def undo_batch(self, connection: Connection, batch_id: BatchId) -> None:
        """It never reached its host: its briefs wait for the next one. Idempotent."""
        found = connection.execute(delete(model_batches).where(_batches.id == batch_id).returning(_batches.lines))
        lines = found.scalar()
        if lines is not None:
            ids = [article_id for _, article_id, _ in json.loads(lines)]
            connection.execute(update(model_wishes).where(_wishes.article_id.in_(ids)).values(started_at=None))


def _mark_answered(connection: Connection, article_ids: Sequence[int]) -> None:
    go_on = update(model_wishes).where(_IS_OF_BATCH, _wishes.article_id.in_(list(article_ids)))
    connection.execute(go_on.values(reason=WishReason.ANSWERED.value, started_at=None))


def _batch(row: Row[Any]) -> Batch:
    lines = tuple(BatchLine(key, ArticleId(article), CallId(call)) for key, article, call in json.loads(row.lines))
    return Batch(BatchId(row.id), row.provider, row.model, row.host_id, row.submitted_at, lines)
