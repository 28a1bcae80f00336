"""Values to put into a store, and an article's way through it, for the tests of stores."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from nutgraf.domain.article import Article, ArticleFlag, Paragraph, ParagraphKind, SourceSentence
from nutgraf.domain.brief import Brief, BriefSentence, Insight, Outcome, Part, Withheld
from nutgraf.domain.document import Document
from nutgraf.domain.entity import Entity
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import ArticleState, EntryToStore, PollChange, PollResult
from nutgraf.domain.topic import Topic
from nutgraf.ports import Store

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
HOUR = timedelta(hours=1)

WORLD = Topic("world-politics", "World & Politics", "", "11000000", "Governments and what they do.", 0.75)
DIPLOMACY = Topic("diplomacy", "Diplomacy", "world-politics", "20000593", "Talks between states.", 0.5)
TRADE = Topic("trade-tariffs", "Trade & Tariffs", "economy", "20000383", "Goods across borders.", 0.25)

FIRST_TEXT = "The ferry to Skerric will run on Sundays again. The council voted by nine to four.\n\nNo date was given."
SECOND_TEXT = "The ferry to Skerric will run on Sundays from May. The council voted by nine to four.\n\nFares stay."


def make_entry(name: str, *, content_hash: str = "first", published_at: datetime | None = NOON - HOUR) -> EntryToStore:
    """An entry whose article is found under its name."""
    return EntryToStore(
        entry_key=f"guid:{name}",
        article_key=f"press.example/{name}",
        url=f"https://press.example/{name}",
        title=f"Title of {name}",
        author="A. Writer",
        summary_html=f"<p>Summary of {name}</p>",
        content_html=f"<p>Content of {name}</p>",
        published_at=published_at,
        updated_at=None,
        content_hash=content_hash,
    )


def poll_with(*entries: EntryToStore, at: datetime = NOON, title: str = "Harbour Post") -> PollResult:
    """A successful poll that brought these entries."""
    return PollResult(polled_at=at, next_poll_at=at + HOUR, interval_s=3600, title=title, entries=entries)


def record(store: Store, feed_id: FeedId, *entries: EntryToStore, at: datetime = NOON) -> PollChange:
    """Store a poll that brought these entries."""
    return store.record_poll(feed_id, poll_with(*entries, at=at))


def make_document(url: str = "https://press.example/a", body: bytes = b"<html><p>Ferry.</p></html>") -> Document:
    """A fetched page."""
    return Document(
        url=url,
        final_url=f"{url}?final",
        status=200,
        body=body,
        content_type="text/html; charset=utf-8",
        etag='W/"1"',
        last_modified="Sun, 01 Mar 2026 11:00:00 GMT",
        max_age_s=300,
        moved_to=f"{url}/moved",
    )


def make_article(
    text: str = FIRST_TEXT,
    *,
    publisher: str = "The Harbour Post",
    url: str = "https://press.example/a",
    canonical_url: str = "",
    title: str = "Sunday ferries return",
    published_at: datetime | None = NOON - 2 * HOUR,
) -> Article:
    """An extracted article whose sentences end at full stops."""
    spans = [(match.start(), match.end()) for match in re.finditer(r"[^\s.][^.]*\.", text)]
    paragraphs = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    return Article(
        url=url,
        canonical_url=canonical_url,
        title=title,
        publisher=publisher,
        byline="A. Writer",
        published_at=published_at,
        language="en",
        lead_image_url="https://press.example/ferry.jpg",
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        sentences=tuple(SourceSentence(index, start, end) for index, (start, end) in enumerate(spans)),
        paragraphs=tuple(Paragraph(start, end, ParagraphKind.QUOTE) for start, end in paragraphs),
        standfirst="Boats on Sundays.",
        section="Transport",
        updated_at=NOON - HOUR,
        flags=frozenset({ArticleFlag.OPINION, ArticleFlag.STUB}),
    )


def make_brief(article: Article, *, topics: Sequence[Topic] = (WORLD, DIPLOMACY), headline: str = "") -> Brief:
    """A brief with every part, each sentence resting on the article's first two."""
    spans = tuple(Span(sentence.start, sentence.end) for sentence in article.sentences[:2])

    def sentence(text: str, verdict: Verdict = Verdict.SUPPORTED) -> BriefSentence:
        return BriefSentence(text, Finding(verdict, 0.875, spans, ("A name is missing.",)))

    return Brief(
        headline=headline or article.title,
        dek=sentence("Sunday ferries to Skerric return."),
        what_happened=(sentence("The ferry will run again."), sentence("The vote was clear.", Verdict.WEAK)),
        insights=(
            Insight(sentence("A clear vote"), sentence("Nine were for it.")),
            Insight(sentence("No date yet"), sentence("When it starts is open.")),
        ),
        takeaways=(sentence("A date is still to come."),),
        topics=tuple(topics),
        writer="builtin 1",
        created_at=NOON,
        article_hash=article.text_hash,
        language="en",
        is_short=True,
        withheld=(
            Withheld(
                Part.TAKEAWAYS,
                "Fares will fall.",
                Finding(Verdict.UNSUPPORTED, 0.125, spans[:1], ("Nothing says so.",)),
                Outcome.REPAIRED,
                "A date is still to come.",
            ),
            Withheld(Part.DEK, "All is well.", Finding(Verdict.UNSUPPORTED, 0.0), Outcome.DROPPED),
        ),
    )


def extract(
    store: Store,
    article_id: ArticleId,
    article: Article,
    *,
    at: datetime = NOON,
    band_keys: Sequence[int] = (),
    copy_of: ArticleId | None = None,
    copies: Sequence[ArticleId] = (),
) -> ArticleState | None:
    """Take a found article through FETCHED to what its extraction gives."""
    assert store.save_document(article_id, make_document(article.url), now=at)
    return store.save_extraction(article_id, article, band_keys=band_keys, copy_of=copy_of, copies=copies, now=at)


def publish(
    store: Store,
    article_id: ArticleId,
    article: Article,
    *,
    at: datetime = NOON,
    topics: Sequence[Topic] = (WORLD, DIPLOMACY),
    band_keys: Sequence[int] = (),
    entities: Sequence[Entity] = (),
) -> Brief:
    """Take a found article all the way; the brief that is published of it."""
    assert extract(store, article_id, article, at=at, band_keys=band_keys) is ArticleState.EXTRACTED
    brief = dataclasses.replace(make_brief(article, topics=topics), entities=tuple(entities))
    assert store.save_brief(article_id, store.current_revision(article_id).id, brief, now=at)
    assert store.publish(article_id, now=at)
    return brief


def publish_new(
    store: Store,
    name: str,
    *,
    published_at: datetime | None = NOON - HOUR,
    publisher: str = "The Harbour Post",
    topics: Sequence[Topic] = (WORLD, DIPLOMACY),
    entities: Sequence[Entity] = (),
    at: datetime = NOON,
) -> ArticleId:
    """Publish a brief of a new article with its own text."""
    article_id = store.add_article(make_entry(name, published_at=published_at), now=at)
    url = f"https://press.example/{name}"
    article = make_article(f"About {name}. {FIRST_TEXT}", publisher=publisher, url=url, title=f"Title of {name}")
    publish(store, article_id, article, at=at, topics=topics, entities=entities)
    return article_id


def state_of(store: Store, article_id: ArticleId) -> ArticleState | None:
    """The state of an article on its way, None of one at rest."""
    on_the_way = store.due_articles(list(ArticleState), now=NOON + 10_000 * HOUR, limit=1_000)
    return next((article.state for article in on_the_way if article.id == article_id), None)
