"""JSON Feed 1.0 and 1.1 (jsonfeed.org), lenient about types: numbers as ids, one author instead of several."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nutgraf.domain.feed import Entry, Feed
from nutgraf.errors import ParseError
from nutgraf.stages.parse.dates import parse_date
from nutgraf.stages.parse.fields import (
    FeedContext,
    entry_id,
    language_tag,
    literal_title,
    newest,
    newest_first,
    person_name,
    resolved_html,
)
from nutgraf.stages.parse.limits import MAX_HTML_CHARS
from nutgraf.text.addresses import absolute_url


def read_json_feed(utf8: bytes, context: FeedContext) -> Feed:
    """A JSON Feed. Raises ParseError: broken_json, too_deep, or not_a_feed for other JSON."""
    try:
        document = json.loads(utf8)
    except RecursionError:
        raise ParseError("The feed nests too deep.", url=context.url, code="too_deep") from None
    except ValueError:
        raise ParseError("The feed is not valid JSON.", url=context.url, code="broken_json") from None
    if not isinstance(document, dict) or not _is_feed(document):
        raise ParseError("This is JSON, but not a JSON Feed.", url=context.url, code="not_a_feed")
    listed = document.get("items")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    taken, dropped = newest(items, _date_of)
    author = _author(document)
    return Feed(
        url=context.url,
        title=literal_title(_text(document, "title")),
        site_url=absolute_url(_text(document, "home_page_url"), context.url),
        language=language_tag(_text(document, "language")),
        entries=newest_first([_read_item(item, context, author) for item in taken]),
        format="json11" if _text(document, "version").rstrip("/").endswith("1.1") else "json10",
        hub_url=_hub_url(document, context),
        self_url=absolute_url(_text(document, "feed_url"), context.url),
        dropped_entries=dropped,
    )


def _is_feed(document: Mapping[str, Any]) -> bool:
    return "jsonfeed.org/version/" in _text(document, "version") or isinstance(document.get("items"), list)


def _read_item(item: Mapping[str, Any], context: FeedContext, feed_author: str) -> Entry:
    url = absolute_url(_text(item, "url") or _text(item, "external_url"), context.url)
    title = literal_title(_text(item, "title"))
    content = _text(item, "content_html") or _paragraphs(_text(item, "content_text"))
    summary = _paragraphs(_text(item, "summary"))
    published_at = parse_date(_text(item, "date_published"))
    return Entry(
        id=entry_id(_text(item, "id"), url, title, published_at, summary, content),
        url=url,
        title=title,
        summary_html=summary,
        content_html=resolved_html(content, url or context.url),
        author=_author(item) or feed_author,
        published_at=published_at,
        updated_at=parse_date(_text(item, "date_modified")),
    )


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format(value)
    # JSON may carry half of a surrogate pair, which no store and no page can encode.
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""


def _paragraphs(text: str) -> str:
    """Plain text as HTML."""
    text = text[:MAX_HTML_CHARS].replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"<p>{part.strip()}</p>" for part in text.split("\n\n") if part.strip()) if "\n\n" in text else text


def _author(values: Mapping[str, Any]) -> str:
    listed = values.get("authors")
    people = listed if isinstance(listed, list) else [values.get("author")]
    names = (person_name(_text(person, "name") if isinstance(person, dict) else "") for person in people[:10])
    return ", ".join(name for name in names if name)


def _hub_url(document: Mapping[str, Any], context: FeedContext) -> str:
    hubs = document.get("hubs")
    for hub in hubs[:10] if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and _text(hub, "type").lower() == "websub":
            return absolute_url(_text(hub, "url"), context.url)
    return ""


def _date_of(item: Mapping[str, Any]) -> datetime | None:
    return parse_date(_text(item, "date_published")) or parse_date(_text(item, "date_modified"))
