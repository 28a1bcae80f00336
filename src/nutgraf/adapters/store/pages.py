"""Published briefs as pages, feeds and exports read them (the BriefStore port)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from nutgraf.adapters.store.cards import (
    CARDS,
    PUBLISHER_COLUMNS,
    PUBLISHER_COUNT,
    PUBLISHER_ICON,
    card_of,
    icons,
    load_cards,
    load_cards_of,
    load_standings,
    load_topics,
    publisher_of,
)
from nutgraf.adapters.store.corrections import corrections_of
from nutgraf.adapters.store.counters import BRIEFS, REPORTS, STATE, TOPIC, TOTAL, counts_by_key
from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.ledger import maker_of
from nutgraf.adapters.store.naming import entities_from, without_barred
from nutgraf.adapters.store.revisions import revision_record
from nutgraf.adapters.store.rhythm import load_rhythm
from nutgraf.adapters.store.tables import (
    articles,
    brief_sentences,
    counters,
    evidence,
    feeds,
    marks,
    publishers,
    readers,
    reads,
    revisions,
    withheld,
)
from nutgraf.domain.brief import Brief, BriefSentence, Insight, Outcome, Part, Withheld
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.domain.ids import ArticleId, BriefId, ReaderId
from nutgraf.domain.model import ModelUsage
from nutgraf.domain.records import (
    ArticleState,
    BriefCard,
    BriefPage,
    BriefQuery,
    CopyRecord,
    Counts,
    Publisher,
    Standing,
)
from nutgraf.domain.reports import ReportState
from nutgraf.errors import NotFound

MAX_COPIES_SHOWN = 50

CURRENT = CARDS.where(articles.c.id == bindparam("article_id"))
"""The published brief of one article."""
_SENTENCES = (
    select(  # in the order in which _load_sentences takes them
        brief_sentences.c.brief_id,
        brief_sentences.c.position,
        brief_sentences.c.part,
        brief_sentences.c.text,
        brief_sentences.c.verdict,
        brief_sentences.c.score,
        brief_sentences.c.reasons,
    )
    .where(brief_sentences.c.brief_id.in_(bindparam("brief_ids", expanding=True)))
    .order_by(brief_sentences.c.brief_id, brief_sentences.c.position)
)
_EVIDENCE = (
    select(evidence.c.brief_id, evidence.c.position, evidence.c.start, evidence.c.end)
    .where(evidence.c.brief_id.in_(bindparam("brief_ids", expanding=True)))
    .order_by(evidence.c.brief_id, evidence.c.position, evidence.c.number)
)
_WITHHELD = select(withheld).where(withheld.c.brief_id == bindparam("brief_id")).order_by(withheld.c.number)
_number = select(revisions.c.number).where(revisions.c.id == bindparam("revision_id")).scalar_subquery()
_REVISION_AND_THE_ONE_BEFORE = (
    select(revisions)
    .where(revisions.c.article_id == bindparam("article_id"), revisions.c.number.in_([_number, _number - 1]))
    .order_by(revisions.c.number.desc())
)
_COPIES = (  # the same publisher's second address of an article is nothing to show
    select(articles.c.id.label("article_id"), articles.c.url, revisions.c.title.label("copy_title"), *PUBLISHER_COLUMNS)
    .join(publishers, publishers.c.id == articles.c.publisher_id)
    .join(revisions, revisions.c.id == articles.c.current_revision_id)
    .outerjoin(counters, PUBLISHER_COUNT)
    .outerjoin(icons, PUBLISHER_ICON)
    .where(articles.c.copy_of == bindparam("article_id"), articles.c.publisher_id != bindparam("publisher_id"))
    .order_by(articles.c.id)
    .limit(MAX_COPIES_SHOWN)
)
_PUBLISHERS = select(*PUBLISHER_COLUMNS).select_from(publishers).outerjoin(icons, PUBLISHER_ICON)


class SqlBriefs(Repository):
    """Published briefs, their publishers and topics, and who read them."""

    @reading
    def list_briefs(self, connection: Connection, query: BriefQuery, *, reader_id: ReaderId) -> list[BriefCard]:
        """Cards, newest first, at most `query.limit` (and MAX_CARDS); keyset-paged by `BriefCard.sort_key`."""
        return load_cards(connection, query, reader_id)

    @reading
    def list_standings(self, connection: Connection, query: BriefQuery, *, reader_id: ReaderId) -> list[Standing]:
        """What `list_briefs` lists, by as little as an order of the list depends on."""
        return load_standings(connection, query, reader_id)

    @reading
    def get_cards(
        self, connection: Connection, article_ids: Sequence[ArticleId], *, reader_id: ReaderId
    ) -> list[BriefCard]:
        """The cards of articles in the order given; those of which no brief is published are left out."""
        cards = load_cards_of(connection, article_ids, reader_id)
        return [cards[article_id] for article_id in article_ids if article_id in cards]

    @reading
    def brief_page(self, connection: Connection, article_id: ArticleId, *, reader_id: ReaderId) -> BriefPage:
        """Everything of the current brief; of a copy, that of its original. Raises NotFound where none is published."""
        row = connection.execute(CURRENT, {"article_id": article_id, "reader_id": reader_id}).first()
        if row is None:
            original = connection.execute(select(articles.c.copy_of).where(articles.c.id == article_id)).scalar()
            if original is None:
                raise NotFound(f"No brief of article {article_id} is published.")
            article_id = ArticleId(original)
            row = connection.execute(CURRENT, {"article_id": article_id, "reader_id": reader_id}).first()
        if row is None:
            raise NotFound(f"No brief of article {article_id} is published.")
        found = connection.execute(
            _REVISION_AND_THE_ONE_BEFORE, {"article_id": article_id, "revision_id": row.revision_id}
        )
        revision, *earlier = (revision_record(found_row) for found_row in found)
        brief = load_brief(connection, row, revision.article.text_hash)
        copies = connection.execute(_COPIES, {"article_id": article_id, "publisher_id": row.publisher_id})
        return BriefPage(
            card=card_of(row, brief.topics),
            brief=brief,
            version=row.version,
            revision=revision,
            previous_revision=earlier[0] if earlier else None,
            copies=tuple(_copy_record(copy) for copy in copies),
            corrections=corrections_of(connection, article_id),
        )

    @reading
    def list_sentences(
        self, connection: Connection, brief_ids: Sequence[BriefId]
    ) -> dict[BriefId, tuple[tuple[Part, BriefSentence], ...]]:
        """The sentences of briefs with their evidence, in the order of the page; unknown ids are left out."""
        found = _load_sentences(connection, brief_ids)
        return {brief_id: tuple(sentences) for brief_id, sentences in found.items()}

    @writing
    def record_read(self, connection: Connection, reader_id: ReaderId, article_id: ArticleId, *, now: datetime) -> bool:
        """Count a read, once per reader and brief; True where it was the first.

        A later version of a brief is the same brief. Raises NotFound where nothing is published, or for the reader.
        """
        is_listed = articles.c.id == article_id, articles.c.listed_at.is_not(None)
        if connection.execute(select(articles.c.id).where(*is_listed)).first() is None:
            raise NotFound(f"No brief of article {article_id} is published.")
        if connection.execute(select(readers.c.id).where(readers.c.id == reader_id)).first() is None:
            raise NotFound(f"There is no reader {reader_id}.")
        read = insert_into(connection.dialect.name, reads).on_conflict_do_nothing().returning(reads.c.article_id)
        values = {"reader_id": reader_id, "article_id": article_id, "read_at": now}
        if connection.execute(read.values(values)).first() is None:
            of_brief = marks.c.reader_id == reader_id, marks.c.article_id == article_id
            connection.execute(update(marks).where(*of_brief, marks.c.unread_at.is_not(None)).values(unread_at=None))
            return False
        connection.execute(update(articles).where(articles.c.id == article_id).values(reads=articles.c.reads + 1))
        return True

    @reading
    def topic_counts(self, connection: Connection) -> dict[str, int]:
        """Published briefs by topic slug; a narrower topic's briefs count for its parent too."""
        return counts_by_key(connection, TOPIC)

    @reading
    def brief_rhythm(
        self, connection: Connection, days: Sequence[date], *, topic: str = "", publisher: str = ""
    ) -> dict[date, int]:
        """Briefs by day (UTC) of a topic or of a publisher, at most MAX_COUNTED of a day; at most 60 days."""
        return load_rhythm(connection, days, topic=topic, publisher=publisher)

    @reading
    def list_publishers(self, connection: Connection) -> list[Publisher]:
        """Publishers with at least one published brief, by name, with their counts."""
        query = _PUBLISHERS.join(counters, PUBLISHER_COUNT).where(counters.c.number > 0)
        found = [publisher_of(row) for row in connection.execute(query)]
        return sorted(found, key=lambda publisher: (publisher.name.casefold(), publisher.id))

    @reading
    def get_publisher(self, connection: Connection, slug: str) -> Publisher:
        """Raises NotFound."""
        query = _PUBLISHERS.outerjoin(counters, PUBLISHER_COUNT).where(publishers.c.slug == slug)
        row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"There is no publisher {slug!r}.")
        return publisher_of(row)

    @reading
    def counts(self, connection: Connection) -> Counts:
        """How much there is."""
        by_state = counts_by_key(connection, STATE)
        return Counts(
            feeds=connection.execute(select(func.count()).select_from(feeds)).scalar_one(),
            briefs=counts_by_key(connection, TOTAL).get(BRIEFS, 0),
            articles={ArticleState(state): count for state, count in by_state.items()},
            open_reports=counts_by_key(connection, REPORTS).get(ReportState.OPEN.value, 0),
        )


def load_brief(connection: Connection, row: Row[Any], text_hash: str) -> Brief:
    """The brief in a row of CARDS."""
    brief_id = BriefId(row.brief_id)
    given = load_topics(connection, [brief_id]).get(brief_id, ())
    by_part: dict[Part, list[BriefSentence]] = defaultdict(list)
    for part, sentence in _load_sentences(connection, [brief_id]).get(brief_id, ()):
        by_part[part].append(sentence)
    deks = by_part[Part.DEK]
    return Brief(
        headline=row.headline,
        dek=deks[0] if deks else None,
        what_happened=tuple(by_part[Part.WHAT_HAPPENED]),
        insights=tuple(
            Insight(title, explanation)
            for title, explanation in zip(by_part[Part.INSIGHT_TITLE], by_part[Part.INSIGHT], strict=True)
        ),
        takeaways=tuple(by_part[Part.TAKEAWAYS]),
        topics=given,
        writer=row.writer,
        created_at=row.created_at,
        article_hash=text_hash,
        language=row.language,
        is_short=row.is_short,
        withheld=_load_withheld(connection, brief_id),
        model=row.model,
        prompt_version=row.prompt_version,
        usage=ModelUsage(**row.usage) if row.usage else None,
        entities=without_barred(connection, entities_from(row.entities)),
    )


def _load_sentences(
    connection: Connection, brief_ids: Sequence[BriefId]
) -> dict[BriefId, list[tuple[Part, BriefSentence]]]:
    if not brief_ids:
        return {}
    values = {"brief_ids": list(brief_ids)}
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for brief_id, position, start, end in connection.execute(_EVIDENCE, values).all():
        spans[brief_id, position].append(Span(start, end))
    found: dict[BriefId, list[tuple[Part, BriefSentence]]] = defaultdict(list)
    for brief_id, position, part, text, verdict, score, reasons in connection.execute(_SENTENCES, values).all():
        finding = Finding(Verdict(verdict), score, tuple(spans[brief_id, position]), tuple(reasons))
        found[brief_id].append((Part(part), BriefSentence(text, finding)))
    return found


def _load_withheld(connection: Connection, brief_id: BriefId) -> tuple[Withheld, ...]:
    rows = connection.execute(_WITHHELD, {"brief_id": brief_id})
    return tuple(
        Withheld(
            part=Part(row.part),
            text=row.text,
            finding=finding_of(row, [Span(start, end) for start, end in row.evidence]),
            outcome=Outcome(row.outcome),
            replacement=row.replacement,
            maker=maker_of(row),
        )
        for row in rows
    )


def finding_of(row: Row[Any], spans: list[Span]) -> Finding:
    """The finding in a row with a verdict, a score and reasons."""
    return Finding(verdict=Verdict(row.verdict), score=row.score, evidence=tuple(spans), reasons=tuple(row.reasons))


def _copy_record(row: Row[*tuple[Any, ...]]) -> CopyRecord:
    return CopyRecord(
        article_id=ArticleId(row.article_id),
        publisher=publisher_of(row[-len(PUBLISHER_COLUMNS) :]),
        title=row.copy_title,
        url=row.url,
    )
