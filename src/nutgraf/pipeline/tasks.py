"""The CPU-bound work of the pipeline as plain functions, run in processes that can be killed (names in `work`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.document import Document
from nutgraf.domain.entity import Entity
from nutgraf.domain.ids import BriefId
from nutgraf.domain.picture import PictureFacts, PictureKind
from nutgraf.domain.records import ArticleRecord, UnnamedBrief
from nutgraf.errors import ConfigError, ExtractError
from nutgraf.pipeline.briefing import correct_brief, find_broken, make_brief
from nutgraf.pipeline.schedule import clamp_published
from nutgraf.pipeline.work import FEED_ENTRY_TYPE, Extracted, ParsedFeed, entry_is_article
from nutgraf.stages.extract import Metadata, article_from_entry, extract_article
from nutgraf.stages.identify import fingerprint, read_entries
from nutgraf.stages.name import find_entities
from nutgraf.stages.parse import find_page_icon, parse_feed_with_path
from nutgraf.stages.picture import inspect_picture
from nutgraf.stages.tag import load_taxonomy


def parse(body: bytes, url: str, content_type: str) -> ParsedFeed:
    """Parse a fetched feed. Raises ParseError."""
    feed, path = parse_feed_with_path(body, url=url, content_type=content_type)
    return ParsedFeed(dataclasses.replace(feed, entries=()), read_entries(feed), path.value)


def extract(document: Document, record: ArticleRecord, now: datetime) -> Extracted:
    """The article of a fetched page, completed by what the feed said of it.

    Where the page holds no article but the feed entry holds the full text, that is taken. Raises ExtractError.
    """
    icon_url = ""
    if document.content_type == FEED_ENTRY_TYPE:
        article = _from_entry(record)
    else:
        icon_url = find_page_icon(document.body, url=document.final_url)
        try:
            article = extract_article(document.body, url=document.final_url, content_type=document.content_type)
        except ExtractError:
            if not entry_is_article(record):
                raise
            article = _from_entry(record)
    article = dataclasses.replace(
        article,
        title=_headline(record.title, article.title),
        byline=article.byline or record.author,
        # The feed knows the time of day; pages often give only the day.
        published_at=clamp_published(record.published_at or article.published_at, now),
        publisher=article.publisher or record.feed_title,
    )
    return Extracted(article, fingerprint(article.text), icon_url)


def brief(article: Article, created_at: datetime, taxonomy_path: str, barred: tuple[str, ...] = ()) -> Brief:
    """Write, check and tag. Without `taxonomy_path` by the shipped taxonomy; `barred` sentences do not come back.

    Raises ConfigError, to be tried again, where the file was spoilt since the start: its editor may not be done.
    """
    try:
        taxonomy = load_taxonomy(Path(taxonomy_path)) if taxonomy_path else None
    except ConfigError as error:
        raise ConfigError(error.message, code="taxonomy", retryable=True) from error
    return make_brief(article, created_at=created_at, taxonomy=taxonomy, barred=barred)


def recheck(sentences: tuple[str, ...], article: Article) -> tuple[str, ...]:
    """Those of the published sentences that the publisher's new text no longer carries."""
    return find_broken(sentences, article)


def correct(
    brief: Brief, article: Article, positions: tuple[int, ...], replaces: bool, barred: tuple[str, ...]
) -> Brief | None:
    """The brief without its sentences at `positions`, None where nothing is left of it."""
    return correct_brief(brief, article, positions, replaces=replaces, barred=barred)


def inspect(body: bytes, kind: PictureKind) -> PictureFacts:
    """What a fetched picture is, by its own bytes. Raises SourceError."""
    return inspect_picture(body, kind)


def name(found: Sequence[UnnamedBrief]) -> list[tuple[BriefId, list[Entity]]]:
    """The people, places and organisations of briefs that were written before those were looked for."""
    return [(brief.id, find_entities(brief.article, brief.texts)) for brief in found]


def _headline(feed_title: str, page_title: str) -> str:
    """The publisher's headline: the feed's, which holds nothing else, unless it is missing or cut short."""
    is_cut = feed_title.rstrip().endswith(("…", "..."))
    return page_title if page_title and (is_cut or not feed_title.strip()) else feed_title


def _from_entry(record: ArticleRecord) -> Article:
    metadata = Metadata(
        url=record.url,
        title=record.title,
        publisher=record.feed_title,
        byline=record.author,
        published_at=record.published_at,
    )
    return article_from_entry(record.content_html, metadata)
