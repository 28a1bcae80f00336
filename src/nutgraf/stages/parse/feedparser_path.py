"""The slow path: feedparser, for what libxml2 cannot make sense of. Callers bound size, depth and entities."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser

from nutgraf.domain.feed import Entry, Feed
from nutgraf.stages.parse.fields import (
    FeedContext,
    entry_id,
    language_tag,
    literal_title,
    newest,
    newest_first,
    person_name,
    plain_title,
    resolved_html,
)
from nutgraf.stages.parse.prolog import without_declarations
from nutgraf.text.addresses import absolute_url

_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def read_with_feedparser(utf8: bytes, context: FeedContext) -> Feed | None:
    """What feedparser finds, or None where it finds no entry, title or link.

    Sanitising and resolving are ours. The document goes in as a stream: feedparser opens strings as addresses.
    """
    try:
        parsed = feedparser.parse(
            io.BytesIO(without_declarations(utf8)),
            response_headers=_HEADERS,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:  # its loose parser raises whatever its input provokes
        return None
    channel: Mapping[str, Any] = parsed.get("feed", {})
    entries: list[Mapping[str, Any]] = parsed.get("entries", [])
    if not entries and not channel.get("title") and not channel.get("link"):
        return None
    taken, dropped = newest(entries, _date_of)
    author = person_name(_text(channel, "author"))
    return Feed(
        url=context.url,
        title=_title(channel),
        site_url=absolute_url(_text(channel, "link"), context.url),
        language=language_tag(_text(channel, "language")),
        entries=newest_first([_read_entry(entry, context, author) for entry in taken]),
        format=_text(parsed, "version"),
        hub_url=_link(channel, "hub", context),
        self_url=_link(channel, "self", context),
        dropped_entries=dropped,
    )


def _read_entry(entry: Mapping[str, Any], context: FeedContext, feed_author: str) -> Entry:
    url = absolute_url(_text(entry, "link"), context.url)
    title = _title(entry)
    summary = resolved_html(_text(entry, "summary"), context.url)
    contents = entry.get("content") or [{}]
    content = resolved_html(_text(contents[0], "value"), context.url)
    published_at = _moment(entry.get("published_parsed"))
    return Entry(
        id=entry_id(_text(entry, "id"), url, title, published_at, summary, content),
        url=url,
        title=title,
        summary_html="" if summary == content else summary,
        content_html=content,
        author=person_name(_text(entry, "author")) or feed_author,
        published_at=published_at,
        updated_at=_stated_update(entry),
    )


def _title(values: Mapping[str, Any]) -> str:
    detail = values.get("title_detail") or {}
    title = _text(values, "title")
    return literal_title(title) if detail.get("type") == "text/plain" else plain_title(title)


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value.strip() if isinstance(value, str) else ""


def _link(values: Mapping[str, Any], relation: str, context: FeedContext) -> str:
    for link in values.get("links", ()):
        if link.get("rel") == relation:
            return absolute_url(_text(link, "href"), context.url)
    return ""


def _moment(parsed: Any) -> datetime | None:
    """feedparser's time tuple, which is in UTC."""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError):
        return None


def _stated_update(entry: Mapping[str, Any]) -> datetime | None:
    """The entry's own update: feedparser's mapping gives the date of publishing for a missing one, with a warning."""
    return _moment(dict(entry.items()).get("updated_parsed"))


def _date_of(entry: Mapping[str, Any]) -> datetime | None:
    return _moment(entry.get("published_parsed")) or _stated_update(entry)
