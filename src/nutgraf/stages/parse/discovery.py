"""Feeds that a web page names: `<link rel=alternate>` (RSS autodiscovery), else links that look like feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from nutgraf.stages.parse.decoding import decode_document
from nutgraf.stages.parse.fields import plain_title
from nutgraf.stages.parse.limits import MAX_FEED_LINKS, MAX_PAGE_BYTES, MAX_PAGE_TAGS
from nutgraf.text.addresses import absolute_url
from nutgraf.text.sanitise import html_to_text, unescape

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    }
)
_VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml"})  # feeds only where the address says so
TAG = re.compile(r"""<(link|base|a)\s((?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w:-]{0,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_FEED_ADDRESS = re.compile(
    r"(?:/(?:feed|feeds|rss|atom|rdf)(?:/|\.\w+)?(?:$|\?)|[/.](?:rss|atom|rdf|feed)(?:\.xml|\.json)?(?:$|\?)"
    r"|/(?:feed|rss|atom|index)\.(?:xml|json|rdf)(?:$|\?)|[?&](?:feed|format|type)=(?:rss|atom))",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feed|newsfeed|xml-feed)\b", re.IGNORECASE)
_MAX_LINK_TEXT_CHARS = 300


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names. `type` is its media type, empty where the page does not say."""

    url: str
    title: str
    type: str


def find_feed_links(page: bytes, *, url: str) -> tuple[FeedLink, ...]:
    """The feeds that `page` declares, in its order; without any, its links that look like feeds. Never raises."""
    text = decode_document(page[:MAX_PAGE_BYTES]).utf8.decode("utf-8", "replace")
    base = url
    declared: dict[str, FeedLink] = {}
    likely: dict[str, FeedLink] = {}
    for match in islice(TAG.finditer(text), MAX_PAGE_TAGS):
        name, attributes = match.group(1).lower(), read_attributes(match.group(2))
        address = absolute_url(attributes.get("href", ""), base)
        if not address:
            continue
        if name == "base":
            base = address
        elif name == "link" and _is_declared(attributes, address):
            link = FeedLink(address, plain_title(attributes.get("title", "")), _media_type(attributes))
            declared.setdefault(address, link)
        elif name == "a" and address not in likely and len(likely) < MAX_FEED_LINKS and _FEED_ADDRESS.search(address):
            words = _link_text(text, match.end())
            if _FEED_WORDS.search(words + " " + attributes.get("title", "")) or not words:
                likely.setdefault(address, FeedLink(address, words, ""))
    return tuple((declared or likely).values())[:MAX_FEED_LINKS]


def read_attributes(source: str) -> dict[str, str]:
    """The attributes of a tag by lower-case name, character references resolved; the first of a name counts."""
    attributes: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        value = next((group for group in match.groups()[1:] if group is not None), "")
        attributes.setdefault(match.group(1).lower(), unescape(value).strip())
    return attributes


def _media_type(attributes: dict[str, str]) -> str:
    return attributes.get("type", "").partition(";")[0].strip().lower()


def _is_declared(attributes: dict[str, str], address: str) -> bool:
    relations = attributes.get("rel", "").lower().split()
    media_type = _media_type(attributes)
    if "feed" in relations:
        return True
    if "alternate" not in relations or media_type not in _FEED_TYPES:
        return False
    return media_type not in _VAGUE_TYPES or bool(_FEED_ADDRESS.search(address))


def _link_text(text: str, start: int) -> str:
    window = text[start : start + _MAX_LINK_TEXT_CHARS]
    return html_to_text(window.partition("</a")[0].partition("</A")[0])
