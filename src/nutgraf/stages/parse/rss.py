"""RSS 0.9x to 2.0 (RSS Advisory Board, 2.0.11) with content, dc, media, itunes, atom and syndication modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from nutgraf.domain.feed import Entry, Feed
from nutgraf.stages.parse.dates import parse_date
from nutgraf.stages.parse.fields import (
    FeedContext,
    entry_id,
    language_tag,
    newest,
    newest_first,
    person_name,
    plain_title,
    resolved_html,
)
from nutgraf.stages.parse.tree import Element, attribute, children_by_name, inner_html, name_of, text_of
from nutgraf.text.addresses import absolute_url

Children = Mapping[str, Sequence[Element]]

_PUBLISHED = ("pubdate", "dcterms:issued", "dc:date", "atom:published", "dcterms:created", "atom:issued", "date")
_UPDATED = ("atom:updated", "dcterms:modified", "atom:modified", "lastbuilddate", "updated")
_SUMMARY = ("description", "dc:description", "atom:summary", "itunes:summary", "media:description", "itunes:subtitle")
_CONTENT = ("content:encoded", "xhtml:body", "body", "fullitem", "atom:content", "xhtml:div")
_TITLE = ("title", "dc:title", "atom:title", "media:title", "itunes:title")
_AUTHOR = ("dc:creator", "author", "dc:author", "atom:author", "itunes:author", "media:credit")

_PERIOD_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MAX_TTL_S = 30 * 86_400


def read_rss(root: Element, context: FeedContext) -> Feed:
    """An RSS document as a Feed; `root` is `rss`, or a bare `channel`."""
    channels = [root] if name_of(root.tag) == "channel" else children_by_name(root).get("channel", [])
    channel = channels[0] if channels else root
    children = children_by_name(channel)
    items = list(children.get("item", ()))
    for container in (root, *children.get("items", ())):  # RSS 0.9 and 1.1 keep them elsewhere
        if container is not channel:
            items.extend(children_by_name(container).get("item", ()))
    version = attribute(root, "version")
    return channel_feed(channel, children, items, context, format_name=f"rss{_short_version(version)}")


def channel_feed(
    channel: Element, children: Children, items: Sequence[Element], context: FeedContext, *, format_name: str
) -> Feed:
    """A Feed from a channel's element, its children by name and its items, wherever those stood."""
    base = context.base_of(channel)
    taken, dropped = newest(items, _date_of)
    fallback_author = _author(children, ("managingeditor", *_AUTHOR))
    entries = [_read_item(item, context, fallback_author) for item in taken]
    links = {attribute(link, "rel").lower() or "alternate": attribute(link, "href") for link in _atom_links(children)}
    language = first_text(children, ("language", "dc:language"))
    return Feed(
        url=context.url,
        title=_title(children),
        site_url=absolute_url(first_text(children, ("link",)) or links.get("alternate", ""), base),
        language=language_tag(
            language or attribute(channel, "lang") or attribute(channel.getroottree().getroot(), "lang")
        ),
        entries=newest_first(entries),
        format=format_name,
        hub_url=absolute_url(links.get("hub", ""), base),
        self_url=absolute_url(links.get("self", ""), base),
        ttl_s=_ttl_s(children),
        dropped_entries=dropped,
    )


def first_text(children: Children, names: Sequence[str]) -> str:
    """The text of the first element that has any, names in order of preference."""
    for name in names:
        for element in children.get(name, ()):
            text = text_of(element)
            if text:
                return text
    return ""


def first_date(children: Children, names: Sequence[str]) -> datetime | None:
    """The first date that can be read, names in order of preference, UTC."""
    for name in names:
        for element in children.get(name, ()):
            date = parse_date(text_of(element))
            if date is not None:
                return date
    return None


def _read_item(item: Element, context: FeedContext, fallback_author: str) -> Entry:
    children = children_by_name(item)
    for group in children.get("media:group", ()):
        for name, elements in children_by_name(group).items():
            children.setdefault(name, []).extend(elements)
    base = context.base_of(item)
    guid, is_permalink = _guid(children)
    url = _item_url(children, base, guid if is_permalink else "")
    title = _title(children)
    summary = _first_html(children, _SUMMARY, context, item)
    content = _first_html(children, _CONTENT, context, item)
    published_at = first_date(children, _PUBLISHED)
    stated_id = guid or first_text(children, ("atom:id", "id")) or attribute(item, "about")
    return Entry(
        id=entry_id(stated_id, url, title, published_at, summary, content),
        url=url,
        title=title,
        summary_html=summary,
        content_html=content,
        author=_author(children, _AUTHOR) or fallback_author,
        published_at=published_at,
        updated_at=first_date(children, _UPDATED),
    )


def _title(children: Children) -> str:
    for name in _TITLE:
        for element in children.get(name, ()):
            is_literal = attribute(element, "type") in ("plain", "text/plain", "text") and name.startswith("media:")
            markup = inner_html(element) if len(element) else element.text or ""
            title = plain_title(markup) if not is_literal else " ".join(markup.split())
            if title:
                return title
    return ""


def _guid(children: Children) -> tuple[str, bool]:
    """The item's guid and whether it is an address too (RSS 2.0: unless `isPermaLink` says no)."""
    for element in children.get("guid", ()):
        guid = text_of(element)
        if guid:
            return guid, attribute(element, "ispermalink").lower() != "false"
    return "", False


def _item_url(children: Children, base: str, permalink: str) -> str:
    original = first_text(children, ("feedburner:origlink",))
    if original:
        return absolute_url(original, base)
    for element in children.get("link", ()):
        url = absolute_url(text_of(element) or attribute(element, "href"), base)
        if url:
            return url
    for element in _atom_links(children):
        if attribute(element, "rel").lower() in ("", "alternate"):
            url = absolute_url(attribute(element, "href"), base)
            if url:
                return url
    return absolute_url(permalink, base)


def _atom_links(children: Children) -> list[Element]:
    return [*children.get("atom:link", ()), *(link for link in children.get("link", ()) if attribute(link, "href"))]


def _first_html(children: Children, names: Sequence[str], context: FeedContext, item: Element) -> str:
    for name in names:
        for element in children.get(name, ()):
            markup = inner_html(element) if len(element) else (element.text or "").strip()
            if markup:
                return resolved_html(markup, context.base_of(element) if context.has_xml_base else context.url)
    return ""


def _author(children: Children, names: Sequence[str]) -> str:
    for name in names:
        for element in children.get(name, ()):
            nested = children_by_name(element) if len(element) else {}
            text = first_text(nested, ("atom:name", "name")) or ("" if nested else text_of(element))
            author = person_name(text)
            if author:
                return author
    return ""


def _date_of(item: Element) -> datetime | None:
    children = children_by_name(item)
    return first_date(children, _PUBLISHED) or first_date(children, _UPDATED)


def _ttl_s(children: Children) -> int | None:
    """`ttl` is in minutes; `sy:updatePeriod` and `sy:updateFrequency` say how often in what time."""
    ttl = first_text(children, ("ttl",))
    if ttl.isascii() and ttl.isdigit() and len(ttl) < 8:
        return min(int(ttl) * 60, _MAX_TTL_S) or None
    period_s = _PERIOD_S.get(first_text(children, ("sy:updateperiod",)).lower())
    if period_s is None:
        return None
    frequency = first_text(children, ("sy:updatefrequency",))
    times = int(frequency) if frequency.isascii() and frequency.isdigit() and len(frequency) < 6 else 1
    return min(period_s // max(times, 1), _MAX_TTL_S) or None


def _short_version(version: str) -> str:
    return {"2.0": "20", "0.91": "091", "0.92": "092", "0.93": "093", "0.94": "094", "2.00": "20"}.get(version, "")
