"""Writing briefs: saved whole, then published in place of the earlier version (part of the ArticleStore port)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update

from nutgraf.adapters.store.articles import move_article
from nutgraf.adapters.store.columns import storable
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.ledger import ledger_key, with_maker
from nutgraf.adapters.store.listing import put_up, withdraw
from nutgraf.adapters.store.naming import add_entities, entity_values
from nutgraf.adapters.store.tables import (
    articles,
    brief_sentences,
    brief_topics,
    briefs,
    corrections,
    evidence,
    revisions,
    topics,
    withheld,
)
from nutgraf.domain.brief import Brief, Outcome, Part
from nutgraf.domain.corrections import BriefHistory, CorrectionKind, SentenceChange, compare_briefs
from nutgraf.domain.evidence import Span, Verdict
from nutgraf.domain.ids import ArticleId, BriefId, RevisionId
from nutgraf.domain.records import ArticleState
from nutgraf.domain.topic import Topic
from nutgraf.errors import Conflict, NotFound

BRIEF_MAKER = (briefs.c.id, briefs.c.writer, briefs.c.model, briefs.c.prompt_version)
"""A brief with who wrote it."""

_of_article = briefs.c.article_id == bindparam("in_article_id")
_TEXT_HASH = select(revisions.c.text_hash).where(
    revisions.c.id == bindparam("revision_id"), revisions.c.article_id == bindparam("article_id")
)
_DROP_UNSEEN = delete(briefs).where(_of_article, briefs.c.published_at.is_(None))
_LATEST_VERSION = select(func.coalesce(func.max(briefs.c.version), 0)).where(
    briefs.c.article_id == bindparam("article_id")
)
_ADD_BRIEF = insert(briefs).returning(briefs.c.id)
_WRITTEN: Select[Any] = (
    select(
        *BRIEF_MAKER,
        briefs.c.broken,
        briefs.c.revision_id,
        articles.c.publisher_id,
        articles.c.published_at.label("article_published_at"),
        articles.c.found_at,
    )
    .join(articles, articles.c.id == briefs.c.article_id)
    .where(briefs.c.article_id == bindparam("article_id"), briefs.c.published_at.is_(None))
)
_STANDING: Select[Any] = (
    select(*BRIEF_MAKER, briefs.c.language, briefs.c.revision_id, articles.c.publisher_id)
    .join(articles, articles.c.id == briefs.c.article_id)
    .where(_of_article, briefs.c.published_at.is_not(None), briefs.c.superseded_at.is_(None))
)
_WORDS = (
    select(brief_sentences.c.part, brief_sentences.c.text, brief_sentences.c.verdict)
    .where(brief_sentences.c.brief_id == bindparam("brief_id"))
    .order_by(brief_sentences.c.position)
)
_OUTCOMES = select(withheld.c.outcome, withheld.c.writer, withheld.c.model, withheld.c.prompt_version).where(
    withheld.c.brief_id == bindparam("brief_id")
)
_WITHDRAWN = select(corrections.c.changes).where(
    corrections.c.article_id == bindparam("in_article_id"), corrections.c.kind == CorrectionKind.CORRECTION.value
)
_SUPERSEDE = (
    update(briefs)
    .where(_of_article, briefs.c.published_at.is_not(None), briefs.c.superseded_at.is_(None))
    .values(superseded_at=bindparam("now"))
)
_PUBLISH = update(briefs).where(briefs.c.id == bindparam("in_id")).values(published_at=bindparam("now"))


class SqlBriefWriting(Repository):
    """Briefs on their way from written to published."""

    @writing
    def save_brief(
        self,
        connection: Connection,
        article_id: ArticleId,
        revision_id: RevisionId,
        brief: Brief,
        *,
        broken: Sequence[str] = (),
        now: datetime,
    ) -> bool:
        """EXTRACTED → WRITTEN: store the brief with every sentence, its evidence and what was withheld.

        `broken` are sentences of the published version that the new text no longer carries.

        Also False where the article has a later text than `revision_id`. A brief that was saved and never published
        makes room. Raises NotFound where the article has no such revision, Conflict where the brief is of another
        text (its evidence would point to the wrong words) or holds an unsupported sentence.
        """
        ids = {"article_id": article_id, "revision_id": revision_id}
        text_hash = connection.execute(_TEXT_HASH, ids).scalar()
        if text_hash is None:
            raise NotFound(f"Article {article_id} has no revision {revision_id}.")
        if text_hash != brief.article_hash:
            raise Conflict(f"The brief is of another text than revision {revision_id} of article {article_id}.")
        tally = Tally()
        if not move_article(
            connection,
            article_id,
            ArticleState.EXTRACTED,
            ArticleState.WRITTEN,
            tally,
            of_revision=revision_id,
            due_at=now,
        ):
            return False
        connection.execute(_DROP_UNSEEN, {"in_article_id": article_id})
        standing = connection.execute(_STANDING, {"in_article_id": article_id}).first()
        origin = "rewrite" if standing is not None and standing.revision_id == revision_id else "writer"
        add_brief(connection, article_id, revision_id, brief, saved_at=now, broken=list(broken), origin=origin)
        tally.apply(connection)
        return True

    @writing
    def publish(self, connection: Connection, article_id: ArticleId, *, now: datetime) -> bool:
        """WRITTEN → PUBLISHED: the written brief becomes the article's current one.

        It is listed at the publisher's time, or when it was found where that is earlier or the other unknown; a
        later version keeps the place of the first; what changed in one of a later text is recorded. The ledger
        counts it.
        """
        tally = Tally()
        if not move_article(connection, article_id, ArticleState.WRITTEN, ArticleState.PUBLISHED, tally, due_at=None):
            return False
        written = connection.execute(_WRITTEN, {"article_id": article_id}).one()
        first_listed_at = min(written.article_published_at or written.found_at, written.found_at)
        listed_at = withdraw(connection, article_id, tally) or first_listed_at
        standing = connection.execute(_STANDING, {"in_article_id": article_id}).first()
        supersede(connection, article_id, now=now)
        connection.execute(_PUBLISH, {"in_id": written.id, "now": now})
        put_up(connection, article_id, BriefId(written.id), listed_at, tally)
        _count_published(connection, written, tally, now=now)
        if standing is not None and standing.revision_id != written.revision_id:
            _record_update(connection, article_id, standing, written, tally, now=now)
        tally.apply(connection)
        return True

    @reading
    def brief_history(self, connection: Connection, article_id: ArticleId) -> BriefHistory:
        """The sentences that are published of an article, and those that corrections withdrew; empty of a new one."""
        standing = connection.execute(_STANDING, {"in_article_id": article_id}).first()
        published = [] if standing is None else _words_of(connection, standing.id)
        withdrawn = connection.execute(_WITHDRAWN, {"in_article_id": article_id}).scalars()
        return BriefHistory(
            published=tuple(text for _, text in published),
            withdrawn=tuple(before for changes in withdrawn for _, before, _, _ in changes if before),
            language="" if standing is None else standing.language,
        )


def _count_published(connection: Connection, written: Row[Any], tally: Tally, *, now: datetime) -> None:
    rows = connection.execute(_WORDS, {"brief_id": written.id})
    verdicts = Counter(row.verdict for row in rows)
    key = ledger_key(written, now)
    tally.note(key, briefs=1, supported=verdicts[Verdict.SUPPORTED.value], weak=verdicts[Verdict.WEAK.value])
    for row in connection.execute(_OUTCOMES, {"brief_id": written.id}):
        outcome = "repaired" if row.outcome == Outcome.REPAIRED.value else "dropped"
        tally.note(with_maker(key, row) if row.writer else key, **{outcome: 1})


def _record_update(
    connection: Connection,
    article_id: ArticleId,
    standing: Row[Any],
    written: Row[Any],
    tally: Tally,
    *,
    now: datetime,
) -> None:
    """Record what a new version changed in the standing one, and count it there: its sentences are what fell."""
    broken = written.broken
    tally.note(ledger_key(standing, now), updates=1, breaking_updates=bool(broken), broken=len(broken))
    before, after = _words_of(connection, standing.id), _words_of(connection, written.id)
    changes = compare_briefs(before, after, broken)
    if changes:
        record_correction(connection, article_id, written.id, CorrectionKind.UPDATE, "", changes, now=now)


def _words_of(connection: Connection, brief_id: int) -> list[tuple[Part, str]]:
    return [(Part(row.part), row.text) for row in connection.execute(_WORDS, {"brief_id": brief_id})]


def supersede(connection: Connection, article_id: ArticleId, *, now: datetime) -> None:
    """End the time of the published version of an article's brief, if there is one."""
    connection.execute(_SUPERSEDE, {"in_article_id": article_id, "now": now})


def record_correction(
    connection: Connection,
    article_id: ArticleId,
    brief_id: int | None,
    kind: CorrectionKind,
    note: str,
    changes: Sequence[SentenceChange],
    *,
    now: datetime,
) -> None:
    """Add a change of a published brief to the public record."""
    values = {
        "article_id": article_id,
        "brief_id": brief_id,
        "kind": kind.value,
        "published_at": now,
        "note": note,
        "changes": [
            [change.part.value, storable(change.before), storable(change.after), change.is_broken] for change in changes
        ],
    }
    connection.execute(corrections.insert(), values)


def add_brief(
    connection: Connection, article_id: ArticleId, revision_id: int, brief: Brief, *, saved_at: datetime, **more: Any
) -> int:
    """Store the next version of an article's brief, with `more` columns of it; its id."""
    values = {
        "article_id": article_id,
        "revision_id": revision_id,
        "version": connection.execute(_LATEST_VERSION, {"article_id": article_id}).scalar_one() + 1,
        "headline": brief.headline,
        "writer": brief.writer,
        "model": brief.model,
        "prompt_version": brief.prompt_version,
        "language": brief.language,
        "is_short": brief.is_short,
        "created_at": brief.created_at,
        "saved_at": saved_at,
        "origin": "writer",
        "usage": dataclasses.asdict(brief.usage) if brief.usage else None,
        "broken": [],
        "entities": entity_values(brief.entities),
        **more,
    }
    brief_id: int = connection.execute(_ADD_BRIEF, values).scalar_one()
    sentence_rows, evidence_rows = _sentence_rows(brief_id, brief)
    for table, rows in (
        (brief_sentences, sentence_rows),
        (evidence, evidence_rows),
        (withheld, _withheld_rows(brief_id, brief)),
    ):
        if rows:
            connection.execute(table.insert(), rows)
    _add_topics(connection, brief_id, brief.topics)
    add_entities(connection, brief.entities)
    return brief_id


def _sentence_rows(brief_id: int, brief: Brief) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    sentence_rows = []
    evidence_rows = []
    for position, (part, sentence) in enumerate(brief.sentences()):
        finding = sentence.finding
        sentence_rows.append(
            {
                "brief_id": brief_id,
                "position": position,
                "part": part.value,
                "text": sentence.text,
                "verdict": finding.verdict.value,
                "score": finding.score,
                "reasons": list(finding.reasons),
            }
        )
        evidence_rows += [
            {"brief_id": brief_id, "position": position, "number": number, "start": span.start, "end": span.end}
            for number, span in enumerate(finding.evidence)
        ]
    return sentence_rows, evidence_rows


def _withheld_rows(brief_id: int, brief: Brief) -> list[dict[str, Any]]:
    return [
        {
            "brief_id": brief_id,
            "number": number,
            "part": sentence.part.value,
            "text": sentence.text,
            "verdict": sentence.finding.verdict.value,
            "score": sentence.finding.score,
            "evidence": _pairs(sentence.finding.evidence),
            "reasons": list(sentence.finding.reasons),
            "outcome": sentence.outcome.value,
            "replacement": sentence.replacement,
            "writer": sentence.maker.writer if sentence.maker else "",
            "model": sentence.maker.model if sentence.maker else "",
            "prompt_version": sentence.maker.prompt_version if sentence.maker else "",
        }
        for number, sentence in enumerate(brief.withheld)
    ]


def _pairs(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _add_topics(connection: Connection, brief_id: int, given: Sequence[Topic]) -> None:
    """Store a brief's topics and, where it says something new of them, what the taxonomy says."""
    if not given:
        return
    described = {
        topic.slug: {
            "slug": topic.slug,
            "name": topic.name,
            "parent": topic.parent,
            "iptc": topic.iptc,
            "definition": topic.definition,
        }
        for topic in given
    }
    stored = connection.execute(select(topics).where(topics.c.slug.in_(list(described)))).mappings()
    current = {row["slug"]: dict(row) for row in stored}
    news = [described[slug] for slug in sorted(described) if current.get(slug) != described[slug]]
    if news:
        insert = insert_into(connection.dialect.name, topics)
        replaced = {name: insert.excluded[name] for name in ("name", "parent", "iptc", "definition")}
        connection.execute(insert.on_conflict_do_update(index_elements=["slug"], set_=replaced), news)
    connection.execute(
        brief_topics.insert(),
        [
            {
                "brief_id": brief_id,
                "position": position,
                "slug": topic.slug,
                "parent": topic.parent,
                "score": topic.score,
            }
            for position, topic in enumerate(given)
        ],
    )
