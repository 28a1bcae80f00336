"""Letting go of what is kept no longer: old briefs that nobody saved, and texts that later ones replaced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, writing
from nutgraf.adapters.store.listing import withdraw
from nutgraf.adapters.store.tables import (
    announcements,
    article_bands,
    articles,
    briefs,
    corrections,
    marks,
    pictures,
    reads,
    reports,
    revisions,
)
from nutgraf.domain.corrections import CorrectionKind
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.picture import PictureKind
from nutgraf.domain.records import ArticleState

MAX_PORTION = 500

_copy = articles.alias("copy")
_later = revisions.alias("later")

_IS_SAVED = (
    select(marks.c.article_id)
    .where(
        marks.c.saved_at.is_not(None),
        or_(
            marks.c.article_id == articles.c.id,
            marks.c.article_id.in_(select(_copy.c.id).where(_copy.c.copy_of == articles.c.id)),
        ),
    )
    .exists()
)
_IS_REPORTED = select(reports.c.id).where(reports.c.article_id == articles.c.id).exists()
_IS_CORRECTED = (
    select(corrections.c.id)
    .where(corrections.c.article_id == articles.c.id, corrections.c.kind == CorrectionKind.CORRECTION.value)
    .exists()
)
_STANDS_ON_IT = (
    select(briefs.c.id).where(briefs.c.revision_id == revisions.c.id, briefs.c.superseded_at.is_(None)).exists()
)
_REPORTED_OF_IT = (
    select(reports.c.id)
    .join(briefs, briefs.c.id == reports.c.brief_id)
    .where(briefs.c.revision_id == revisions.c.id)
    .exists()
)


class SqlRetention(Repository):
    """The ends of briefs and texts. Each call is one short transaction; call again until it gives 0."""

    @writing
    def expire_briefs(self, connection: Connection, *, before: datetime, limit: int = 100) -> int:
        """PUBLISHED → EXPIRED for briefs listed and found before then, the oldest first; how many.

        Those that a reader saved, or that were reported or corrected, stay. Of an expired article only the row and the
        entries are left, so that its feed does not bring it back; its copies expire with it.
        """
        query = (
            select(articles.c.id)
            .where(
                articles.c.listed_at < before,
                articles.c.found_at < before,
                articles.c.state == ArticleState.PUBLISHED.value,
                ~_IS_SAVED,
                ~_IS_REPORTED,
                ~_IS_CORRECTED,
            )
            .order_by(articles.c.listed_at, articles.c.id)
            .limit(max(0, min(limit, MAX_PORTION)))
            .with_for_update()
        )
        locked = connection.execute(query).scalars().all()
        # Asked once more: a reader may have saved one before it was locked. From now on a new mark waits.
        unsaved = select(articles.c.id).where(articles.c.id.in_(locked), ~_IS_SAVED)
        leaving = [ArticleId(number) for number in connection.execute(unsaved).scalars()]
        if not leaving:
            return 0
        tally = Tally()
        for article_id in sorted(leaving):
            withdraw(connection, article_id, tally)
        tally.move(ArticleState.PUBLISHED, ArticleState.EXPIRED, len(leaving))
        is_copy = and_(articles.c.copy_of.in_(leaving), articles.c.state == ArticleState.COPY.value)
        copies = connection.execute(select(articles.c.id).where(is_copy)).scalars().all()
        if copies:
            tally.move(ArticleState.COPY, ArticleState.EXPIRED, len(copies))
        _empty(connection, [*leaving, *copies])
        tally.apply(connection)
        return len(leaving)

    @writing
    def drop_old_texts(self, connection: Connection, *, before: datetime, limit: int = 100) -> int:
        """Let go of texts that a later one replaced before then, with the briefs written from them; how many.

        A text that the published brief still rests on stays, and one of whose briefs a fault was reported.
        """
        query = (
            select(revisions.c.id)
            .join(_later, and_(_later.c.article_id == revisions.c.article_id, _later.c.number > revisions.c.number))
            .where(_later.c.number > 1, _later.c.stored_at < before, ~_STANDS_ON_IT, ~_REPORTED_OF_IT)
            .distinct()
            .limit(max(0, min(limit, MAX_PORTION)))
        )
        leaving = connection.execute(query).scalars().all()
        if leaving:
            # What was changed in public stays on record also without the version that it led to.
            of_them = select(briefs.c.id).where(briefs.c.revision_id.in_(leaving))
            connection.execute(update(corrections).where(corrections.c.brief_id.in_(of_them)).values(brief_id=None))
            connection.execute(delete(revisions).where(revisions.c.id.in_(leaving)))
        return len(leaving)


def _empty(connection: Connection, article_ids: Sequence[int]) -> None:
    """Let go of all that is stored of these articles but that they were there."""
    for table in (revisions, announcements, article_bands, corrections, reads, marks):
        connection.execute(delete(table).where(table.c.article_id.in_(article_ids)))
    is_lead = and_(pictures.c.kind == PictureKind.LEAD.value, pictures.c.owner_id.in_(article_ids))
    connection.execute(delete(pictures).where(is_lead))
    values: dict[str, Any] = {
        "state": ArticleState.EXPIRED.value,
        "due_at": None,
        "canonical_url": None,
        "current_revision_id": None,
        "current_brief_id": None,
    }
    connection.execute(update(articles).where(articles.c.id.in_(article_ids)).values(values))
