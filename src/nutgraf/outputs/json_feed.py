"""A feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import Any

from nutgraf.outputs.feed_document import FeedDocument, FeedEntry

JSON_FEED_TYPE = "application/feed+json"


def format_json_feed(feed: FeedDocument) -> bytes:
    """The feed in UTF-8."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _item(entry: FeedEntry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.page_url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published_at.isoformat(timespec="seconds"),
        "date_modified": entry.updated_at.isoformat(timespec="seconds"),
        "tags": list(entry.tags),
    }
    optional = {"summary": entry.summary, "external_url": entry.source_url, "language": entry.language}
    item |= {name: value for name, value in optional.items() if value}
    if entry.author:
        item["authors"] = [{"name": entry.author}]
    return item
