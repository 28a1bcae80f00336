"""A page, or a feed's full text, to an Article."""

from __future__ import annotations

import contextlib
import dataclasses
from datetime import UTC, datetime
from typing import Any

import lxml.html
import trafilatura

from nutgraf.domain.article import Article, ParagraphKind
from nutgraf.errors import ExtractError
from nutgraf.stages.extract.assemble import Metadata, assemble_article

MAX_PAGE_BYTES = 10_000_000
MIN_ARTICLE_WORDS = 20

_KINDS = {
    "head": ParagraphKind.HEADING,
    "item": ParagraphKind.LIST_ITEM,
    "quote": ParagraphKind.QUOTE,
}


def extract_article(page: bytes | str, *, url: str, content_type: str = "") -> Article:
    """The article on an HTML page. Raises ExtractError."""
    if len(page) > MAX_PAGE_BYTES:
        raise ExtractError("The page is larger than 10 MB.", url=url, code="too_large")
    document = trafilatura.bare_extraction(
        page, url=url, favor_precision=True, include_comments=False, include_tables=True, with_metadata=True
    )
    if document is None or isinstance(document, dict) or document.body is None:
        raise ExtractError("No article was found on this page.", url=url)
    published_at = None
    if document.date:
        with contextlib.suppress(ValueError):
            published_at = datetime.fromisoformat(document.date).replace(tzinfo=UTC)
    metadata = Metadata(
        url=url,
        canonical_url=document.url or url,
        title=document.title or "",
        publisher=document.sitename or document.hostname or "",
        byline=document.author or "",
        published_at=published_at,
        language=document.language or "",
        lead_image_url=document.image or "",
        standfirst=document.description or "",
    )
    return _checked(assemble_article(_blocks(document.body), metadata), url)


def article_from_entry(entry_html: str, metadata: Metadata) -> Article:
    """An Article of the full text that a feed carries. Raises ExtractError."""
    body = lxml.html.fromstring(f"<article>{entry_html[:MAX_PAGE_BYTES]}</article>")
    blocks = [(ParagraphKind.BODY, part.text_content()) for part in body.iter("p", "li", "blockquote", "h2", "h3")]
    if not blocks:
        blocks = [(ParagraphKind.BODY, body.text_content())]
    return _checked(assemble_article(blocks, dataclasses.replace(metadata)), metadata.url)


def _checked(article: Article, url: str) -> Article:
    if article.word_count < MIN_ARTICLE_WORDS:
        raise ExtractError("No article was found on this page.", url=url)
    return article


def _blocks(body: Any) -> list[tuple[ParagraphKind, str]]:
    blocks = []
    for element in body.iter("p", "head", "item", "quote", "cell", "code"):
        if any(parent.tag in ("p", "item", "quote", "cell") for parent in element.iterancestors()):
            continue
        blocks.append((_KINDS.get(element.tag, ParagraphKind.BODY), " ".join(element.itertext())))
    return blocks
