"""Brings samples into a store the way the pipeline does: polled, fetched, extracted, written, published."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from nutgraf.domain.article import Article, Paragraph, SourceSentence
from nutgraf.domain.brief import Brief, BriefSentence, Insight, Outcome, Part, Withheld
from nutgraf.domain.document import Document
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import EntryToStore, FeedRecord, FeedState, PollResult
from nutgraf.domain.topic import Topic
from nutgraf.ports import Store
from nutgraf.stages.name import find_entities
from sample_site.articles import Line, Sample

NAMES = {
    "world": "World & Politics",
    "politics": "Politics",
    "society": "Society",
    "environment": "Environment",
    "culture": "Culture",
}
NARROWER = {
    "disasters": ("Disasters", "world"),
    "diplomacy": ("Diplomacy", "world"),
    "local-government": ("Local Government", "politics"),
    "public-transport": ("Public Transport", "society"),
    "work": ("Work & Wages", "society"),
    "energy": ("Energy", "environment"),
    "water": ("Water", "environment"),
    "books": ("Books", "culture"),
}

TOPICS = {
    slug: Topic(slug=slug, name=name, parent="", iptc="", definition=f"What happens in {name.lower()}")
    for slug, name in NAMES.items()
} | {slug: Topic(slug=slug, name=name, parent=parent, iptc="") for slug, (name, parent) in NARROWER.items()}


def article_of(sample: Sample, *, now: datetime, corrected: bool = False) -> Article:
    """The sample as the extractor would give it."""
    paragraphs = sample.corrected_paragraphs if corrected else sample.paragraphs
    text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    bounds: list[Paragraph] = []
    sentences: list[SourceSentence] = []
    position = 0
    for paragraph in paragraphs:
        start = position
        for words in paragraph:
            sentences.append(SourceSentence(len(sentences), position, position + len(words)))
            position += len(words) + 1
        bounds.append(Paragraph(start, position - 1))
        position += 1
    return Article(
        url=sample.url,
        canonical_url=sample.url,
        title=sample.title,
        publisher=sample.publisher,
        byline="",
        published_at=now - timedelta(minutes=sample.minutes_old),
        language=sample.language,
        lead_image_url="",
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        sentences=tuple(sentences),
        paragraphs=tuple(bounds),
        flags=sample.flags,
    )


def brief_of(sample: Sample, article: Article, *, now: datetime) -> Brief:
    """The sample's brief, its evidence pointing into `article`."""

    def checked(line: Line) -> BriefSentence:
        spans = tuple(Span(article.sentences[index].start, article.sentences[index].end) for index in line.cites)
        verdict = Verdict.WEAK if line.weak else Verdict.SUPPORTED
        reasons = (line.weak,) if line.weak else ()
        return BriefSentence(line.text, Finding(verdict, 0.5 if line.weak else 0.95, spans, reasons))

    brief = Brief(
        headline=sample.title,
        dek=checked(sample.dek) if sample.dek else None,
        what_happened=tuple(checked(line) for line in sample.what_happened),
        insights=tuple(Insight(checked(title), checked(explanation)) for title, explanation in sample.insights),
        takeaways=tuple(checked(line) for line in sample.takeaways),
        topics=tuple(TOPICS[slug] for slug in sample.topics),
        writer="builtin/test",
        created_at=now,
        article_hash=article.text_hash,
        language=sample.language,
        is_short=sample.is_short,
        withheld=(
            Withheld(Part.INSIGHT, "A sentence no reader may see.", Finding(Verdict.UNSUPPORTED, 0.0), Outcome.DROPPED),
        ),
    )
    texts = [brief.headline, *(sentence.text for _, sentence in brief.sentences())]
    return dataclasses.replace(brief, entities=tuple(find_entities(article, texts)))


def subscribe(store: Store, url: str, title: str, *, now: datetime) -> FeedRecord:
    """A feed that was never polled."""
    return store.add_feed(url, title=title, now=now)


def poll(store: Store, feed_id: FeedId, samples: Sequence[Sample], *, now: datetime, change: str = "") -> None:
    """A successful poll of the feed that brought `samples`; another `change` makes known ones changed ones."""
    entries = tuple(
        EntryToStore(
            entry_key=sample.url,
            article_key=sample.url,
            url=sample.url,
            title=sample.title,
            author="",
            summary_html="",
            content_html="",
            published_at=now - timedelta(minutes=sample.minutes_old),
            updated_at=None,
            content_hash=hashlib.sha256((sample.title + change).encode()).hexdigest(),
        )
        for sample in samples
    )
    next_poll_at = now + timedelta(minutes=30)
    store.record_poll(feed_id, PollResult(polled_at=now, next_poll_at=next_poll_at, interval_s=1800, entries=entries))


def fail_poll(store: Store, feed_id: FeedId, code: str, message: str, *, now: datetime) -> None:
    """A poll of the feed that failed."""
    later = now + timedelta(hours=1)
    store.record_poll(
        feed_id,
        PollResult(
            polled_at=now,
            next_poll_at=later,
            interval_s=3600,
            new_state=FeedState.GONE if code == "http_410" else FeedState.ACTIVE,
            error_code=code,
            error_message=message,
        ),
    )


def publish(
    store: Store, sample: Sample, *, now: datetime, corrected: bool = False, copy_of: ArticleId | None = None
) -> ArticleId:
    """Take the sample, known from a poll or not, through every step; a copy ends as one."""
    entry = EntryToStore(
        sample.url, sample.url, sample.url, sample.title, "", "", "", article_of(sample, now=now).published_at, None, ""
    )
    article_id = store.add_article(entry, now=now)
    store.save_document(article_id, Document(sample.url, sample.url, 200, b"<html></html>"), now=now)
    article = article_of(sample, now=now, corrected=corrected)
    store.save_extraction(article_id, article, band_keys=(), copy_of=copy_of, now=now)
    if copy_of is None:
        revision = store.current_revision(article_id)
        assert store.save_brief(article_id, revision.id, brief_of(sample, article, now=now), now=now)
        assert store.publish(article_id, now=now)
    return article_id
