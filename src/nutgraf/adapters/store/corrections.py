"""The public record of corrections and updates, and the operator's view of what was withheld (the DeskStore port)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, or_, select

from nutgraf.adapters.store.cards import PUBLISHER_COLUMNS, PUBLISHER_COUNT, PUBLISHER_ICON, icons, publisher_of
from nutgraf.adapters.store.engine import LATEST, Repository, reading
from nutgraf.adapters.store.ledger import maker_of
from nutgraf.adapters.store.tables import articles, briefs, corrections, counters, publishers, revisions, withheld
from nutgraf.domain.brief import Outcome, Part, Withheld
from nutgraf.domain.corrections import CorrectionKind, CorrectionRecord, SentenceChange
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.domain.ids import ArticleId, BriefId, CorrectionId
from nutgraf.domain.records import WithheldRecord

MAX_CORRECTIONS = 200
MAX_OF_ONE_BRIEF = 20

_CORRECTIONS: Select[Any] = (
    select(
        corrections,
        revisions.c.title,
        revisions.c.language,
        articles.c.listed_at,
        *PUBLISHER_COLUMNS,
    )
    .join(articles, articles.c.id == corrections.c.article_id)
    .join(revisions, revisions.c.id == articles.c.current_revision_id)
    .join(publishers, publishers.c.id == articles.c.publisher_id)
    .outerjoin(counters, PUBLISHER_COUNT)
    .outerjoin(icons, PUBLISHER_ICON)
    .order_by(corrections.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_ARTICLE = _CORRECTIONS.where(corrections.c.article_id == bindparam("article_id"))
_BEFORE = _CORRECTIONS.where(corrections.c.id < bindparam("before"))

_WITHHELD: Select[Any] = (
    select(
        withheld,
        briefs.c.article_id,
        briefs.c.headline,
        briefs.c.writer.label("brief_writer"),
        briefs.c.published_at,
        publishers.c.name.label("publisher_name"),
        revisions.c.text.label("article_text"),
    )
    # The sum keeps SQLite from walking through all briefs and asking each for its withheld sentences.
    .join(briefs, briefs.c.id == withheld.c.brief_id + 0)
    .join(revisions, revisions.c.id == briefs.c.revision_id)
    .join(articles, articles.c.id == briefs.c.article_id)
    .join(publishers, publishers.c.id == articles.c.publisher_id)
    .where(
        briefs.c.published_at.is_not(None),
        withheld.c.brief_id <= bindparam("before_id"),  # the range of the index; what follows, its first rows
        or_(withheld.c.brief_id < bindparam("before_id"), withheld.c.number < bindparam("before_number")),
    )
    .order_by(withheld.c.brief_id.desc(), withheld.c.number.desc())
    .limit(bindparam("limit"))
)


class SqlCorrections(Repository):
    """Corrections in the table `corrections`, withheld sentences in `withheld`."""

    @reading
    def list_corrections(
        self, connection: Connection, *, before: CorrectionId | None = None, limit: int = 50
    ) -> list[CorrectionRecord]:
        """Corrections and updates that changed a published brief, the latest first; of ids below `before`."""
        values = {"limit": max(0, min(limit, MAX_CORRECTIONS)), "before": LATEST if before is None else before}
        rows = connection.execute(_BEFORE, values)
        return [_record(row) for row in rows]

    @reading
    def list_withheld(
        self, connection: Connection, *, before: tuple[BriefId, int] | None = None, limit: int = 50
    ) -> list[WithheldRecord]:
        """Drafted sentences that no reader saw, of published briefs, the latest brief first.

        `before` is brief and number of the last one seen.
        """
        brief_id, number = before or (LATEST, 0)
        values = {"limit": max(0, min(limit, MAX_CORRECTIONS)), "before_id": brief_id, "before_number": number}
        rows = connection.execute(_WITHHELD, values)
        return [_withheld_record(row) for row in rows]


def corrections_of(connection: Connection, article_id: ArticleId) -> tuple[CorrectionRecord, ...]:
    """The latest changes of an article's brief, the last first."""
    rows = connection.execute(_OF_ARTICLE, {"article_id": article_id, "limit": MAX_OF_ONE_BRIEF})
    return tuple(_record(row) for row in rows)


def _record(row: Row[Any]) -> CorrectionRecord:
    return CorrectionRecord(
        id=CorrectionId(row.id),
        article_id=ArticleId(row.article_id),
        kind=CorrectionKind(row.kind),
        published_at=row.published_at,
        note=row.note,
        changes=tuple(
            SentenceChange(Part(part), before, after, is_broken) for part, before, after, is_broken in row.changes
        ),
        headline=row.title,
        publisher=publisher_of(row[-len(PUBLISHER_COLUMNS) :]),
        language=row.language,
        is_listed=row.listed_at is not None,
    )


def _withheld_record(row: Row[Any]) -> WithheldRecord:
    finding = Finding(
        verdict=Verdict(row.verdict),
        score=row.score,
        evidence=tuple(Span(start, end) for start, end in row.evidence),
        reasons=tuple(row.reasons),
    )
    return WithheldRecord(
        brief_id=BriefId(row.brief_id),
        number=row.number,
        article_id=ArticleId(row.article_id),
        headline=row.headline,
        publisher_name=row.publisher_name,
        writer=row.writer or row.brief_writer,
        published_at=row.published_at,
        sentence=Withheld(Part(row.part), row.text, finding, Outcome(row.outcome), row.replacement, maker_of(row)),
        source=tuple(row.article_text[start:end] for start, end in row.evidence),
    )
