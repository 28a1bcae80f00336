"""A page, or a feed's full text, to an Article: guard, decode, parse once, read text and meta data, judge them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nutgraf.domain.article import Article, ArticleFlag
from nutgraf.errors import ExtractError
from nutgraf.stages.extract.assemble import Metadata, assemble_article
from nutgraf.stages.extract.blocks import PageBlocks, count_words, read_blocks
from nutgraf.stages.extract.charset import decode_page
from nutgraf.stages.extract.guard import check_page
from nutgraf.stages.extract.live import is_live_blog
from nutgraf.stages.extract.locate import find_range, surroundings_of
from nutgraf.stages.extract.metadata import PageFacts, read_metadata
from nutgraf.stages.extract.prune import select_blocks
from nutgraf.stages.extract.publishers import rules_for
from nutgraf.stages.extract.refusal import refuse_or_flag
from nutgraf.stages.extract.second import TextBlocks, structured_body, trafilatura_blocks
from nutgraf.stages.extract.templates import reveal_templates
from nutgraf.stages.extract.tree import Element, body_of, parse_tree

FEW_WORDS = 80
"""With fewer words than this a second opinion is asked: news articles of that length are rare, misreadings are not."""
_MUCH_MORE = 1.6
_MORE = 1.1
_AFTER_BLOCKS = 15
_ENTRY_SHELL = "<html><body><article>{}</article></body></html>"


def extract_article(page: bytes | str, *, url: str, content_type: str = "") -> Article:
    """The article on an HTML page. `content_type` is the Content-Type header as it came, or "".

    Raises ExtractError: `too_large`, `too_deep`, `oversized_tag` (not safe to parse), `not_html`, `no_article`,
    `listing` (a page of teasers), `consent_wall`, `paywalled_stub` (less than a reader could use).
    """
    raw = page.encode("utf-8", "replace") if isinstance(page, str) else page
    check_page(raw, url=url)
    root = parse_tree(page if isinstance(page, str) else decode_page(page, content_type), url=url)
    rules = rules_for(url)
    facts = PageFacts(root, url, rules)
    rules.prune(root)
    found = _read_text(root, facts)
    if _word_count(found.text) < FEW_WORDS and reveal_templates(root, url=url):
        found = _read_text(root, facts)
    blocks = _choose_text(found.text, root, facts, found.metadata.title)
    article = assemble_article(blocks, found.metadata)
    return refuse_or_flag(article, facts, found.reading, found.reading.blocks[found.start : found.end + _AFTER_BLOCKS])


@dataclass(frozen=True, slots=True)
class _Found:
    """Our own reading: the page's blocks, the range of the article's, its text and meta data."""

    reading: PageBlocks
    start: int
    end: int
    text: TextBlocks
    metadata: Metadata


def _read_text(root: Element, facts: PageFacts) -> _Found:
    reading = read_blocks(body_of(root))
    start, end = find_range(reading, facts.rules.content)
    metadata = read_metadata(facts, surroundings_of(reading, start, end))
    inside = reading.blocks[start:end]
    if is_live_blog(inside, metadata.title):
        metadata = replace(metadata, flags=metadata.flags | {ArticleFlag.LIVE_BLOG})
    text = [(block.kind, block.text) for block in select_blocks(inside, metadata.title)]
    return _Found(reading, start, end, text, metadata)


def article_from_entry(entry_html: str, metadata: Metadata) -> Article:
    """An Article of the full text that a feed's entry carries. Raises ExtractError as `extract_article` does."""
    page = _ENTRY_SHELL.format(entry_html)
    check_page(page.encode("utf-8", "replace"), url=metadata.url)
    reading = read_blocks(body_of(parse_tree(page, url=metadata.url)))
    blocks = [(block.kind, block.text) for block in select_blocks(reading.blocks, metadata.title)]
    article = assemble_article(blocks, metadata)
    if not article.text:
        raise ExtractError("The feed's entry carries no text.", url=metadata.url)
    return article


def _choose_text(own: TextBlocks, root: Element, facts: PageFacts, title: str) -> TextBlocks:
    """Our own reading, unless it found little and the structured data or trafilatura found much more."""
    count = _word_count(own)
    declared = structured_body(facts.article)
    declared_count = _word_count(declared)
    if declared_count >= FEW_WORDS and declared_count > _MUCH_MORE * count:
        return declared
    if count < FEW_WORDS:
        second = [(block.kind, block.text) for block in select_blocks(trafilatura_blocks(root), title)]
        if _word_count(second) > _MORE * count:
            return second
    return own


def _word_count(blocks: TextBlocks) -> int:
    return sum(count_words(text) for _, text in blocks)
