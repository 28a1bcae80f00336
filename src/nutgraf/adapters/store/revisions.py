"""Texts of articles: what extraction found, which revision it is, whose copy it is (part of the ArticleStore port)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from nutgraf.adapters.store.articles import drop_document, move_article, state_of
from nutgraf.adapters.store.counters import PUBLISHER, Tally
from nutgraf.adapters.store.engine import Repository, reading, writing
from nutgraf.adapters.store.listing import withdraw
from nutgraf.adapters.store.pictures import want_pictures
from nutgraf.adapters.store.publishers import find_or_add_publisher
from nutgraf.adapters.store.tables import article_bands, articles, briefs, feeds, publishers, revisions
from nutgraf.domain.article import Article, ArticleFlag, Paragraph, ParagraphKind, SourceSentence
from nutgraf.domain.ids import ArticleId, RevisionId
from nutgraf.domain.records import ArticleState, RevisionRecord
from nutgraf.errors import NotFound

MAX_COPY_CANDIDATES = 50
"""Most revisions given for comparison: boilerplate may make many texts share a band."""

_ALIKE = (
    select(revisions)
    .join(articles, articles.c.current_revision_id == revisions.c.id)
    .where(
        articles.c.id.in_(
            select(article_bands.c.article_id).where(
                article_bands.c.band_key.in_(bindparam("band_keys", expanding=True))
            )
        ),
        articles.c.id != bindparam("article_id"),
        articles.c.copy_of.is_(None),
        or_(articles.c.state != ArticleState.QUARANTINED.value, articles.c.listed_at.is_not(None)),
    )
    .order_by(articles.c.id)
    .limit(MAX_COPY_CANDIDATES)
)
_CURRENT = (
    select(revisions)
    .join(articles, articles.c.current_revision_id == revisions.c.id)
    .where(articles.c.id == bindparam("article_id"))
)
# The article with its current text's hash and the revision that its published brief is of, locked.
_ARTICLE_WITH_TEXTS = (
    select(
        articles.c.state,
        articles.c.url,
        articles.c.published_at,
        articles.c.listed_at,
        articles.c.current_revision_id,
        revisions.c.text_hash,
        briefs.c.revision_id.label("brief_revision_id"),
        publishers.c.slug.label("publisher_slug"),
        feeds.c.title.label("feed_title"),
    )
    .outerjoin(revisions, revisions.c.id == articles.c.current_revision_id)
    .outerjoin(briefs, briefs.c.id == articles.c.current_brief_id)
    .outerjoin(publishers, publishers.c.id == articles.c.publisher_id)
    .outerjoin(feeds, feeds.c.id == articles.c.feed_id)
    .where(articles.c.id == bindparam("article_id"))
    .with_for_update(of=articles)
)
_SAME_ADDRESS = select(articles.c.id).where(
    articles.c.canonical_url == bindparam("canonical_url"),
    articles.c.copy_of.is_(None),
    articles.c.id != bindparam("article_id"),
)
_LATEST_NUMBER = select(func.coalesce(func.max(revisions.c.number), 0)).where(
    revisions.c.article_id == bindparam("article_id")
)
_ADD_REVISION = insert(revisions).returning(revisions.c.id)
_DROP_BANDS = delete(article_bands).where(article_bands.c.article_id == bindparam("in_article_id"))


class SqlRevisions(Repository):
    """Texts in the table `revisions`, their band keys in `article_bands`."""

    def identifying(self, band_keys: Sequence[int]) -> AbstractContextManager[None]:
        """While one process is within, no other one is with an article that shares a band key."""
        return self._database.locked(band_keys)

    @reading
    def find_copies(
        self, connection: Connection, article_id: ArticleId, band_keys: Sequence[int]
    ) -> list[RevisionRecord]:
        """Current revisions of other articles (not copies themselves) that share a band key, oldest first.

        At most MAX_COPY_CANDIDATES; none of an article that is set aside without a brief, since a copy would be
        shown with something that nobody sees.
        """
        if not band_keys:
            return []
        values = {"band_keys": sorted(set(band_keys)), "article_id": article_id}
        return [revision_record(row) for row in connection.execute(_ALIKE, values)]

    @writing
    def save_extraction(
        self,
        connection: Connection,
        article_id: ArticleId,
        article: Article,
        *,
        band_keys: Sequence[int],
        copy_of: ArticleId | None,
        copies: Sequence[ArticleId] = (),
        icon_url: str = "",
        now: datetime,
    ) -> ArticleState | None:
        """Store the text and drop the page: FETCHED → EXTRACTED, or COPY where `copy_of` is given.

        `copies` are articles that turn out to be copies of this one: they become COPY in the same transaction and
        leave the lists.

        A text that the article already has as its current revision stores nothing and gives PUBLISHED where a brief
        of it is published. Where another article has the same canonical address, this one becomes its COPY. A copy
        of a copy is one of the first; an article that becomes a copy hands its own copies on and leaves the lists.
        Returns the new state, or None where the article was not in FETCHED. Raises NotFound for `copy_of`.
        """
        before = connection.execute(_ARTICLE_WITH_TEXTS, {"article_id": article_id}).first()
        if before is None or before.state != ArticleState.FETCHED.value:
            return None
        tally = Tally()
        drop_document(connection, article_id)
        is_same = before.text_hash == article.text_hash
        if is_same and before.brief_revision_id == before.current_revision_id:
            move_article(connection, article_id, ArticleState.FETCHED, ArticleState.PUBLISHED, tally, due_at=None)
            tally.apply(connection)
            return ArticleState.PUBLISHED
        original = _original(connection, article_id, article.canonical_url, copy_of)
        state = ArticleState.EXTRACTED if original is None else ArticleState.COPY
        publisher = find_or_add_publisher(
            connection, article.publisher or before.feed_title or "", url=article.url or before.url
        )
        values: dict[str, Any] = {
            "due_at": now if original is None else None,
            "copy_of": original,
            "canonical_url": article.canonical_url or None,
            "publisher_id": publisher.id,
            "published_at": before.published_at or article.published_at,
        }
        if not is_same:
            values["current_revision_id"] = _add_revision(connection, article_id, article, now=now)
        if original is not None:
            _leave_to(connection, article_id, original, tally)
        elif before.listed_at is not None and before.publisher_slug != publisher.slug:
            tally.list_under(PUBLISHER, [before.publisher_slug], -1)
            tally.list_under(PUBLISHER, [publisher.slug], 1)
        move_article(connection, article_id, ArticleState.FETCHED, state, tally, **values)
        _replace_bands(connection, article_id, band_keys if original is None else ())
        for copy_id in copies if original is None else ():
            _make_copy(connection, copy_id, article_id, tally)
        want_pictures(
            connection,
            article_id=article_id,
            lead_url=article.lead_image_url if original is None else "",
            publisher_id=publisher.id,
            icon_url=icon_url if publisher.is_own_site else "",
            now=now,
        )
        tally.apply(connection)
        return state

    @reading
    def current_revision(self, connection: Connection, article_id: ArticleId) -> RevisionRecord:
        """The latest text. Raises NotFound."""
        row = connection.execute(_CURRENT, {"article_id": article_id}).first()
        if row is None:
            raise NotFound(f"No text is stored for article {article_id}.")
        return revision_record(row)


def _leave_to(connection: Connection, article_id: ArticleId, original: ArticleId, tally: Tally) -> None:
    """Take an article off the lists and hand its copies on to its original."""
    connection.execute(update(articles).where(articles.c.copy_of == article_id).values(copy_of=original))
    withdraw(connection, article_id, tally)


def _make_copy(connection: Connection, article_id: ArticleId, original: ArticleId, tally: Tally) -> None:
    """Any state → COPY of `original`. Raises NotFound."""
    state = state_of(connection, article_id)
    _leave_to(connection, article_id, original, tally)
    drop_document(connection, article_id)
    _replace_bands(connection, article_id, ())
    released = {"quarantined_at": None, "quarantined_step": None}
    move_article(connection, article_id, state, ArticleState.COPY, tally, due_at=None, copy_of=original, **released)


def _original(
    connection: Connection, article_id: ArticleId, canonical_url: str, copy_of: ArticleId | None
) -> ArticleId | None:
    """What this article is a copy of: by its canonical address, else `copy_of` or what that itself is a copy of."""
    if canonical_url:
        holder = connection.execute(_SAME_ADDRESS, {"canonical_url": canonical_url, "article_id": article_id}).scalar()
        if holder is not None:
            return ArticleId(holder)
    if copy_of is None:
        return None
    row = connection.execute(select(articles.c.id, articles.c.copy_of).where(articles.c.id == copy_of)).first()
    if row is None:
        raise NotFound(f"There is no article {copy_of} to be a copy of.")
    original = row.id if row.copy_of is None else row.copy_of
    return None if original == article_id else ArticleId(original)


def _add_revision(connection: Connection, article_id: ArticleId, article: Article, *, now: datetime) -> int:
    values = {
        "article_id": article_id,
        "number": connection.execute(_LATEST_NUMBER, {"article_id": article_id}).scalar_one() + 1,
        "stored_at": now,
        "text_hash": article.text_hash,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "publisher": article.publisher,
        "byline": article.byline,
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "language": article.language,
        "lead_image_url": article.lead_image_url,
        "standfirst": article.standfirst,
        "section": article.section,
        "flags": sorted(flag.value for flag in article.flags),
        "sentences": [[sentence.start, sentence.end] for sentence in article.sentences],
        "paragraphs": [[paragraph.start, paragraph.end, paragraph.kind.value] for paragraph in article.paragraphs],
        "text": article.text,
    }
    revision_id: int = connection.execute(_ADD_REVISION, values).scalar_one()
    return revision_id


def _replace_bands(connection: Connection, article_id: ArticleId, band_keys: Sequence[int]) -> None:
    connection.execute(_DROP_BANDS, {"in_article_id": article_id})
    rows = [{"band_key": key, "article_id": article_id} for key in sorted(set(band_keys))]
    if rows:
        connection.execute(article_bands.insert(), rows)


def revision_record(row: Row[Any]) -> RevisionRecord:
    """A row of `revisions` as the domain knows it."""
    article = Article(
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        publisher=row.publisher,
        byline=row.byline,
        published_at=row.published_at,
        language=row.language,
        lead_image_url=row.lead_image_url,
        text=row.text,
        text_hash=row.text_hash,
        sentences=tuple(SourceSentence(index, start, end) for index, (start, end) in enumerate(row.sentences)),
        paragraphs=tuple(Paragraph(start, end, ParagraphKind(kind)) for start, end, kind in row.paragraphs),
        standfirst=row.standfirst,
        section=row.section,
        updated_at=row.updated_at,
        flags=frozenset(ArticleFlag(flag) for flag in row.flags),
    )
    return RevisionRecord(
        id=RevisionId(row.id),
        article_id=ArticleId(row.article_id),
        number=row.number,
        stored_at=row.stored_at,
        article=article,
    )
