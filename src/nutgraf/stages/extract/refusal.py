"""What is no article, and what is one with a flaw that a reader must know of: thresholds set by reading pages."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from nutgraf.domain.article import Article, ArticleFlag, ParagraphKind
from nutgraf.errors import ExtractError
from nutgraf.stages.extract.blocks import Block, PageBlocks, count_words
from nutgraf.stages.extract.metadata import PageFacts
from nutgraf.stages.extract.phrases import CONSENT, PAYWALL

MIN_WORDS = 25
"""Below this there is nothing that a brief could say; the shortest real articles measured have about 30."""

MIN_DATED_WORDS = 15
"""Enough where the page has a headline and a date and the text is in sentences: a flash of an agency."""

_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
_ENDED = re.compile(r"[.!?。！？।؟][\"”’»“)\]]*$")
_CONSENT_SHARE = 0.05  # of the words; a news article about cookies stays below
_CONSENT_MAX_WORDS = 400
_LISTING_TEASERS = 8
_LISTING_MAX_WORDS = 100
_PLEA_SEARCH_CHARS = 400
_PLEA_MAX_WORDS = 250
_STUB_MAX_WORDS = 120


def refuse_or_flag(article: Article, facts: PageFacts, reading: PageBlocks, nearby: Sequence[Block]) -> Article:
    """`article` with the flags that its text calls for; `nearby` are the blocks in and just after the text.

    Raises ExtractError where it is none.
    """
    count = count_words(article.text)
    flags = set(article.flags)
    if count < _PLEA_MAX_WORDS and _has_plea(nearby):
        flags.add(ArticleFlag.PAYWALLED)
    if count < MIN_WORDS and not (_is_flash(article, count) and ArticleFlag.PAYWALLED not in flags):
        raise _refusal(article, is_paywalled=ArticleFlag.PAYWALLED in flags)
    if not facts.article:
        if count < _CONSENT_MAX_WORDS and len(CONSENT.findall(article.text)) > _CONSENT_SHARE * count:
            raise ExtractError("The page asks for consent and shows no article.", url=article.url, code="consent_wall")
        if _is_listing(facts, reading, count):
            raise ExtractError("The page lists articles and is none itself.", url=article.url, code="listing")
    if count < _STUB_MAX_WORDS and (ArticleFlag.PAYWALLED in flags or _CUT_OFF.search(article.text)):
        flags.add(ArticleFlag.STUB)
    return dataclasses.replace(article, flags=frozenset(flags))


def _is_flash(article: Article, count: int) -> bool:
    """Whether a text of few words is a story all the same: headline, date, and prose that ends as sentences do."""
    if count < MIN_DATED_WORDS or not (article.title and article.published_at):
        return False
    prose = [article.text[p.start : p.end] for p in article.paragraphs if p.kind is ParagraphKind.BODY]
    return sum(count_words(text) for text in prose if _ENDED.search(text)) >= MIN_DATED_WORDS


def _has_plea(blocks: Sequence[Block]) -> bool:
    return any(len(block.text) < _PLEA_SEARCH_CHARS and PAYWALL.search(block.text) for block in blocks)


def _refusal(article: Article, *, is_paywalled: bool) -> ExtractError:
    if is_paywalled:
        message = "The article is behind a paywall; the page shows too little of it."
        return ExtractError(message, url=article.url, code="paywalled_stub")
    return ExtractError("No article was found on this page.", url=article.url)


def _is_listing(facts: PageFacts, reading: PageBlocks, count: int) -> bool:
    """Whether linked headings abound, on a front page or beside little prose, and nothing says it is an article."""
    if facts.meta("og:type") == "article" or facts.meta("article:published_time"):
        return False
    teasers = sum(block.kind is ParagraphKind.HEADING and block.link_share > 0.8 for block in reading.blocks)
    is_front = not urlsplit(facts.url).path.strip("/")
    return teasers >= _LISTING_TEASERS and (is_front or count < _LISTING_MAX_WORDS)
