"""From bytes to a Feed: a fast path that knows when it is unsure, repairs, and feedparser as the last resort.

docs/decisions/0004-feed-parsing.md says what each step was measured to bring.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from nutgraf.domain.feed import Feed
from nutgraf.errors import ParseError
from nutgraf.stages.parse.decoding import decode_document
from nutgraf.stages.parse.discovery import find_feed_links
from nutgraf.stages.parse.feedparser_path import read_with_feedparser
from nutgraf.stages.parse.fields import FeedContext
from nutgraf.stages.parse.formats import FORMATS
from nutgraf.stages.parse.json_feed import read_json_feed
from nutgraf.stages.parse.limits import MAX_FEED_BYTES, MAX_FEEDPARSER_BYTES
from nutgraf.stages.parse.prolog import Prolog, check_depth, read_prolog, skip_to_feed
from nutgraf.stages.parse.repair import has_c1_controls, mend_c1_controls, repair_xml
from nutgraf.stages.parse.tree import Element, name_of, parse_tree

_ENTRY_TAG = re.compile(rb"<(?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_NO_MARKUP = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_FEED_TAG = re.compile(rb"<(?:[A-Za-z][\w.-]{0,20}:)?(?:rss|rdf|feed|channel|item|entry)[\s>]", re.IGNORECASE)
_PAGE_ROOTS = frozenset({"html", "head", "body", "script", "style", "meta", "title", "div", "p"})
_SNIFFED_BYTES = 4_096


class ParsePath(enum.StrEnum):
    """How a feed was read, for the metrics: each way costs more than the one before."""

    FAST = "fast"  # as it came
    REPAIRED = "repaired"  # after mending characters, entities and ampersands
    RECOVERED = "recovered"  # with what libxml2 keeps of broken markup
    FEEDPARSER = "feedparser"


class ParsedFeed(NamedTuple):
    """A feed and the way it was read."""

    feed: Feed
    path: ParsePath


def parse_feed(data: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """A feed's entries and data, from RSS, RDF, Atom, JSON Feed or a news sitemap.

    `url` is where the document came from: relative addresses start from it. `content_type` is the server's header.
    Times are UTC, not clamped. An empty but valid feed is no error.

    Raises: ParseError, whose `code` is one of empty, too_large, html_not_feed (with `feed_links`), not_a_feed,
    opml_not_feed, broken_xml, broken_json, bad_encoding, too_deep, too_many_entities, sitemap_index (with
    `feed_links`), sitemap_without_news.
    """
    return parse_feed_with_path(data, url=url, content_type=content_type).feed


def parse_feed_with_path(data: bytes, *, url: str, content_type: str | None = None) -> ParsedFeed:
    """Like parse_feed, and says which way the document took."""
    if len(data) > MAX_FEED_BYTES:
        raise ParseError("The feed is too large.", url=url, code="too_large")
    if not data.strip(b"\0\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise ParseError("The feed is empty.", url=url, code="empty")
    decoded = decode_document(data, content_type)
    utf8 = decoded.utf8
    context = FeedContext(url, has_xml_base=b"xml:base" in utf8)
    if utf8.lstrip()[:1] in (b"{", b"["):
        return ParsedFeed(read_json_feed(utf8, context), ParsePath.FAST)
    if b"\0" in utf8[:_SNIFFED_BYTES] or b"<" not in utf8:
        raise _not_xml(utf8, url)
    prolog = read_prolog(utf8, url=url)
    if prolog.root in FORMATS:
        is_misread = has_c1_controls(prolog.body)
        root = parse_tree(mend_c1_controls(prolog.body) if is_misread else prolog.body, recover=False)
        if root is not None:
            path = ParsePath.FAST if decoded.is_certain and not is_misread else ParsePath.REPAIRED
            return ParsedFeed(FORMATS[prolog.root](root, context), path)
    else:
        prolog = skip_to_feed(prolog)
    return _parse_broken(utf8, prolog, context)


def _parse_broken(utf8: bytes, prolog: Prolog, context: FeedContext) -> ParsedFeed:
    """The ways for what is no well-formed feed. Raises ParseError."""
    body = prolog.body
    if prolog.root not in FORMATS and not _FEED_TAG.search(body):
        raise _not_a_feed(utf8, prolog, context.url)
    check_depth(body, url=context.url)
    mended = repair_xml(body, prolog.entities, url=context.url)
    if has_c1_controls(mended):
        mended = mend_c1_controls(mended)
    read = FORMATS.get(prolog.root)
    recovered: Feed | None = None
    if read is not None:
        root = parse_tree(mended, recover=False)
        if root is not None:
            return ParsedFeed(read(root, context), ParsePath.REPAIRED)
        root = parse_tree(mended, recover=True)
        if root is not None and _root_name(root) == prolog.root:
            recovered = read(root, context)
            is_complete = len(recovered.entries) + recovered.dropped_entries >= _count_entry_tags(mended)
            if is_complete and (recovered.entries or recovered.title):
                return ParsedFeed(recovered, ParsePath.RECOVERED)
    if prolog.root in _PAGE_ROOTS:
        raise _not_a_feed(utf8, prolog, context.url)
    if len(mended) <= MAX_FEEDPARSER_BYTES:
        found = read_with_feedparser(mended, context)
        if found is not None and (recovered is None or len(found.entries) > len(recovered.entries)):
            return ParsedFeed(found, ParsePath.FEEDPARSER)
    if recovered is not None and (recovered.entries or recovered.title):
        return ParsedFeed(recovered, ParsePath.RECOVERED)
    if prolog.root in FORMATS:
        raise ParseError("The feed's XML is broken beyond repair.", url=context.url, code="broken_xml")
    raise _not_a_feed(utf8, prolog, context.url)


def _root_name(root: Element) -> str:
    return name_of(root.tag).rpartition(":")[2]


def _count_entry_tags(utf8: bytes) -> int:
    return sum(1 for _ in _ENTRY_TAG.finditer(_NO_MARKUP.sub(b"", utf8)))


def _not_xml(utf8: bytes, url: str) -> ParseError:
    if b"\0" in utf8[:_SNIFFED_BYTES]:
        return ParseError("The document is binary data, or its encoding is unknown.", url=url, code="bad_encoding")
    return ParseError("The document is not a feed.", url=url, code="not_a_feed")


def _not_a_feed(utf8: bytes, prolog: Prolog, url: str) -> ParseError:
    if prolog.root == "opml":
        return ParseError("This is a list of feeds (OPML): import it instead.", url=url, code="opml_not_feed")
    if prolog.root not in _PAGE_ROOTS:
        return ParseError("The document is not a feed.", url=url, code="not_a_feed")
    links = tuple(link.url for link in find_feed_links(utf8, url=url))
    hint = " It names feeds of its own." if links else ""
    return ParseError(f"This is a web page, not a feed.{hint}", url=url, code="html_not_feed", feed_links=links)
