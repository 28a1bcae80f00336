"""The CPU-bound work of the pipeline as plain functions, run in processes that can be killed (names in `work`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, Draft
from nutgraf.domain.document import Document
from nutgraf.domain.entity import Entity
from nutgraf.domain.ids import BriefId
from nutgraf.domain.model import ModelRequest
from nutgraf.domain.picture import PictureFacts, PictureKind
from nutgraf.domain.records import ArticleRecord, UnnamedBrief
from nutgraf.domain.writing_style import WritingStyle
from nutgraf.errors import ConfigError, ExtractError
from nutgraf.pipeline.briefing import correct_brief, find_broken, make_brief
from nutgraf.pipeline.schedule import clamp_published
from nutgraf.pipeline.work import FEED_ENTRY_TYPE, Extracted, ParsedFeed, ReadAnswer, entry_is_article
from nutgraf.stages.extract import Metadata, article_from_entry, extract_article
from nutgraf.stages.identify import fingerprint, read_entries
from nutgraf.stages.name import find_entities
from nutgraf.stages.parse import find_page_icon, parse_feed_with_path
from nutgraf.stages.picture import inspect_picture
from nutgraf.stages.tag import load_taxonomy
from nutgraf.stages.write.llm import (
    brief_request,
    decode_answer,
    merge_selections,
    read_source,
    repair_request,
    selected_per_part,
    selection_request,
    split_source,
)


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


def ask(article: Article, style: WritingStyle, chosen: tuple[int, ...] = ()) -> tuple[ModelRequest, ...]:
    """The calls to a language model for a brief of `article`, none where it has nothing to report.

    Two and more ask for the sentences that say most in each part of a long article; their indexes come back as
    `chosen`, and then one call asks for the brief.
    """
    lines = read_source(article)
    if chosen:
        return (brief_request(article, [line for line in lines if line.index in set(chosen)], style),)
    parts = split_source(lines, article)
    if len(parts) == 1:
        return (brief_request(article, lines, style),) if lines else ()
    wanted = selected_per_part(len(parts))
    return tuple(selection_request(article, part, wanted) for part in parts)


def choose(article: Article, answers: tuple[str, ...]) -> tuple[int, ...]:
    """The indexes of the sentences that go into the call for a long article's brief, from the answer for each part."""
    parts = split_source(read_source(article), article)
    return merge_selections(parts, answers)


def read(
    article: Article, style: WritingStyle, chosen: tuple[int, ...], request: ModelRequest, text: str, model: str
) -> ReadAnswer:
    """A model's answer to `request`, and the call that names its faults, if there are any."""
    lines = [line for line in read_source(article) if not chosen or line.index in set(chosen)]
    decoded = decode_answer(text, article, lines, style, model=model)
    repair = repair_request(request, text, decoded.faults) if decoded.faults else None
    return ReadAnswer(decoded.draft, tuple(map(str, decoded.faults)), repair)


def brief(
    article: Article,
    created_at: datetime,
    taxonomy_path: str,
    barred: tuple[str, ...] = (),
    draft: Draft | None = None,
) -> Brief:
    """Write, or take the `draft` there is, check and tag.

    Without `taxonomy_path` by the shipped taxonomy; `barred` sentences do not come back.

    Raises ConfigError, to be tried again, where the file was spoilt since the start: its editor may not be done.
    """
    try:
        taxonomy = load_taxonomy(Path(taxonomy_path)) if taxonomy_path else None
    except ConfigError as error:
        raise ConfigError(error.message, code="taxonomy", retryable=True) from error
    return make_brief(article, created_at=created_at, draft=draft, taxonomy=taxonomy, barred=barred)


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
