"""A publisher's feed as it was parsed: RSS, RDF, Atom and JSON Feed give the same values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed. `id` is never empty (guid, else link, else a hash); times are UTC.

    `summary_html` and `content_html` are as the publisher sent them: hostile until sanitised.
    """

    id: str
    url: str
    title: str
    summary_html: str = ""
    content_html: str = ""
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed, newest entries first as far as their dates say.

    `dropped_entries` counts entries left out because the feed had more than the limit;
    `ttl_s` is the publisher's own wish for the polling interval in seconds, if it has one.
    """

    url: str
    title: str
    site_url: str
    language: str
    entries: tuple[Entry, ...]
    format: str = ""
    hub_url: str = ""
    self_url: str = ""
    ttl_s: int | None = None
    dropped_entries: int = 0
